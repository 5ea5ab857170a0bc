"""What is in force on a day: the newest version that began on it or before (kpis.md R11)."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viang_pipeline.domain.effective import Dated

days = st.dates(date(2025, 1, 1), date(2025, 2, 15))
keys = st.sampled_from("AB")
versions = st.dictionaries(st.tuples(keys, days), st.integers() | st.none(), max_size=20).map(
    lambda found: [(key, since, value) for (key, since), value in found.items()]
)


@given(versions, keys, days)
def test_the_newest_version_that_began_by_then_is_in_force(
    told: list[tuple[str, date, int | None]], key: str, day: date
) -> None:
    begun = [(since, value) for k, since, value in told if k == key and since <= day]

    assert Dated(told).on(key, day) == (max(begun, key=lambda v: v[0])[1] if begun else None)


@given(versions, keys)
def test_the_first_version_is_the_earliest_told(told: list[tuple[str, date, int | None]], key: str) -> None:
    of_key = [(since, value) for k, since, value in told if k == key]

    assert Dated(told).first(key) == min(of_key, key=lambda v: v[0], default=None)


@given(versions, keys, days)
def test_a_version_holds_until_the_next_one_of_its_key(
    told: list[tuple[str, date, int | None]], key: str, day: date
) -> None:
    later = [since for k, since, _ in told if k == key and since > day]

    assert Dated(told).until(key, day) == min(later, default=None)


@given(versions, st.randoms(use_true_random=False))
def test_the_order_in_which_versions_are_told_does_not_matter(told: list[tuple[str, date, int | None]], random) -> None:  # type: ignore[no-untyped-def]
    shuffled = list(told)
    random.shuffle(shuffled)
    calendar = [date(2025, 1, n) for n in range(1, 32)]

    assert [Dated(shuffled).on("A", day) for day in calendar] == [Dated(told).on("A", day) for day in calendar]


def test_two_values_of_one_key_and_day_are_refused() -> None:
    with pytest.raises(ValueError, match="two values"):
        Dated([("A", date(2025, 1, 1), 1), ("A", date(2025, 1, 1), 2)])
