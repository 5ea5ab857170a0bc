"""What was billed against what was estimated (kpis.md §5.2). Billing never overwrites an estimate.

A billing period is no calendar month and its charges belong to no day: what has the grain ``C (período)`` stands in
views of its own and is never spread over days.
"""

from viang_pipeline.domain.metrics.record import VALIDAS, Metric

PERIOD = "C (período)"

_BILLING = "Mercado Livre: faturas"
_NULL = "NULL sem leitura das faturas, e enquanto nenhum pedido do dia foi faturado"
_UNREAD = "NULL sem leitura do período"
_NONE = "créditos reduzem"

BILLING: tuple[Metric, ...] = (
    Metric(
        "comissao_faturada", "Tarifa de venda faturada", "Billed selling fee", "BRL", ("S", "C"), "A",
        "Σ tarifa líquida das linhas de fatura dos pedidos, créditos descontados", _BILLING, 0, 45, inclusoes=VALIDAS,
        regra_null=_NULL, ressalva="Chega depois; serve para conferir.",
    ),
    Metric(
        "divergencia_comissao", "Divergência de tarifa", "Fee variance", "BRL", ("S", "C"), "A",
        "tarifa faturada − comissão, só dos pedidos faturados", _BILLING, 0, 45, inclusoes=VALIDAS, regra_null=_NULL,
        ressalva="Positivo: faturaram mais do que o estimado.",
    ),
    Metric(
        "comissao_faturada_cobertura", "Cobertura da tarifa faturada", "Billed fee coverage", "fração", ("S", "C"), "R",
        "faturamento dos pedidos já faturados", _BILLING, 1, 45, denominador="faturamento",
        regra_null="NULL sem leitura das faturas ou sem faturamento",
    ),
    Metric(
        "cobranca_mensal", "Cobrança mensal conciliada", "Billed charges", "BRL", (PERIOD,), "A",
        "Σ linhas de fatura do período, por tipo de cobrança", _BILLING, 0, 45, cancelamento=_NONE, regra_null=_UNREAD,
        ressalva="O período não é o mês civil; serve para conferir, não para gerir vendas.",
    ),
    Metric(
        "divergencia_cobranca", "Divergência de cobrança", "Billing variance", "BRL", (PERIOD,), "A",
        "cobrança do tipo − estimativa do tipo, dos mesmos pedidos", _BILLING, 0, 45, cancelamento=_NONE,
        regra_null="NULL onde não há estimativa", ressalva="Positivo: cobraram mais do que o estimado.",
    ),
    Metric(
        "custos_full", "Custos do Full (armazenagem, prolongado, retirada)", "Fulfilment costs", "BRL", (PERIOD,), "A",
        "Σ linhas de fatura do Full no período", _BILLING, -1, 45, cancelamento=_NONE, regra_null=_UNREAD,
        ressalva="Não existe por dia nem por pedido: nunca é repartido.",
    ),
)  # fmt: skip
