"""What the seller's panel shows, what of ours it is held against and how far apart they may be (kpis.md §12)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal, NamedTuple

SETTLES = timedelta(days=3)
"""A day this old no longer differs from the panel by timing."""

FINAL = timedelta(days=7)
"""Orders are final then (kpis.md §7)."""

TOO_YOUNG = "há dias com menos de 3 dias"
NOT_READ = "há dias ainda não lidos por completo"
UNPAID_LEFT_OUT = "sem os pedidos cancelados antes do pagamento"
ONLY_TOLD = "só informa"


@dataclass(frozen=True)
class Figure:
    """A figure of the panel. ``tolerance`` None: a difference is expected and only told."""

    label: str
    unit: Literal["BRL", "un", "fração"]
    tolerance: Decimal | None


FIGURES: dict[str, Figure] = {
    "vendas_brutas": Figure("Vendas brutas", "BRL", Decimal(0)),
    "faturamento": Figure("Vendas concluídas", "BRL", None),
    "pedidos_brutos": Figure("Quantidade de vendas", "un", Decimal(0)),
    "unidades_brutas": Figure("Unidades vendidas", "un", Decimal(0)),
    "preco_medio_por_unidade": Figure("Preço médio por unidade", "BRL", Decimal(0)),
    "conversao_ml": Figure("Conversão", "fração", Decimal("0.001")),
    "visitas": Figure("Visitas únicas", "un", None),
    "comissao": Figure("Tarifa de venda e impostos", "BRL", None),
    "frete_vendedor": Figure("Tarifas de envio", "BRL", None),
    "repasse_estimado": Figure("Total (BRL)", "BRL", None),
}
"""Identifier, as in the dictionary where it has one → figure."""


class Compared(NamedTuple):
    """Ours and theirs; ``agrees`` None where it is only told, with the reason why."""

    ours: Decimal | None
    agrees: bool | None
    reason: str | None


def compare(name: str, theirs: Decimal, ours: Mapping[str, Decimal | None], last_day: date, today: date) -> Compared:
    """One figure of a window that ends on ``last_day``. ``ours``: sums of the window, None where a day was not read.

    The panel's gross figure may or may not hold orders cancelled before payment (§13.2): either agrees.
    """
    figure, own = FIGURES[name], _own(name, ours)
    if own is None:
        return Compared(None, None, NOT_READ)
    if figure.tolerance is None:
        return Compared(own, None, ONLY_TOLD)
    if today - last_day < SETTLES:
        return Compared(own, None, TOO_YOUNG)
    unpaid = ours.get("valor_cancelado_sem_pagamento")
    if name == "vendas_brutas" and unpaid and theirs == own - unpaid:
        return Compared(own - unpaid, True, UNPAID_LEFT_OUT)
    return Compared(own, abs(theirs - own) <= figure.tolerance, None)


def _own(name: str, ours: Mapping[str, Decimal | None]) -> Decimal | None:
    if name == "preco_medio_por_unidade":
        return _ratio(ours["vendas_brutas"], ours["unidades_brutas"], "0.01")
    if name == "conversao_ml":
        return _ratio(ours["pedidos_brutos"], ours["visitas"], "0.000001")
    return ours[name]


def _ratio(numerator: Decimal | None, denominator: Decimal | None, places: str) -> Decimal | None:
    if numerator is None or not denominator:
        return None
    return (numerator / denominator).quantize(Decimal(places), ROUND_HALF_UP)
