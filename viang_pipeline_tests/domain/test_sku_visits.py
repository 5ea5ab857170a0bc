"""Visits of a SKU: of the listings that carry only it, else none at all (kpis.md §5.7, D1, D2)."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from viang_pipeline.domain.sku_visits import MULTI_SKU, NOT_READ, SkuVisits, sku_visits
from viang_pipeline.marts.listing_skus import CarriedSkus


def carrying(status: str = "active", **listings: tuple[str, ...]) -> dict[str, CarriedSkus]:
    return {name: CarriedSkus(status, skus) for name, skus in listings.items()}


def test_the_golden_example_has_visits_of_a_only() -> None:
    """B is sold on a listing shared with C and on one of its own (D1)."""
    listings = carrying(of_a=("A",), shared=("B", "C"), of_b=("B",))
    orders = {("A", "of_a"): 2, ("B", "shared"): 2, ("C", "shared"): 1}
    assert sku_visits(listings, {"of_a": 120, "shared": 80, "of_b": 0}, orders) == {
        "A": SkuVisits(120, 2, None),
        "B": SkuVisits(None, None, MULTI_SKU),
        "C": SkuVisits(None, None, MULTI_SKU),
    }


def test_visits_of_several_listings_of_one_sku_add_up() -> None:
    listings = carrying(one=("A",), two=("A", "A"))
    assert sku_visits(listings, {"one": 3, "two": 4}, {("A", "two"): 1}) == {"A": SkuVisits(7, 1, None)}


def test_a_closed_listing_with_several_skus_takes_nothing_away() -> None:
    listings = carrying(own=("A",)) | carrying("closed", old=("A", "B"))
    assert sku_visits(listings, {"own": 3, "old": 9}, {}) == {"A": SkuVisits(3, 0, None)}


def test_an_observed_day_without_a_visit_is_zero() -> None:
    assert sku_visits(carrying(own=("A",)), {"own": 0}, {}) == {"A": SkuVisits(0, 0, None)}


def test_an_open_listing_nobody_observed_leaves_its_sku_without_visits() -> None:
    listings = carrying(seen=("A",), unseen=("A",))
    assert sku_visits(listings, {"seen": 3}, {}) == {"A": SkuVisits(None, None, NOT_READ)}


def test_a_closed_listing_nobody_observed_does_not_hide_the_open_one() -> None:
    listings = carrying(open=("A",)) | carrying("closed", old=("A",))
    assert sku_visits(listings, {"open": 3}, {("A", "old"): 1}) == {"A": SkuVisits(3, 0, None)}


def test_a_sku_of_which_nothing_was_observed_has_no_zero() -> None:
    """NULL is not zero, whatever the status of its listings."""
    assert sku_visits(carrying("closed", old=("A",)), {}, {}) == {"A": SkuVisits(None, None, NOT_READ)}


def test_the_bucket_of_lines_without_sku_has_no_visits() -> None:
    assert sku_visits(carrying(own=("__SEM_SKU__:own",)), {"own": 5}, {}) == {}


@given(
    st.dictionaries(
        st.sampled_from("abcdef"),
        st.tuples(
            st.sampled_from(["active", "paused", "closed"]), st.lists(st.sampled_from("XYZ"), min_size=1, max_size=3)
        ),
    ),
    st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 99)),
)
def test_no_visit_is_counted_twice(drawn: Mapping[str, tuple[str, list[str]]], visits: dict[str, int]) -> None:
    listings = {name: CarriedSkus(status, tuple(skus)) for name, (status, skus) in drawn.items()}
    found = sku_visits(listings, visits, {})
    assert sum(each.visits or 0 for each in found.values()) <= sum(visits.get(name, 0) for name in listings)
    for each in found.values():
        assert (each.visits is None) == (each.reason is not None) == (each.orders is None)
