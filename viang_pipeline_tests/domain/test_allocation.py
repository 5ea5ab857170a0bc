"""Largest remainder: the one way anything is split (kpis.md §4.3)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viang_pipeline.domain.allocation import allocate

TOTALS = st.integers(-(10**9), 10**9)
WEIGHTS = st.lists(st.integers(0, 10**7), min_size=1, max_size=12).map(lambda given: list(enumerate(given)))


def test_the_freight_of_the_shared_shipment_is_split_by_value() -> None:
    """kpis.md §10: S2 costs 18.00 for O2 (149.70) and O3 (100.00)."""
    assert allocate(1800, [(("O2", 1), 14970), (("O3", 1), 10000)]) == [1079, 721]


@given(TOTALS, WEIGHTS)
def test_the_parts_add_up_to_the_total_exactly(total: int, weights: list[tuple[int, int]]) -> None:
    assert sum(allocate(total, weights)) == total


@given(TOTALS, WEIGHTS)
def test_no_part_is_a_centavo_or_more_away_from_its_share(total: int, weights: list[tuple[int, int]]) -> None:
    whole = sum(weight for _, weight in weights) or len(weights)
    shares = [weight for _, weight in weights] if any(w for _, w in weights) else [1] * len(weights)
    for part, share in zip(allocate(total, weights), shares, strict=True):
        assert abs(part * whole - total * share) < whole


@given(TOTALS, WEIGHTS, st.randoms())
def test_the_order_of_the_weights_decides_nothing(total: int, weights: list[tuple[int, int]], random) -> None:  # type: ignore[no-untyped-def]
    expected = dict(zip((key for key, _ in weights), allocate(total, weights), strict=True))
    shuffled = list(weights)
    random.shuffle(shuffled)
    assert dict(zip((key for key, _ in shuffled), allocate(total, shuffled), strict=True)) == expected


def test_without_any_weight_everybody_gets_the_same() -> None:
    assert allocate(9, [("a", 0), ("b", 0), ("c", 0)]) == [3, 3, 3]


def test_a_weight_of_zero_among_others_gets_nothing() -> None:
    assert allocate(101, [("a", 0), ("b", 1), ("c", 1)]) == [0, 51, 50]


def test_ties_go_to_the_smaller_key() -> None:
    assert allocate(100, [(("O9", 1), 1), (("O2", 2), 1), (("O2", 1), 1)]) == [33, 33, 34]


def test_a_credit_is_split_like_a_cost() -> None:
    assert allocate(-1800, [("O2", 14970), ("O3", 10000)]) == [-1079, -721]


@pytest.mark.parametrize(("weights", "reason"), [([], "nothing to allocate"), ([("a", -1)], "negative weight")])
def test_senseless_weights_are_refused(weights: list[tuple[str, int]], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        allocate(1, weights)
