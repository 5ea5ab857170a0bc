"""What clients tell and what a unit, a tax and a trip come to by it, a second time from kpis.md §5.2 to §5.4 (R11, D13,
D15). Plain loops over dated rows; nothing of viang_pipeline is imported.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeVar

T = TypeVar("T")
CENT = Decimal("0.01")


@dataclass
class Told:
    """Rows as they were given, in any order: the newest that is not after the day counts.

    ``costs``: SKU → (since, BRL or None, confirmed zero); ``packaging``: SKU → (since, BRL or None); ``kits``: SKU →
    (since, {component: units}); ``rates``: (since, fraction); ``couriers``: (since, centavos).
    """

    costs: dict[str, list[tuple[date, tuple[Decimal | None, bool]]]] = field(default_factory=dict)
    packaging: dict[str, list[tuple[date, Decimal | None]]] = field(default_factory=dict)
    kits: dict[str, list[tuple[date, dict[str, int]]]] = field(default_factory=dict)
    rates: list[tuple[date, Decimal]] = field(default_factory=list)
    couriers: list[tuple[date, int]] = field(default_factory=list)
    tax_on_freight: bool = False

    def unit(self, sku: str, day: date) -> Decimal | None:
        """The cost of a unit; of a kit, of everything in it."""
        kit = in_force(self.kits.get(sku, []), day)
        if kit:
            parts = [(self.unit(component, day), count) for component, count in kit.items()]
            if any(cost is None for cost, _ in parts):
                return None
            return sum((cost * count for cost, count in parts if cost is not None), Decimal(0))
        cost, confirmed = in_force(self.costs.get(sku, []), day) or (None, False)
        return None if cost is None or (cost == 0 and not confirmed) else cost

    def cost(self, sku: str, day: date, units: int) -> int | None:
        """Centavos of what was sold."""
        unit = self.unit(sku, day)
        return None if unit is None else to_centavos(unit * units)

    def other(self, sku: str, day: date, units: int) -> int:
        """Centavos of packaging and the like; what nobody told is nothing."""
        unit = in_force(self.packaging.get(sku, []), day)
        return 0 if unit is None else to_centavos(unit * units)

    def rate(self, day: date) -> Decimal | None:
        return in_force(self.rates, day)

    def tax(self, day: date, value: int, buyer_freight: int | None) -> int | None:
        """Centavos on a sale of ``value``."""
        rate = self.rate(day)
        if rate is None or (self.tax_on_freight and buyer_freight is None):
            return None
        base = value + ((buyer_freight or 0) if self.tax_on_freight else 0)
        return to_centavos(rate * base / 100)

    def trip(self, logistic_type: str, day: date) -> int | None:
        """Centavos of a shipment beside the marketplace's freight."""
        return in_force(self.couriers, day) if logistic_type == "self_service" else 0


def in_force(rows: list[tuple[date, T]], day: date) -> T | None:
    """The newest row that is not after the day."""
    begun = [row for row in rows if row[0] <= day]
    return max(begun, key=lambda row: row[0])[1] if begun else None


def to_centavos(amount: Decimal) -> int:
    """BRL as centavos, half away from zero (R3)."""
    return int(amount.quantize(CENT, ROUND_HALF_UP) * 100)
