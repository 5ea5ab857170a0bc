"""The discounts face of the sandbox behaves as contract §3.6 says."""

from __future__ import annotations

from viang_pipeline.sandbox.truth import Order, Seller
from viang_pipeline_tests.sandbox.shop import DAY, HOUR, START, Shop


def cheaper(shop: Shop) -> tuple[Seller, Order]:
    """Two units, R$ 10,00 off each, of which the seller pays R$ 6,00."""
    seller, listing = shop.seller()
    order = shop.world.place_order(
        seller, listing, at=START - HOUR, quantity=2, unit_price=8990, full_unit_price=9990, seller_discount=600
    )
    return seller, order


def test_amounts_are_totals_of_the_line(shop: Shop) -> None:
    seller, order = cheaper(shop)
    (detail,) = shop.get(seller, f"/orders/{order.order_id}/discounts").json()["details"]
    (item,) = detail["items"]
    assert (detail["type"], item["quantity"], item["amounts"]) == ("discount", 2, {"total": 20, "seller": 12})


def test_a_coupon_stands_beside_the_discount_in_the_price(shop: Shop) -> None:
    seller, order = cheaper(shop)
    shop.world.discounts.grant(order, total=500, seller=0)
    details = shop.get(seller, f"/orders/{order.order_id}/discounts").json()["details"]
    assert [detail["type"] for detail in details] == ["discount", "coupon"]
    assert "id" in details[1]["coupon"]


def test_an_order_with_a_discount_is_tagged_in_search_and_detail(shop: Shop) -> None:
    seller, order = cheaper(shop)
    plain = shop.world.place_order(seller, shop.world.listings[order.listing_id], at=START - HOUR)
    rows = {row["id"]: row["tags"] for row in shop.get(seller, "/orders/search").json()["results"]}
    assert ["order_has_discount" in rows[each.order_id] for each in (order, plain)] == [True, False]
    assert "order_has_discount" in shop.order(seller, order)["tags"]


def test_an_unknown_or_forgotten_order_is_not_found_and_a_foreign_one_forbidden(shop: Shop) -> None:
    _, order = cheaper(shop)
    other, listing = shop.seller()
    old = shop.world.place_order(other, listing, at=START - 366 * DAY)
    paths = [f"/orders/{number}/discounts" for number in (1, old.order_id, order.order_id)]
    assert [shop.get(other, path).status_code for path in paths] == [404, 404, 403]
