-- The SKUs whose stock asks for a decision first: out of stock, then soon to be. Parameters: client_id, dia, limite.
select sku, curva_abc, estoque_disponivel, vmd_30, cobertura_dias, estado_estoque as estado, venda_perdida_est
from dashboard.sku_portfolio
where client_id = %(client_id)s and dia = %(dia)s
  and (em_ruptura or estado_estoque in ('COMPRA_URGENTE', 'COMPRAR_EM_BREVE'))
order by em_ruptura is not true, estado_estoque = 'COMPRAR_EM_BREVE', faturamento_90d desc, sku
limit %(limite)s
