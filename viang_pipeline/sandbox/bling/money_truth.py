"""Bills to pay and to receive over time. Money in centavos."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from viang_pipeline.sandbox.truth import last_at

BillStatus = Literal[1, 2, 3, 4, 5, 6, 7]
"""1 open, 2 paid, 3 partial, 4 returned, 5 cancelled, 6 partly returned, 7 confirmed (§9.1)."""


@dataclass(frozen=True, slots=True)
class BillState:
    """A bill from ``at`` on. ``paid`` adds up; ``paid_on`` is the day of the last payment."""

    at: datetime
    status: BillStatus
    due_on: date
    paid: int = 0
    paid_on: date | None = None
    payments: tuple[int, ...] = ()


@dataclass(slots=True)
class Bill:
    """What is owed: to a supplier (``contact_id`` alone), or by a buyer for a sale.

    ``accrual_on`` is ``competencia``. ``months`` of a monthly bill ends at ``ends_on``.
    """

    bill_id: int
    amount: int
    issued_on: date
    first_due_on: date
    accrual_on: date
    contact_id: int
    category_id: int
    document: str
    text: str
    monthly: bool = False
    buyer_id: int | None = None
    sale_id: int = 0
    states: list[BillState] = field(default_factory=list)

    def state_at(self, instant: datetime) -> BillState | None:
        """How the bill stands at ``instant``; None before it is entered."""
        return last_at(self.states, instant)
