"""How a SKU stands among a client's SKUs: pace of sales, ABC class and trend (kpis.md §5.8, §5.9).

Pure: sums of the last 90 complete days in, statements out. What the history is too short for is not stated.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal, NamedTuple

WINDOW = 90
RECENT = 30
ENOUGH_RECENT_DAYS = 28
ENOUGH_DAYS = 84
ENOUGH_UNITS = 12

AbcClass = Literal["A", "B", "C"]
Trend = Literal["crescente", "estavel", "decrescente"]

SHORT_HISTORY = "historico_curto"
FEW_UNITS = "poucas_unidades"

_RATE = Decimal("0.000001")


class SkuSales(NamedTuple):
    """One SKU's valid sales in the window: units of its last 30 days, units of the 60 before, revenue (BRL)."""

    sku: str
    units_recent: int
    units_before: int
    revenue: Decimal


class SkuStanding(NamedTuple):
    """What can be said of a SKU; ``missing`` says why a statement is not made."""

    sku: str
    pace: Decimal | None
    abc: AbcClass | None
    trend: Trend | None
    missing: tuple[str, ...]


def standings(sales: Iterable[SkuSales], *, days_recent: int, days: int) -> list[SkuStanding]:
    """The standing of every SKU, by revenue.

    ``days_recent``, ``days``: of the last 30 and of all 90 days, how many have computed numbers.
    """
    ranked = sorted(sales, key=lambda each: (-each.revenue, each.sku))
    classes = abc_classes(ranked)
    return [
        SkuStanding(
            each.sku,
            daily_pace(each.units_recent, days_recent),
            classes.get(each.sku),
            trend(each.units_recent, each.units_before, days),
            tuple(_missing(each, days_recent, days)),
        )
        for each in ranked
    ]


def abc_classes(sales: Iterable[SkuSales]) -> dict[str, AbcClass]:
    """``curva_abc``: by revenue, ties by SKU, the share *before* the SKU decides; without a sale there is no class."""
    ranked = sorted((each for each in sales if each.revenue > 0), key=lambda each: (-each.revenue, each.sku))
    total = sum((each.revenue for each in ranked), Decimal(0))
    classes: dict[str, AbcClass] = {}
    before = Decimal(0)
    for each in ranked:
        classes[each.sku] = "A" if before * 100 < total * 80 else "B" if before * 100 < total * 95 else "C"
        before += each.revenue
    return classes


def daily_pace(units_recent: int, days_recent: int) -> Decimal | None:
    """``vmd_30``: units per day of the last 30; None with fewer than 28 computed days among them."""
    if days_recent < ENOUGH_RECENT_DAYS:
        return None
    return (Decimal(units_recent) / RECENT).quantize(_RATE, ROUND_HALF_UP)


def trend(units_recent: int, units_before: int, days: int) -> Trend | None:
    """``tendencia``: pace of the last 30 days against that of the 60 before, which they do not overlap.

    Compared as whole numbers: (recent ÷ 30) ÷ (before ÷ 60) ≥ 1.25 is 8 × recent ≥ 5 × before.
    """
    if days < ENOUGH_DAYS or units_recent + units_before < ENOUGH_UNITS:
        return None
    if 8 * units_recent >= 5 * units_before:
        return "crescente"
    return "decrescente" if 8 * units_recent <= 3 * units_before else "estavel"


def _missing(sales: SkuSales, days_recent: int, days: int) -> Iterable[str]:
    if days_recent < ENOUGH_RECENT_DAYS or days < ENOUGH_DAYS:
        yield SHORT_HISTORY
    if sales.units_recent + sales.units_before < ENOUGH_UNITS:
        yield FEW_UNITS
