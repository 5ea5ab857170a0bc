"""Ads from the group that is billed to the SKU: nothing lost, nothing forced (kpis.md §4.3, §5.6, D9, D10, I4, I5)."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from viang_pipeline.domain.ads import (
    AdFigures,
    GroupDay,
    SkuDay,
    SkuWeights,
    by_listing,
    by_sku,
    is_pending,
    items_against_groups,
)

DAY = date(2026, 3, 10)


def spend(amount: int) -> AdFigures:
    return AdFigures(investimento=amount)


def costs(found: dict[str, SkuDay]) -> dict[str, int]:
    return {sku: day.figures.investimento for sku, day in found.items()}


def test_a_group_of_one_listing_is_that_listings() -> None:
    figures = AdFigures(2000, 900, 12, 10000, 4990, 3)
    assert by_listing([GroupDay("1", figures, listing="MLB1")]) == {"MLB1": figures}


def test_the_groups_cost_is_the_bill_and_the_listings_costs_are_weights() -> None:
    group = GroupDay("1", spend(1000), items={"MLB1": spend(600), "MLB2": spend(300)})
    assert by_listing([group]) == {"MLB1": spend(667), "MLB2": spend(333)}
    assert items_against_groups([group]) == -100


def test_every_figure_is_split_by_the_listings_own_figure() -> None:
    golden = GroupDay(
        "1",
        AdFigures(2962, 0, 0, 10000, 4990, 2),
        items={"MLB1": AdFigures(2000, 0, 0, 10000, 4990, 2), "MLB2": spend(962)},
    )
    assert by_listing([golden]) == {"MLB1": AdFigures(2000, 0, 0, 10000, 4990, 2), "MLB2": spend(962)}


def test_a_figure_no_listing_has_follows_the_cost() -> None:
    group = GroupDay("1", AdFigures(100, 0, 0, 900, 0, 0), items={"MLB1": spend(20), "MLB2": spend(10)})
    assert [figures.receita_direta for figures in by_listing([group]).values()] == [600, 300]


def test_a_group_without_listings_stays_in_the_remainder() -> None:
    assert by_listing([GroupDay("1", spend(500))]) == {}
    assert items_against_groups([GroupDay("1", spend(500))]) == -500


def test_a_listing_in_two_groups_has_both() -> None:
    own, catalogue = GroupDay("1", spend(500), "MLB1"), GroupDay("2", spend(70), items={"MLB1": spend(1)})
    assert by_listing([own, catalogue]) == {"MLB1": spend(570)}


def test_a_listing_of_several_skus_is_split_by_their_revenue_of_the_day() -> None:
    weights = SkuWeights({"A": 1, "B": 1}, of_day={"A": 300, "B": 100}, before={"A": 0, "B": 999})
    found = by_sku({"MLB1": spend(101)}, {"MLB1": weights})
    assert costs(found) == {"A": 76, "B": 25}
    assert all(day.rateado for day in found.values())


def test_without_revenue_of_the_day_the_28_days_before_weigh() -> None:
    weights = SkuWeights({"A": 1, "B": 1}, of_day={"Z": 5}, before={"B": 10})
    assert costs(by_sku({"MLB1": spend(101)}, {"MLB1": weights})) == {"B": 101}


def test_without_any_revenue_every_variation_weighs_the_same() -> None:
    found = by_sku({"MLB1": spend(100)}, {"MLB1": SkuWeights({"A": 2, "B": 1})})
    assert costs(found) == {"A": 67, "B": 33}


def test_a_listing_with_one_sku_in_many_variations_is_not_split() -> None:
    assert by_sku({"MLB1": spend(100)}, {"MLB1": SkuWeights({"A": 3})}) == {"A": SkuDay(spend(100), False)}


def test_an_unknown_listing_goes_to_its_bucket() -> None:
    assert by_sku({"MLB1": spend(100)}, {}) == {"__SEM_SKU__:MLB1": SkuDay(spend(100), False)}


def test_sales_without_impressions_are_kept_and_nothing_at_all_is_no_row() -> None:
    sale = AdFigures(receita_direta=5000, unidades=1)
    assert by_sku({"MLB1": sale, "MLB2": AdFigures()}, {"MLB1": SkuWeights({"A": 1})}) == {"A": SkuDay(sale, False)}


def test_a_day_with_spend_and_nothing_else_after_the_last_complete_day_is_pending() -> None:
    earlier, later = date(2026, 3, 9), date(2026, 3, 11)
    assert is_pending(spend(100), DAY, earlier)
    assert is_pending(spend(100), DAY, None)
    assert not is_pending(spend(100), DAY, later)
    assert not is_pending(spend(100)._replace(impressoes=1), DAY, earlier)
    assert not is_pending(spend(100)._replace(receita_direta=1), DAY, earlier)
    assert not is_pending(spend(0), DAY, earlier)


amounts = st.integers(0, 500_000)
figures = st.builds(AdFigures, *[amounts] * 6)
listings = st.sampled_from(["MLB1", "MLB2", "MLB3", "MLB4"])
groups = st.lists(
    st.builds(
        GroupDay,
        st.uuids().map(str),
        figures,
        st.none() | listings,
        st.dictionaries(listings, figures, max_size=4),
    ),
    max_size=5,
)
skus = st.sampled_from(["A", "B", "C"])
revenue = st.dictionaries(skus, amounts)
weights = st.dictionaries(
    listings, st.builds(SkuWeights, st.dictionaries(skus, st.integers(1, 3)), revenue, revenue), max_size=4
)


@given(groups, weights)
def test_the_skus_and_the_remainder_are_the_groups_to_the_centavo_in_every_figure(
    found: list[GroupDay], split: dict[str, SkuWeights]
) -> None:
    placed = by_sku(by_listing(found), split)
    with_listings = [group for group in found if group.per_listing]
    for position in range(len(AdFigures._fields)):
        whole = sum(group.figures[position] for group in with_listings)
        assert sum(day.figures[position] for day in placed.values()) == whole
    assert all(part >= 0 for day in placed.values() for part in day.figures)


@given(groups, weights, st.randoms())
def test_the_order_of_groups_does_not_matter(
    found: list[GroupDay], split: dict[str, SkuWeights], random: object
) -> None:
    shuffled = list(found)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert by_sku(by_listing(found), split) == by_sku(by_listing(shuffled), split)
