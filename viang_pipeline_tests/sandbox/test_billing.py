"""The billing face of the sandbox behaves as contract §12 says."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from viang_pipeline.sandbox.truth import Seller
from viang_pipeline_tests.sandbox.shop import DAY, HOUR, START, Shop

KEY = "2026-03-01"


def cents(value: float) -> int:
    return round(value * 100)


def details(shop: Shop, seller: Seller, key: str = KEY, **params: object) -> httpx.Response:
    asked = {"document_type": "BILL", "limit": 1000, "from_id": 0, "sort_by": "ID", "order_by": "ASC"} | params
    return shop.get(seller, f"/billing/integration/periods/key/{key}/group/ML/details", **asked)


def summary(shop: Shop, seller: Seller, key: str = KEY, document: str = "BILL") -> httpx.Response:
    path = f"/billing/integration/periods/key/{key}/summary/details"
    return shop.get(seller, path, group="ML", document_type=document)


def test_a_period_ends_on_the_sellers_own_day_and_bears_the_month_it_ends_in(shop: Shop) -> None:
    seller, _ = shop.seller()
    shop.world.billing.cuts[seller.seller_id] = 5
    book = shop.world.billing
    assert book.period_of(seller.seller_id, START.replace(month=2, day=5, hour=12)).isoformat() == "2026-02-01"
    assert book.period_of(seller.seller_id, START.replace(month=2, day=6, hour=12)).isoformat() == "2026-03-01"
    assert summary(shop, seller).json()["period"] == {"date_from": "2026-02-06", "date_to": "2026-03-05", "key": KEY}


def test_lines_are_paged_by_the_last_id_seen(shop: Shop) -> None:
    seller, _ = shop.seller()
    lines = [shop.world.billing.charge(seller, at=START - HOUR, sub_type="CXD", amount=n) for n in (100, 200, 300)]
    first = details(shop, seller, limit=2).json()
    assert [row["charge_info"]["detail_id"] for row in first["results"]] == [line.detail_id for line in lines[:2]]
    second = details(shop, seller, limit=2, from_id=first["last_id"]).json()
    assert [row["charge_info"]["detail_id"] for row in second["results"]] == [lines[2].detail_id]
    assert details(shop, seller, from_id=second["last_id"]).json()["results"] == []


def test_a_line_tells_its_orders_and_their_fees_gross_and_net(shop: Shop) -> None:
    seller, listing = shop.seller()
    order = shop.world.place_order(seller, listing, at=START - DAY, quantity=2, unit_price=8990, sale_fee=1034)
    shop.world.billing.sale_fee(order, at=START - HOUR, rebate=230)
    (row,) = details(shop, seller).json()["results"]
    (sale,) = row["sales_info"]
    assert (sale["order_id"], cents(sale["transaction_amount"])) == (order.order_id, 17980)
    assert {name: cents(sale["sale_fee"][name]) for name in ("gross", "net", "rebate")} == {
        "gross": 2298,
        "net": 2068,
        "rebate": 230,
    }
    assert row["charge_info"]["creation_date_time"].count("-") == 2, "no offset"


def test_credits_are_positive_amounts_of_the_kind_bonus_in_a_document_of_their_own(shop: Shop) -> None:
    seller, listing = shop.seller()
    order = shop.world.place_order(seller, listing, at=START - DAY)
    line = shop.world.billing.sale_fee(order, at=START - 2 * HOUR)
    shop.world.billing.credit(line, at=START - HOUR, amount=500)
    (credit,) = details(shop, seller, document_type="CREDIT_NOTE").json()["results"]
    info = credit["charge_info"]
    assert (info["detail_type"], info["detail_sub_type"], cents(info["detail_amount"])) == ("BONUS", "BV", 500)
    assert credit["sales_info"][0]["sale_fee"] is None


def test_the_summary_stands_still_all_day_and_the_lines_do_not(shop: Shop) -> None:
    seller, _ = shop.seller()
    shop.world.billing.charge(seller, at=START - DAY, sub_type="PADS", amount=1000)
    shop.world.billing.charge(seller, at=START - timedelta(minutes=1), sub_type="PADS", amount=500)
    assert len(details(shop, seller).json()["results"]) == 2
    (charge,) = summary(shop, seller).json()["bill_includes"]["charges"]
    assert (charge["type"], cents(charge["amount"])) == ("PADS", 1000)
    shop.sandbox.clock.set(START + DAY)
    shop.sandbox.tokens(seller)
    assert cents(summary(shop, seller).json()["bill_includes"]["charges"][0]["amount"]) == 1500


def test_nobody_sees_the_lines_of_another_account(shop: Shop) -> None:
    owner, _ = shop.seller()
    other, _ = shop.seller()
    shop.world.billing.charge(owner, at=START - HOUR, sub_type="CXD", amount=100)
    assert details(shop, other).json()["results"] == []


@pytest.mark.parametrize(("answer", "status"), [("empty", 200), ("not_found", 404)])
def test_a_period_that_has_not_begun_is_empty_or_not_found(shop: Shop, answer: str, status: int) -> None:
    seller, _ = shop.seller()
    shop.sandbox.options.billing_unknown_period = answer
    assert summary(shop, seller, "2026-12-01").status_code == status


@pytest.mark.parametrize("wrong", [{"document_type": ""}, {"limit": 1001}, {"limit": 0}, {"key": "2026-03-02"}])
def test_what_is_asked_wrongly_is_refused(shop: Shop, wrong: dict[str, object]) -> None:
    seller, _ = shop.seller()
    assert details(shop, seller, **wrong).status_code == 400
