"""How a SKU stands among the client's (kpis.md §5.8, §5.9): figures over the last complete days, not of one day."""

from viang_pipeline.domain.metrics.record import PEDIDOS, VALIDAS, Metric

_TABLE = "sku_portfolio"

PORTFOLIO: tuple[Metric, ...] = (
    Metric(
        "vmd_30", "Venda média diária 30 d", "Average daily sales", "un/dia", ("S",), "R",
        "unidades dos últimos 30 dias completos", PEDIDOS, 1, 7, "30",
        inclusoes=VALIDAS, regra_null="NULL com menos de 28 dias calculados na janela", tabela=_TABLE,
    ),
    Metric(
        "curva_abc", "Curva ABC", "ABC class", "classe", ("S",), "P",
        "90 dias completos, SKUs por faturamento; participação acumulada antes do SKU < 80 % A, < 95 % B, senão C", PEDIDOS, 0, 7,
        inclusoes=VALIDAS, regra_null="NULL sem venda na janela",
        ressalva="O SKU que cruza o limite fica na classe de cima.", tabela=_TABLE,
    ),
    Metric(
        "tendencia", "Tendência", "Trend", "classe", ("S",), "P",
        "(unidades 30 dias ÷ 30) ÷ (unidades dos 60 dias antes ÷ 60); crescente ≥ 1,25, decrescente ≤ 0,75", PEDIDOS, 1, 7,
        inclusoes=VALIDAS, regra_null="NULL com menos de 12 unidades em 90 dias ou de 84 dias calculados",
        ressalva="As janelas não se sobrepõem.", tabela=_TABLE,
    ),
)  # fmt: skip
