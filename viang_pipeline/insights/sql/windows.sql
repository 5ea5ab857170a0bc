-- The sums of one client over some windows of days, one row each (kpis.md R5): ratios are made from them, never averaged.
-- A figure that is never partial on a day is not partial here; the others come with their coverage.
-- Parameters: client_id, nomes (text[]), de, ate (date[]).
with janelas as (
    select * from unnest(%(nomes)s::text[], %(de)s::date[], %(ate)s::date[]) as janela (nome, de, ate)
),
dias as (
    select
        nome,
        count(*) as dias_com_numeros,
        sum(vendas_brutas) as vendas_brutas,
        sum(faturamento) as faturamento,
        sum(valor_cancelado) as valor_cancelado,
        sum(reembolsos) as reembolsos,
        sum(faturamento_liquido) as faturamento_liquido,
        sum(unidades)::numeric as unidades,
        sum(pedidos)::numeric as pedidos,
        sum(pedidos_brutos)::numeric as pedidos_brutos,
        sum(pedidos_cancelados)::numeric as pedidos_cancelados,
        case when bool_and(devolucoes is not null) then sum(devolucoes)::numeric end as devolucoes,
        sum(comissao) as comissao,
        sum(frete_vendedor) as frete_vendedor,
        case when bool_and(custo_envio_proprio is not null) then sum(custo_envio_proprio) end as custo_envio_proprio,
        sum(repasse_estimado) as repasse_estimado,
        sum(cmv) as cmv,
        sum(lucro_bruto) as lucro_bruto,
        case when bool_and(imposto is not null) then sum(imposto) end as imposto,
        case when bool_and(custo_devolucao is not null) then sum(custo_devolucao) end as custo_devolucao,
        sum(faturamento_com_comissao) as faturamento_com_comissao,
        sum(faturamento_com_frete) as faturamento_com_frete,
        sum(faturamento_com_repasse) as faturamento_com_repasse,
        sum(faturamento_com_custo) as faturamento_com_custo,
        sum(faturamento_coberto) as faturamento_coberto,
        sum(mc_pre_ads) as mc_pre_ads,
        case when bool_and(ads_na_margem is not null) then sum(mc) end as mc,
        case when bool_and(ads_na_margem is not null) then sum(ads_na_margem) end as ads_na_margem,
        case when bool_and(ads_investimento is not null) then sum(ads_investimento) end as ads_investimento,
        case when bool_and(ads_receita is not null) then sum(ads_receita) end as ads_receita,
        case when bool_and(ads_cliques is not null) then sum(ads_cliques)::numeric end as ads_cliques,
        case when bool_and(ads_impressoes is not null) then sum(ads_impressoes)::numeric end as ads_impressoes,
        case when bool_and(visitas is not null) then sum(visitas)::numeric end as visitas,
        sum(visitas)::numeric as visitas_observadas,
        sum(pedidos_com_visita)::numeric as pedidos_com_visita,
        bool_and(maturidade_vendas = 'final') as vendas_finais,
        bool_and(maturidade_ads = 'final') as ads_finais,
        bool_and(maturidade_visitas = 'final') as visitas_finais,
        bool_and(maturidade_devolucoes = 'final') as devolucoes_finais
    from janelas
    join dashboard.agg_client_day as dia on dia.client_id = %(client_id)s and dia.dia between de and ate
    group by nome
),
linhas as (
    select
        nome,
        count(distinct compra)::numeric as compras,
        count(distinct order_id) filter (where coberta) as pedidos_cobertos,
        sum(comissao) filter (where coberta) as comissao_coberta,
        sum(frete_vendedor) filter (where coberta) as frete_coberto,
        sum(custo_envio_proprio) filter (where coberta) as envio_coberto,
        sum(custo) filter (where coberta) as custo_coberto,
        sum(imposto) filter (where coberta) as imposto_coberto,
        sum(coalesce(outros_variaveis, 0)) filter (where coberta) as outros_cobertos
    from janelas
    join dashboard.fact_order_line as linha
        on linha.client_id = %(client_id)s and linha.dia between de and ate and situacao = 'valida'
    group by nome
),
leituras as (
    select nome, count(*) as dias_lidos
    from janelas
    join dashboard.source_reads as leitura
        on leitura.client_id = %(client_id)s and leitura.dia between de and ate
        and source = 'mercado_livre' and resource = 'orders' and completo
    group by nome
),
anuncios as (
    select nome, count(*) filter (where estado in ('lido', 'sem_ads') and not pendente) as dias_ads_fechados
    from janelas
    join dashboard.fact_ads_client_day as dia on dia.client_id = %(client_id)s and dia.dia between de and ate
    group by nome
)
select *
from janelas
left join dias using (nome)
left join linhas using (nome)
left join leituras using (nome)
left join anuncios using (nome)
