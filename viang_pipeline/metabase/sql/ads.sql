-- card: investimento
with {janelas}
select dia_antes as dia, case when comparavel and ads_investimento_antes > 0 then ads_investimento_antes end as investimento
from lado_a_lado
union all
select dia, ads_investimento from lado_a_lado
order by dia

-- card: receita
with {janelas}
select dia_antes as dia, case when comparavel and ads_receita_antes > 0 then ads_receita_antes end as receita
from lado_a_lado
union all
select dia, ads_receita from lado_a_lado
order by dia

-- card: acos
with {periodo}
select round(sum(ads_investimento) / nullif(sum(ads_receita), 0), 6) as acos from dias where ads_investimento is not null

-- card: tacos
with {periodo}
select round(sum(ads_investimento) / nullif(sum(faturamento), 0), 6) as tacos from dias where ads_investimento is not null

-- card: dias_nao_finais
with {periodo}
select count(distinct dia) filter (where maturidade_ads <> 'final' or ads_investimento is null) as dias from dias

-- card: por_dia
with {periodo}
select
    dia,
    case maturidade_ads when 'final' then 'final' when 'quase_final' then 'quase final' else 'preliminar' end as situacao,
    sum(ads_investimento) as investimento
from dias
group by 1, 2
order by 1, 2

-- card: indices_por_dia
with {periodo}
select
    dia,
    round(sum(ads_investimento) / nullif(sum(ads_receita), 0), 6) as acos,
    round(sum(ads_investimento) / nullif(sum(faturamento), 0), 6) as tacos
from dias
where ads_investimento is not null
group by dia
order by dia

-- card: por_sku
with {skus}
select
    client_id,
    sku,
    sum(ads_investimento) as investimento,
    sum(ads_receita) as receita,
    round(sum(ads_investimento) / nullif(sum(ads_receita), 0), 6) as acos,
    round(sum(mc_pre_ads) / nullif(sum(faturamento_coberto), 0), 6) as acos_equilibrio,
    round(sum(ads_investimento) / nullif(sum(ads_cliques), 0), 2) as cpc,
    sum(ads_cliques)::bigint as cliques,
    sum(ads_unidades)::bigint as unidades,
    bool_or(ads_rateado) as rateado
from dias
where ads_investimento is not null
group by client_id, sku
having sum(ads_investimento) > 0
order by investimento desc
limit 200

-- card: nao_alocado
with {periodo}
select
    client_id,
    sum(ads_investimento) as investimento,
    sum(ads_nao_alocado) as nao_alocado,
    round(sum(ads_nao_alocado) / nullif(sum(ads_investimento), 0), 6) as nao_alocado_pct
from dias
where ads_investimento is not null
group by client_id
order by investimento desc
