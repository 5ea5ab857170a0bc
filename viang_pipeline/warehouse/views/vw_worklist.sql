-- Metabase reads this: SKUs and listings that keep sales out of the margin, and what to do about each (kpis.md R13, §5.10).
-- The 30 days end with the client's newest one. What has no SKU has no cost either, and stands here once.
with janela as (
    select client_id, max(dia) as ate, max(dia) - 29 as de from dashboard.agg_client_day group by client_id
),
vendas as (
    select
        dia_do_sku.client_id,
        dia_do_sku.sku,
        starts_with(dia_do_sku.sku, '__SEM_SKU__:') as sem_sku,
        sum(dia_do_sku.pedidos)::bigint as pedidos,
        sum(dia_do_sku.unidades)::bigint as unidades,
        sum(dia_do_sku.faturamento) as faturamento,
        sum(dia_do_sku.faturamento - coalesce(dia_do_sku.faturamento_com_custo, 0)) as sem_custo,
        max(dia_do_sku.dia) filter (where dia_do_sku.unidades > 0) as ultima_venda,
        bool_or('sku_duplicado' = any(dia_do_sku.faltantes)) as duplicado
    from dashboard.fact_sku_day as dia_do_sku
    join janela on janela.client_id = dia_do_sku.client_id and dia_do_sku.dia between janela.de and janela.ate
    group by 1, 2
),
totais as (
    select client_id, sum(faturamento) as faturamento from vendas group by client_id
)
select
    vendas.client_id,
    case when vendas.sem_sku then 'sku' else 'custo' end as falta,
    case when not vendas.sem_sku then vendas.sku end as sku,
    case when vendas.sem_sku then substr(vendas.sku, length('__SEM_SKU__:') + 1) end as anuncio,
    vendas.pedidos,
    vendas.unidades,
    case when vendas.sem_sku then vendas.faturamento else vendas.sem_custo end as faturamento_afetado,
    round(
        case when vendas.sem_sku then vendas.faturamento else vendas.sem_custo end / nullif(totais.faturamento, 0), 6
    ) as parcela_do_faturamento,
    vendas.ultima_venda,
    case
        when vendas.sem_sku and vendas.sku like '\_\_SEM\_SKU\_\_:MLB%'
            then 'Preencha o SKU no anúncio, ou informe a ligação com: viang params import sku-links'
        when vendas.sem_sku then 'Ligue o anúncio a um SKU no UpSeller ou no Bling; os próximos pedidos já virão com ele'
        when vendas.duplicado then 'Mais de um produto ativo tem este código, com custos diferentes: corrija no ERP'
        else 'Informe o custo no Bling ou no UpSeller, ou com: viang params import costs; de um kit, o de cada componente'
    end as o_que_fazer
from vendas
join totais using (client_id)
where vendas.unidades > 0 and (vendas.sem_sku or vendas.sem_custo > 0)
