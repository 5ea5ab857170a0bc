-- card: mc
with {janelas}
select dia_antes as dia, case when margem_comparavel and mc_antes > 0 then mc_antes end as mc from lado_a_lado
union all
select dia, mc from lado_a_lado
order by dia

-- card: mc_pct
with {periodo}
select round(sum(mc) / nullif(sum(faturamento_coberto) filter (where mc is not null), 0), 6) as mc_pct from dias

-- card: mc_cobertura
with {periodo}
select round(sum(faturamento_coberto) filter (where mc is not null) / nullif(sum(faturamento), 0), 6) as mc_cobertura from dias

-- card: dias_preliminares
with {periodo}
select count(distinct dia) filter (
    where maturidade_vendas <> 'final' or maturidade_ads <> 'final' or maturidade_devolucoes <> 'final'
) as dias
from dias

-- card: por_dia
with {periodo}
select
    dia,
    round(sum(mc) / nullif(sum(faturamento_coberto) filter (where mc is not null), 0), 6) as mc_pct,
    round(sum(faturamento_coberto) filter (where mc is not null) / nullif(sum(faturamento), 0), 6) as mc_cobertura
from dias
group by dia
order by dia

-- card: custos
with {periodo},
custos (ordem, custo, valor, faturamento_conhecido, faturamento) as (
    select 1, 'Comissão', sum(comissao), sum(faturamento_com_comissao), sum(faturamento) from dias
    union all select 2, 'Frete pago pelo vendedor', sum(frete_vendedor), sum(faturamento_com_frete), sum(faturamento)
        from dias
    union all select 3, 'Custo da mercadoria vendida', sum(cmv), sum(faturamento_com_custo), sum(faturamento) from dias
    union all select 4, 'Imposto estimado', sum(imposto), sum(faturamento_com_imposto) filter (where imposto is not null),
        sum(faturamento) from dias
    union all select 5, 'Investimento em Ads', sum(ads_investimento),
        sum(faturamento) filter (where ads_investimento is not null), sum(faturamento) from dias
)
select
    custo,
    valor,
    round(valor / nullif(faturamento_conhecido, 0), 6) as sobre_o_conhecido,
    round(faturamento_conhecido / nullif(faturamento, 0), 6) as cobertura
from custos
order by ordem

-- card: por_sku
with {skus}
select
    client_id,
    sku,
    sum(faturamento) as faturamento,
    sum(mc) as mc,
    round(sum(mc) / nullif(sum(faturamento_coberto) filter (where mc is not null), 0), 6) as mc_pct,
    round(sum(faturamento_coberto) filter (where mc is not null) / nullif(sum(faturamento), 0), 6) as mc_cobertura,
    round(sum(mc_pre_ads) / nullif(sum(faturamento_coberto), 0), 6) as acos_equilibrio
from dias
group by client_id, sku
having sum(faturamento) > 0
order by mc asc nulls last
limit 200

-- card: meses
select client_id, mes, faturamento, mc, mc_pct, mc_cobertura, despesas_fixas, custos_full, lucro, maturidade
from dashboard.vw_client_month
where true
    [[and client_id in ({{client_id}})]]
order by mes desc, client_id
limit 100
