-- Sums of one client's order lines per {key}, for some days (kpis.md §5.1, §5.2, §6): the one text behind fact_sku_day
-- and agg_client_day, so that they cannot disagree. Distinct counts are recomputed at each grain; what a grain does not
-- show is not computed. Parameters: client_id, dias (date[]); only days whose orders were completely read are passed in.
with linhas as not materialized (
    select * from dashboard.fact_order_line where client_id = %(client_id)s and dia = any(%(dias)s)
),
vendas as (
    select
        {key},
        sum(valor) as vendas_brutas,
        coalesce(sum(valor) filter (where situacao = 'valida'), 0) as faturamento,
        coalesce(sum(valor) filter (where situacao = 'cancelada'), 0) as valor_cancelado,
        case
            when bool_or(situacao = 'cancelada' and natureza_cancelamento is null) then null
            else coalesce(sum(valor) filter (where natureza_cancelamento = 'pre_envio'), 0)
        end as valor_cancelado_pre,
        case
            when bool_or(situacao = 'cancelada' and natureza_cancelamento is null) then null
            else coalesce(sum(valor) filter (where natureza_cancelamento = 'pos_envio'), 0)
        end as valor_devolvido,
        coalesce(sum(reembolso) filter (where situacao = 'valida'), 0) as reembolsos,
        count(distinct order_id) as pedidos_brutos,
        count(distinct order_id) filter (where situacao = 'valida') as pedidos,
        count(distinct order_id) filter (where situacao = 'cancelada') as pedidos_cancelados,
        count(distinct compra) filter (where situacao = 'valida') as compras,
        coalesce(sum(quantidade) filter (where situacao = 'valida'), 0) as unidades,
        sum(quantidade) as unidades_brutas,
        count(distinct comprador) filter (where situacao = 'valida') as compradores,
        count(distinct sku) filter (where situacao = 'valida' and not starts_with(sku, '__SEM_SKU__:'))
            as skus_vendidos,
        count(*) filter (where situacao = 'valida') as validas,
        sum(comissao) filter (where situacao = 'valida') as comissao,
        sum(frete_vendedor) filter (where situacao = 'valida') as frete_vendedor,
        sum(frete_comprador) filter (where situacao = 'valida') as frete_comprador,
        sum(valor - comissao - frete_vendedor) filter (where situacao = 'valida') as repasse_estimado,
        coalesce(sum(valor) filter (where situacao = 'valida' and comissao is not null), 0)
            as faturamento_com_comissao,
        coalesce(sum(valor) filter (where situacao = 'valida' and frete_vendedor is not null), 0)
            as faturamento_com_frete,
        coalesce(
            sum(valor) filter (where situacao = 'valida' and comissao is not null and frete_vendedor is not null), 0
        ) as faturamento_com_repasse,
        coalesce(sum(valor) filter (where situacao = 'valida' and starts_with(sku, '__SEM_SKU__:')), 0)
            as faturamento_sem_sku
    from linhas
    where situacao in ('valida', 'cancelada')
    group by {key}
),
pendentes as (
    select {key}, count(distinct order_id) as pedidos_pendentes from linhas where situacao = 'pendente' group by {key}
),
motivos as (
    select {key}, array_agg(distinct falta order by falta) as faltantes
    from linhas, unnest(linhas.faltantes) as falta
    where situacao in ('valida', 'cancelada') and linhas.faltantes <> '{{}}'
    group by {key}
),
estornos as (
    select {refund_key}, sum(reembolso) as reembolsos_no_dia
    from dashboard.fact_order_line
    where client_id = %(client_id)s and reembolso_dia = any(%(dias)s) and situacao in ('valida', 'cancelada')
    group by {refund_group}
),
somas as (
    select
        {key},
        coalesce(v.vendas_brutas, 0) as vendas_brutas,
        coalesce(v.faturamento, 0) as faturamento,
        coalesce(v.valor_cancelado, 0) as valor_cancelado,
        case when v.dia is null then 0 else v.valor_cancelado_pre end as valor_cancelado_pre,
        case when v.dia is null then 0 else v.valor_devolvido end as valor_devolvido,
        coalesce(v.reembolsos, 0) as reembolsos,
        coalesce(e.reembolsos_no_dia, 0) as reembolsos_no_dia,
        coalesce(v.faturamento - v.reembolsos, 0) as faturamento_liquido,
        coalesce(v.pedidos_brutos, 0) as pedidos_brutos,
        coalesce(v.pedidos, 0) as pedidos,
        coalesce(v.pedidos_cancelados, 0) as pedidos_cancelados,
        coalesce(v.compras, 0) as compras,
        coalesce(v.unidades, 0) as unidades,
        coalesce(v.unidades_brutas, 0) as unidades_brutas,
        coalesce(v.compradores, 0) as compradores,
        coalesce(v.skus_vendidos, 0) as skus_vendidos,
        coalesce(p.pedidos_pendentes, 0) as pedidos_pendentes,
        -- D7: nothing sold is an observed zero; sold with no known part is NULL
        case when coalesce(v.validas, 0) = 0 then 0 else v.comissao end as comissao,
        case when coalesce(v.validas, 0) = 0 then 0 else v.frete_vendedor end as frete_vendedor,
        case when coalesce(v.validas, 0) = 0 then 0 else v.frete_comprador end as frete_comprador,
        case when coalesce(v.validas, 0) = 0 then 0 else v.repasse_estimado end as repasse_estimado,
        coalesce(v.faturamento_com_comissao, 0) as faturamento_com_comissao,
        coalesce(v.faturamento_com_frete, 0) as faturamento_com_frete,
        coalesce(v.faturamento_com_repasse, 0) as faturamento_com_repasse,
        coalesce(v.faturamento_sem_sku, 0) as faturamento_sem_sku,
        coalesce(m.faltantes, '{{}}') as faltantes
    -- Full joins throughout, because they are never run as nested loops: lines just written are not in the statistics
    -- yet, and a plan made for one row would go through (or sum) one side again for every row of the other.
    from vendas as v
    full join motivos as m using ({key})
    full join estornos as e using ({key})
    full join pendentes as p using ({key})
    where v.dia is not null or e.dia is not null
)
select {key}, {columns} from somas
