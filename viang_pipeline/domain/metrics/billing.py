"""What was billed against what was estimated (kpis.md §5.2). Billing never overwrites an estimate."""

from viang_pipeline.domain.metrics.record import VALIDAS, Metric

_BILLING = "Mercado Livre: faturamento da plataforma"
_NULL = "NULL enquanto nenhum pedido do dia foi faturado"

BILLING: tuple[Metric, ...] = (
    Metric(
        "comissao_faturada", "Tarifa de venda faturada", "Billed selling fee", "BRL", ("S", "C"), "A",
        "Σ tarifa líquida das linhas de faturamento dos pedidos", _BILLING, 0, 45, inclusoes=VALIDAS, regra_null=_NULL,
        ressalva="Chega depois; serve para conferir.",
    ),
    Metric(
        "divergencia_comissao", "Divergência de tarifa", "Fee variance", "BRL", ("S", "C"), "A",
        "tarifa faturada − comissão, só dos pedidos faturados", _BILLING, 0, 45, inclusoes=VALIDAS, regra_null=_NULL,
        ressalva="Positivo: faturaram mais do que o estimado.",
    ),
)  # fmt: skip
