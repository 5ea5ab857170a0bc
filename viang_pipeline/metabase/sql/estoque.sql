-- Stock is a photo of a day and is never summed over days: each client counts with its newest photo of the period.

-- card: valor
with {periodo}
select sum(valor_estoque) as valor_estoque
from (
    select distinct on (client_id) valor_estoque from dias where estoque_disponivel is not null order by client_id, dia desc
) as fotos

-- card: valor_cobertura
with {periodo}
select round(sum(estoque_avaliado)::numeric / nullif(sum(estoque_presente), 0), 6) as valor_estoque_cobertura
from (
    select distinct on (client_id) estoque_avaliado, estoque_presente
    from dias where estoque_disponivel is not null order by client_id, dia desc
) as fotos

-- card: em_ruptura
with {carteira}
select count(*) filter (where em_ruptura) as skus from carteira

-- card: taxa_ruptura
with {periodo}
select round(sum(dias_em_ruptura) / nullif(sum(dias_ativos), 0), 6) as taxa_ruptura
from (
    select distinct on (client_id) base.dias_em_ruptura, base.dias_ativos
    from dashboard.vw_client_stock as base
    where base.dia between (select inicio from periodo) and (select fim from periodo)
        [[and base.client_id in ({{client_id}})]]
    order by client_id, dia desc
) as fotos

-- card: venda_perdida
with {carteira}
select sum(venda_perdida_est) as venda_perdida_est from carteira

-- card: por_dia
with {periodo}
select client_id, dia, valor_estoque from dias where valor_estoque is not null order by dia, client_id

-- card: estados
with {carteira}
select
    coalesce(replace(lower(estado_estoque), '_', ' '), 'não afirmado') as estado,
    count(*) as skus
from carteira
where unidades_30d > 0 or estoque_disponivel > 0
group by estado_estoque
order by array_position(
    array['RUPTURA', 'COMPRA_URGENTE', 'COMPRAR_EM_BREVE', 'COBERTURA_BAIXA', 'ADEQUADA', 'EXCESSO'], estado_estoque
)

-- card: comprar
with {carteira}
select
    client_id, sku, replace(lower(estado_estoque), '_', ' ') as estado, estoque_disponivel, estoque_dia,
    cobertura_dias, vmd_30_ajustada, venda_perdida_est, curva_abc
from carteira
where estado_estoque in ('RUPTURA', 'COMPRA_URGENTE', 'COMPRAR_EM_BREVE')
order by
    array_position(array['RUPTURA', 'COMPRA_URGENTE', 'COMPRAR_EM_BREVE'], estado_estoque), faturamento_90d desc
limit 200

-- card: excesso
with {carteira}
select client_id, sku, estoque_disponivel, cobertura_dias, unidades_30d, curva_abc
from carteira
where estado_estoque = 'EXCESSO' or estoque_disponivel > 0 and unidades_30d = 0
order by estoque_disponivel desc
limit 100
