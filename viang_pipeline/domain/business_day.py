"""Business days: the civil day in America/Sao_Paulo of an instant (kpis.md R1 and §2)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
FIRST_DAY = date(2025, 1, 1)
"""Before it nobody's history begins."""


def parse_instant(text: str) -> datetime:
    """An ISO timestamp with any offset form (``Z``, ``+00:00``, ``-0400``) as an aware UTC instant.

    Raises ValueError for a timestamp without offset: a bare local time has no known instant.
    """
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"timestamp without offset: {text!r}")
    return instant.astimezone(UTC)


def business_day(instant: datetime) -> date:
    """The São Paulo civil day of an aware instant (kpis.md §2)."""
    return instant.astimezone(SAO_PAULO).date()


def day_start(day: date) -> datetime:
    """The first instant of a business day, in UTC."""
    return datetime.combine(day, time.min, SAO_PAULO).astimezone(UTC)


def day_end(day: date) -> datetime:
    """The first instant after a business day, in UTC."""
    return day_start(day + timedelta(days=1))


def last_closed_day(now: datetime) -> date:
    """Yesterday in São Paulo: a day still in progress is never written (kpis.md R10)."""
    return business_day(now) - timedelta(days=1)


def days_between(first: date, last: date) -> list[date]:
    """Every day from ``first`` to ``last``, both included; empty when first > last."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def runs_of_days(days: Iterable[date]) -> list[tuple[date, date]]:
    """Consecutive days merged into (first, last) ranges, ascending."""
    ranges: list[tuple[date, date]] = []
    for day in sorted(set(days)):
        if ranges and (day - ranges[-1][1]).days == 1:
            ranges[-1] = (ranges[-1][0], day)
        else:
            ranges.append((day, day))
    return ranges
