-- One client's numbers per {key}, for some days (kpis.md §5, §6): the one text behind fact_sku_day and agg_client_day,
-- so that they cannot disagree. Sales are sums of order lines; ads, visits, stock and returns come from marts of
-- their own and join by key. Distinct counts are recomputed at each grain; what a grain does not show is not computed.
-- Parameters: client_id, dias (date[]); only days whose orders were completely read are passed in.
-- Parts are materialized, all but the widest: written into one another they take twice as long to plan, and nobody asks
-- for less than the whole of one.
with {sales},
estornos as materialized (
    select {refund_key}, sum(reembolso) as reembolsos_no_dia
    from dashboard.fact_order_line
    where client_id = %(client_id)s and reembolso_dia = any(%(dias)s) and situacao in ('valida', 'cancelada')
    group by {refund_group}
),
devolucoes as materialized (
    select
        {return_key},
        count(distinct reclamacao) filter (where devolucao) as devolucoes,
        coalesce(sum(unidades_devolvidas), 0) as unidades_devolvidas,
        sum(custo_devolucao) as custo_devolucao,
        bool_or(not custo_lido) as custo_nao_lido,
        array_agg(distinct custo_motivo) as motivos
    from dashboard.fact_claim_line
    where client_id = %(client_id)s and dia_venda = any(%(dias)s) and {with_key}
    group by {return_group}
),
devolucoes_abertas as materialized (
    select {opened_return_key}, count(distinct reclamacao) as devolucoes_no_dia
    from dashboard.fact_claim_line
    where client_id = %(client_id)s and devolucao and dia_devolucao = any(%(dias)s) and {with_key}
    group by {opened_return_group}
),
reclamacoes as materialized (
    select
        {claim_key},
        count(distinct reclamacao) as reclamacoes,
        count(distinct reclamacao) filter (where mediacao) as mediacoes
    from dashboard.fact_claim_line
    where client_id = %(client_id)s and dia_abertura = any(%(dias)s) and {with_key}
    group by {claim_group}
),
tarifas as materialized (
    select
        {key},
        sum(comissao_faturada) as comissao_faturada,
        sum(divergencia_comissao) as divergencia_comissao,
        sum(valor) as faturado,
        count(*) as linhas
    from dashboard.fact_billing_line
    where client_id = %(client_id)s and dia = any(%(dias)s)
    group by {key}
),
faturas_lidas as materialized (
    select dia, true as lido from dashboard.source_reads
    where client_id = %(client_id)s and source = 'mercado_livre' and resource = 'billing' and completo
      and dia = any(%(dias)s)
),
{covered},
{blocks},
{margin},
maturidades as materialized ({maturity}),
chaves as materialized (
    select {key} from vendas
    union select {key} from estornos
    union select {key} from devolucoes
    union select {key} from devolucoes_abertas
    union select {key} from reclamacoes
    union select {key} from ads where ads_investimento <> 0 or ads_impressoes <> 0 or ads_cliques <> 0 or ads_receita <> 0
    union select {key} from visitas where visitas > 0
    union select {key} from estoque
),
numeros as (
    select
        {key},
        coalesce(v.vendas_brutas, 0) as vendas_brutas,
        coalesce(v.faturamento, 0) as faturamento,
        coalesce(v.valor_cancelado, 0) as valor_cancelado,
        case when v.dia is null then 0 else v.valor_cancelado_pre end as valor_cancelado_pre,
        case when v.dia is null then 0 else v.valor_devolvido end as valor_devolvido,
        coalesce(v.valor_cancelado_sem_pagamento, 0) as valor_cancelado_sem_pagamento,
        coalesce(v.reembolsos, 0) as reembolsos,
        coalesce(e.reembolsos_no_dia, 0) as reembolsos_no_dia,
        coalesce(v.faturamento - v.reembolsos, 0) as faturamento_liquido,
        coalesce(v.pedidos_brutos, 0) as pedidos_brutos,
        coalesce(v.pedidos, 0) as pedidos,
        coalesce(v.pedidos_cancelados, 0) as pedidos_cancelados,
        case when v.dia is null then 0 else v.pedidos_cancelados_pre end as pedidos_cancelados_pre,
        coalesce(v.compras, 0) as compras,
        coalesce(v.unidades, 0) as unidades,
        coalesce(v.unidades_brutas, 0) as unidades_brutas,
        case when v.dia is null then 0 else v.compradores end as compradores,
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
        coalesce(v.faturamento_mercado_livre, 0) as faturamento_mercado_livre,
        coalesce(v.pedidos_mercado_livre, 0) as pedidos_mercado_livre,
        coalesce(v.pedidos_brutos_mercado_livre, 0) as pedidos_brutos_mercado_livre,
        case when coalesce(v.validas, 0) = 0 then 0 else v.custo_envio_proprio end as custo_envio_proprio,
        case when coalesce(v.validas, 0) = 0 then 0 else v.cmv end as cmv,
        case when coalesce(v.validas, 0) = 0 then 0 else v.lucro_bruto end as lucro_bruto,
        case when coalesce(v.validas, 0) = 0 then 0 else v.imposto end as imposto,
        coalesce(v.faturamento_com_custo, 0) as faturamento_com_custo,
        coalesce(v.faturamento_com_imposto, 0) as faturamento_com_imposto,
        coalesce(v.outros_variaveis, 0) as outros_variaveis,
        v.aliquota_efetiva,
        coalesce(g.faturamento_coberto, 0) as faturamento_coberto,
        case when g.dia is not null then g.mc_pre_ads when r.lido then 0 end as mc_pre_ads,
        case when r.lido then coalesce(d.devolucoes, 0) end as devolucoes,
        case when r.lido then coalesce(da.devolucoes_no_dia, 0) end as devolucoes_no_dia,
        case when r.lido then coalesce(d.unidades_devolvidas, 0) end as unidades_devolvidas,
        case when r.lido then coalesce(q.reclamacoes, 0) end as reclamacoes,
        case when r.lido then coalesce(q.mediacoes, 0) end as mediacoes,
        case
            when not coalesce(r.lido, false) or d.custo_nao_lido then null
            when v.devolvidas > 0 and v.frete_devolvidas is null and d.custo_devolucao is null then null
            else coalesce(d.custo_devolucao, 0) + coalesce(v.frete_devolvidas, 0) + coalesce(v.envio_devolvidas, 0)
        end as custo_devolucao,
        -- with the bills read: nothing sold is zero, sold with nothing billed yet is NULL
        case when not coalesce(fl.lido, false) then null when coalesce(v.validas_ml, 0) = 0 then 0
             else f.comissao_faturada end as comissao_faturada,
        case when not coalesce(fl.lido, false) then null when coalesce(v.validas_ml, 0) = 0 then 0
             else f.divergencia_comissao end as divergencia_comissao,
        case when fl.lido then coalesce(f.faturado, 0) end as faturamento_com_tarifa_faturada,
        {block_columns}
        t.maturidade_vendas,
        t.maturidade_ads,
        t.maturidade_visitas,
        t.maturidade_devolucoes,
        t.maturidade_cobranca,
        array_remove(
            coalesce(m.faltantes, '{{}}')
            || case when not coalesce(r.lido, false) then 'reclamacoes_nao_lidas' end
            || d.motivos
            || case when not coalesce(fl.lido, false) then 'faturas_nao_lidas'
                    when coalesce(v.validas_ml, 0) > coalesce(f.linhas, 0) then 'tarifa_nao_faturada' end
            || {block_reasons},
            null
        ) as faltas
    from chaves
    left join vendas as v using ({key})
    left join motivos as m using ({key})
    left join estornos as e using ({key})
    left join pendentes as p using ({key})
    left join devolucoes as d using ({key})
    left join devolucoes_abertas as da using ({key})
    left join reclamacoes as q using ({key})
    left join tarifas as f using ({key})
    left join margem as g using ({key})
    left join ads as a using ({key})
    left join visitas as i using ({key})
    left join estoque as s using ({key})
    left join ads_do_dia as ad using (dia)
    left join visitas_do_dia as vd using (dia)
    left join estoque_do_dia as sd using (dia)
    left join reclamacoes_lidas as r using (dia)
    left join faturas_lidas as fl using (dia)
    left join maturidades as t using (dia)
)
select {key}, {columns}
from numeros, lateral (select array(select distinct x from unnest(faltas) as x order by x) as faltantes) as motivo
