-- What each SKU did in a period and in the window before (one row per SKU with a sale or ad spend in either).
-- Parameters: client_id, de, ate, antes_de, antes_ate.
select
    sku,
    coalesce(sum(faturamento) filter (where agora), 0) as faturamento,
    coalesce(sum(faturamento) filter (where not agora), 0) as faturamento_antes,
    coalesce(sum(unidades) filter (where agora), 0)::numeric as unidades,
    case when bool_and(ads_na_margem is not null) filter (where agora) then sum(mc) filter (where agora) end as mc,
    coalesce(sum(faturamento_coberto) filter (where agora), 0) as faturamento_coberto,
    coalesce(sum(ads_investimento) filter (where agora), 0) as ads_investimento,
    bool_and(maturidade_vendas = 'final') filter (where agora) as vendas_finais,
    bool_and('final' = all(array[maturidade_vendas, maturidade_ads, maturidade_devolucoes])) filter (where agora)
        as margem_final
from (
    select *, dia between %(de)s and %(ate)s as agora from dashboard.fact_sku_day
    where client_id = %(client_id)s
      and (dia between %(de)s and %(ate)s or dia between %(antes_de)s and %(antes_ate)s)
) as dias
group by sku
having sum(faturamento) > 0 or sum(ads_investimento) > 0
