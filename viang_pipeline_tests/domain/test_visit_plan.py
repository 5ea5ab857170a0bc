"""Whose visits are asked for tonight: hot listings always, cold ones in their turn, and no day is ever lost."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from viang_pipeline.domain.business_day import days_between
from viang_pipeline.domain.visit_plan import (
    COLD_EVERY,
    HOT_FOR,
    REACH,
    REREAD,
    KnownListing,
    Question,
    visit_questions,
)

STARTS = date(2025, 1, 1)
YESTERDAY = date(2026, 3, 10)
ONE = timedelta(days=1)
LONG_AGO = YESTERDAY - 400 * ONE


def asked(known: KnownListing, yesterday: date = YESTERDAY, **given: date) -> Question | None:
    found = visit_questions([known], starts=given.pop("starts", STARTS), yesterday=yesterday, **given)
    return found[0] if found else None


def test_a_listing_never_read_is_read_as_far_back_as_one_answer_goes() -> None:
    assert asked(KnownListing("MLB1", None, None)) == Question("MLB1", YESTERDAY - (REACH - 1) * ONE, YESTERDAY)


def test_no_day_before_the_clients_first_one_is_asked_for() -> None:
    starts = YESTERDAY - 3 * ONE
    assert asked(KnownListing("MLB1", None, None), starts=starts) == Question("MLB1", starts, YESTERDAY)


def test_a_listing_that_sold_or_was_visited_lately_is_read_every_night_with_the_days_that_may_grow() -> None:
    last = YESTERDAY - ONE
    known = KnownListing("MLB1", (LONG_AGO, last), YESTERDAY - (HOT_FOR - 1) * ONE)
    assert asked(known) == Question("MLB1", last - (REREAD - 1) * ONE, YESTERDAY)


def test_a_cold_listing_is_read_once_in_a_cycle() -> None:
    known = KnownListing("MLB1", (LONG_AGO, YESTERDAY), None)
    nights = [asked(known, YESTERDAY + n * ONE) for n in range(COLD_EVERY)]
    assert sum(question is not None for question in nights) == 1


def test_cold_listings_are_spread_over_the_nights() -> None:
    names = [f"MLB{number}" for number in range(5_550_000_000, 5_550_000_700)]
    known = [KnownListing(name, (LONG_AGO, YESTERDAY), None) for name in names]
    for n in range(1, COLD_EVERY):
        share = len(visit_questions(known, starts=STARTS, yesterday=YESTERDAY + n * ONE)) / len(known)
        assert 0.5 / COLD_EVERY < share < 2 / COLD_EVERY


def test_a_cold_listing_that_missed_its_night_is_read_the_next_one() -> None:
    known = KnownListing("MLB1", (LONG_AGO, YESTERDAY - COLD_EVERY * ONE), None)
    assert all(asked(known, YESTERDAY + n * ONE) is not None for n in range(3))


def test_a_history_moved_to_an_earlier_day_is_read_from_there() -> None:
    known = KnownListing("MLB1", (YESTERDAY - 9 * ONE, YESTERDAY), None)
    starts = YESTERDAY - 40 * ONE
    assert asked(known, starts=starts) == Question("MLB1", starts, YESTERDAY)


def test_a_person_may_ask_for_old_days_of_every_listing_again() -> None:
    known = KnownListing("MLB1", (LONG_AGO, YESTERDAY), None)
    again = YESTERDAY - 30 * ONE
    assert asked(known, again_from=again) == Question("MLB1", again, YESTERDAY)


@given(
    listing=st.integers(1, 10**10).map(lambda n: f"MLB{n}"),
    moves=st.sets(st.integers(0, 119)),
    missed=st.sets(st.integers(1, 119), max_size=60),
)
def test_every_day_is_observed_and_final_ones_only_after_they_stopped_growing(
    listing: str, moves: set[int], missed: set[int]
) -> None:
    """Whatever nights are missed and whenever a listing moves: days observed stay one range without a gap, every day is
    read at least once after it stopped growing, and no day waits longer than a cycle after the next night."""
    first = YESTERDAY
    read: tuple[date, date] | None = None
    moved: date | None = None
    last_read_of: dict[date, date] = {}
    for n in range(130):
        yesterday = first + n * ONE
        if n in moves:
            moved = yesterday
        if n in missed:
            continue
        known = KnownListing(listing, read, moved)
        for question in visit_questions([known], starts=first, yesterday=yesterday):
            assert (question.last - question.first).days < REACH
            assert read is None or question.first <= read[1] + ONE
            read = (min(question.first, read[0]) if read else question.first, question.last)
            last_read_of |= dict.fromkeys(days_between(question.first, question.last), yesterday)
        assert read is not None
        assert (yesterday - read[1]).days < COLD_EVERY
    assert read is not None
    assert read[0] == first
    settled = read[1] - REREAD * ONE
    for day in days_between(first, settled):
        assert (last_read_of[day] - day).days >= REREAD - 1
