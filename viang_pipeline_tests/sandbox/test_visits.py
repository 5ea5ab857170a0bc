"""Contract §8 and §14.7: visits as the platform shows them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from viang_pipeline.sandbox.generate import generate_world
from viang_pipeline.sandbox.profiles import HOUSEHOLD
from viang_pipeline.sandbox.truth import Listing, Seller
from viang_pipeline.sandbox.visit_routes import LOCAL
from viang_pipeline.sandbox.visits_truth import total_at
from viang_pipeline_tests.sandbox.shop import DAY, HOUR, START, Shop

TODAY = date(2026, 3, 10)
ONE = timedelta(days=1)


def visited(shop: Shop, totals: dict[int, int]) -> tuple[Seller, Listing]:
    """A seller whose listing and account had these visits so many days ago."""
    seller, listing = shop.seller()
    for ago, total in totals.items():
        day = TODAY - ago * ONE
        shop.world.visits.visit(listing.listing_id, day, total, at=START - ago * DAY)
        shop.world.visits.visit_account(seller.seller_id, day, total, at=START - ago * DAY)
    return seller, listing


def window(shop: Shop, seller: Seller, listing: Listing, last: int, **params: object) -> dict[str, int]:
    """Label → total, of a window of a listing."""
    path = f"/items/{listing.listing_id}/visits/time_window"
    rows = shop.get(seller, path, last=last, unit="day", **params).json()["results"]
    return {row["date"]: row["total"] for row in rows}


def label(ago: int) -> str:
    return f"{TODAY - ago * ONE}T00:00:00Z"


def test_days_without_a_visit_are_left_out(shop: Shop) -> None:
    seller, listing = visited(shop, {1: 5, 3: 2})
    assert window(shop, seller, listing, 5) == {label(1): 5, label(3): 2}


def test_a_window_spans_one_date_more_than_asked_and_its_last_day(shop: Shop) -> None:
    seller, listing = visited(shop, {n: 1 + n for n in range(8)})
    ending = (TODAY - ONE).isoformat()
    assert set(window(shop, seller, listing, 3, ending=ending)) == {label(n) for n in (1, 2, 3, 4)}
    shop.sandbox.options.visits_extra_day = False
    assert set(window(shop, seller, listing, 3, ending=ending)) == {label(n) for n in (1, 2, 3)}


def test_without_an_ending_the_last_day_is_today_and_partial(shop: Shop) -> None:
    seller, listing = visited(shop, {0: 4, 1: 5})
    shop.world.visits.visit(listing.listing_id, TODAY, 11, at=START + 4 * HOUR)
    assert window(shop, seller, listing, 1) == {label(0): 4, label(1): 5}
    shop.sandbox.clock.set(START + 5 * HOUR)
    assert window(shop, seller, listing, 1)[label(0)] == 11


def test_yesterday_grows_with_the_clock(shop: Shop) -> None:
    seller, listing = visited(shop, {1: 5})
    shop.world.visits.visit(listing.listing_id, TODAY - ONE, 8, at=START + HOUR)
    assert window(shop, seller, listing, 1)[label(1)] == 5
    shop.sandbox.clock.set(START + HOUR)
    assert window(shop, seller, listing, 1)[label(1)] == 8


def test_rows_come_in_no_order(shop: Shop) -> None:
    seller, listing = visited(shop, dict.fromkeys(range(30), 1))
    found = list(window(shop, seller, listing, 29))
    assert found not in (sorted(found), sorted(found, reverse=True))


def test_the_account_has_a_series_of_its_own(shop: Shop) -> None:
    seller, _ = visited(shop, {1: 5})
    path = f"/users/{seller.seller_id}/items_visits/time_window"
    body = shop.get(seller, path, last=2, unit="day").json()
    assert (body["user_id"], body["total_visits"], len(body["results"])) == (seller.seller_id, 5, 1)


def test_nobody_sees_the_series_of_another_account(shop: Shop) -> None:
    owner, _ = visited(shop, {1: 5})
    other, _ = shop.seller()
    assert shop.get(other, f"/users/{owner.seller_id}/items_visits/time_window", last=2, unit="day").status_code == 403


def test_a_closed_listing_answers_normally_and_an_unknown_one_is_not_found(shop: Shop) -> None:
    seller, listing = visited(shop, {1: 5})
    shop.world.change_listing(listing, at=START - DAY, status="closed")
    assert window(shop, seller, listing, 2) == {label(1): 5}
    answer = shop.get(seller, "/items/MLB1/visits/time_window", last=2, unit="day")
    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"last": 151}, "smaller or equal to 150 days"),
        ({"last": 2, "ending": "10/03/2026"}, "invalid date format for ending date"),
    ],
)
def test_what_is_asked_wrongly_is_refused(shop: Shop, params: dict[str, object], message: str) -> None:
    seller, listing = visited(shop, {1: 5})
    answer = shop.get(seller, f"/items/{listing.listing_id}/visits/time_window", unit="day", **params)
    assert answer.status_code == 400
    assert message in answer.json()["message"]


def test_totals_are_given_for_one_listing_only(shop: Shop) -> None:
    seller, listing = visited(shop, {1: 5, 2: 3})
    dates = {"date_from": TODAY - 2 * ONE, "date_to": TODAY}
    assert shop.get(seller, "/items/visits", ids=listing.listing_id, **dates).json()[0]["total_visits"] == 8
    answer = shop.get(seller, "/items/visits", ids=f"{listing.listing_id},MLB1", **dates)
    assert (answer.status_code, answer.json()["message"]) == (400, "maximum amount of items to query is 1")


def test_a_generated_world_has_visitors_and_full_stock() -> None:
    first, last = date(2026, 2, 1), date(2026, 2, 10)
    world = generate_world(1, first_day=first, last_day=last, profiles=(HOUSEHOLD,))
    (seller,) = world.sellers.values()
    assert world.visits == generate_world(1, first_day=first, last_day=last, profiles=(HOUSEHOLD,)).visits
    late = datetime(2026, 4, 1, tzinfo=UTC)
    for order in world.orders.values():
        day = order.created_at.astimezone(LOCAL).date()
        series = world.visits.listings[order.listing_id]
        assert total_at(series, day, late) >= sum(
            other.listing_id == order.listing_id and other.created_at.astimezone(LOCAL).date() == day
            for other in world.orders.values()
        )
    summed = sum(total_at(series, last, late) for series in world.visits.listings.values())
    assert 0 < total_at(world.visits.sellers[seller.seller_id], last, late) < summed
    inventories = {each.inventory_id for each in world.listings.values() if each.inventory_id}
    assert set(world.inventories.states) == inventories
