-- Metabase reads this: sales and margin by channel, and every ratio from sums of the same covered lines (kpis.md R5, R6).
select
    base.*,
    round(base.faturamento / nullif(base.compras, 0), 2) as ticket_medio,
    round(base.faturamento / nullif(base.pedidos, 0), 2) as ticket_medio_pedido,
    round(base.faturamento / nullif(base.unidades, 0), 2) as preco_medio,
    round(base.comissao / nullif(base.faturamento_com_comissao, 0), 6) as comissao_pct,
    round(base.faturamento_com_comissao / nullif(base.faturamento, 0), 6) as comissao_cobertura,
    round(base.faturamento_com_frete / nullif(base.faturamento, 0), 6) as frete_vendedor_cobertura,
    round(base.faturamento_com_repasse / nullif(base.faturamento, 0), 6) as repasse_estimado_cobertura,
    round(base.faturamento_com_custo / nullif(base.faturamento, 0), 6) as cmv_cobertura,
    round(base.faturamento_coberto / nullif(base.faturamento, 0), 6) as mc_cobertura,
    round(base.mc_pre_ads / nullif(base.faturamento_coberto, 0), 6) as acos_equilibrio,
    round(base.pedidos_cancelados::numeric / nullif(base.pedidos_cancelados + base.pedidos, 0), 6) as taxa_cancelamento
from dashboard.agg_channel_day as base
