"""The day a sale belongs to (kpis.md R1, §2)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viang_pipeline.domain.business_day import (
    business_day,
    day_end,
    day_start,
    days_between,
    last_closed_day,
    parse_instant,
    runs_of_days,
)

DAYS = st.dates(date(2015, 1, 1), date(2030, 12, 31))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-03-09T23:59:59.000-04:00", date(2026, 3, 10)),
        ("2026-03-10T22:59:59.999-04:00", date(2026, 3, 10)),
        ("2026-03-10T23:00:00.000-04:00", date(2026, 3, 11)),
        ("2026-03-10T02:59:59.000Z", date(2026, 3, 9)),
        ("2026-03-10T03:00:00.000Z", date(2026, 3, 10)),
        ("2026-03-10T21:30:00.000-03:00", date(2026, 3, 10)),
        ("2018-12-15T02:30:00.000Z", date(2018, 12, 15)),
    ],
)
def test_the_day_is_the_civil_day_in_sao_paulo(text: str, day: date) -> None:
    assert business_day(parse_instant(text)) == day


@pytest.mark.parametrize("offset", ["Z", "+00:00", "+0000"])
def test_every_form_of_offset_is_read(offset: str) -> None:
    assert parse_instant(f"2026-03-10T03:00:00{offset}") == datetime(2026, 3, 10, 3, tzinfo=UTC)


def test_a_time_without_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="without offset"):
        parse_instant("2026-03-10T03:00:00")


@given(DAYS)
def test_a_day_holds_exactly_the_instants_from_its_start_to_its_end(day: date) -> None:
    second = timedelta(seconds=1)
    assert business_day(day_start(day)) == day
    assert business_day(day_end(day) - second) == day
    assert business_day(day_start(day) - second) == day - timedelta(days=1)
    assert business_day(day_end(day)) == day + timedelta(days=1)


def test_the_day_summer_time_began_had_23_hours() -> None:
    assert day_end(date(2018, 11, 4)) - day_start(date(2018, 11, 4)) == timedelta(hours=23)


def test_the_last_closed_day_is_yesterday_in_sao_paulo() -> None:
    assert last_closed_day(datetime(2026, 3, 11, 2, 59, tzinfo=UTC)) == date(2026, 3, 9)
    assert last_closed_day(datetime(2026, 3, 11, 3, 0, tzinfo=UTC)) == date(2026, 3, 10)


def test_no_day_lies_between_a_day_and_the_one_before() -> None:
    assert days_between(date(2026, 3, 2), date(2026, 3, 1)) == []


@given(st.lists(DAYS, max_size=40))
def test_runs_of_days_cover_exactly_the_days_and_never_touch(days: list[date]) -> None:
    runs = runs_of_days(days)
    assert [day for first, last in runs for day in days_between(first, last)] == sorted(set(days))
    assert all((after[0] - before[1]).days > 1 for before, after in pairwise(runs))
