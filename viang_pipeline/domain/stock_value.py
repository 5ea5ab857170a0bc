"""What stock is worth at cost (kpis.md §5.8): units on the shelf × the unit cost in force that day. Pure.

The photo is never rewritten; its value follows the costs (R11). A cost that was only known later values nothing before.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from viang_pipeline.domain.costs import TODAYS, UnitCost

NO_COST = "estoque_sem_custo"

_NOTHING = Decimal("0.00")


def stock_value(stock: int | None, cost: UnitCost) -> tuple[Decimal | None, str | None]:
    """``valor_estoque`` of a SKU in BRL, rounded half-up once, and the reason when only the cost is missing.

    No units are worth nothing whatever they cost, and units owed have no value: they are not there.
    """
    if stock is None:
        return None, None
    if stock <= 0:
        return _NOTHING, None
    if cost.unit is None or cost.reason == TODAYS:
        return None, NO_COST
    return (cost.unit * stock).quantize(_NOTHING, ROUND_HALF_UP), None
