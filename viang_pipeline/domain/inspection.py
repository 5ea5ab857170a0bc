"""What inspecting returned units found (kpis.md §5.2 custo_devolucao, contract Mercado Livre §6.2).

An inspection speaks of an order. It has one entry per unit, or entries that all say the same of every unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

SALEABLE, UNSALEABLE, DISCARD, MISSING = "saleable", "unsaleable", "discard", "missing"


class Condition(NamedTuple):
    """One entry: ``condition`` as the platform says it, None while it says nothing; ``missing``: units not there."""

    condition: str | None
    missing: int | None = None


class Loss(Enum):
    """Why nobody knows how many units are lost."""

    NOT_INSPECTED = "not inspected"
    UNKNOWN = "unknown"


def lost_units(units: int, found: Sequence[Condition]) -> int | Loss:
    """How many of ``units`` that came back cannot be sold again."""
    if not found or any(each.condition is None for each in found):
        return Loss.NOT_INSPECTED
    if len(found) == units:
        lost = [_lost(1, each) for each in found]
    elif len(set(found)) == 1:
        lost = [_lost(units, found[0])]
    else:
        return Loss.UNKNOWN
    known = [each for each in lost if each is not None]
    return sum(known) if len(known) == len(lost) else Loss.UNKNOWN


def _lost(units: int, entry: Condition) -> int | None:
    if entry.condition in (UNSALEABLE, DISCARD):
        return units
    if entry.condition == MISSING:
        return units if entry.missing is None else min(units, entry.missing)
    return min(units, entry.missing or 0) if entry.condition == SALEABLE else None
