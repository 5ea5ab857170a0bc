"""Product Ads reads are complete or fail (contract §9, §15 traps 20-22; kpis.md §5.6 "Ads facts")."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import httpx
import pytest

from viang_pipeline.failures import PermanentFailure, TransientFailure
from viang_pipeline.sources.mercado_livre.ads import AdsReader
from viang_pipeline.sources.mercado_livre.client import MercadoLivreClient
from viang_pipeline.sources.mercado_livre.payloads.ads import AdCampaign, AdGroup, AdMember
from viang_pipeline.sources.payloads import Payload, record, unknown_fields
from viang_pipeline_tests.sources.answers import Script, http_client, ok

DAY = date(2026, 10, 3)
FIGURES = {
    "clicks": 9,
    "prints": 1500,
    "cost": 6.300000000000001,
    "direct_amount": 80,
    "indirect_amount": 9.9,
    "total_amount": 89.9,
    "units_quantity": 1,
}
NO_ADS = {"error_code": "not_found", "description": "No permissions found for user_id 424242"}


def reader(*steps: Any) -> tuple[AdsReader, Script]:
    script = Script(list(steps))
    return AdsReader(MercadoLivreClient(http_client(script), 424242, buyer_salt="sal")), script


def refused(status: int, document: object) -> httpx.Response:
    return httpx.Response(status, json=document)


def rows(*found: dict[str, Any], total: int | None = None) -> httpx.Response:
    return ok({"paging": {"offset": 0, "total": len(found) if total is None else total}, "results": list(found)})


def group(identity: int = 1, **given: Any) -> dict[str, Any]:
    return {"id": identity, "ad_group_type": "ITEM", "ad_group_external_id": "MLB1", "metrics": FIGURES} | given


def member(listing: str = "MLB1", status: str = "active", **given: Any) -> dict[str, Any]:
    return {"item_id": listing, "ad_group_id": 1, "status": status, "metrics": FIGURES | given}


# --- the account ------------------------------------------------------------------------------------------------------


def test_the_advertiser_of_brazil_is_chosen() -> None:
    ads, script = reader(
        ok({"advertisers": [{"advertiser_id": 1, "site_id": "MLA"}, {"advertiser_id": 90001, "site_id": "MLB"}]})
    )
    assert ads.advertiser() == 90001
    assert script.seen[0].headers["api-version"] == "1"


@pytest.mark.parametrize("answer", [refused(404, NO_ADS), ok({"advertisers": []})])
def test_no_permission_and_an_empty_list_mean_that_there_are_no_ads(answer: httpx.Response) -> None:
    assert reader(answer)[0].advertiser() is None


def test_any_other_404_is_a_failure_and_never_a_zero() -> None:
    with pytest.raises(PermanentFailure) as raised:
        reader(httpx.Response(404, text="Not Found"))[0].advertiser()
    assert raised.value.status == 404


def test_a_list_that_is_not_there_is_not_an_empty_list() -> None:
    with pytest.raises(PermanentFailure, match="anunciantes"):
        reader(ok({"results": []}))[0].advertiser()


def test_two_advertisers_of_one_site_are_not_guessed_between() -> None:
    both = [{"advertiser_id": 1, "site_id": "MLB"}, {"advertiser_id": 2, "site_id": "MLB"}]
    with pytest.raises(PermanentFailure, match="2 anunciantes"):
        reader(ok({"advertisers": both}))[0].advertiser()


# --- the control total ------------------------------------------------------------------------------------------------


def series(*days: str) -> httpx.Response:
    return ok({"results": [{"date": day, **FIGURES} for day in days]})


def test_the_daily_series_is_read_exactly_to_the_centavo() -> None:
    found = reader(series("2026-10-03"))[0].daily(90001, [DAY])
    assert (found[DAY].cost, found[DAY].units_quantity) == (Decimal("6.30"), 1)


def test_a_series_with_a_hole_is_not_read() -> None:
    with pytest.raises(TransientFailure, match="todos os dias"):
        reader(series("2026-10-01", "2026-10-03"))[0].daily(90001, [date(2026, 10, 1), DAY])


def test_a_series_that_repeats_a_day_is_not_read() -> None:
    with pytest.raises(PermanentFailure, match="repete"):
        reader(series("2026-10-03", "2026-10-03"))[0].daily(90001, [DAY])


@pytest.mark.parametrize("name", FIGURES)
def test_a_missing_metric_is_not_a_zero(name: str) -> None:
    row = {"date": "2026-10-03"} | {key: value for key, value in FIGURES.items() if key != name}
    with pytest.raises(PermanentFailure, match="formato inesperado"):
        reader(ok({"results": [row]}))[0].daily(90001, [DAY])


# --- groups -----------------------------------------------------------------------------------------------------------


def test_groups_without_metrics_are_asked_for_once_more_in_lower_case() -> None:
    bare = {key: value for key, value in group().items() if key != "metrics"}
    ads, script = reader(rows(bare), rows(group()))
    assert [found.metrics.cost for found in ads.groups(90001, DAY)] == [Decimal("6.30")]
    asked = [request.url.params["metrics"] for request in script.seen]
    assert asked == [asked[1].upper(), asked[1].lower()]


def test_groups_still_without_metrics_fail_loudly() -> None:
    with pytest.raises(PermanentFailure, match="sem métricas"):
        reader(rows(group(), group(2, metrics={})))[0].groups(90001, DAY)


def test_a_group_day_is_asked_for_with_one_date_only() -> None:
    ads, script = reader(rows(group()))
    ads.groups(90001, DAY)
    params = script.seen[0].url.params
    assert params["date_from"] == params["date_to"] == "2026-10-03"
    assert "filters[campaigns]" not in params


def test_pages_are_followed_until_as_many_rows_came_as_announced() -> None:
    ads, script = reader(rows(group(1), group(2), total=3), rows(group(3), total=3))
    assert [found.id for found in ads.groups(90001, DAY)] == [1, 2, 3]
    assert [request.url.params["offset"] for request in script.seen] == ["0", "2"]


@pytest.mark.parametrize(
    "pages",
    [
        (rows(group(1), total=2), rows(total=2)),
        (rows(group(1), total=2), rows(group(1), total=2)),
        (rows(group(1), total=2), rows(group(2), total=3)),
    ],
)
def test_a_list_that_stays_incomplete_is_not_read(pages: tuple[httpx.Response, ...]) -> None:
    with pytest.raises(TransientFailure, match="incompleta 3 vezes"):
        reader(*pages * 3)[0].groups(90001, DAY)


def test_a_list_without_total_is_not_read() -> None:
    with pytest.raises(PermanentFailure, match="sem total"):
        reader(ok({"results": [group()]}))[0].groups(90001, DAY)


# --- members ----------------------------------------------------------------------------------------------------------


def test_identical_rows_of_one_listing_count_once() -> None:
    found = reader(rows(member(), member(status="hold"), member("MLB0")))[0].members(1, DAY)
    assert [item.item_id for item in found.items] == ["MLB0", "MLB1"]


def test_different_numbers_for_one_listing_are_an_error_of_the_read() -> None:
    with pytest.raises(PermanentFailure, match="MLB1 veio duas vezes"):
        reader(rows(member(), member(status="hold", cost=7)))[0].members(1, DAY)


# --- campaigns --------------------------------------------------------------------------------------------------------


def test_every_status_of_campaign_is_asked_for() -> None:
    ads, script = reader(rows({"id": 350001, "name": "Curva A", "status": "deleted", "budget": 60}))
    assert [found.status for found in ads.campaigns(90001)] == ["deleted"]
    assert script.seen[0].url.params["filters[status]"] == "active,paused,deleted"


@pytest.mark.parametrize(
    "wrapped", [lambda row: ok([row]), lambda row: ok({"results": [row]})], ids=["bare list", "results"]
)
def test_lost_impression_shares_come_per_day_as_given(wrapped: Callable[[object], httpx.Response]) -> None:
    row = {"date": "2026-10-03", "prints": 10, "cost": 1, "lost_impression_share_by_budget": 12.5}
    found = reader(wrapped(row))[0].campaign_days(350001, DAY, DAY)
    assert found[DAY].lost_impression_share_by_budget == Decimal("12.50")


# --- what is kept -----------------------------------------------------------------------------------------------------

CAMPAIGN = """{"id":350001,"name":"Curva A","status":"active","strategy":"PROFITABILITY","budget":60,
 "roas_target":8,"channel":"marketplace","metrics":{"clicks":210,"prints":40100,"cost":118.4,"direct_amount":900.0,
 "indirect_amount":75.0,"total_amount":975.0,"units_quantity":12,"organic_units_quantity":30,"acos":12.14,"roas":8.23}}"""
GROUP = """{"id":779000001,"ad_group_type":"FAMILY","ad_group_external_id":"4000001","campaign_id":350001,
 "status":"ACTIVE","catalog_listing":false,
 "metrics":{"clicks":9,"prints":1500,"cost":6.3,"total_amount":89.9,"units_quantity":1,"tacos":3.1}}"""
MEMBER = """{"item_id":"MLB5550001112","ad_group_id":779000001,"campaign_id":350001,"status":"active",
 "family_id":4000001,"user_product_id":"MLBU900100",
 "metrics":{"clicks":6,"prints":1100,"cost":4.2,"total_amount":89.9,"units_quantity":1}}"""


@pytest.mark.parametrize(("text", "kind"), [(CAMPAIGN, AdCampaign), (GROUP, AdGroup), (MEMBER, AdMember)])
def test_the_contracts_own_examples_hold_nothing_nobody_decided_about(text: str, kind: type[Payload]) -> None:
    assert unknown_fields(json.loads(text), kind) == set()


def test_neither_names_nor_ratios_of_the_platform_are_kept() -> None:
    ads, _ = reader(rows(group(title="Garrafa", metrics=FIGURES | {"acos": 0, "roas": 0})))
    stored = json.loads(record(1, ads.groups(90001, DAY)[0]).payload)
    assert set(stored) == {"id", "ad_group_type", "ad_group_external_id", "metrics"}
    assert set(stored["metrics"]) == set(FIGURES)
