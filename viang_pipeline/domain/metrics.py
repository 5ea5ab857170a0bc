"""The metric dictionary as data: one record per number the platform shows (kpis.md §1 "Metric record", §5).

Feeds the table columns and their comments, ``metric_definitions``, Dagster's column metadata and the docs.
A change of meaning is a new id, never an edit (R12).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Unit = Literal["BRL", "un", "fração", "dias", "nota"]
Additivity = Literal["A", "S", "D", "R", "P"]

METRIC_VERSION = 1


@dataclass(frozen=True)
class Metric:
    """One metric. ``graos``: S = SKU-day, C = client-day. ``polaridade``: +1 higher is better, -1 lower, 0 neutral."""

    id: str
    nome_pt: str
    name_en: str
    unidade: Unit
    graos: tuple[str, ...]
    aditividade: Additivity
    numerador: str
    fonte: str
    polaridade: Literal[1, 0, -1]
    dias_ate_final: int
    denominador: str | None = None
    inclusoes: str = ""
    exclusoes: str = ""
    cancelamento: str = "sai da métrica quando o pedido é cancelado"
    regra_null: str = "NULL quando os pedidos do dia não foram lidos por completo"
    ressalva: str = ""
    versao: int = METRIC_VERSION

    @property
    def comment(self) -> str:
        """The Portuguese column comment analysts read in Metabase."""
        formula = self.numerador if self.denominador is None else f"{self.numerador} ÷ {self.denominador}"
        return f"{self.nome_pt}: {formula}." + (f" {self.ressalva}" if self.ressalva else "")


_PEDIDOS = "Mercado Livre: pedidos"
_ENVIOS = "Mercado Livre: custos de envio"
_VALIDAS = "linhas de pedidos paid ou partially_refunded"
_BRUTAS = "linhas de pedidos pagos, inclusive os cancelados depois"
_SPLIT = "pacotes divididos, pedidos de teste, moeda ou status desconhecidos"

METRICS: tuple[Metric, ...] = (
    # --- sales, kpis.md §5.1
    Metric(
        "vendas_brutas", "Vendas brutas (GMV)", "Gross sales / GMV", "BRL", ("S", "C"), "A",
        "Σ preço unitário × quantidade, cancelados incluídos", _PEDIDOS, 1, 7,
        inclusoes=_BRUTAS, exclusoes=_SPLIT, cancelamento="permanece na métrica",
        ressalva="Nunca é igual ao valor recebido; não inclui frete pago pelo comprador.",
    ),
    Metric(
        "faturamento", "Faturamento (bruto válido)", "Valid gross revenue", "BRL", ("S", "C"), "A",
        "Σ preço unitário × quantidade das vendas válidas", _PEDIDOS, 1, 7,
        inclusoes=_VALIDAS, exclusoes=_SPLIT,
        ressalva="Descontos pagos pelo vendedor já estão dentro do preço.",
    ),
    Metric(
        "valor_cancelado", "Valor cancelado", "Cancelled value", "BRL", ("S", "C"), "A",
        "Σ preço unitário × quantidade dos pedidos cancelados", _PEDIDOS, -1, 7,
        exclusoes=_SPLIT, cancelamento="é a métrica", ressalva="Valor pedido, não dinheiro devolvido.",
    ),
    Metric(
        "valor_cancelado_pre", "Cancelado antes do envio", "Cancelled before dispatch", "BRL", ("S", "C"), "A",
        "parte do valor cancelado cujo envio não tinha saído", _PEDIDOS, -1, 7,
        cancelamento="é a métrica", regra_null="NULL quando o envio de um pedido cancelado ainda não foi lido",
    ),
    Metric(
        "valor_devolvido", "Devolvido (estorno total após envio)", "Fully refunded after dispatch", "BRL", ("S", "C"), "A",
        "parte do valor cancelado cujo envio já tinha saído", _PEDIDOS, -1, 45,
        cancelamento="é a métrica", regra_null="NULL quando o envio de um pedido cancelado ainda não foi lido",
    ),
    Metric(
        "reembolsos", "Reembolsos (por data da venda)", "Refunds, by sale day", "BRL", ("S", "C"), "A",
        "Σ valor reembolsado dos pagamentos de pedidos válidos", _PEDIDOS, -1, 45,
        inclusoes=_VALIDAS, ressalva="Não inclui o estorno de pedidos cancelados, que já saíram do faturamento.",
    ),
    Metric(
        "reembolsos_no_dia", "Reembolsos (por data do reembolso)", "Refunds, by event day", "BRL", ("S", "C"), "A",
        "Σ valor reembolsado no dia, cancelados incluídos", _PEDIDOS, -1, 45,
        cancelamento="permanece na métrica", ressalva="Visão de caixa.",
    ),
    Metric(
        "faturamento_liquido", "Faturamento líquido de devoluções", "Revenue net of refunds", "BRL", ("S", "C"), "A",
        "faturamento − reembolsos", _PEDIDOS, 1, 45,
        ressalva="Líquido de devoluções, não de tarifas nem de impostos.",
    ),
    Metric(
        "pedidos_brutos", "Vendas (quantidade, bruta)", "Gross orders", "un", ("S", "C"), "D",
        "pedidos distintos, cancelados incluídos", _PEDIDOS, 1, 7, cancelamento="permanece na métrica",
    ),
    Metric("pedidos", "Pedidos válidos", "Valid orders", "un", ("S", "C"), "D", "pedidos válidos distintos", _PEDIDOS, 1, 7),
    Metric(
        "pedidos_cancelados", "Pedidos cancelados", "Cancelled orders", "un", ("S", "C"), "D",
        "pedidos cancelados distintos", _PEDIDOS, -1, 7, exclusoes=_SPLIT, cancelamento="é a métrica",
    ),
    Metric(
        "compras", "Compras (carrinhos)", "Purchases (packs)", "un", ("S", "C"), "D",
        "carrinhos distintos de pedidos válidos", _PEDIDOS, 1, 7,
        ressalva="Somar por SKU superestima: um carrinho pode ter vários SKUs.",
    ),
    Metric(
        "unidades", "Unidades vendidas", "Units sold", "un", ("S", "C"), "A", "Σ quantidade das vendas válidas", _PEDIDOS, 1, 7,
        ressalva="Um kit é 1 unidade do kit.",
    ),
    Metric(
        "unidades_brutas", "Unidades (brutas)", "Gross units", "un", ("S", "C"), "A",
        "Σ quantidade, cancelados incluídos", _PEDIDOS, 1, 7, cancelamento="permanece na métrica",
    ),
    Metric(
        "compradores", "Compradores únicos", "Unique buyers", "un", ("C",), "D", "compradores distintos de pedidos válidos",
        _PEDIDOS, 1, 7, ressalva="Nunca somar entre dias.",
    ),
    Metric(
        "skus_vendidos", "SKUs distintos vendidos", "Distinct SKUs sold", "un", ("C",), "D",
        "SKUs distintos com unidades vendidas", _PEDIDOS, 1, 7, exclusoes="itens sem SKU identificado",
    ),
    Metric(
        "pedidos_pendentes", "Pedidos aguardando pagamento", "Pending orders", "un", ("C",), "D",
        "pedidos ainda não pagos", _PEDIDOS, 0, 7, ressalva="Explica por que o dia ainda pode crescer.",
    ),
    Metric(
        "ticket_medio", "Ticket médio (por compra)", "Average order value", "BRL", ("S", "C"), "R",
        "faturamento", _PEDIDOS, 1, 7, denominador="compras", regra_null="NULL sem compras",
    ),
    Metric(
        "ticket_medio_pedido", "Ticket médio por pedido", "Average value per order", "BRL", ("S", "C"), "R",
        "faturamento", _PEDIDOS, 1, 7, denominador="pedidos", regra_null="NULL sem pedidos",
    ),
    Metric(
        "preco_medio", "Preço médio praticado", "Average selling price", "BRL", ("S", "C"), "R",
        "faturamento", _PEDIDOS, 0, 7, denominador="unidades", regra_null="NULL sem unidades",
    ),
    # --- marketplace costs, kpis.md §5.2
    Metric(
        "comissao", "Tarifa de venda (comissão)", "Selling fee", "BRL", ("S", "C"), "A",
        "Σ tarifa unitária × quantidade das vendas válidas", _PEDIDOS, 0, 7, inclusoes=_VALIDAS,
        regra_null="soma da parte conhecida, com cobertura; NULL quando nenhuma tarifa é conhecida",
    ),
    Metric(
        "comissao_pct", "Comissão sobre faturamento", "Take rate", "fração", ("S", "C"), "R",
        "comissao", _PEDIDOS, -1, 7, denominador="faturamento das linhas com tarifa",
        regra_null="NULL sem faturamento com tarifa", ressalva="Faixa plausível: 8 % a 22 %.",
    ),
    Metric(
        "frete_vendedor", "Frete pago pelo vendedor", "Shipping paid by seller", "BRL", ("S", "C"), "A",
        "custo do remetente, uma vez por envio, rateado pelas linhas do envio", _ENVIOS, 0, 30, inclusoes=_VALIDAS,
        regra_null="soma da parte observada, com cobertura; NULL quando nenhum frete foi observado",
    ),
    Metric(
        "frete_comprador", "Frete pago pelo comprador", "Shipping paid by buyer", "BRL", ("C",), "A",
        "custo do destinatário, uma vez por envio", _ENVIOS, 0, 30, inclusoes=_VALIDAS,
        regra_null="soma da parte observada; NULL quando nenhum frete foi observado", ressalva="Informativo.",
    ),
    Metric(
        "repasse_estimado", "Repasse estimado", "Estimated payout", "BRL", ("S", "C"), "A",
        "faturamento − comissao − frete_vendedor, nas linhas em que os dois são conhecidos", _ENVIOS, 1, 30,
        inclusoes=_VALIDAS, regra_null="NULL quando nenhuma linha tem tarifa e frete conhecidos",
        ressalva="Não desconta parcelamento, impostos, reembolsos posteriores nem Ads.",
    ),
    # --- coverage, kpis.md R7 and D7
    Metric(
        "comissao_cobertura", "Cobertura da comissão", "Fee coverage", "fração", ("S", "C"), "R",
        "faturamento das linhas com tarifa", _PEDIDOS, 1, 7, denominador="faturamento", regra_null="NULL sem faturamento",
    ),
    Metric(
        "frete_vendedor_cobertura", "Cobertura do frete", "Shipping coverage", "fração", ("S", "C"), "R",
        "faturamento das linhas com frete observado", _ENVIOS, 1, 30, denominador="faturamento",
        regra_null="NULL sem faturamento",
    ),
    Metric(
        "repasse_estimado_cobertura", "Cobertura do repasse", "Payout coverage", "fração", ("S", "C"), "R",
        "faturamento das linhas com tarifa e frete", _ENVIOS, 1, 30, denominador="faturamento",
        regra_null="NULL sem faturamento",
    ),
    Metric(
        "receita_sem_sku_pct", "Receita sem SKU", "Revenue without SKU", "fração", ("C",), "R",
        "faturamento dos itens sem SKU", _PEDIDOS, -1, 7, denominador="faturamento", regra_null="NULL sem faturamento",
    ),
)  # fmt: skip

BY_ID: dict[str, Metric] = {metric.id: metric for metric in METRICS}


def table_metrics(grain: str) -> tuple[Metric, ...]:
    """Metrics stored as columns at a grain: everything but ratios, which live only in views (R5)."""
    return tuple(m for m in METRICS if grain in m.graos and m.aditividade != "R")


def ratio_metrics(grain: str) -> tuple[Metric, ...]:
    """Metrics the views compute from stored sums at a grain."""
    return tuple(m for m in METRICS if grain in m.graos and m.aditividade == "R")


def additive_metrics(grain: str) -> tuple[Metric, ...]:
    """Class A metrics: Σ over SKUs of a day equals the client-day (I1)."""
    return tuple(m for m in METRICS if grain in m.graos and m.aditividade == "A")
