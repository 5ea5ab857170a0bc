"""Contract §9 and §14.8: Product Ads as the platform shows them."""

from __future__ import annotations

from datetime import date, timedelta

import httpx
import pytest

from viang_pipeline.sandbox.ads_truth import Figures
from viang_pipeline.sandbox.generate import generate_world
from viang_pipeline.sandbox.profiles import CRAFTS, HOUSEHOLD
from viang_pipeline.sandbox.truth import Listing, Seller
from viang_pipeline_tests.sandbox.shop import DAY, HOUR, START, Shop

YESTERDAY = date(2026, 3, 9)
V2 = {"api-version": "2"}
LOWER = "clicks,prints,cost,direct_amount,indirect_amount,total_amount,units_quantity"


def advertiser(shop: Shop) -> tuple[Seller, Listing, str]:
    """A seller with ads, one listing, and the base of the routes that name the advertiser."""
    seller, listing = shop.seller()
    account = shop.world.ads.activate(seller, at=START - 300 * DAY)
    return seller, listing, f"/advertising/MLB/advertisers/{account.advertiser_id}/product_ads"


def groups(shop: Shop, seller: Seller, base: str, metrics: str = LOWER.upper(), **params: object) -> httpx.Response:
    dates = {"date_from": YESTERDAY, "date_to": YESTERDAY, "metrics": metrics}
    return shop.get(seller, f"{base}/ad_groups/search", V2, **(dates | params))


def test_the_advertiser_is_found_among_accounts_of_other_sites(shop: Shop) -> None:
    seller, _, _ = advertiser(shop)
    rows = shop.get(seller, "/advertising/advertisers", {"Api-Version": "1"}, product_id="PADS").json()["advertisers"]
    assert [row["site_id"] for row in rows] == ["MLA", "MLB"]


def test_an_account_without_ads_is_a_404_with_its_text_or_an_empty_list(shop: Shop) -> None:
    seller, _ = shop.seller()
    answer = shop.get(seller, "/advertising/advertisers", {"Api-Version": "1"}, product_id="PADS")
    assert (answer.status_code, answer.json()["error_code"]) == (404, "not_found")
    assert "No permissions found for user_id" in answer.json()["description"]
    shop.sandbox.options.ads_absent = "empty"
    answer = shop.get(seller, "/advertising/advertisers", {"Api-Version": "1"}, product_id="PADS")
    assert (answer.status_code, answer.json()) == (200, {"advertisers": []})


def test_the_daily_series_is_flat_dense_and_of_the_whole_advertiser(shop: Shop) -> None:
    seller, listing, base = advertiser(shop)
    gone = shop.world.ads.add_group(seller, at=START - 30 * DAY, listing=listing)
    shop.world.ads.report(gone, YESTERDAY, at=START - DAY, group_total=Figures(cost=21_70, clicks=38, prints=9120))
    shop.world.ads.delete_group(gone, at=START - HOUR)
    shop.sandbox.clock.set(START + DAY)
    answer = shop.get(
        seller,
        f"{base}/campaigns/search",
        V2,
        aggregation_type="DAILY",
        date_from=YESTERDAY - timedelta(days=2),
        date_to=YESTERDAY,
        metrics="cost,clicks,prints",
    )
    zero = {"cost": 0, "clicks": 0, "prints": 0}
    assert answer.json()["results"] == [
        {"date": "2026-03-07", **zero},
        {"date": "2026-03-08", **zero},
        {"date": "2026-03-09", "cost": pytest.approx(21.7), "clicks": 38, "prints": 9120},
    ]
    assert groups(shop, seller, base).json()["results"] == []


def test_campaigns_that_are_deleted_need_the_filter_and_those_in_error_are_in_no_list(shop: Shop) -> None:
    seller, _, base = advertiser(shop)
    kept, deleted, broken = (shop.world.ads.add_campaign(seller, at=START - 9 * DAY) for _ in range(3))
    shop.world.ads.set_campaign_status(deleted, at=START - DAY, status="deleted")
    shop.world.ads.set_campaign_status(broken, at=START - DAY, status="error")

    def listed(**params: str) -> list[int]:
        found = shop.get(seller, f"{base}/campaigns/search", V2, **params)
        return [row["id"] for row in found.json()["results"]]

    assert listed() == [kept.campaign_id]
    assert listed(**{"filters[status]": "active,paused,deleted"}) == [kept.campaign_id, deleted.campaign_id]
    alone = shop.get(
        seller,
        f"/advertising/MLB/product_ads/campaigns/{broken.campaign_id}",
        V2,
        date_from=YESTERDAY,
        date_to=YESTERDAY,
        metrics="cost,lost_impression_share_by_budget",
    )
    assert (alone.json()["status"], alone.json()["metrics"]["cost"]) == ("error", 0)


@pytest.mark.parametrize(("case", "understood"), [("upper", LOWER.upper()), ("lower", LOWER)])
def test_in_the_other_letter_case_group_rows_come_without_metrics(shop: Shop, case: str, understood: str) -> None:
    seller, listing, base = advertiser(shop)
    shop.world.ads.add_group(seller, at=START - 30 * DAY, listing=listing)
    shop.sandbox.options.ads_group_metrics_case = case
    assert "metrics" in groups(shop, seller, base, understood).json()["results"][0]
    assert "metrics" not in groups(shop, seller, base, understood.swapcase()).json()["results"][0]


def test_figures_arrive_at_ten_and_sales_keep_growing(shop: Shop) -> None:
    seller, listing, base = advertiser(shop)
    group = shop.world.ads.add_group(seller, at=START - 30 * DAY, listing=listing)
    ten = START.replace(hour=13)
    shop.world.ads.report(group, YESTERDAY, at=ten, group_total=Figures(cost=9_00))
    shop.world.ads.report(group, YESTERDAY, at=ten + 3 * DAY, group_total=Figures(cost=9_00, direct=50_00))

    def shown() -> tuple[float, float]:
        shop.sandbox.tokens(seller)
        found = groups(shop, seller, base).json()["results"][0]["metrics"]
        return found["cost"], found["total_amount"]

    shop.sandbox.clock.set(ten - HOUR)
    assert shown() == (0, 0)
    shop.sandbox.clock.set(ten + HOUR)
    assert shown() == (9, 0)
    shop.sandbox.clock.set(ten + 3 * DAY)
    assert shown() == (9, 50)


def test_the_members_of_a_group_repeat_and_need_not_add_up_to_it(shop: Shop) -> None:
    seller, listing, _ = advertiser(shop)
    group = shop.world.ads.add_group(
        seller, at=START - 30 * DAY, kind="CATALOG", external_id="MLB19", repeats=[listing]
    )
    shop.world.ads.report(
        group,
        YESTERDAY,
        at=START - DAY,
        group_total=Figures(cost=10_00),
        items={listing.listing_id: Figures(cost=9_50)},
    )
    shop.sandbox.clock.set(START + DAY)
    rows = shop.get(
        seller,
        f"/advertising/MLB/product_ads/ad_groups/{group.group_id}/ads",
        V2,
        date_from=YESTERDAY,
        date_to=YESTERDAY,
        metrics="cost",
    ).json()["results"]
    assert [(row["item_id"], row["status"], row["metrics"]) for row in rows] == [
        (listing.listing_id, "active", {"cost": 9.5}),
        (listing.listing_id, "hold", {"cost": 9.5}),
    ]


def test_nothing_is_told_beyond_the_ninety_day_wall(shop: Shop) -> None:
    seller, _, base = advertiser(shop)
    today = date(2026, 3, 10)
    wall = today - timedelta(days=90)
    assert groups(shop, seller, base, date_from=wall, date_to=today).status_code == 400  # 91 days
    assert groups(shop, seller, base, date_from=wall, date_to=wall).status_code == 200
    beyond = groups(shop, seller, base, date_from=wall - timedelta(days=1), date_to=wall)
    assert (beyond.status_code, beyond.json()["error_code"]) == (400, "invalid_request_param")


def test_another_advertiser_is_unauthorized_and_a_retired_route_is_a_plain_404(shop: Shop) -> None:
    seller, _, _ = advertiser(shop)
    _, _, other = advertiser(shop)
    answer = groups(shop, seller, other)
    assert (answer.status_code, answer.json()["error_code"]) == (401, "unauthorized")
    retired = shop.get(seller, "/advertising/product_ads/ads/search", V2)
    assert (retired.status_code, retired.text) == (404, "Not Found")


def test_generated_shops_advertise_unless_their_profile_says_no() -> None:
    first = date(2026, 3, 1)
    world = generate_world(1, first_day=first, last_day=first + timedelta(days=4), profiles=(HOUSEHOLD, CRAFTS))
    household, crafts = world.sellers.values()
    now = START + 40 * DAY
    spent = [world.ads.total(household.seller_id, first + timedelta(days=n), now).cost for n in range(5)]
    assert all(cost > 0 for cost in spent)
    assert crafts.seller_id not in world.ads.advertisers
