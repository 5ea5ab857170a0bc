"""Which windows of orders are asked for (kpis.md §2, §7)."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from viang_pipeline.collect.order_windows import CHANGED, CREATED, DAYS_PER_WINDOW, OVERLAP, order_windows
from viang_pipeline.collect.work import ReadWindow
from viang_pipeline.domain.business_day import business_day, day_end, day_start, days_between, last_closed_day

NOW = datetime(2026, 3, 20, 6, 30, tzinfo=UTC)
YESTERDAY = date(2026, 3, 19)
CURSOR = datetime(2026, 3, 19, 6, 17, 31, tzinfo=UTC)

DAYS = st.lists(st.dates(date(2026, 2, 20), date(2026, 3, 22)), max_size=30)
CURSORS = st.none() | st.integers(0, 19 * 86_400).map(lambda seconds: NOW - timedelta(seconds=seconds))


def last_days(count: int) -> list[date]:
    return days_between(YESTERDAY - timedelta(days=count - 1), YESTERDAY)


def test_a_night_asks_for_everything_changed_since_the_cursor_with_two_hours_of_overlap() -> None:
    assert order_windows([YESTERDAY], CURSOR, NOW) == [
        ReadWindow(
            CHANGED,
            datetime(2026, 3, 19, 4, tzinfo=UTC),
            NOW,
            (YESTERDAY,),
            moves_cursor_to=NOW,
        )
    ]


def test_missed_nights_are_settled_by_one_change_window() -> None:
    cursor = datetime(2026, 3, 16, 6, tzinfo=UTC)
    (window,) = order_windows([YESTERDAY], cursor, NOW)
    assert window.since == datetime(2026, 3, 16, 4, tzinfo=UTC)
    assert window.days == tuple(days_between(date(2026, 3, 16), YESTERDAY))


def test_a_first_load_reads_by_creation_newest_first_in_windows_of_a_week() -> None:
    windows = order_windows(last_days(16), None, NOW)
    assert [(w.field, w.days[0], w.days[-1]) for w in windows] == [
        (CREATED, date(2026, 3, 13), date(2026, 3, 19)),
        (CREATED, date(2026, 3, 6), date(2026, 3, 12)),
        (CREATED, date(2026, 3, 4), date(2026, 3, 5)),
    ]


def test_the_cursor_starts_at_the_end_of_yesterday_with_the_first_window_that_settles_it() -> None:
    windows = order_windows(last_days(16), None, NOW)
    assert [w.moves_cursor_to for w in windows] == [day_end(YESTERDAY), None, None]


def test_history_without_yesterday_leaves_the_cursor_alone() -> None:
    for cursor in (None, CURSOR):
        assert [w.moves_cursor_to for w in order_windows([date(2026, 3, 1)], cursor, NOW)] == [None]


def test_old_days_beside_a_night_are_read_by_creation() -> None:
    windows = order_windows([date(2026, 3, 1), date(2026, 3, 3), YESTERDAY], CURSOR, NOW)
    assert [(w.field, w.days) for w in windows] == [
        (CHANGED, (YESTERDAY,)),
        (CREATED, (date(2026, 3, 3),)),
        (CREATED, (date(2026, 3, 1),)),
    ]


def test_a_window_holds_whole_days_of_sao_paulo() -> None:
    (window,) = order_windows([date(2026, 3, 1)], CURSOR, NOW)
    assert (window.since, window.until) == (datetime(2026, 3, 1, 3, tzinfo=UTC), datetime(2026, 3, 2, 3, tzinfo=UTC))


def test_days_of_summer_time_keep_their_true_length() -> None:
    (window,) = order_windows([date(2018, 11, 4)], None, datetime(2018, 11, 20, tzinfo=UTC))
    assert window.until - window.since == timedelta(hours=23)


def test_days_still_in_progress_are_not_asked_for() -> None:
    assert order_windows([date(2026, 3, 20), date(2026, 3, 21)], CURSOR, NOW) == []


@given(DAYS, CURSORS)
def test_every_wanted_closed_day_is_settled_exactly_once(wanted: list[date], cursor: datetime | None) -> None:
    settled = Counter(day for window in order_windows(wanted, cursor, NOW) for day in window.days)
    assert set(settled.values()) <= {1}
    assert {day for day in wanted if day <= YESTERDAY} <= set(settled)
    assert all(day <= last_closed_day(NOW) for day in settled)


@given(DAYS, CURSORS)
def test_a_window_by_creation_is_exactly_its_days_and_at_most_a_week(
    wanted: list[date], cursor: datetime | None
) -> None:
    for window in order_windows(wanted, cursor, NOW):
        if window.field == CREATED:
            assert (window.since, window.until) == (day_start(window.days[0]), day_end(window.days[-1]))
            assert list(window.days) == days_between(window.days[0], window.days[-1])
            assert len(window.days) <= DAYS_PER_WINDOW


@given(DAYS, CURSORS)
def test_a_change_window_begins_before_the_cursor_and_settles_no_day_the_cursor_had_passed(
    wanted: list[date], cursor: datetime | None
) -> None:
    changed = [window for window in order_windows(wanted, cursor, NOW) if window.field == CHANGED]
    assert len(changed) == (cursor is not None and YESTERDAY in wanted)
    for window in changed:
        assert cursor is not None
        assert window.since <= cursor - OVERLAP
        assert all(day >= business_day(cursor) for day in window.days)
        assert window.moves_cursor_to == window.until == NOW
