-- I4: Σ SKU ad spend + what no SKU has = the advertiser's daily total, to the centavo. Whole days, as I1.
select dias.client_id, dias.dia, c.ads_investimento::text as anunciante, s.soma::text as soma_skus,
       c.ads_nao_alocado::text as nao_alocado
from (
    select client_id, dia from dashboard.agg_client_day where {scope}
    union
    select client_id, dia from dashboard.fact_sku_day where {scope}
) as dias
join dashboard.agg_client_day as c using (client_id, dia)
left join dashboard.day_state as estado using (client_id, dia)
cross join lateral (
    select coalesce(sum(ads_investimento), 0) as soma
    from dashboard.fact_sku_day as sku where sku.client_id = dias.client_id and sku.dia = dias.dia
) as s
where c.ads_investimento is not null
  and c.ads_investimento <> s.soma + c.ads_nao_alocado
  and coalesce(estado.sku_de = estado.linhas_rev and estado.cliente_de = estado.linhas_rev, true)
