"""Visits of a listing or an account by day (contract §8).

Quirks: days without a visit are left out, rows come in any order, and a day's label is local and literal: it is not
converted (kpis.md §2 fact 6).
"""

from __future__ import annotations

from typing import ClassVar

from viang_pipeline.sources.payloads import Payload


class VisitsOfDay(Payload):
    """One day that had visits."""

    ignored: ClassVar[frozenset[str]] = frozenset({"visits_detail"})

    date: str
    total: int


class VisitsWindow(Payload):
    """The days of a window that had visits."""

    ignored: ClassVar[frozenset[str]] = frozenset(
        {"item_id", "user_id", "date_from", "date_to", "total_visits", "last", "unit"}
    )

    results: tuple[VisitsOfDay, ...]


class DayVisits(Payload):
    """What is kept of one day."""

    total: int
