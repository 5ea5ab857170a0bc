"""Values that hold from a day on, until a later one takes their place (kpis.md R11). Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable, Iterable
from datetime import date
from typing import Generic, TypeVar

T = TypeVar("T")


class Dated(Generic[T]):
    """Versions of values by key, given as (key, first day, value) in any order.

    Before its first day a key has no value. A value of None ends the one before it: nothing is in force from then on.
    Raises ValueError for two values of one key and day.
    """

    def __init__(self, versions: Iterable[tuple[Hashable, date, T]]) -> None:
        by_key: dict[Hashable, dict[date, T]] = {}
        for key, since, value in versions:
            known = by_key.setdefault(key, {})
            if since in known:
                raise ValueError(f"two values of {key!r} from {since} on")
            known[since] = value
        self._days = {key: sorted(known) for key, known in by_key.items()}
        self._values = {key: [known[since] for since in self._days[key]] for key, known in by_key.items()}

    def on(self, key: Hashable, day: date) -> T | None:
        """The value of ``key`` in force on ``day``; None where there is none."""
        at = bisect_right(self._days.get(key, ()), day)
        return self._values[key][at - 1] if at else None

    def first(self, key: Hashable) -> tuple[date, T] | None:
        """The first day of ``key`` and its value then; None for a key never told."""
        days = self._days.get(key)
        return (days[0], self._values[key][0]) if days else None

    def until(self, key: Hashable, day: date) -> date | None:
        """The first day after ``day`` with another version of ``key``; None when what is in force then stays."""
        days = self._days.get(key, [])
        at = bisect_right(days, day)
        return days[at] if at < len(days) else None
