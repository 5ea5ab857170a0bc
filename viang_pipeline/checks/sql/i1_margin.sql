-- I1 of the margin: Σ SKU margins - what no SKU bears = the client's, to the centavo. Whole days, as I1.
select dias.client_id, dias.dia, c.mc::text as mc, s.mc::text as soma_skus, c.ads_na_margem::text as ads_na_margem,
       s.ads_na_margem::text as soma_ads, c.ads_nao_alocado::text as nao_alocado
from (
    select client_id, dia from dashboard.agg_client_day where {scope}
    union
    select client_id, dia from dashboard.fact_sku_day where {scope}
) as dias
join dashboard.agg_client_day as c using (client_id, dia)
left join dashboard.day_state as estado using (client_id, dia)
cross join lateral (
    select coalesce(sum(mc), 0) as mc, coalesce(sum(ads_na_margem), 0) as ads_na_margem
    from dashboard.fact_sku_day as sku where sku.client_id = dias.client_id and sku.dia = dias.dia
) as s
where coalesce(estado.sku_de = estado.linhas_rev and estado.cliente_de = estado.linhas_rev, true)
  and (c.mc <> s.mc - c.ads_nao_alocado or c.ads_na_margem <> s.ads_na_margem + c.ads_nao_alocado)
