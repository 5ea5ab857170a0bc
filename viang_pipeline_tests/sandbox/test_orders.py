"""Contract §14.3: what happens to orders and how it shows."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from viang_pipeline.sandbox.people import person
from viang_pipeline_tests.sandbox.shop import DAY, HOUR, MINUTE, START, Shop


def cents(value: Any) -> int:
    return round(Decimal(repr(value)) * 100)


def test_an_order_carries_the_fields_of_the_contract(shop: Shop) -> None:
    seller, listing = shop.seller()
    pack = shop.world.new_pack()
    order = shop.world.place_order(
        seller, listing, at=START - HOUR, quantity=2, unit_price=8990, full_unit_price=9990, seller_discount=600,
        sale_fee=1034, pack=pack,
    )  # fmt: skip
    shop.world.pay(order, at=START - HOUR + MINUTE)
    body = shop.order(seller, order)
    assert (body["id"], body["status"], body["pack_id"]) == (order.order_id, "paid", pack)
    assert (body["currency_id"], cents(body["total_amount"])) == ("BRL", 17980)
    line = body["order_items"][0]
    assert len(body["order_items"]) == 1
    assert (line["item"]["id"], line["item"]["seller_sku"], line["quantity"]) == (listing.listing_id, "GAR-1L", 2)
    assert (cents(line["unit_price"]), cents(line["sale_fee"])) == (8990, 1034)
    assert cents(line["gross_price"]) == 19980
    assert [cents(v) for v in line["discounts"][0]["amounts"].values()] == [1000, 600]
    assert cents(body["payments"][0]["marketplace_fee"]) == 2 * 1034
    assert body["seller"]["id"] == seller.seller_id
    assert len(str(order.order_id)) == len(str(pack)) == 16


def test_times_around_brasilia_midnight_show_the_day_before(shop: Shop) -> None:
    seller, listing = shop.seller()
    order = shop.world.place_order(seller, listing, at=(START - DAY).replace(hour=3, minute=20))  # 00:20 in Brasília
    assert shop.order(seller, order)["date_created"] == "2026-03-08T23:20:00.000-04:00"


def test_some_amounts_carry_binary_noise_that_rounds_to_the_truth(shop: Shop) -> None:
    seller, listing = shop.seller()
    orders = [shop.world.place_order(seller, listing, at=START - HOUR, unit_price=1429 + n) for n in range(30)]
    rows = shop.get(seller, "/orders/search").json()["results"]
    shown = {row["id"]: row["order_items"][0]["unit_price"] for row in rows}
    assert any(len(repr(value)) > 8 for value in shown.values())
    assert all(cents(shown[order.order_id]) == order.unit_price for order in orders)


def test_personal_data_is_planted_in_answers(shop: Shop) -> None:
    seller, listing = shop.seller()
    order = shop.world.place_order(seller, listing, at=START - HOUR)
    buyer = shop.order(seller, order)["buyer"]
    who = person(order.buyer_id)
    assert (buyer["id"], buyer["email"], buyer["billing_info"]["doc_number"]) == (order.buyer_id, who.email, who.cpf)


def test_shipping_is_null_at_first(shop: Shop) -> None:
    seller, listing = shop.seller()
    order = shop.world.place_order(seller, listing, at=START - HOUR)
    shipment = shop.world.ship(seller, at=START - HOUR, seller_cost=1500)
    shop.world.attach_shipment(order, shipment, at=START)
    shop.sandbox.clock.set(START - MINUTE)
    assert shop.order(seller, order)["shipping"]["id"] is None
    shop.sandbox.clock.set(START)
    assert shop.order(seller, order)["shipping"]["id"] == shipment.shipment_id


def test_a_rejected_try_stays_before_the_approved_payment(shop: Shop) -> None:
    seller, listing = shop.seller()
    order = shop.world.place_order(seller, listing, at=START - HOUR)
    shop.world.reject_payment(order, at=START - 50 * MINUTE)
    shop.world.pay(order, at=START - 40 * MINUTE)
    assert [p["status"] for p in shop.order(seller, order)["payments"]] == ["rejected", "approved"]


def test_split_payments_share_the_fee_of_all_units(shop: Shop) -> None:
    seller, listing = shop.seller()
    order = shop.world.place_order(seller, listing, at=START - HOUR, quantity=3, sale_fee=601)
    shop.world.pay(order, at=START - 50 * MINUTE, amount=4999)
    shop.sandbox.clock.set(START - 45 * MINUTE)
    assert shop.order(seller, order)["status"] == "partially_paid"
    shop.world.pay(order, at=START - 40 * MINUTE)
    shop.sandbox.clock.set(START)
    body = shop.order(seller, order)
    assert body["status"] == "paid"
    assert body["date_closed"] == "2026-03-10T07:20:00.000-04:00"
    assert sum(cents(p["marketplace_fee"]) for p in body["payments"]) == 3 * 601


def test_a_boleto_is_in_process_until_it_is_paid_days_later(shop: Shop) -> None:
    seller, listing = shop.seller()
    order = shop.world.place_order(seller, listing, at=START - 3 * DAY)
    slip = shop.world.start_payment(order, at=START - 3 * DAY + MINUTE)
    shop.world.pay(order, at=START - HOUR, payment_id=slip)
    seen = []
    for now in (START - 3 * DAY, START - DAY, START):
        shop.sandbox.clock.set(now)
        shop.sandbox.tokens(seller)
        seen.append(shop.order(seller, order)["status"])
    assert seen == ["confirmed", "payment_in_process", "paid"]


def test_partial_refunds_add_up_while_the_payment_stays_approved(shop: Shop) -> None:
    seller, listing = shop.seller()
    order = shop.world.place_order(seller, listing, at=START - 30 * DAY)
    shop.world.pay(order, at=START - 30 * DAY)
    shop.world.refund(order, at=START - 2 * DAY, amount=700)
    shop.world.refund(order, at=START - DAY, amount=300)
    body = shop.order(seller, order)
    payment = body["payments"][0]
    assert (body["status"], payment["status"], cents(payment["transaction_amount_refunded"])) == (
        "partially_refunded",
        "approved",
        1000,
    )
    assert payment["date_last_modified"] == "2026-03-09T08:00:00.000-04:00"


def test_a_full_refund_cancels_and_keeps_the_closing_time(shop: Shop) -> None:
    seller, listing = shop.seller()
    order = shop.world.place_order(seller, listing, at=START - 30 * DAY)
    shop.world.pay(order, at=START - 30 * DAY)
    shop.world.refund(order, at=START - DAY)
    body = shop.order(seller, order)
    assert (body["status"], body["payments"][0]["status"]) == ("cancelled", "refunded")
    assert body["cancel_detail"]["group"] == "mediations"
    assert body["cancel_detail"]["date"] == "2026-03-09T08:00:00.000-04:00"
    assert body["date_closed"].startswith("2026-02-08")


def test_a_wallet_refund_leaves_the_order_paid(shop: Shop) -> None:
    seller, listing = shop.seller()
    order = shop.world.place_order(seller, listing, at=START - DAY)
    shop.world.pay(order, at=START - DAY)
    shop.world.wallet_refund(order, at=START - HOUR)
    body = shop.order(seller, order)
    assert body["status"] == "paid"
    assert "unfulfilled" in body["tags"]
    assert body["payments"][0]["tags"] == ["refund_account_money"]


def test_a_duplicate_payment_is_given_back_without_touching_the_order(shop: Shop) -> None:
    seller, listing = shop.seller()
    order = shop.world.place_order(seller, listing, at=START - 3 * DAY)
    shop.world.pay(order, at=START - 3 * DAY)
    shop.world.duplicate_payment(order, at=START - 2 * DAY, refunded_at=START - DAY)
    body = shop.order(seller, order)
    assert body["status"] == "paid"
    assert [p["status"] for p in body["payments"]] == ["approved", "refunded"]


def test_a_split_pack_cancels_the_originals_and_places_new_orders(shop: Shop) -> None:
    seller, listing = shop.seller()
    pack = shop.world.new_pack()
    originals = [shop.world.place_order(seller, listing, at=START - DAY, pack=pack) for _ in range(2)]
    for order in originals:
        shop.world.pay(order, at=START - DAY)
    twins = shop.world.split_pack(originals, at=START - HOUR)
    assert set(shop.search(seller)) == {twin.order_id for twin in twins}
    assert {shop.order(seller, o)["cancel_detail"]["code"] for o in originals} == {"pack_splitted"}
    assert [cents(shop.order(seller, t)["total_amount"]) for t in twins] == [5000, 5000]


def test_unusual_orders_show_as_scripted(shop: Shop) -> None:
    seller, listing = shop.seller()
    odd = shop.world.place_order(seller, listing, at=START - DAY, currency="USD", tags=("test_order",))
    shop.world.set_status(odd, at=START - HOUR, status="something_new")
    shop.world.tag(odd, at=START - 2 * HOUR, add=("fraud_risk_detected",))
    body = shop.order(seller, odd)
    assert (body["status"], body["currency_id"]) == ("something_new", "USD")
    assert {"test_order", "fraud_risk_detected"} <= set(body["tags"])


def test_an_unknown_order_is_404_and_a_word_400(shop: Shop) -> None:
    seller, _ = shop.seller()
    assert shop.get(seller, "/orders/1").json()["error"] == "order_not_found"
    assert shop.get(seller, "/orders/abc").json()["error"] == "invalid_order_id"
