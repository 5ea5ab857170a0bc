"""What automation decides from stored state: nothing lost, nothing twice, never more than a month at once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from viang_pipeline.automation.decisions import (
    Range,
    changed_ranges,
    first_load_chunk,
    missed_chunk,
    night_is_over,
    partitions_to_add,
    sweep_ranges,
)
from viang_pipeline.domain.business_day import days_between
from viang_pipeline.partitions import MAX_DAYS_PER_RUN

STARTS = date(2026, 1, 1)
YESTERDAY = date(2026, 3, 19)
MORNING = datetime(2026, 3, 20, 12, tzinfo=UTC)
NIGHT = datetime(2026, 3, 20, 6, tzinfo=UTC)

DAYS = st.sets(st.dates(STARTS, YESTERDAY))


def days_of(ranges: list[Range]) -> list[date]:
    return [day for first, last in ranges for day in days_between(first, last)]


def test_only_clients_without_partition_get_one() -> None:
    assert partitions_to_add(["brisa", "aurora", "cais"], ["cais", "encerrada"]) == ["aurora", "brisa"]


def test_nothing_is_added_twice() -> None:
    assert partitions_to_add(["aurora", "aurora"], []) == ["aurora"]


def test_the_night_is_over_at_five_in_sao_paulo() -> None:
    assert not night_is_over(datetime(2026, 3, 20, 7, 59, tzinfo=UTC))
    assert night_is_over(datetime(2026, 3, 20, 8, 0, tzinfo=UTC))


def test_a_client_never_read_starts_with_yesterday_whatever_the_hour() -> None:
    expected = (YESTERDAY - timedelta(days=30), YESTERDAY)
    assert first_load_chunk(STARTS, [], NIGHT) == first_load_chunk(STARTS, [], MORNING) == expected


def test_a_first_load_goes_on_before_what_is_read() -> None:
    complete = days_between(date(2026, 2, 17), YESTERDAY)
    assert first_load_chunk(STARTS, complete, MORNING) == (date(2026, 1, 17), date(2026, 2, 16))


def test_a_first_load_ends_at_the_first_day_of_history() -> None:
    assert first_load_chunk(STARTS, [STARTS], MORNING) is None
    assert first_load_chunk(STARTS, [date(2026, 1, 3)], MORNING) == (STARTS, date(2026, 1, 2))


def test_a_history_that_starts_today_has_nothing_to_load() -> None:
    assert first_load_chunk(date(2026, 3, 20), [], MORNING) is None


def test_a_missed_night_is_found_in_the_data() -> None:
    complete = set(days_between(date(2026, 3, 1), YESTERDAY)) - {date(2026, 3, 10), date(2026, 3, 11)}
    assert missed_chunk(STARTS, complete, MORNING) == (date(2026, 3, 10), date(2026, 3, 11))


def test_yesterday_belongs_to_the_night_until_it_is_over() -> None:
    complete = days_between(date(2026, 3, 1), date(2026, 3, 18))
    assert missed_chunk(STARTS, complete, NIGHT) is None
    assert missed_chunk(STARTS, complete, MORNING) == (YESTERDAY, YESTERDAY)


def test_history_before_the_first_read_day_is_not_a_missed_night() -> None:
    assert missed_chunk(STARTS, [YESTERDAY], MORNING) is None
    assert missed_chunk(STARTS, [], MORNING) is None


@given(DAYS)
def test_ranges_cover_exactly_the_days_newest_first(stale: set[date]) -> None:
    ranges = changed_ranges(stale)
    assert sorted(days_of(ranges)) == sorted(stale)
    assert [first for first, _ in ranges] == sorted((first for first, _ in ranges), reverse=True)


@given(DAYS)
def test_no_range_is_longer_than_a_run(stale: set[date]) -> None:
    assert all((last - first).days < MAX_DAYS_PER_RUN for first, last in changed_ranges(stale))


@given(st.dates(STARTS, YESTERDAY))
def test_first_load_chunks_cover_history_exactly_once(starts: date) -> None:
    complete: list[date] = []
    while chunk := first_load_chunk(starts, complete, MORNING):
        complete += days_of([chunk])
    assert sorted(complete) == days_between(starts, YESTERDAY)


@given(DAYS.filter(bool))
def test_missed_chunks_fill_every_gap_and_then_stop(complete: set[date]) -> None:
    first, read = min(complete), set(complete)
    while chunk := missed_chunk(STARTS, read, MORNING):
        fresh = days_of([chunk])
        assert not read & set(fresh)
        read |= set(fresh)
    assert read == set(days_between(first, YESTERDAY))


def test_a_sunday_sweeps_sixty_days_and_the_first_of_a_month_a_hundred_and_eighty() -> None:
    first_sunday, third_sunday = (datetime(2026, 3, day, 4, tzinfo=UTC) for day in (1, 15))
    long_ago = date(2025, 1, 1)

    assert days_of(sweep_ranges(long_ago, third_sunday))[-1] == date(2026, 2, 11)
    assert len(days_of(sweep_ranges(long_ago, third_sunday))) == 60
    assert len(days_of(sweep_ranges(long_ago, first_sunday))) == 180


def test_a_sweep_never_reaches_before_the_client_began() -> None:
    assert min(days_of(sweep_ranges(STARTS, MORNING))) >= STARTS
    assert sweep_ranges(date(2026, 3, 20), MORNING) == []
