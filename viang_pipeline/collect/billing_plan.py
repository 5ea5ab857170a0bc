"""Which billing periods to read tonight: a pure decision (kpis.md §7: open period daily, last closed one weekly).

A key is the first of a month, but the day a period ends differs from seller to seller and is not known beforehand: the
open period is the newest one that has shown a line, and the next one may begin any night.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import NamedTuple

WEEK = timedelta(days=7)
KEPT = 12
"""Periods the platform still shows, the current one included."""


class Reading(NamedTuple):
    """Business days of the last complete read of a period and of the first one that showed a line, if any did."""

    day: date
    first_line: date | None


def periods_to_read(wanted: Iterable[date], starts: date, today: date, readings: Mapping[date, Reading]) -> list[date]:
    """The keys to read, oldest first; none that was read completely today (§12: at most once a day).

    With yesterday among the days wanted: every period from the open one to the next, and the last closed one when its
    last read is a week old or it was never read. For any other day: the two periods it may belong to.
    """
    days = [day for day in wanted if starts <= day < today]
    current = first_of_month(today)
    yesterday = today - timedelta(days=1)
    due = {key for day in days if day != yesterday for key in (first_of_month(day), next_month(day))}
    if yesterday in days:
        open_period = max((key for key, reading in readings.items() if reading.first_line), default=previous(current))
        open_period = max(open_period, previous(current))
        due |= set(_keys(open_period, next_month(current)))
        closed = readings.get(previous(open_period))
        if closed is None or today - closed.day >= WEEK:
            due.add(previous(open_period))
    oldest = current
    for _ in range(KEPT - 1):
        oldest = previous(oldest)
    first = max(oldest, first_of_month(starts))
    done = {key for key, reading in readings.items() if reading.day >= today}
    return sorted(key for key in due - done if first <= key <= next_month(current))


def settled_days(days: Iterable[date], readings: Mapping[date, Reading]) -> set[date]:
    """The days whose bills were asked for: both periods a day may belong to were read after it, or once closed."""

    def asked(key: date, day: date) -> bool:
        reading = readings.get(key)
        return reading is not None and (reading.day > day or _closed(key, reading, readings))

    return {day for day in days if asked(first_of_month(day), day) and asked(next_month(day), day)}


def _closed(key: date, reading: Reading, readings: Mapping[date, Reading]) -> bool:
    """Read on or after the day a later period first showed a line (kpis.md §7)."""
    later = [other.first_line for other_key, other in readings.items() if other_key > key and other.first_line]
    return bool(later) and reading.day >= min(later)


def first_of_month(day: date) -> date:
    """The key a day's month has."""
    return day.replace(day=1)


def next_month(day: date) -> date:
    """The first of the following month."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def previous(key: date) -> date:
    """The key before."""
    return (key - timedelta(days=1)).replace(day=1)


def _keys(first: date, last: date) -> list[date]:
    keys = [first]
    while keys[-1] < last:
        keys.append(next_month(keys[-1]))
    return keys
