-- card: atrasadas
select count(*) as fontes
from dashboard.vw_source_quality
where (frescor_min is null or frescor_min > 36 * 60)
    [[and client_id in ({{client_id}})]]

-- card: saude
select client_id, tema, situacao, detalhe, desde, o_que_fazer
from dashboard.vw_health
where situacao <> 'em ordem'
    [[and client_id in ({{client_id}})]]
order by situacao, desde nulls last, client_id, tema

-- card: dias_incompletos
with {periodo}
select count(*) as dias from dias where faltantes <> '{}'

-- card: quarentena
with {datas}
select coalesce(sum(registros), 0)::bigint as registros
from dashboard.vw_quarantine
where dia between (select inicio from periodo) and (select fim from periodo)
    [[and client_id in ({{client_id}})]]

-- card: confere
select
    client_id, fonte, periodo, item, nosso, informado, diferenca, diferenca_pct, confere, motivo, maturidade
from dashboard.vw_reconciliation
where true
    [[and client_id in ({{client_id}})]]
order by inicio desc, client_id, fonte, item
limit 200

-- card: lacunas
select
    client_id, dia, completude_pedidos, receita_sem_sku_pct, receita_sem_frete_pct, receita_sem_custo_pct,
    receita_sem_imposto_pct, dias_incompletos, reapresentacoes_7d, reapresentacoes_7d_valor
from dashboard.vw_client_quality
where true
    [[and client_id in ({{client_id}})]]
order by client_id

-- card: fontes
select client_id, fonte, recurso, lido_ate, ultima_leitura, dias_sem_leitura, ultima_falha, motivo
from dashboard.vw_source_quality
where true
    [[and client_id in ({{client_id}})]]
order by ultima_falha desc nulls last, dias_sem_leitura desc, client_id, fonte, recurso

-- card: reapresentacoes
with {datas}
select registrado_em, client_id, dia, sku, nome, antes, depois, diferenca, motivo
from dashboard.vw_restatements
where dia between (select inicio from periodo) and (select fim from periodo)
    [[and client_id in ({{client_id}})]]
order by registrado_em desc
limit 200

-- card: maturidade
with {periodo}
select
    dia,
    count(*) filter (where maturidade_vendas = 'final') as vendas,
    count(*) filter (where maturidade_ads = 'final') as ads,
    count(*) filter (where maturidade_visitas = 'final') as visitas,
    count(*) filter (where maturidade_devolucoes = 'final') as devolucoes,
    count(*) as clientes
from dias
group by dia
order by dia desc
