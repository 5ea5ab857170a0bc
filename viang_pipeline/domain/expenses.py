"""What a client's bills cost by month of competence and category, and which of it is fixed (kpis.md §5.5).

Pure: bills in, sums out. A bill that cannot be placed is counted as unread, never left out silently.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from viang_pipeline.domain.effective import Dated

CANCELLED = 5
STATUSES = range(1, 8)
"""Answers go to 7, although filters stop at 5 (contract Bling §9.1)."""

NO_CATEGORY = ""


class Bill(NamedTuple):
    """A payable. ``amount`` in centavos; ``competence`` and ``category`` None where no detail tells them."""

    due: date
    status: int | None
    amount: int | None
    competence: date | None
    category: str | None

    @property
    def readable(self) -> bool:
        """Whether it can be placed in its month of competence."""
        return self.status in STATUSES and self.amount is not None and self.competence is not None


class Expense(NamedTuple):
    """A category's bills of one month. ``amount`` in centavos, None as soon as one bill is ``unread``.

    ``fixed`` None: nobody told, on the first day of the month, whether the category is a fixed expense.
    """

    month: date
    category: str
    description: str | None
    fixed: bool | None
    amount: int | None
    bills: int
    unread: int


class Categories:
    """What the ERP's categories are called, and which of them the client told to be fixed expenses."""

    def __init__(self, names: Mapping[str, str | None], told: Iterable[tuple[str, date, bool]]) -> None:
        """``names``: id → name; ``told``: id or name, first day, whether fixed."""
        self._names = names
        self._told = Dated((_folded(key), since, fixed) for key, since, fixed in told)

    def name(self, category: str) -> str | None:
        """What people call it."""
        return self._names.get(category)

    def fixed(self, category: str, day: date) -> bool | None:
        """Whether it is a fixed expense on ``day``, told by its id or else by its name; None when nobody told."""
        by_id = self._told.on(_folded(category), day)
        name = self._names.get(category)
        return by_id if by_id is not None or not name else self._told.on(_folded(name), day)


def expenses(bills: Iterable[Bill], categories: Categories) -> list[Expense]:
    """The bills by month and category, cancelled ones left out.

    One that cannot be placed stands unread in the month it is due: which month it belongs to only its detail tells.
    """
    groups: dict[tuple[date, str], list[Bill]] = {}
    for bill in bills:
        if bill.status != CANCELLED:
            day = bill.competence if bill.readable and bill.competence is not None else bill.due
            groups.setdefault((day.replace(day=1), bill.category or NO_CATEGORY), []).append(bill)
    return [_expense(month, category, groups[month, category], categories) for month, category in sorted(groups)]


def _expense(month: date, category: str, bills: list[Bill], categories: Categories) -> Expense:
    unread = sum(not bill.readable for bill in bills)
    amount = None if unread else sum(bill.amount or 0 for bill in bills)
    fixed = categories.fixed(category, month) if category else None
    return Expense(month, category, categories.name(category), fixed, amount, len(bills), unread)


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
