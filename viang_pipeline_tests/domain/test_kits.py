"""A kit inside itself is found, and only where its parts are in force together (kpis.md §5.4)."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from viang_pipeline.domain.kits import Cycle, first_cycle

JANUARY, MARCH = date(2026, 1, 1), date(2026, 3, 1)


def test_kits_of_kits_are_no_cycle() -> None:
    assert first_cycle([("CESTA", JANUARY, {"PAR", "A"}), ("PAR", JANUARY, {"A", "B"})]) is None


def test_a_cycle_is_told_from_the_first_day_it_is_in_force() -> None:
    found = first_cycle([("A", JANUARY, {"B"}), ("B", MARCH, {"C"}), ("C", JANUARY, {"A"})])

    assert found is not None
    assert found.day == MARCH
    assert found.path[0] == found.path[-1]
    assert {(one, other) for one, other in zip(found.path, found.path[1:], strict=False)} == {
        ("A", "B"),
        ("B", "C"),
        ("C", "A"),
    }


def test_a_kit_that_contains_itself_is_a_cycle() -> None:
    assert first_cycle([("A", JANUARY, {"A"})]) == Cycle(JANUARY, ["A", "A"])


def test_kits_that_were_never_in_force_together_are_no_cycle() -> None:
    assert first_cycle([("A", JANUARY, {"B"}), ("A", MARCH, {"C"}), ("B", MARCH, {"A"})]) is None


@given(st.dictionaries(st.integers(0, 20), st.sets(st.integers(0, 20), max_size=4), max_size=15))
def test_kits_made_only_of_later_ones_are_never_a_cycle(contains: dict[int, set[int]]) -> None:
    assert first_cycle((str(n), JANUARY, {str(n + 1 + m) for m in parts}) for n, parts in contains.items()) is None
