-- I1: Σ over SKUs of each additive column equals the client-day, to the centavo. Whole days: a run rewrites only the
-- SKUs that changed, and they alone sum to nothing. A day that another run is rebuilding at this moment is left to it.
select dias.client_id, dias.dia, '{column}' as coluna, c.{column}::text as cliente_dia, s.{column}::text as soma_skus
from (
    select client_id, dia from dashboard.agg_client_day where {scope}
    union
    select client_id, dia from dashboard.fact_sku_day where {scope}
) as dias
left join dashboard.agg_client_day as c using (client_id, dia)
left join dashboard.day_state as estado using (client_id, dia)
cross join lateral (
    select count(*) as linhas, sum({column}) as {column}, bool_or({column} is null) as parcial
    from dashboard.fact_sku_day as sku where sku.client_id = dias.client_id and sku.dia = dias.dia
) as s
where c.{column} is distinct from s.{column}
  and coalesce(estado.sku_de = estado.linhas_rev and estado.cliente_de = estado.linhas_rev, true)
  -- a row that is not there is nothing sold: a day may have visits of the account only, or of a SKU only
  and not (s.linhas = 0 and c.{column} = 0 or c.client_id is null and s.{column} = 0)
  -- a column that is NULL for some SKU and undefined for the day as a whole has no sum to compare (R4)
  and not (s.parcial and c.{column} is null)
