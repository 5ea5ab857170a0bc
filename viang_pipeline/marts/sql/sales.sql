-- Sales of every key: sums of order lines (kpis.md §5.1–§5.5), what waits for payment, and what is missing.
-- What only Mercado Livre tells of (visits, bills, claims, its panel) is compared with its own sales, counted apart.
linhas as not materialized (
    select * from dashboard.fact_order_line where client_id = %(client_id)s and dia = any(%(dias)s)
),
vendas as materialized (
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
        case
            when bool_or(situacao = 'cancelada' and natureza_cancelamento is null) then null
            else count(distinct order_id) filter (where natureza_cancelamento = 'pre_envio')
        end as pedidos_cancelados_pre,
        coalesce(sum(valor) filter (where cancelado_antes_do_pagamento), 0) as valor_cancelado_sem_pagamento,
        count(*) filter (where natureza_cancelamento = 'pos_envio') as devolvidas,
        sum(frete_vendedor) filter (where natureza_cancelamento = 'pos_envio') as frete_devolvidas,
        sum(custo_envio_proprio) filter (where natureza_cancelamento = 'pos_envio') as envio_devolvidas,
        count(distinct compra) filter (where situacao = 'valida') as compras,
        coalesce(sum(quantidade) filter (where situacao = 'valida'), 0) as unidades,
        sum(quantidade) as unidades_brutas,
        -- other channels name no buyer: nobody known is not nobody
        case
            when not bool_or(situacao = 'valida') or bool_or(situacao = 'valida' and comprador is not null)
                then count(distinct comprador) filter (where situacao = 'valida')
        end as compradores,
        count(distinct sku) filter (where situacao = 'valida' and not starts_with(sku, '__SEM_SKU__:'))
            as skus_vendidos,
        count(*) filter (where situacao = 'valida') as validas,
        count(*) filter (where situacao = 'valida' and canal = 'mercado_livre') as validas_ml,
        coalesce(sum(valor) filter (where situacao = 'valida' and canal = 'mercado_livre'), 0)
            as faturamento_mercado_livre,
        count(distinct order_id) filter (where situacao = 'valida' and canal = 'mercado_livre')
            as pedidos_mercado_livre,
        count(distinct order_id) filter (where canal = 'mercado_livre') as pedidos_brutos_mercado_livre,
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
            as faturamento_sem_sku,
        sum(custo) filter (where situacao = 'valida') as cmv,
        sum(valor - custo) filter (where situacao = 'valida') as lucro_bruto,
        coalesce(sum(valor) filter (where situacao = 'valida' and custo is not null), 0) as faturamento_com_custo,
        case
            when not bool_or(situacao = 'valida' and imposto is null) then sum(imposto) filter (where situacao = 'valida')
        end as imposto,
        coalesce(sum(valor) filter (where situacao = 'valida' and imposto is not null), 0) as faturamento_com_imposto,
        max(aliquota) as aliquota_efetiva,
        case
            when not bool_or(situacao = 'valida' and tipo_logistico = 'self_service' and custo_envio_proprio is null)
                then sum(custo_envio_proprio) filter (where situacao = 'valida')
        end as custo_envio_proprio,
        coalesce(sum(outros_variaveis), 0) as outros_variaveis
    from linhas
    where situacao in ('valida', 'cancelada')
    group by {key}
),
pendentes as materialized (
    select {key}, count(distinct order_id) as pedidos_pendentes from linhas where situacao = 'pendente' group by {key}
),
motivos as materialized (
    select {key}, array_agg(distinct falta order by falta) as faltantes
    from linhas, unnest(linhas.faltantes) as falta
    where situacao in ('valida', 'cancelada') and linhas.faltantes <> '{{}}'
    group by {key}
)
