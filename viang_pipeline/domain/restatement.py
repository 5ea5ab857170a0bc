"""Why a number that was already shown has changed (kpis.md §7, restatement ledger). Pure: rows before and after in.

The reasons are those of the dictionary. A freight observed late is a change of the shipment's status, a bill
that arrives one of the order's; what nothing else explains came from reading or rebuilding again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Literal, NamedTuple

Reason = Literal[
    "status_mudou",
    "pagamento_tardio",
    "reembolso",
    "ads_atribuicao",
    "visita_tardia",
    "custo_alterado",
    "imposto_alterado",
    "remapeamento_sku",
    "correcao_formula",
    "reprocesso",
]
Values = Mapping[str, object]
Number = int | Decimal

_BY_METRIC: dict[str, Reason] = {
    "reembolsos": "reembolso",
    "reembolsos_no_dia": "reembolso",
    "custo_devolucao": "reembolso",
    "devolucoes": "reembolso",
    "devolucoes_no_dia": "reembolso",
    "unidades_devolvidas": "reembolso",
    "reclamacoes": "status_mudou",
    "mediacoes": "status_mudou",
    "frete_vendedor": "status_mudou",
    "frete_comprador": "status_mudou",
    "faturamento_com_frete": "status_mudou",
    "pedidos_pendentes": "status_mudou",
    "comissao_faturada": "status_mudou",
    "divergencia_comissao": "status_mudou",
    "faturamento_com_tarifa_faturada": "status_mudou",
    # A photo is never rewritten: only its costs change what it is worth.
    "valor_estoque": "custo_alterado",
    "estoque_avaliado": "custo_alterado",
}
_OF_COST = ("cmv", "lucro_bruto", "faturamento_com_custo", "outros_variaveis")
_OF_TAX = ("imposto", "faturamento_com_imposto", "aliquota_efetiva")
_OF_MANY = ("custo_envio_proprio", "faturamento_coberto", "mc_pre_ads", "ads_na_margem", "mc")
_PARTS: tuple[tuple[tuple[str, ...], Reason], ...] = (
    (("comissao", "frete_vendedor"), "status_mudou"),
    ((*_OF_COST, "custo_envio_proprio"), "custo_alterado"),
    (_OF_TAX, "imposto_alterado"),
    (("custo_devolucao",), "reembolso"),
    (("ads_investimento", "ads_nao_alocado"), "ads_atribuicao"),
)
"""What a margin is made of; the first part that moved explains the margin's move."""


class Restatement(NamedTuple):
    """One value of a row that is not what it was; None where there was or is no value."""

    metric: str
    old: Number | None
    new: Number | None
    reason: Reason


class RowMove(NamedTuple):
    """A row of a day already shown, before and after; None where there was or is no row."""

    old: Values | None
    new: Values | None


def restatements(metrics: Iterable[str], move: RowMove, *, moved_between_skus: bool) -> list[Restatement]:
    """Every value among ``metrics`` that differs, with its reason.

    ``moved_between_skus``: the day as a whole sold the same, so what a SKU lost another one won.
    """
    found = []
    for metric in metrics:
        old, new = _value(move.old, metric), _value(move.new, metric)
        if old != new:
            found.append(Restatement(metric, old, new, _reason(metric, move, moved_between_skus)))
    return found


def moved_between_skus(moves: Iterable[RowMove]) -> bool:
    """Whether gross sales of the day only changed places: the SKUs' differences add up to nothing."""
    differences = [_number(move.new, "vendas_brutas") - _number(move.old, "vendas_brutas") for move in moves]
    return any(differences) and not sum(differences)


def _reason(metric: str, move: RowMove, moved: bool) -> Reason:
    if move.old and move.new and move.old.get("versao_metrica") != move.new.get("versao_metrica"):
        return "correcao_formula"
    if metric.startswith("ads_") and metric not in _OF_MANY:
        return "ads_atribuicao"
    if metric.startswith("visitas"):
        return "visita_tardia"
    if moved:
        return "remapeamento_sku"
    if metric in _BY_METRIC:
        return _BY_METRIC[metric]
    if metric == "faturamento_liquido" and not _differs(move, "faturamento"):
        return "reembolso"
    if _number(move.new, "pedidos_brutos") > _number(move.old, "pedidos_brutos"):
        return "pagamento_tardio"
    if any(_differs(move, name) for name in ("pedidos", "pedidos_cancelados", "faturamento", "valor_cancelado")):
        return "status_mudou"
    if _differs(move, "faturamento_sem_sku"):
        return "remapeamento_sku"
    if metric in _OF_COST:
        return "custo_alterado"
    if metric in _OF_TAX:
        return "imposto_alterado"
    if metric in _OF_MANY:
        return next((why for parts, why in _PARTS if any(_differs(move, part) for part in parts)), "reprocesso")
    if _differs(move, "frete_vendedor"):
        return "status_mudou"
    return "reprocesso"


def _differs(move: RowMove, metric: str) -> bool:
    return _value(move.old, metric) != _value(move.new, metric)


def _number(row: Values | None, metric: str) -> Number:
    return _value(row, metric) or 0


def _value(row: Values | None, metric: str) -> Number | None:
    value = row.get(metric) if row is not None else None
    return value if isinstance(value, int | Decimal) else None
