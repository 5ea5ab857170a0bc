-- Metabase reads this: what the stock of a day is worth and how often SKUs that sell were without it (kpis.md §5.8). A SKU
-- is active on a day when it was sold in the 90 days up to it; the rate is over the 30 days up to the day.
with skus as (
    select
        client_id,
        dia,
        estoque_disponivel,
        max(dia) filter (where unidades > 0) over (partition by client_id, sku order by dia) as ultima_venda
    from dashboard.fact_sku_day
),
dias as (
    select
        client_id,
        dia,
        count(*) as skus_ativos,
        count(*) filter (where estoque_disponivel <= 0) as skus_em_ruptura
    from skus
    where estoque_disponivel is not null and ultima_venda > dia - 90
    group by client_id, dia
),
janelas as (
    select
        client_id,
        dia,
        skus_ativos,
        skus_em_ruptura,
        sum(skus_ativos) over ultimos_30 as dias_ativos,
        sum(skus_em_ruptura) over ultimos_30 as dias_em_ruptura
    from dias
    window ultimos_30 as (partition by client_id order by dia range between interval '29 days' preceding and current row)
)
select
    client_id,
    base.dia,
    base.estoque_disponivel,
    base.valor_estoque,
    base.estoque_avaliado,
    base.estoque_presente,
    round(base.estoque_avaliado::numeric / nullif(base.estoque_presente, 0), 6) as valor_estoque_cobertura,
    janelas.skus_ativos,
    janelas.skus_em_ruptura,
    janelas.dias_ativos,
    janelas.dias_em_ruptura,
    round(janelas.dias_em_ruptura / nullif(janelas.dias_ativos, 0), 6) as taxa_ruptura
from dashboard.agg_client_day as base
left join janelas using (client_id, dia)
where base.estoque_disponivel is not null
