"""Windows of kpis.md §8: what a period is and what it is compared with."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viang_pipeline.domain.periods import PeriodError, Window, parse_period

YESTERDAY = date(2026, 3, 19)


def window(first: str, last: str) -> Window:
    return Window(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("text", "period", "previous", "year_ago"),
    [
        ("7d", ("2026-03-13", "2026-03-19"), ("2026-03-06", "2026-03-12"), ("2025-03-14", "2025-03-20")),
        ("30d", ("2026-02-18", "2026-03-19"), ("2026-01-19", "2026-02-17"), ("2025-02-18", "2025-03-19")),
        ("2026-03", ("2026-03-01", "2026-03-19"), ("2026-02-01", "2026-02-19"), ("2025-03-01", "2025-03-19")),
        ("2026-02", ("2026-02-01", "2026-02-28"), ("2026-01-01", "2026-01-28"), ("2025-02-01", "2025-02-28")),
        ("2026-01", ("2026-01-01", "2026-01-31"), ("2025-12-01", "2025-12-31"), ("2025-01-01", "2025-01-31")),
        ("2026-W11", ("2026-03-09", "2026-03-15"), ("2026-03-02", "2026-03-08"), ("2025-03-10", "2025-03-16")),
        ("2026-W12", ("2026-03-16", "2026-03-19"), ("2026-03-09", "2026-03-12"), ("2025-03-17", "2025-03-20")),
        (
            "2026-03-05..2026-03-14",
            ("2026-03-05", "2026-03-14"),
            ("2026-02-23", "2026-03-04"),
            ("2025-03-05", "2025-03-14"),
        ),
    ],
)
def test_a_period_its_window_before_and_the_year_before(
    text: str, period: tuple[str, str], previous: tuple[str, str], year_ago: tuple[str, str]
) -> None:
    found = parse_period(text, YESTERDAY)
    assert (found.first, found.last) == (window(*period).first, window(*period).last)
    assert found.previous == window(*previous)
    assert found.year_ago == window(*year_ago)


def test_a_month_longer_than_the_one_before_is_compared_with_all_of_it() -> None:
    march = parse_period("2026-03", date(2026, 4, 2))
    assert march.previous == window("2026-02-01", "2026-02-28")


def test_the_29th_of_february_is_compared_with_the_28th() -> None:
    assert parse_period("2028-02", date(2028, 3, 5)).year_ago == window("2027-02-01", "2027-02-28")


@pytest.mark.parametrize(
    "text", ["", "0d", "30", "2026-13", "2026-W54", "2026-3", "ontem", "2026-04", "2026-03-10..2026-03-01",
             "2026-03-10..2026-03-20"],
)  # fmt: skip
def test_what_is_no_period_or_has_no_closed_day_is_refused(text: str) -> None:
    with pytest.raises(PeriodError):
        parse_period(text, YESTERDAY)


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(1, 365))
def test_windows_of_days_end_yesterday_and_touch_the_window_before(yesterday: date, days: int) -> None:
    period = parse_period(f"{days}d", yesterday)
    assert period.last == yesterday
    assert period.days == period.previous.days == days
    assert (period.first - period.previous.last).days == 1


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_weekly_cuts_are_compared_with_the_same_weekdays(yesterday: date) -> None:
    period = parse_period(f"{yesterday:%G-W%V}", yesterday)
    for other in (period.previous, period.year_ago):
        assert (other.first.weekday(), other.last.weekday()) == (period.first.weekday(), period.last.weekday())
