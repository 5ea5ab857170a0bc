"""Amounts no shop comes near: a mistake of a source, or an attack. Refused like an unknown status, never added up.

One of them alone would overflow a column, ``numeric(18,2)`` or ``integer``, once units are multiplied, or the sums of
its day, and with them the whole client (kpis.md §3: what cannot be right is quarantined, never silently valid).
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from msgspec.structs import replace

from viang_pipeline.domain.sales import Order

ABSURD = "valor_absurdo"

MOST_UNITS = 1_000_000
"""Of one line."""

MOST_CENTAVOS = 10**11
"""A billion reais, of anything that is said of one order."""

MOST_UNIT_COST = Decimal(10**7)
"""Reais."""


def without_absurd(order: Order) -> Order:
    """The order as it is; one with an absurd number refused, and nothing known of its units and money."""
    if all(-MOST_CENTAVOS <= amount <= MOST_CENTAVOS for amount in _amounts(order)) and all(
        -MOST_UNITS <= item.quantity <= MOST_UNITS for item in order.items
    ):
        return order
    return replace(
        order,
        refused=ABSURD,
        items=tuple(replace(item, quantity=1, price=0, fee=None, line_fee=None) for item in order.items),
        payments=tuple(replace(payment, refunded=0) for payment in order.payments),
    )


def amount_or_unknown(amount: int | None) -> int | None:
    """Centavos of a shipment; None, as if it had not been observed, for an absurd amount."""
    return None if amount is None or abs(amount) > MOST_CENTAVOS else amount


def _amounts(order: Order) -> Iterator[int]:
    for item in order.items:
        yield item.price * item.quantity
        yield (item.fee or 0) * item.quantity
        yield item.line_fee or 0
    yield sum(payment.refunded for payment in order.payments)
