"""Which windows of orders to ask for: a pure decision from days wanted, cursor and clock (kpis.md §2, §7)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Final

from viang_pipeline.collect.work import ReadWindow
from viang_pipeline.domain.business_day import (
    business_day,
    day_end,
    day_start,
    days_between,
    last_closed_day,
    runs_of_days,
)

CREATED: Final = "date_created"
CHANGED: Final = "date_last_updated"
OVERLAP = timedelta(hours=2)
DAYS_PER_WINDOW = 7


def order_windows(wanted: Iterable[date], cursor: datetime | None, now: datetime) -> list[ReadWindow]:
    """The windows to read, in order.

    With yesterday wanted and a cursor (everything changed before it has been seen), one change window from the
    floored hour of the cursor − 2 h to now settles every day from the cursor's day to yesterday: an order of such a
    day was changed after the cursor or already seen. Every other wanted day is read by creation, newest first, in
    windows of at most seven days. The first window that settles yesterday by creation starts the cursor at the end
    of yesterday: what was created in it was read after that instant, what comes later changes after it.
    """
    yesterday = last_closed_day(now)
    left = {day for day in wanted if day <= yesterday}
    windows: list[ReadWindow] = []
    nightly = yesterday in left
    if nightly and cursor is not None:
        settled = days_between(business_day(cursor), yesterday)
        windows.append(ReadWindow(CHANGED, _floor_hour(cursor) - OVERLAP, now, tuple(settled), moves_cursor_to=now))
        left -= set(settled)
    for first, last in reversed(runs_of_days(left)):
        end = last
        while end >= first:
            begin = max(first, end - timedelta(days=DAYS_PER_WINDOW - 1))
            starts_cursor = cursor is None and end == yesterday
            windows.append(
                ReadWindow(
                    CREATED,
                    day_start(begin),
                    day_end(end),
                    tuple(days_between(begin, end)),
                    moves_cursor_to=day_end(end) if starts_cursor else None,
                )
            )
            end = begin - timedelta(days=1)
    return windows


def _floor_hour(instant: datetime) -> datetime:
    return instant.replace(minute=0, second=0, microsecond=0)
