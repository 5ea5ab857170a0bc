"""Visits as they really were, and as they become known: a count of a day can still grow after the day (contract §8)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from operator import attrgetter

from viang_pipeline.sandbox.truth import last_at


@dataclass(frozen=True, slots=True)
class VisitCount:
    """A day's visits as the platform knows them from ``at`` on."""

    at: datetime
    total: int


Series = dict[date, list[VisitCount]]


@dataclass(slots=True)
class VisitBook:
    """Counts by listing, and by seller: unique visitors of an account are not the sum over its listings."""

    listings: dict[str, Series] = field(default_factory=lambda: defaultdict(dict))
    sellers: dict[int, Series] = field(default_factory=lambda: defaultdict(dict))

    def visit(self, listing_id: str, day: date, total: int, *, at: datetime) -> None:
        """From ``at`` on the listing had ``total`` visits on the calendar day."""
        _add(self.listings[listing_id], day, VisitCount(at, total))

    def visit_account(self, seller_id: int, day: date, total: int, *, at: datetime) -> None:
        """From ``at`` on the account had ``total`` visits on the calendar day."""
        _add(self.sellers[seller_id], day, VisitCount(at, total))


def total_at(series: Series, day: date, instant: datetime) -> int:
    """What is known of a day at ``instant``; 0 when nothing is."""
    known = last_at(series.get(day, []), instant)
    return known.total if known else 0


def _add(series: Series, day: date, count: VisitCount) -> None:
    series.setdefault(day, []).append(count)
    series[day].sort(key=attrgetter("at"))
