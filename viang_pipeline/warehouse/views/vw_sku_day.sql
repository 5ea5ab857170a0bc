-- Metabase reads this: the table and every ratio, each from sums of the same covered lines (kpis.md R5, R6).
select
    base.*,
    round(base.faturamento / nullif(base.compras, 0), 2) as ticket_medio,
    round(base.faturamento / nullif(base.pedidos, 0), 2) as ticket_medio_pedido,
    round(base.faturamento / nullif(base.unidades, 0), 2) as preco_medio,
    round(base.comissao / nullif(base.faturamento_com_comissao, 0), 6) as comissao_pct,
    round(base.faturamento_com_comissao / nullif(base.faturamento, 0), 6) as comissao_cobertura,
    round(base.faturamento_com_frete / nullif(base.faturamento, 0), 6) as frete_vendedor_cobertura,
    round(base.faturamento_com_repasse / nullif(base.faturamento, 0), 6) as repasse_estimado_cobertura
from dashboard.fact_sku_day as base
