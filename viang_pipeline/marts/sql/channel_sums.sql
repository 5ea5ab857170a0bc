-- One client's numbers per day and channel: the sales and margins that add up over channels (kpis.md §5.1–§5.5). Ads are
-- not here: those of other channels are not known. Parameters: client_id, dias (date[]).
with {sales},
{covered},
margens as materialized (
    select
        dia,
        canal,
        sku,
        coalesce(sum(valor) filter (where situacao = 'valida'), 0) as faturamento,
        coalesce(sum(valor) filter (where na_margem), 0) as coberto,
        coalesce(
            sum(
                valor - comissao - frete_vendedor - custo_envio_proprio - custo - imposto
                - coalesce(outros_variaveis, 0) - devolucao
            ) filter (where na_margem),
            0
        )
        - coalesce(sum(devolucao) filter (where situacao = 'cancelada'), 0)
        - coalesce(sum(frete_vendedor) filter (where natureza_cancelamento = 'pos_envio'), 0)
        - coalesce(sum(custo_envio_proprio) filter (where natureza_cancelamento = 'pos_envio'), 0) as margem,
        -- what a sale that is none any more cost is known
        bool_and(
            situacao = 'valida'
            or devolucao_lida and (natureza_cancelamento is distinct from 'pos_envio' or frete_vendedor is not null)
        ) as conhecida
    from linhas_com_devolucao
    group by dia, canal, sku
),
margem as materialized (
    select
        dia,
        canal,
        sum(coberto) as faturamento_coberto,
        case
            when sum(coberto) > 0 or sum(faturamento) = 0
                then sum(margem) filter (where case when faturamento > 0 then coberto > 0 else conhecida end)
        end as mc_pre_ads
    from margens
    group by dia, canal
),
numeros as (
    select
        dia,
        canal,
        v.vendas_brutas,
        v.faturamento,
        v.valor_cancelado,
        v.valor_cancelado_pre,
        v.valor_devolvido,
        v.valor_cancelado_sem_pagamento,
        v.reembolsos,
        v.faturamento - v.reembolsos as faturamento_liquido,
        v.pedidos_brutos,
        v.pedidos,
        v.pedidos_cancelados,
        coalesce(p.pedidos_pendentes, 0) as pedidos_pendentes,
        v.compras,
        v.unidades,
        v.unidades_brutas,
        case when v.validas = 0 then 0 else v.comissao end as comissao,
        case when v.validas = 0 then 0 else v.frete_vendedor end as frete_vendedor,
        case when v.validas = 0 then 0 else v.custo_envio_proprio end as custo_envio_proprio,
        case when v.validas = 0 then 0 else v.repasse_estimado end as repasse_estimado,
        case when v.validas = 0 then 0 else v.cmv end as cmv,
        case when v.validas = 0 then 0 else v.lucro_bruto end as lucro_bruto,
        case when v.validas = 0 then 0 else v.imposto end as imposto,
        v.outros_variaveis,
        m.faturamento_coberto,
        m.mc_pre_ads,
        v.faturamento_com_comissao,
        v.faturamento_com_frete,
        v.faturamento_com_repasse,
        v.faturamento_com_custo,
        v.faturamento_com_imposto,
        v.faturamento_sem_sku,
        coalesce(f.faltantes, '{{}}') as faltantes
    from vendas as v
    join margem as m using (dia, canal)
    left join pendentes as p using (dia, canal)
    left join motivos as f using (dia, canal)
)
select dia, canal, {columns} from numeros
