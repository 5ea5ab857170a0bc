"""What is shared is counted once (kpis.md §4.2 traps, §5.8; contract §15 trap 16)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from viang_pipeline.domain.stock_photo import (
    SHARED,
    Announced,
    Inventory,
    SkuStock,
    StockUnit,
    shared_stocks,
    sku_stock,
)


def unit(key: str, user_product: str | None = None, inventory: str | None = None, *twins: str) -> StockUnit:
    return StockUnit(key, user_product, inventory, twins)


def announced(listing: str, sku: str | None, quantity: int | None, inventory: str | None = None) -> Announced:
    return Announced(listing, sku, listing, inventory, quantity)


def test_listings_of_one_user_product_share_a_stock() -> None:
    found = shared_stocks([unit("a", "MLBU1"), unit("b", "MLBU1"), unit("c", "MLBU2")])
    assert found["a"] == found["b"] != found["c"]


def test_listings_of_one_inventory_share_a_stock_without_a_user_product() -> None:
    found = shared_stocks([unit("a", None, "I1"), unit("b", None, "I1")])
    assert found["a"] == found["b"]


def test_a_catalogue_page_and_its_own_page_twin_share_a_stock() -> None:
    found = shared_stocks([unit("a", None, None, "b"), unit("b"), unit("c", None, None, "not_read")])
    assert found["a"] == found["b"] != found["c"]


def test_stock_is_shared_through_others() -> None:
    found = shared_stocks(
        [unit("a", "MLBU1"), unit("b", "MLBU1", "I1"), unit("c", None, "I1"), unit("d", None, None, "c")]
    )
    assert len(set(found.values())) == 1


def test_a_user_product_and_an_inventory_of_the_same_name_are_two_things() -> None:
    found = shared_stocks([unit("a", "X"), unit("b", None, "X")])
    assert found["a"] != found["b"]


@given(
    st.lists(
        st.builds(
            StockUnit,
            st.sampled_from("abcdefgh"),
            st.none() | st.sampled_from("UV"),
            st.none() | st.sampled_from("IJ"),
            st.lists(st.sampled_from("abcdefgh"), max_size=1).map(tuple),
        ),
        unique_by=lambda each: each.key,
    ).flatmap(lambda units: st.tuples(st.just(units), st.permutations(units)))
)
def test_the_order_of_reading_changes_no_stock(drawn: tuple[list[StockUnit], list[StockUnit]]) -> None:
    one, other = drawn
    assert shared_stocks(one) == shared_stocks(other)


def test_an_inventory_on_several_listings_counts_once() -> None:
    photo = [announced("a", "S", 9, "I1"), announced("b", "s ", 9, "I1"), announced("c", "S", 4, "I2")]
    found = sku_stock(photo, {"I1": Inventory(9, 2), "I2": Inventory(4, 0)})
    assert (found["S"].full, found["S"].blocked) == (13, 2)


def test_a_sku_without_a_full_inventory_has_none() -> None:
    assert sku_stock([announced("a", "S", 7)], {}) == {"S": SkuStock(None, None, 7, None)}


def test_an_inventory_the_platform_does_not_know_is_no_zero() -> None:
    assert sku_stock([announced("a", "S", 7, "I9")], {}) == {"S": SkuStock(None, None, 7, None)}


def test_full_sold_out_is_zero() -> None:
    assert sku_stock([announced("a", "S", 0, "I1")], {"I1": Inventory(0, 0)}) == {"S": SkuStock(0, 0, 0, None, {})}


def test_reasons_of_a_sku_are_those_of_its_inventories_together() -> None:
    photo = [announced("a", "S", 9, "I1"), announced("b", "S", 9, "I1"), announced("c", "S", 4, "I2")]
    stocks = {"I1": Inventory(9, 3, {"damaged": 2, "lost": 1}), "I2": Inventory(4, 5, {"damaged": 5})}
    assert sku_stock(photo, stocks)["S"].blocked_for == {"damaged": 7, "lost": 1}


def test_an_inventory_of_several_skus_belongs_to_none_of_them() -> None:
    found = sku_stock([announced("a", "S", 5, "I1"), announced("b", "T", 5, "I1")], {"I1": Inventory(5, 1)})
    assert found == dict.fromkeys("ST", SkuStock(None, None, 5, SHARED))


def test_a_listing_that_is_not_on_sale_keeps_its_full_stock_and_announces_nothing() -> None:
    assert sku_stock([announced("a", "S", None, "I1")], {"I1": Inventory(5, 1)}) == {
        "S": SkuStock(5, 1, None, None, {})
    }


def test_a_listing_without_sku_is_in_its_bucket() -> None:
    assert set(sku_stock([announced("a", None, 5)], {})) == {"__SEM_SKU__:a"}


@given(
    st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("XY"), st.sampled_from([None, "I", "J"]))),
    st.dictionaries(st.sampled_from("IJ"), st.builds(Inventory, st.integers(0, 9), st.integers(0, 9))),
)
def test_skus_never_have_more_in_full_than_lies_there(
    drawn: list[tuple[str, str, str | None]], inventories: dict[str, Inventory]
) -> None:
    photo = [announced(listing, sku, 1, inventory) for listing, sku, inventory in drawn]
    found = sku_stock(photo, inventories)
    assert sum(each.full or 0 for each in found.values()) <= sum(each.available for each in inventories.values())
