-- Metabase reads this: calendar months all of whose orders were read, as sums of their days, and what only a month has:
-- fixed expenses, Full's costs and the operating profit (kpis.md §5.2, §5.5). A figure that is never partial on a day is
-- not partial here; the others come with their coverage.
with leituras as (
    select
        client_id,
        date_trunc('month', dia)::date as mes,
        count(*) filter (where source = 'mercado_livre' and resource = 'orders') as dias_pedidos,
        count(*) filter (where source = 'mercado_livre' and resource = 'ads') as dias_ads,
        count(*) filter (where source = 'bling' and resource = 'payables') as dias_contas
    from dashboard.source_reads
    where completo
    group by 1, 2
),
dias as (
    select
        client_id,
        date_trunc('month', dia)::date as mes,
        sum(vendas_brutas) as vendas_brutas,
        sum(faturamento) as faturamento,
        sum(valor_cancelado) as valor_cancelado,
        sum(reembolsos) as reembolsos,
        sum(faturamento_liquido) as faturamento_liquido,
        sum(unidades)::bigint as unidades,
        sum(comissao) as comissao,
        sum(frete_vendedor) as frete_vendedor,
        case when bool_and(custo_envio_proprio is not null) then sum(custo_envio_proprio) end as custo_envio_proprio,
        sum(repasse_estimado) as repasse_estimado,
        case when bool_and(imposto is not null) then sum(imposto) end as imposto,
        sum(cmv) as cmv,
        sum(lucro_bruto) as lucro_bruto,
        case when bool_and(custo_devolucao is not null) then sum(custo_devolucao) end as custo_devolucao,
        sum(outros_variaveis) as outros_variaveis,
        sum(faturamento_coberto) as faturamento_coberto,
        sum(mc_pre_ads) as mc_pre_ads,
        bool_and(ads_na_margem is not null) as ads_lidos,
        sum(ads_investimento) as ads_investimento,
        sum(ads_receita) as ads_receita,
        sum(ads_na_margem) as ads_na_margem,
        sum(mc) as mc,
        sum(faturamento_com_comissao) as faturamento_com_comissao,
        sum(faturamento_com_frete) as faturamento_com_frete,
        sum(faturamento_com_custo) as faturamento_com_custo,
        bool_and(maturidade_vendas = 'final' and maturidade_ads = 'final' and maturidade_devolucoes = 'final') as final
    from dashboard.agg_client_day
    group by 1, 2
),
contas as (
    select
        client_id,
        mes,
        coalesce(sum(valor) filter (where fixa), 0) as fixas,
        bool_or(contas_nao_lidas > 0 and fixa is distinct from false) as nao_lidas,
        bool_or(categoria = '' and contas > contas_nao_lidas) as sem_categoria,
        bool_or(categoria <> '' and fixa is null) as nao_informadas
    from dashboard.fact_expense_month
    group by 1, 2
),
faturas as (
    select
        client_id,
        periodo as mes,
        coalesce(sum(cobranca_mensal) filter (where custo_do_vendedor and significado like 'full\_%'), 0) as custos_full,
        bool_and(fechado) as fechado
    from dashboard.billing_period
    group by 1, 2
),
meses as (
    select
        dias.*,
        dias.ads_lidos and leituras.dias_ads = calendario.dias as com_ads,
        case
            when leituras.dias_contas < calendario.dias then 'contas_a_pagar_nao_lidas'
            when contas.mes is null then 'sem_contas_a_pagar'
            when contas.nao_lidas then 'contas_sem_competencia'
            when contas.sem_categoria then 'contas_sem_categoria'
            when contas.nao_informadas then 'categorias_nao_informadas'
        end as falta_de_despesas,
        contas.fixas,
        faturas.custos_full,
        coalesce(dias.final and faturas.fechado, false) as fechado
    from dias
    join leituras using (client_id, mes)
    cross join lateral (select extract(day from dias.mes + interval '1 month - 1 day') as dias) as calendario
    left join contas using (client_id, mes)
    left join faturas using (client_id, mes)
    where leituras.dias_pedidos = calendario.dias
),
completos as (
    select
        meses.*,
        case when falta_de_despesas is null then fixas end as despesas_fixas,
        array_remove(array[
            case when not com_ads then 'ads_nao_lidos' end,
            case when faturamento_coberto >= 0.95 * faturamento and faturamento > 0 then null else 'cobertura_insuficiente' end,
            falta_de_despesas,
            case when custos_full is null then 'faturas_nao_lidas' end
        ], null) as faltantes
    from meses
)
select
    client_id,
    mes,
    vendas_brutas,
    faturamento,
    valor_cancelado,
    reembolsos,
    faturamento_liquido,
    unidades,
    comissao,
    round(faturamento_com_comissao / nullif(faturamento, 0), 6) as comissao_cobertura,
    round(comissao / nullif(faturamento_com_comissao, 0), 6) as comissao_pct,
    frete_vendedor,
    round(faturamento_com_frete / nullif(faturamento, 0), 6) as frete_vendedor_cobertura,
    custo_envio_proprio,
    repasse_estimado,
    imposto,
    cmv,
    round(faturamento_com_custo / nullif(faturamento, 0), 6) as cmv_cobertura,
    lucro_bruto,
    custo_devolucao,
    outros_variaveis,
    faturamento_coberto,
    round(faturamento_coberto / nullif(faturamento, 0), 6) as mc_cobertura,
    mc_pre_ads,
    case when com_ads then ads_investimento end as ads_investimento,
    case when com_ads then ads_na_margem end as ads_na_margem,
    case when com_ads then round(ads_investimento / nullif(ads_receita, 0), 6) end as acos,
    case when com_ads then round(ads_investimento / nullif(faturamento, 0), 6) end as tacos,
    case when com_ads then mc end as mc,
    case when com_ads then round(mc / nullif(faturamento_coberto, 0), 6) end as mc_pct,
    despesas_fixas,
    custos_full,
    case when faltantes = '{}' then mc - despesas_fixas - custos_full end as lucro,
    faltantes,
    case when fechado then 'final' else 'preliminar' end as maturidade
from completos
