"""Contract §14.2: the orders search and its traps."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from viang_pipeline.sandbox import Fault
from viang_pipeline_tests.sandbox.shop import DAY, HOUR, MINUTE, START, Shop


def test_filters_drop_minutes_at_both_ends(shop: Shop) -> None:
    seller, listing = shop.seller()
    early, late = (shop.world.place_order(seller, listing, at=START - n * MINUTE) for n in (110, 30))  # 10:10, 11:30
    found = shop.search(seller, order__date_created__from="2026-03-10T10:59:00.000Z")
    assert found == [early.order_id, late.order_id]
    assert shop.search(seller, order__date_created__to="2026-03-10T11:59:00.000Z") == [early.order_id]


def test_an_hour_is_an_hour_of_the_offset_given(shop: Shop) -> None:
    seller, listing = shop.seller()
    order = shop.world.place_order(seller, listing, at=START - 30 * MINUTE)  # 11:30Z = 17:00+05:30
    assert shop.search(seller, order__date_created__from="2026-03-10T17:40:00.000+05:30") == [order.order_id]
    assert shop.search(seller, order__date_created__from="2026-03-10T08:40:00.000-04:00") == []


def test_an_unescaped_plus_sign_or_a_word_is_refused(shop: Shop) -> None:
    seller, _ = shop.seller()
    for text, status in (("2026-03-10T10:00:00.000+00:00", 400), ("ontem", 400), ("2026-03-10T10:00:00Z", 200)):
        address = f"/orders/search?order.date_created.from={text}"
        assert shop.http.get(address, headers=shop.bearer(seller)).status_code == status


def test_unknown_filters_are_ignored_silently_the_wrong_name_of_the_update_filter_included(shop: Shop) -> None:
    seller, listing = shop.seller()
    order = shop.world.place_order(seller, listing, at=START - DAY)
    assert shop.search(seller, order__last_updated__from="2026-03-10T11:00:00.000Z") == [order.order_id]
    assert shop.search(seller, anything="at-all") == [order.order_id]
    assert shop.search(seller, order__date_last_updated__from="2026-03-10T11:00:00.000Z") == []


def test_cancelled_orders_are_hidden_unless_asked_for(shop: Shop) -> None:
    seller, listing = shop.seller()
    kept, gone = (shop.world.place_order(seller, listing, at=START - HOUR) for _ in range(2))
    shop.world.pay(kept, at=START - HOUR)
    shop.world.cancel(gone, at=START - MINUTE)
    assert shop.search(seller) == [kept.order_id]
    assert shop.search(seller, order__status="cancelled") == [gone.order_id]
    assert set(shop.search(seller, order__status="cancelled,paid")) == {kept.order_id, gone.order_id}
    shop.sandbox.clock.set(START - 10 * MINUTE)
    assert set(shop.search(seller)) == {kept.order_id, gone.order_id}


def test_pending_cancel_cannot_be_asked_for(shop: Shop) -> None:
    seller, _ = shop.seller()
    answer = shop.get(seller, "/orders/search", **{"order.status": "paid,pending_cancel"})
    assert (answer.status_code, answer.json()["status"], answer.json()["cause"]) == (400, 400, [])


def test_pages_hold_fifty_and_paging_ends_at_ten_thousand(shop: Shop) -> None:
    seller, listing = shop.seller()
    for n in range(53):
        shop.world.place_order(seller, listing, at=START - HOUR + n * timedelta(seconds=1))
    assert len(shop.search(seller)) == 50
    assert len(shop.search(seller, offset=50)) == 3
    assert shop.get(seller, "/orders/search").json()["paging"] == {"total": 53, "offset": 0, "limit": 50}
    assert shop.get(seller, "/orders/search", limit=51).status_code == 400
    assert shop.search(seller, offset=9950) == []
    assert shop.get(seller, "/orders/search", offset=9951).status_code == 400


def test_the_default_order_is_by_closing_time_not_by_creation(shop: Shop) -> None:
    seller, listing = shop.seller()
    slow, quick = (shop.world.place_order(seller, listing, at=START - n * HOUR) for n in (9, 8))
    shop.world.pay(quick, at=START - 7 * HOUR)
    shop.world.pay(slow, at=START - HOUR)
    assert shop.search(seller) == [quick.order_id, slow.order_id]
    assert shop.search(seller, sort="date_desc") == [slow.order_id, quick.order_id]


def test_an_order_exists_from_its_creation_to_twelve_months_later(shop: Shop) -> None:
    seller, listing = shop.seller()
    order = shop.world.place_order(seller, listing, at=START - DAY)
    for now, visible in (
        (START - 2 * DAY, False),
        (START, True),
        (START + 364 * DAY, True),
        (START + 366 * DAY, False),
    ):
        shop.sandbox.clock.set(now)
        shop.sandbox.tokens(seller)
        assert (shop.search(seller) == [order.order_id]) is visible
        assert (shop.get(seller, f"/orders/{order.order_id}").status_code == 200) is visible


def test_every_change_moves_the_order_into_a_later_update_window(shop: Shop) -> None:
    seller, listing = shop.seller()
    order = shop.world.place_order(seller, listing, at=START - 40 * DAY)
    shop.world.pay(order, at=START - 40 * DAY + MINUTE)
    shop.world.refund(order, at=START - 30 * MINUTE, amount=1000)
    window = {
        "order__date_last_updated__from": "2026-03-10T11:00:00Z",
        "order__date_last_updated__to": "2026-03-10T12:00:00Z",
    }
    assert shop.search(seller, **window) == [order.order_id]
    shop.sandbox.clock.set(START - DAY)
    assert shop.search(seller, **window) == []
    assert shop.search(seller, order__date_last_updated__from="2026-01-29T12:00:00Z") == [order.order_id]


def test_rows_carry_both_update_times_and_the_filter_goes_by_the_zulu_one(shop: Shop) -> None:
    seller, listing = shop.seller()
    orders = [shop.world.place_order(seller, listing, at=START - 60 * DAY) for _ in range(5)]
    for order in orders:
        shop.world.touch(order, at=START - 30 * MINUTE)
    rows = shop.get(seller, "/orders/search", **{"order.date_last_updated.from": "2026-03-10T11:00:00Z"}).json()[
        "results"
    ]
    assert len(rows) == 5
    assert {row["date_last_updated"] for row in rows} == {"2026-03-10T11:30:00.000Z"}
    assert {row["last_updated"][-6:] for row in rows} == {"-04:00"}
    apart = [row for row in rows if datetime.fromisoformat(row["last_updated"]) < START - 59 * DAY]
    assert apart, "on some orders last_updated lags months behind"


def test_orders_arriving_between_pages_move_the_total(shop: Shop) -> None:
    seller, listing = shop.seller()
    for n in range(60):
        shop.world.place_order(seller, listing, at=START - 2 * HOUR + n * MINUTE)

    def arrive(world: object, now: datetime) -> None:
        shop.world.place_order(seller, listing, at=START - 3 * HOUR)

    shop.sandbox.faults.add(Fault("hook", path="/orders/search", skip=1, hook=arrive))
    first = shop.get(seller, "/orders/search").json()
    second = shop.get(seller, "/orders/search", offset=50).json()
    assert (first["paging"]["total"], second["paging"]["total"]) == (60, 61)
    assert first["results"][-1]["id"] == second["results"][0]["id"]


def test_a_seller_sees_only_own_orders(shop: Shop) -> None:
    mine, listing = shop.seller()
    other, _ = shop.seller()
    order = shop.world.place_order(mine, listing, at=START - HOUR)
    assert shop.search(other) == []
    assert shop.get(other, "/orders/search", seller=mine.seller_id).json()["error"] == "caller.id.invalid"
    assert shop.get(other, f"/orders/{order.order_id}").json()["error"] == "not_owned_order"


def test_orders_are_found_by_tag_item_and_text(shop: Shop) -> None:
    seller, listing = shop.seller()
    order = shop.world.place_order(seller, listing, at=START - HOUR)
    assert shop.search(seller, item=listing.listing_id, q="garrafa", tags="not_delivered") == [order.order_id]
    assert shop.search(seller, **{"tags.not": "not_delivered"}) == []


@pytest.mark.parametrize("present", [True, False])
def test_cancel_detail_in_search_rows_is_a_switch(shop: Shop, present: bool) -> None:
    seller, listing = shop.seller()
    order = shop.world.place_order(seller, listing, at=START - HOUR)
    shop.world.cancel(order, at=START - MINUTE)
    shop.sandbox.options.cancel_detail_in_search = present
    row = shop.get(seller, "/orders/search", **{"order.status": "cancelled"}).json()["results"][0]
    assert ("cancel_detail" in row) is present
    assert shop.order(seller, order)["cancel_detail"]["date"] == "2026-03-10T07:59:00.000-04:00"
