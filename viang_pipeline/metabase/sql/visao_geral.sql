-- card: clientes
select distinct client_id from dashboard.vw_client_quality order by client_id

-- card: faturamento
with {janelas}
select dia_antes as dia, case when comparavel and faturamento_antes > 0 then faturamento_antes end as faturamento
from lado_a_lado
union all
select dia, faturamento from lado_a_lado
order by dia

-- card: pedidos
with {janelas}
select dia_antes as dia, case when comparavel and pedidos_antes > 0 then pedidos_antes end as pedidos
from lado_a_lado
union all
select dia, pedidos from lado_a_lado
order by dia

-- card: ticket_medio
with {janelas}
select dia_antes as dia, case when comparavel then round(faturamento_antes / nullif(compras_antes, 0), 2) end as ticket_medio
from lado_a_lado
union all
select dia, round(faturamento / nullif(compras, 0), 2) from lado_a_lado
order by dia

-- card: mc_pct
with {periodo}
select round(sum(mc) / nullif(sum(faturamento_coberto) filter (where mc is not null), 0), 6) as mc_pct from dias

-- card: mc_cobertura
with {periodo}
select round(sum(faturamento_coberto) filter (where mc is not null) / nullif(sum(faturamento), 0), 6) as mc_cobertura from dias

-- card: dias_preliminares
with {periodo}
select count(distinct dia) filter (where maturidade_vendas <> 'final') as dias from dias

-- card: faturamento_por_dia
with {periodo}
select
    dia,
    case maturidade_vendas when 'final' then 'final' else 'preliminar' end as situacao,
    sum(faturamento) as faturamento
from dias
group by 1, 2
order by 1, 2

-- card: conversao_por_dia
with {periodo}
select dia, round(sum(pedidos_com_visita)::numeric / nullif(sum(visitas), 0), 6) as conversao
from dias
where visitas is not null and pedidos_com_visita is not null
group by dia
order by dia

-- card: comparacao
with {janelas},
numeros (ordem, numero, tipo, atual, anterior, comparavel) as (
    select 1, 'Faturamento', 'R$', faturamento, faturamento_antes, comparavel from lado_a_lado
    union all select 2, 'Pedidos válidos', 'un', pedidos, pedidos_antes, comparavel from lado_a_lado
    union all select 3, 'Unidades vendidas', 'un', unidades, unidades_antes, comparavel from lado_a_lado
    union all select 4, 'Ticket médio (por compra)', 'R$', round(faturamento / nullif(compras, 0), 2),
        round(faturamento_antes / nullif(compras_antes, 0), 2), comparavel from lado_a_lado
    union all select 5, 'Margem de contribuição', 'R$', mc, mc_antes, margem_comparavel from lado_a_lado
    union all select 6, 'Margem de contribuição (%)', '%', round(100 * mc / nullif(faturamento_coberto, 0), 2),
        round(100 * mc_antes / nullif(faturamento_coberto_antes, 0), 2),
        margem_comparavel and least(pedidos * mc_cobertura, pedidos_antes * mc_cobertura_antes) >= 20 from lado_a_lado
    union all select 7, 'Cobertura da margem', '%', round(100 * mc_cobertura, 2), round(100 * mc_cobertura_antes, 2),
        comparavel from lado_a_lado
    union all select 8, 'Investimento em Ads', 'R$', ads_investimento, ads_investimento_antes, comparavel
        from lado_a_lado
    union all select 9, 'TACOS', '%', round(100 * ads_investimento / nullif(faturamento, 0), 2),
        round(100 * ads_investimento_antes / nullif(faturamento_antes, 0), 2), comparavel from lado_a_lado
)
select
    numero,
    tipo as unidade,
    atual,
    anterior,
    case when comparavel then atual - anterior end as diferenca,
    case when comparavel and tipo <> '%' and anterior > 0 then round((atual - anterior) / anterior, 6) end as variacao,
    case
        when atual is null or anterior is null then 'sem número em um dos períodos'
        when not coalesce(comparavel, false) then 'não se compara: leituras ou coberturas diferentes'
        when tipo = '%' and abs(atual - anterior) < 0.5 or tipo <> '%' and abs(atual - anterior) < 0.02 * anterior
            then 'estável'
        when tipo = '%' then 'diferença em pontos percentuais'
        else ''
    end as leitura
from numeros
order by ordem

-- card: por_cliente
with {periodo}
select
    client_id,
    sum(faturamento) as faturamento,
    sum(pedidos)::bigint as pedidos,
    round(sum(faturamento) / nullif(sum(compras), 0), 2) as ticket_medio,
    round(sum(mc) / nullif(sum(faturamento_coberto) filter (where mc is not null), 0), 6) as mc_pct,
    round(sum(faturamento_coberto) filter (where mc is not null) / nullif(sum(faturamento), 0), 6) as mc_cobertura,
    case when bool_and(ads_investimento is not null)
        then round(sum(ads_investimento) / nullif(sum(faturamento), 0), 6) end as tacos,
    round(sum(pedidos_cancelados)::numeric / nullif(sum(pedidos_cancelados + pedidos), 0), 6) as taxa_cancelamento,
    count(*) filter (where maturidade_vendas <> 'final') as dias_preliminares
from dias
group by client_id
order by faturamento desc nulls last
