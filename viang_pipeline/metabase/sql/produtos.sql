-- card: skus_vendidos
with {skus}
select count(distinct (client_id, sku)) filter (where unidades > 0 and sku not like '\_\_SEM\_SKU\_\_:%') as skus from dias

-- card: preco_medio
with {skus}
select round(sum(faturamento) / nullif(sum(unidades), 0), 2) as preco_medio from dias

-- card: sem_sku
with {periodo}
select round(sum(faturamento_sem_sku) / nullif(sum(faturamento), 0), 6) as receita_sem_sku_pct from dias

-- card: faturamento_por_dia
with {skus}
select
    dia,
    case maturidade_vendas when 'final' then 'final' else 'preliminar' end as situacao,
    sum(faturamento) as faturamento
from dias
group by 1, 2
order by 1, 2

-- card: mais_vendidos
with {skus}
select
    dias.client_id,
    dias.sku,
    sum(dias.faturamento) as faturamento,
    sum(dias.unidades)::bigint as unidades,
    round(sum(dias.faturamento) / nullif(sum(dias.unidades), 0), 2) as preco_medio,
    round(sum(dias.mc) / nullif(sum(dias.faturamento_coberto) filter (where dias.mc is not null), 0), 6) as mc_pct,
    round(sum(dias.faturamento_coberto) filter (where dias.mc is not null) / nullif(sum(dias.faturamento), 0), 6) as mc_cobertura,
    max(posicao.curva_abc) as curva_abc,
    max(posicao.tendencia) as tendencia
from dias
left join dashboard.vw_sku_portfolio as posicao using (client_id, sku)
group by dias.client_id, dias.sku
having sum(dias.unidades) > 0
order by faturamento desc nulls last
limit 200

-- card: curva_abc
with {carteira}
select coalesce(curva_abc, 'sem classe') as curva_abc, sum(faturamento_90d) as faturamento_90d, count(*) as skus
from carteira
group by 1
order by 1

-- card: em_queda
with {carteira}
select client_id, sku, unidades_60d_antes, unidades_30d, vmd_30, faturamento_90d, curva_abc
from carteira
where tendencia = 'decrescente'
order by faturamento_90d desc
limit 100

-- card: devolvidos
with {skus}
select
    client_id,
    sku,
    sum(pedidos)::bigint as pedidos,
    sum(devolucoes)::bigint as devolucoes,
    round(
        sum(devolucoes) filter (where dia < (now() at time zone 'America/Sao_Paulo')::date - 30)::numeric
        / nullif(sum(pedidos) filter (where dia < (now() at time zone 'America/Sao_Paulo')::date - 30), 0), 6
    ) as taxa_devolucao,
    sum(custo_devolucao) as custo_devolucao
from dias
where devolucoes is not null
group by client_id, sku
having sum(devolucoes) > 0
order by devolucoes desc, taxa_devolucao desc nulls last
limit 100
