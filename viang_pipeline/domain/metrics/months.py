"""What only a month has (kpis.md §5.5): bills by competence and what is left after them. Never spread over days."""

from viang_pipeline.domain.metrics.record import VALIDAS, Metric

MONTH = "C (mês)"

_TABLE = "vw_client_month"
_BILLS = "Bling: contas a pagar; categorias informadas pelo cliente"
_NONE = "não se aplica"

MONTHS: tuple[Metric, ...] = (
    Metric(
        "despesas_fixas", "Despesas fixas", "Fixed expenses", "BRL", (MONTH,), "A",
        "Σ contas a pagar das categorias fixas, pela competência", _BILLS, -1, 45, exclusoes="contas canceladas",
        cancelamento=_NONE,
        regra_null="NULL quando as contas do mês não foram lidas por completo, ou alguma não tem categoria informada",
        ressalva="Por competência: não é o que venceu nem o que foi pago no mês.", tabela=_TABLE,
    ),
    Metric(
        "lucro", "Lucro operacional estimado", "Estimated operating profit", "BRL", (MONTH,), "A",
        "Σ margem de contribuição − despesas fixas − custos do Full", f"linhas de pedido; Mercado Ads; faturas; {_BILLS}",
        1, 45, inclusoes=VALIDAS, cancelamento="o custo de uma devolução continua contando",
        regra_null="NULL com cobertura da margem abaixo de 95 % ou enquanto falta uma das partes",
        ressalva="Só por mês completo; o Full é o do período de faturamento com a chave do mês, que não é o mês civil.",
        tabela=_TABLE,
    ),
)  # fmt: skip
