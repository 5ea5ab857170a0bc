"""Contract §14.4: shipments, costs and history."""

from __future__ import annotations

import pytest

from viang_pipeline_tests.sandbox.shop import DAY, HOUR, MINUTE, START, Shop

NEW = {"x-format-new": "true"}


def test_the_header_decides_between_new_and_flat_shape(shop: Shop) -> None:
    seller, _ = shop.seller()
    shipment = shop.world.ship(
        seller, at=START - 2 * DAY, seller_cost=1595, list_cost=1595, logistic_type="cross_docking"
    )
    shop.world.deliver(shipment, shipped=START - DAY)
    new = shop.get(seller, f"/shipments/{shipment.shipment_id}", NEW).json()
    assert (new["logistic"]["type"], new["lead_time"]["list_cost"]) == ("cross_docking", 15.95)
    assert "logistic_type" not in new
    flat = shop.get(seller, f"/shipments/{shipment.shipment_id}").json()
    assert (flat["logistic_type"], flat["shipping_option"]["list_cost"]) == ("cross_docking", 15.95)
    assert flat["status_history"]["date_shipped"] == "2026-03-09T08:00:00.000-04:00"
    assert "logistic" not in flat
    assert "order_id" not in flat


@pytest.mark.parametrize("form", ["not_found", "empty"])
def test_costs_are_404_or_empty_before_they_exist(shop: Shop, form: str) -> None:
    seller, _ = shop.seller()
    shipment = shop.world.ship(
        seller,
        at=START - HOUR,
        costs_at=START + HOUR,
        seller_cost=1595,
        gross=3190,
        before_costs=form,  # type: ignore[arg-type]
    )
    before = shop.get(seller, f"/shipments/{shipment.shipment_id}/costs", NEW)
    assert before.status_code == 404 if form == "not_found" else before.json()["senders"] == []
    shop.sandbox.clock.set(START + HOUR)
    after = shop.get(seller, f"/shipments/{shipment.shipment_id}/costs", NEW).json()
    assert after["gross_amount"] == 31.9
    assert [(s["user_id"], s["cost"]) for s in after["senders"]] == [(seller.seller_id, 15.95)]


def test_costs_can_change_later(shop: Shop) -> None:
    seller, _ = shop.seller()
    shipment = shop.world.ship(seller, at=START - DAY, seller_cost=1595)
    shop.world.set_costs(shipment, at=START, seller_cost=0)
    path = f"/shipments/{shipment.shipment_id}/costs"
    assert shop.get(seller, path).json()["senders"][0]["cost"] == 0
    shop.sandbox.clock.set(START - MINUTE)
    assert shop.get(seller, path).json()["senders"][0]["cost"] == 15.95


def test_flex_costs_the_seller_nothing(shop: Shop) -> None:
    seller, _ = shop.seller()
    flex = shop.world.ship(seller, at=START - DAY, seller_cost=0, buyer_cost=990, logistic_type="self_service")
    body = shop.get(seller, f"/shipments/{flex.shipment_id}/costs", NEW).json()
    assert (body["senders"][0]["cost"], body["receiver"]["cost"]) == (0, 9.9)


def test_a_pack_shares_one_shipment(shop: Shop) -> None:
    seller, listing = shop.seller()
    pack = shop.world.new_pack()
    orders = [shop.world.place_order(seller, listing, at=START - DAY, pack=pack, buyer_id=77) for _ in range(2)]
    shipment = shop.world.ship(seller, at=START - DAY, seller_cost=1800)
    shop.world.attach_shipment(orders, shipment, at=START - HOUR)
    assert {shop.order(seller, order)["shipping"]["id"] for order in orders} == {shipment.shipment_id}
    rows = shop.get(seller, f"/shipments/{shipment.shipment_id}/orders", {"X-New-Domain": "true"}).json()
    assert [(row["order_id"], row["pack_id"]) for row in rows] == [(str(o.order_id), str(pack)) for o in orders]


def test_order_shipments_is_204_and_then_an_array(shop: Shop) -> None:
    seller, listing = shop.seller()
    order = shop.world.place_order(seller, listing, at=START - DAY)
    path = f"/orders/{order.order_id}/shipments"
    assert shop.get(seller, path).status_code == 204
    shipment = shop.world.ship(seller, at=START - HOUR, seller_cost=1800)
    shop.world.attach_shipment(order, shipment, at=START - HOUR)
    assert shop.get(seller, path).json() == [{"id": shipment.shipment_id, "type": "forward"}]


def test_history_grows_with_the_clock(shop: Shop) -> None:
    seller, _ = shop.seller()
    shipment = shop.world.ship(seller, at=START - 2 * DAY, seller_cost=1800)
    shop.world.deliver(shipment, ready=START - DAY, shipped=START, delivered=START + DAY)
    path = f"/shipments/{shipment.shipment_id}/history"
    assert [e["status"] for e in shop.get(seller, path).json()] == ["pending", "ready_to_ship", "shipped"]
    shop.sandbox.clock.set(START + DAY)
    shop.sandbox.tokens(seller)
    assert shop.get(seller, path).json()[-1] == {
        "status": "delivered",
        "substatus": None,
        "date": "2026-03-11T08:00:00.000-04:00",
    }


def test_delivery_does_not_touch_the_order(shop: Shop) -> None:
    seller, listing = shop.seller()
    order = shop.world.place_order(seller, listing, at=START - 2 * DAY)
    shipment = shop.world.ship(seller, at=START - 2 * DAY, seller_cost=1800)
    shop.world.attach_shipment(order, shipment, at=START - 2 * DAY)
    before = shop.order(seller, order)
    shop.world.deliver(shipment, shipped=START - DAY, delivered=START - HOUR)
    assert shop.order(seller, order) == before


def test_a_shipment_is_404_before_it_exists_and_403_for_others(shop: Shop) -> None:
    seller, _ = shop.seller()
    other, _ = shop.seller()
    shipment = shop.world.ship(seller, at=START + HOUR, seller_cost=1800)
    assert shop.get(seller, f"/shipments/{shipment.shipment_id}").status_code == 404
    shop.sandbox.clock.set(START + HOUR)
    assert shop.get(other, f"/shipments/{shipment.shipment_id}").status_code == 403
