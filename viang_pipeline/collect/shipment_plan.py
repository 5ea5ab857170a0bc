"""Which shipments to read tonight, and what of each: a pure decision (contract Mercado Livre §0 steps 3, 6, 7).

Freight is most of a night's calls, so each shipment is read when first seen, while its cost is not observed, when one
of its orders was cancelled, at a few ages until it ends, and its cost once more at the end.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

GIVE_UP_AFTER = 30
"""Days after the sale during which an unobserved cost is asked for (kpis.md §7)."""

LOOK_AGAIN_AT = (3, 7, 14, 30)
"""Ages in days at which a shipment that has not ended is read again."""

_ENDED = frozenset({"delivered", "cancelled"})
_NOT_DELIVERED_ENDED = frozenset({"returned_to_hub", "returned", "lost", "stolen", "destroyed", "returning_to_sender"})


class Seen(NamedTuple):
    """What is stored about one shipment and its orders. ``cancelled``: how many of its orders are cancelled now;
    ``cancellation_changed``: whether one of those was stored anew since the shipment was read."""

    shipment: str
    first_day: date
    cancelled: int
    read: bool
    cost_observed: bool
    terminal: bool
    cancelled_when_read: int
    next_on: date | None
    cancellation_changed: bool = False


class ToRead(NamedTuple):
    """What to ask about one shipment."""

    shipment: str
    status: bool
    costs: bool
    history: bool


def to_read(seen: Seen, today: date) -> ToRead | None:
    """What to ask about a shipment on ``today``; None when it can rest."""
    newly_cancelled = seen.cancelled > (seen.cancelled_when_read if seen.read else 0)
    # A pending cancellation is dated by its last update, so its history has to reach that instant (kpis.md D5).
    if not seen.read or newly_cancelled or seen.cancellation_changed:
        return ToRead(seen.shipment, status=True, costs=True, history=seen.cancelled > 0)
    missing_cost = not seen.cost_observed and today <= seen.first_day + timedelta(days=GIVE_UP_AFTER)
    due = not seen.terminal and seen.next_on is not None and seen.next_on <= today
    if missing_cost or due:
        return ToRead(seen.shipment, status=due, costs=missing_cost, history=False)
    return None


def next_look(first_day: date, today: date) -> date | None:
    """The next age at which a shipment that has not ended is read again; None after the last."""
    dates = (first_day + timedelta(days=age) for age in LOOK_AGAIN_AT)
    return next((day for day in dates if day > today), None)


def has_ended(status: str | None, substatus: str | None) -> bool:
    """Whether nothing more will happen to a shipment (contract §5.1)."""
    return status in _ENDED or (status == "not_delivered" and substatus in _NOT_DELIVERED_ENDED)
