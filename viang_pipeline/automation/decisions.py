"""What automation decides, as pure functions of stored state: no instance, no database, no clock of its own."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, time, timedelta

from viang_pipeline.domain.business_day import FIRST_DAY, SAO_PAULO, days_between, last_closed_day
from viang_pipeline.partitions import MAX_DAYS_PER_RUN

Range = tuple[date, date]

NIGHT_ENDS = time(5, 0)
"""Before this hour yesterday belongs to the nightly run, not to the catch-up (product.md: 03:00–05:00)."""

REACH = 89
"""Days back for which every source still answers: Ads are told for ninety."""


def partitions_to_add(registered: Iterable[str], existing: Iterable[str]) -> list[str]:
    """Clients that still have no partition. Nothing is ever removed: clients retire by status."""
    return sorted(set(registered) - set(existing))


def night_is_over(now: datetime) -> bool:
    """Whether the night's own run has had its time."""
    return now.astimezone(SAO_PAULO).time() >= NIGHT_ENDS


def newest_expected_day(now: datetime) -> date:
    """Yesterday, or the day before while the night that reads yesterday is not over."""
    return last_closed_day(now) - timedelta(days=0 if night_is_over(now) else 1)


def first_load_chunk(starts: date, complete: Collection[date], now: datetime) -> Range | None:
    """The next part of a client's history: the newest days before everything read so far, at most a month.

    A client never read before starts with yesterday, whatever the hour. None when history is done.
    """
    last = min(complete) - timedelta(days=1) if complete else last_closed_day(now)
    return _newest_chunk(days_between(max(starts, FIRST_DAY), last))


def missed_chunk(starts: date, complete: Collection[date], now: datetime) -> Range | None:
    """The newest days after the first read one that no night has read, at most a month.

    Yesterday is left to the nightly run until the night is over. None when nothing was missed.
    """
    if not complete:
        return None
    last = newest_expected_day(now)
    return _newest_chunk(set(days_between(max(starts, FIRST_DAY, min(complete)), last)) - set(complete))


def owed_chunk(unread: Mapping[str, Collection[date]], now: datetime) -> tuple[Range, list[str]] | None:
    """The newest days some source still owes, at most a month, and the sources that owe some of them.

    Yesterday is left to the nightly run until the night is over. None when nothing is owed.
    """
    last = newest_expected_day(now)
    chunk = _newest_chunk({day for days in unread.values() for day in days if day <= last})
    if chunk is None:
        return None
    first, end = chunk
    return chunk, sorted(source for source, days in unread.items() if any(first <= day <= end for day in days))


def sweep_ranges(starts: date, now: datetime) -> list[Range]:
    """What the sweep of a Sunday reads again: 60 days, on the first Sunday of a month 180 (kpis.md §7, orders).

    Newest first, each at most one run long; nothing before the client's first day.
    """
    last = last_closed_day(now)
    reach = 180 if now.astimezone(SAO_PAULO).day <= 7 else 60
    return changed_ranges(days_between(max(starts, FIRST_DAY, last - timedelta(days=reach - 1)), last))


def _newest_chunk(days: Iterable[date]) -> Range | None:
    ranges = changed_ranges(days)
    return ranges[0] if ranges else None


def changed_ranges(stale: Iterable[date]) -> list[Range]:
    """Stale days as exact ranges, newest first, each at most one run long."""
    ranges: list[Range] = []
    for day in sorted(set(stale), reverse=True):
        if ranges and (ranges[-1][0] - day).days == 1 and (ranges[-1][1] - day).days < MAX_DAYS_PER_RUN:
            ranges[-1] = (day, ranges[-1][1])
        else:
            ranges.append((day, day))
    return ranges
