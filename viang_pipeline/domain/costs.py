"""What a unit of a SKU cost on the day it was sold (kpis.md §5.4, rulings D15, D16).

The client's own table first, then the ERPs in the client's order; a kit costs its components. Unknown is None with a
reason, never zero.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from viang_pipeline.domain.absurd import MOST_UNIT_COST
from viang_pipeline.domain.effective import Dated
from viang_pipeline.domain.kits import Kit, Kits

UNKNOWN = "custo_desconhecido"
TODAYS = "custo_atual_em_venda_antiga"

OWN, KIT = "cliente", "kit"
PLACES = Decimal("0.0001")


def unit_cost(amount: Decimal | None) -> Decimal | None:
    """What a source says a unit costs, with four places; nothing, zero and less mean that it does not know."""
    return amount.quantize(PLACES, ROUND_HALF_UP) if amount is not None and amount > 0 else None


class UnitCost(NamedTuple):
    """The cost of one unit in BRL, up to 4 places, and where it is from; None with the reason when it is unknown.

    A known cost may carry a reason too: ``custo_atual_em_venda_antiga``.
    """

    unit: Decimal | None
    origin: str | None = None
    reason: str | None = None


class OwnCost(NamedTuple):
    """A row of the client's table. ``unit`` None: withdrawn; ``other``: packaging and the like, None = not told."""

    unit: Decimal | None
    zero_confirmed: bool = False
    other: Decimal | None = None


Source = Callable[[str, date, str], UnitCost | None]
"""(SKU, day, order) → the cost one ERP knows, or that it cannot be told apart; None when it knows none."""

_NOTHING = UnitCost(None, None, UNKNOWN)


class Costs:
    """The unit costs of one client."""

    def __init__(
        self,
        own: Dated[OwnCost],
        kits: Dated[Kit],
        structures: Mapping[str, Kit],
        sources: Sequence[Source],
    ) -> None:
        """``kits``: told by the client; ``structures``: what the ERPs say about other kits; ``sources`` in order."""
        self._own = own
        self._kits = Kits(kits, structures)
        self._sources = sources

    def of(self, sku: str, day: date, order: str) -> UnitCost:
        """The cost of one unit sold on ``day`` in ``order``; ``custo_desconhecido`` when nobody knows it, or what is
        said is absurd."""
        found = self._of(sku, day, order, ())
        return found if found.unit is None or found.unit <= MOST_UNIT_COST else _NOTHING

    def other(self, sku: str, day: date) -> Decimal | None:
        """Other variable cost of one unit; None when the client told none."""
        row = self._own.on(sku, day)
        return row.other if row is not None and row.other is not None and row.other <= MOST_UNIT_COST else None

    def _of(self, sku: str, day: date, order: str, inside: tuple[str, ...]) -> UnitCost:
        kit = self._kits.on(sku, day)
        if kit:
            return self._of_kit(kit, day, order, (*inside, sku))
        row = self._own.on(sku, day)
        if row is not None and row.unit is not None and (row.unit or row.zero_confirmed):
            return UnitCost(row.unit, OWN)
        for source in self._sources:
            found = source(sku, day, order)
            if found is not None:
                return found
        return _NOTHING

    def _of_kit(self, kit: Kit, day: date, order: str, inside: tuple[str, ...]) -> UnitCost:
        """Σ components; any unknown one, or a kit that contains itself, makes the kit unknown (D15)."""
        total, todays = Decimal(0), False
        for part in kit:
            if part.sku is None or part.sku in inside:
                return _NOTHING
            found = self._of(part.sku, day, order, inside)
            if found.unit is None:
                return found
            total += found.unit * part.quantity
            todays = todays or found.reason == TODAYS
        return UnitCost(total.quantize(PLACES, ROUND_HALF_UP), KIT, TODAYS if todays else None)


NO_COSTS = Costs(Dated(()), Dated(()), {}, ())
