"""What kits take from stock; a kit inside itself is found where its parts are in force together (kpis.md §5.4)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from viang_pipeline.domain.effective import Dated
from viang_pipeline.domain.kits import Component, Cycle, Kit, Kits, first_cycle

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


def kit(**parts: str) -> Kit:
    return tuple(Component(sku, Decimal(quantity)) for sku, quantity in parts.items())


def test_what_kits_take_from_stock_is_counted_in_goods_by_the_composition_of_the_day() -> None:
    told = Dated([("K", JANUARY, kit(A="2", B="1")), ("K", MARCH, kit(A="3"))])
    assert Kits(told, {}).taken([("K", JANUARY, 5), ("K", MARCH, 1), ("A", JANUARY, 9)]) == {"A": 13, "B": 5}


def test_a_kit_of_kits_takes_the_goods_at_the_bottom() -> None:
    kits = Kits(Dated(()), {"K": kit(S="2"), "S": kit(A="3")})
    assert kits.taken([("K", JANUARY, 1)]) == {"A": 6}


def test_parts_of_a_unit_are_taken_whole_and_a_part_without_a_name_takes_nothing() -> None:
    kits = Kits(Dated(()), {"K": (Component("A", Decimal("0.5")), Component(None, Decimal(1)))})
    assert kits.taken([("K", JANUARY, 3)]) == {"A": 2}


def test_what_the_client_told_comes_before_the_structures() -> None:
    kits = Kits(Dated([("K", JANUARY, kit(A="1"))]), {"K": kit(B="1")})
    assert (kits.on("K", JANUARY), kits.on("K", date(2025, 12, 31))) == (kit(A="1"), kit(B="1"))


def test_a_kit_inside_itself_ends() -> None:
    assert Kits(Dated(()), {"K": kit(K="1", A="2")}).taken([("K", JANUARY, 1)]) == {"A": 2}
