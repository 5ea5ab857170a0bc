"""Which billing periods are due: the open one daily, the last closed one weekly, none twice a day (kpis.md §7)."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from viang_pipeline.collect.billing_plan import KEPT, Reading, next_month, periods_to_read, settled_days

TODAY = date(2026, 3, 10)
YESTERDAY = TODAY - timedelta(days=1)
LONG_AGO = date(2020, 1, 1)
JAN, FEB, MAR, APR = (date(2026, month, 1) for month in (1, 2, 3, 4))


def reading(days_ago: int, *, has_lines: bool = True) -> Reading:
    day = TODAY - timedelta(days=days_ago)
    return Reading(day, day if has_lines else None)


def due(readings: dict[date, Reading], *wanted: date, starts: date = LONG_AGO) -> list[date]:
    return periods_to_read(wanted or (YESTERDAY,), starts, TODAY, readings)


def test_a_first_night_reads_the_periods_that_may_be_open_and_the_one_before() -> None:
    assert due({}) == [JAN, FEB, MAR, APR]


def test_every_night_reads_from_the_open_period_to_the_next() -> None:
    assert due({FEB: reading(2), MAR: reading(1), APR: reading(1, has_lines=False)}) == [MAR, APR]


def test_a_period_that_ends_in_the_following_month_is_open_before_that_month() -> None:
    assert due({MAR: reading(8), APR: reading(1)}) == [MAR, APR]
    assert due({JAN: reading(1), FEB: reading(1), MAR: reading(1, has_lines=False)}) == [FEB, MAR, APR]


def test_the_last_closed_period_is_read_once_a_week() -> None:
    nights = {MAR: reading(1), APR: reading(1, has_lines=False)}
    assert FEB not in due({FEB: reading(6), **nights})
    assert FEB in due({FEB: reading(7), **nights})
    assert JAN not in due({JAN: reading(300), FEB: reading(7), **nights})


def test_yesterday_does_not_bring_back_the_period_of_its_month_once_that_is_closed() -> None:
    assert due({FEB: reading(1), MAR: reading(3), APR: reading(1)}) == [APR]


def test_nothing_is_read_twice_a_day() -> None:
    assert due({FEB: reading(0), MAR: reading(0), APR: reading(0, has_lines=False)}) == []


def test_an_account_that_stopped_selling_does_not_bring_every_period_since() -> None:
    old = {date(2025, 6, 1): reading(300), FEB: reading(1, has_lines=False), MAR: reading(1, has_lines=False)}
    assert due({JAN: reading(1, has_lines=False), **old}) == [FEB, MAR, APR]


def test_a_day_of_the_past_brings_the_two_periods_it_may_belong_to() -> None:
    nights = {FEB: reading(1), MAR: reading(1), APR: reading(1)}
    assert due(nights, date(2025, 10, 25)) == [date(2025, 10, 1), date(2025, 11, 1)]


def test_nothing_is_asked_from_before_the_clients_history_or_beyond_the_platforms_reach() -> None:
    assert due({}, starts=date(2026, 2, 20)) == [FEB, MAR, APR]
    assert due({}, date(2024, 1, 15)) == []
    assert due({}, YESTERDAY, starts=TODAY) == []


def test_a_day_is_settled_once_both_periods_it_may_belong_to_were_read_after_it() -> None:
    days = [YESTERDAY, TODAY]
    assert settled_days(days, {MAR: reading(0), APR: reading(0, has_lines=False)}) == {YESTERDAY}
    assert settled_days(days, {MAR: reading(0)}) == set()
    assert settled_days(days, {MAR: reading(1), APR: reading(0, has_lines=False)}) == set()


def test_a_period_that_has_closed_need_not_be_read_again_for_a_later_day() -> None:
    assert settled_days([YESTERDAY], {MAR: reading(3), APR: Reading(TODAY, TODAY - timedelta(days=3))}) == {YESTERDAY}
    assert settled_days([YESTERDAY], {MAR: reading(4), APR: Reading(TODAY, TODAY - timedelta(days=3))}) == set()


keys = st.integers(0, 30).map(lambda n: date(2024 + n // 12, n % 12 + 1, 1))
readings = st.dictionaries(keys, st.builds(Reading, st.dates(LONG_AGO, TODAY), st.none() | st.dates(LONG_AGO, TODAY)))


@given(readings, st.lists(st.dates(date(2024, 1, 1), date(2026, 4, 1))))
def test_a_night_never_asks_for_more_than_the_platform_shows_and_never_repeats(
    known: dict[date, Reading], wanted: list[date]
) -> None:
    asked = periods_to_read([YESTERDAY, *wanted], LONG_AGO, TODAY, known)
    assert asked == sorted(set(asked))
    assert len(asked) <= KEPT + 1
    assert all(key <= next_month(TODAY) for key in asked)
    assert all(key not in known or known[key].day < TODAY for key in asked)
