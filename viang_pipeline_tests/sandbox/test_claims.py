"""Contract §14.5: claims by real filters with milliseconds, clamped pages, returns with quantities as text."""

from __future__ import annotations

import pytest

from viang_pipeline.sandbox.claims_truth import Claim
from viang_pipeline.sandbox.truth import Seller
from viang_pipeline_tests.sandbox.shop import DAY, HOUR, START, Shop

SEARCH = "/post-purchase/v1/claims/search"


@pytest.fixture
def claimed(shop: Shop) -> tuple[Seller, Claim]:
    """A seller with one claim, opened a day ago."""
    seller, listing = shop.seller()
    order = shop.world.place_order(seller, listing, at=START - 3 * DAY, quantity=2)
    return seller, shop.world.claims.open(order, at=START - DAY)


def search(shop: Shop, seller: Seller, **params: object):  # type: ignore[no-untyped-def]
    own = {"players.role": "respondent", "players.user_id": seller.seller_id}
    return shop.get(seller, SEARCH, **(own | {name.replace("__", "."): value for name, value in params.items()}))


def test_a_search_without_a_real_filter_or_with_half_a_pair_is_refused(shop: Shop) -> None:
    seller, _ = shop.seller()
    assert shop.get(seller, SEARCH, limit=10).json()["error"] == "invalid_query"
    half = {"players.user_id": seller.seller_id}
    assert shop.get(seller, SEARCH, **half).json()["error"] == "invalid_params"


@pytest.mark.parametrize("bound", ["2026-03-09T00:00:00Z", "2026-03-09", "soon"])
def test_a_range_without_milliseconds_is_refused(shop: Shop, claimed: tuple[Seller, Claim], bound: str) -> None:
    seller, _ = claimed
    assert search(shop, seller, range=f"last_updated:after:{bound}").status_code == 400


def test_a_range_excludes_its_bounds_and_follows_the_last_change(shop: Shop, claimed: tuple[Seller, Claim]) -> None:
    seller, claim = claimed
    opened = "2026-03-09T12:00:00.000-00:00"

    def found(window: str) -> int:
        return search(shop, seller, range=window).json()["paging"]["total"]

    assert found(f"date_created:after:{opened}") == 0
    assert found("date_created:after:2026-03-09T11:59:59.999-00:00,before:2026-03-09T12:00:00.001-00:00") == 1
    shop.world.claims.move(claim, at=START - HOUR, stage="dispute")
    assert found("last_updated:after:2026-03-10T10:00:00.000-00:00") == 1
    assert found("date_created:after:2026-03-10T10:00:00.000-00:00") == 0


def test_pages_are_clamped_and_end_before_ten_thousand(shop: Shop, claimed: tuple[Seller, Claim]) -> None:
    seller, _ = claimed
    assert search(shop, seller, limit=500).json()["paging"]["limit"] == 100
    assert search(shop, seller, limit=100, offset=9_900).status_code == 400


def test_a_return_is_there_once_it_is_created_and_counts_in_text(shop: Shop, claimed: tuple[Seller, Claim]) -> None:
    seller, claim = claimed
    route = f"/post-purchase/v2/claims/{claim.claim_id}/returns"
    assert shop.get(seller, route).status_code == 404
    shop.world.claims.send_back(claim, at=START - HOUR)
    body = shop.get(seller, route).json()
    assert (body["status"], body["status_money"], body["subtype"]) == ("label_generated", "retained", "return_partial")
    assert (body["orders"][0]["total_quantity"], body["orders"][0]["return_quantity"]) == ("2.0", "1.0")
    assert search(shop, seller).json()["data"][0]["related_entities"] == ["return"]


def test_the_way_back_costs_what_was_charged_so_far(shop: Shop, claimed: tuple[Seller, Claim]) -> None:
    seller, claim = claimed
    route = f"/post-purchase/v1/claims/{claim.claim_id}/charges/return-cost"
    assert shop.get(seller, route).status_code == 404
    shop.world.claims.charge(claim, at=START - HOUR, amount=21_40)
    assert shop.get(seller, route).json()["currency_id"] == "BRL"


def test_a_claim_of_another_seller_is_refused(shop: Shop, claimed: tuple[Seller, Claim]) -> None:
    stranger, _ = shop.seller()
    _, claim = claimed
    assert shop.get(stranger, f"/post-purchase/v1/claims/{claim.claim_id}").status_code == 403


def test_what_an_inspection_found_is_there_once_it_is_made(shop: Shop, claimed: tuple[Seller, Claim]) -> None:
    """Whether or not the units arrived: the platform says what it knows."""
    seller, claim = claimed
    shop.world.claims.send_back(claim, at=START - HOUR)
    shown = shop.get(seller, f"/post-purchase/v2/claims/{claim.claim_id}/returns").json()
    route = f"/post-purchase/v1/returns/{shown['id']}/reviews"
    refused = shop.get(seller, route)
    assert (refused.status_code, refused.json()["code"]) == (404, 404)

    shop.world.claims.review(claim, "saleable", "discard", at=START - HOUR)
    (review,) = shop.get(seller, route).json()["reviews"]
    assert review["resource_id"] == claim.order.order_id
    assert [entry["product_condition"] for entry in review["resource_reviews"]] == ["saleable", "discard"]
    stranger, _ = shop.seller()
    assert shop.get(stranger, route).status_code == 403
