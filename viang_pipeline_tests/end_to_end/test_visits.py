"""Visits from the marketplace to the marts, over HTTP (contract §8, §15 trap 19; kpis.md §5.7, D1, D2)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from viang_pipeline.collect.work import PartialCollectionError
from viang_pipeline.domain.visit_plan import COLD_EVERY, HOT_FOR, REACH
from viang_pipeline.marts.build import build_mart
from viang_pipeline.sandbox.faults import Fault
from viang_pipeline_tests.end_to_end.conftest import Install
from viang_pipeline_tests.end_to_end.driver import stored, utc
from viang_pipeline_tests.end_to_end.traffic_shop import CLIENT, DAY, ONE, TrafficShop, morning

NIGHT = morning(DAY)
MULTI = "anuncio_multi_sku"
NOT_READ = "visita_nao_lida"
WINDOW = "/visits/time_window"


@pytest.fixture
def shop(install: Install) -> TrafficShop:
    return TrafficShop.open(install)


def visits(shop: TrafficShop, day: date = DAY) -> dict[str, object]:
    return shop.skus("fact_visits_sku_day", "visitas", day=day)


def reasons(shop: TrafficShop, day: date = DAY) -> dict[str, object]:
    return shop.skus("fact_visits_sku_day", "motivo", day=day)


# --- what the numbers are ---------------------------------------------------------------------------------------------


def test_the_golden_example_gives_what_conversion_needs(shop: TrafficShop) -> None:
    """2 of A's orders over 120 visits is 1.67 %; 5 and 6 orders over the account's 200 are 2.50 % and 3.00 %."""
    a, shared, own_b = shop.listing("A"), shop.listing("B", "C"), shop.listing("B")
    shop.visit(a, 120)
    shop.visit(shared, 80)
    shop.visit_account(200)
    for listing, given in ((a, {}), (a, {}), (shared, {"variation": shared.variations[1]})):
        shop.sell(listing, **given)
    for _ in "12":
        shop.sell(own_b)
    shop.night(NIGHT)
    assert shop.skus("fact_visits_sku_day", "visitas", "pedidos_com_visita", "motivo") == {
        "A": (120, 2, None),
        "B": (None, None, MULTI),
        "C": (None, None, MULTI),
    }
    (row,) = shop.rows("fact_visits_client_day", DAY)
    assert (row["visitas"], row["visitas_anuncios"], row["anuncios_observados"]) == (200, 200, 3)


def test_the_clients_visits_are_the_accounts_own_series_not_the_sum(shop: TrafficShop) -> None:
    for sku, total in (("A", 30), ("B", 20)):
        shop.visit(shop.listing(sku), total)
    shop.visit_account(41)
    shop.night(NIGHT)
    (row,) = shop.rows("fact_visits_client_day", DAY)
    assert (row["visitas"], row["visitas_anuncios"]) == (41, 50)


def test_a_day_absent_inside_a_complete_answer_is_zero_and_known(shop: TrafficShop) -> None:
    listing = shop.listing("A")
    shop.visit(listing, 7, DAY - ONE)
    shop.night(NIGHT, [DAY - ONE, DAY])
    assert (visits(shop, DAY - ONE), visits(shop), reasons(shop)) == ({"A": 7}, {"A": 0}, {"A": None})
    (row,) = shop.rows("fact_visits_client_day", DAY)
    assert row["visitas"] == 0


def test_most_zeros_cost_no_row(shop: TrafficShop) -> None:
    shop.visit(shop.listing("A"), 7)
    shop.listing("B")
    shop.night(NIGHT, [DAY - ONE, DAY])
    assert shop.installation.column("select count(*) from raw.mercado_livre_visits") == [1]
    assert visits(shop) == {"A": 7, "B": 0}


def test_a_day_nobody_answered_has_no_row(shop: TrafficShop) -> None:
    shop.visit(shop.listing("A"), 7)
    shop.night(NIGHT)
    build_mart(shop.installation.work(CLIENT), "fact_visits", [DAY - 5 * ONE])
    assert shop.rows("fact_visits_sku_day", DAY - 5 * ONE) == []
    assert shop.rows("fact_visits_client_day", DAY - 5 * ONE) == []


def test_a_listing_without_sku_has_no_visits_of_a_sku(shop: TrafficShop) -> None:
    shop.visit(shop.listing(None), 7)
    shop.night(NIGHT)
    assert visits(shop) == {}
    assert shop.rows("fact_visits_client_day", DAY)[0]["visitas_anuncios"] == 7


def test_visits_of_a_relisted_item_belong_to_its_sku(shop: TrafficShop) -> None:
    old = shop.listing("A")
    shop.world.change_listing(old, at=utc(f"{DAY}T12:00:00Z"), status="closed")
    shop.visit(old, 4)
    shop.visit(shop.listing("A", at=utc(f"{DAY}T12:00:00Z")), 3)
    shop.night(NIGHT)
    assert visits(shop) == {"A": 7}


# --- which day, which window ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("extra", [True, False], ids=["spans N+1", "spans N"])
def test_the_window_is_whole_however_the_platform_counts_it(shop: TrafficShop, extra: bool) -> None:
    shop.installation.sandbox.options.visits_extra_day = extra
    listing = shop.listing("A")
    for n in range(3):
        shop.visit(listing, 10 + n, DAY - n * ONE)
        shop.visit_account(20 + n, DAY - n * ONE)
    shop.night(NIGHT, [DAY - ONE, DAY])
    assert [visits(shop, DAY - n * ONE) for n in range(2)] == [{"A": 10}, {"A": 11}]
    assert [row["visitas"] for row in shop.rows("fact_visits_client_day")] == [21, 20]


def test_a_visits_day_is_its_literal_label(shop: TrafficShop) -> None:
    """``2026-03-10T00:00:00Z`` would be the 9th in São Paulo."""
    shop.visit(shop.listing("A"), 7)
    shop.night(NIGHT, [DAY - ONE, DAY])
    assert (visits(shop, DAY - ONE), visits(shop)) == ({"A": 0}, {"A": 7})


def test_today_is_never_stored(shop: TrafficShop) -> None:
    listing = shop.listing("A")
    shop.visit(listing, 99, DAY + ONE, at=utc(f"{DAY + ONE}T05:00:00Z"))
    shop.visit_account(99, DAY + ONE, at=utc(f"{DAY + ONE}T05:00:00Z"))
    shop.night(NIGHT)
    assert shop.installation.column("select count(*) from raw.mercado_livre_visits") == [0]
    assert shop.installation.column("select max(dia) from raw.mercado_livre_account_visits") == [DAY]


def test_yesterday_grows_with_a_later_night_and_its_sums_are_behind_then(shop: TrafficShop) -> None:
    listing = shop.listing("A")
    shop.visit(listing, 7)
    shop.visit(listing, 9, at=utc(f"{DAY + 2 * ONE}T00:00:00Z"))
    shop.night(NIGHT)
    assert visits(shop) == {"A": 7}
    outcome = shop.night(morning(DAY + ONE))
    assert DAY in outcome["visits"].days_changed
    assert DAY in outcome["fact_visits"].days_changed
    assert visits(shop) == {"A": 9}


def test_a_count_taken_back_to_zero_is_zero(shop: TrafficShop) -> None:
    listing = shop.listing("A")
    shop.visit(listing, 7)
    shop.visit(listing, 0, at=utc(f"{DAY + 2 * ONE}T00:00:00Z"))
    shop.night(NIGHT)
    shop.night(morning(DAY + ONE))
    assert visits(shop) == {"A": 0}


def test_a_first_load_reads_a_month_in_one_call_per_listing(install: Install) -> None:
    days = [DAY - n * ONE for n in range(31)]
    shop = TrafficShop.open(install, starts=days[-1])
    listing = shop.listing("A")
    for n, day in enumerate(days):
        shop.visit(listing, n, day)
    shop.night(NIGHT, sorted(days))
    assert [visits(shop, day)["A"] for day in days] == list(range(31))
    assert shop.requests_to(WINDOW) == 1
    assert shop.requests_to("/items_visits/time_window") == 1


def test_days_out_of_the_platforms_reach_stay_unread_and_it_is_said(install: Install) -> None:
    shop = TrafficShop.open(install, starts=DAY - 200 * ONE)
    shop.visit(shop.listing("A"), 7)
    far, near = DAY - REACH * ONE, DAY - (REACH - 1) * ONE
    shop.collect("listings", NIGHT, [DAY])
    outcome = shop.collect("visits", NIGHT, [far - ONE, far, near, DAY])
    assert shop.read_days("visits") >= {near, DAY}
    assert not shop.read_days("visits") & {far, far - ONE}
    assert [note.startswith("2 dia(s) sem visitas") for note in outcome.notes] == [True]


def test_a_reprocessing_reads_old_days_of_every_listing_once_more(shop: TrafficShop) -> None:
    listing = shop.listing("A")
    shop.visit(listing, 7)
    shop.night(NIGHT)
    shop.visit(listing, 8, at=utc(f"{DAY + 5 * ONE}T00:00:00Z"))
    later = morning(DAY + 9 * ONE)
    shop.night(later, [DAY + 9 * ONE])
    shop.night(later, [DAY])
    assert visits(shop) == {"A": 8}


# --- what it costs ----------------------------------------------------------------------------------------------------


def test_cold_listings_lose_no_day(shop: TrafficShop) -> None:
    cold = [shop.listing(f"S{n}") for n in range(10)]
    days = [DAY + n * ONE for n in range(HOT_FOR + 2 * COLD_EVERY)]
    shop.night(NIGHT)
    for number, listing in enumerate(cold):
        shop.visit(listing, 5, days[3 + number % 5])
    for day in days[1:]:
        shop.collect("visits", morning(day), [day])
    build_mart(shop.installation.work(CLIENT), "fact_visits", days)
    for number in range(10):
        found = {day: visits(shop, day)[f"S{number}"] for day in days[: -COLD_EVERY + 1]}
        assert found == {day: 5 if day == days[3 + number % 5] else 0 for day in found}


def test_quiet_nights_ask_for_a_part_of_the_listings_only(shop: TrafficShop) -> None:
    for n in range(14):
        shop.listing(f"S{n}")
    shop.night(NIGHT)
    shop.installation.sandbox.clear_requests()
    for n in range(1, COLD_EVERY + 1):
        shop.collect("visits", morning(DAY + n * ONE))
    assert shop.requests_to(WINDOW) == 14


def test_a_sale_makes_a_cold_listing_hot_the_same_night(shop: TrafficShop) -> None:
    cold = [shop.listing(f"S{n}") for n in range(COLD_EVERY)]
    shop.night(NIGHT)
    for listing in cold:
        shop.sell(listing, DAY + ONE)
        shop.visit(listing, 3, DAY + ONE)
    shop.night(morning(DAY + ONE))
    assert set(visits(shop, DAY + ONE).values()) == {3}


def test_a_day_read_while_it_grew_is_read_to_its_end_after_missed_nights(shop: TrafficShop) -> None:
    """Its account series and its maturity with it: what was counted on the first morning is half of the day."""
    listing = shop.listing("A")
    for total, at in ((10, morning(DAY)), (30, morning(DAY + ONE))):
        shop.visit(listing, total, at=at - timedelta(hours=1))
        shop.visit_account(total, at=at - timedelta(hours=1))
    shop.night(NIGHT)
    assert [row["visitas"] for row in shop.rows("fact_visits_client_day", DAY)] == [10]

    shop.night(morning(DAY + 9 * ONE))

    assert [row["visitas"] for row in shop.rows("fact_visits_client_day", DAY)] == [30]
    assert visits(shop) == {"A": 30}
    (read,) = shop.installation.column(
        "select completo_em from dashboard.source_reads where resource = 'visits' and dia = %s", DAY
    )
    assert read == morning(DAY + 9 * ONE)


def test_a_cold_listing_not_yet_observed_leaves_its_sku_without_visits(shop: TrafficShop) -> None:
    for n in range(14):
        shop.listing(f"S{n}")
    shop.night(NIGHT)
    shop.night(morning(DAY + ONE))
    found = reasons(shop, DAY + ONE)
    assert set(found.values()) == {None, NOT_READ}


# --- failures and repeats ---------------------------------------------------------------------------------------------


def test_a_failed_night_stores_nothing_of_what_failed_and_marks_no_day(shop: TrafficShop) -> None:
    shop.visit(shop.listing("A"), 7)
    shop.visit_account(9)
    shop.collect("listings", NIGHT)
    shop.installation.sandbox.faults.add(Fault("status", path=f"*{WINDOW}", status=500, times=None))
    before = stored(shop.installation.fingerprints())
    with pytest.raises(PartialCollectionError):
        shop.collect("visits", NIGHT)
    assert stored(shop.installation.fingerprints()) == before
    assert shop.read_days("visits") == set()


def test_a_failure_later_takes_nothing_back(shop: TrafficShop) -> None:
    listing = shop.listing("A")
    shop.visit(listing, 7)
    shop.night(NIGHT)
    shop.installation.sandbox.faults.add(Fault("status", path=f"*{WINDOW}", status=500, times=None))
    with pytest.raises(PartialCollectionError):
        shop.collect("visits", morning(DAY + ONE), [DAY, DAY + ONE])
    assert shop.read_days("visits") >= {DAY}
    shop.build([DAY])
    assert visits(shop) == {"A": 7}


def test_a_route_that_is_gone_is_a_failure_not_a_zero(shop: TrafficShop) -> None:
    """Contract §15 trap 20, for visits: swallowing a 404 erases history."""
    for sku in "AB":
        shop.visit(shop.listing(sku), 7)
    shop.night(NIGHT)
    shop.installation.sandbox.faults.add(Fault("status", path=f"*{WINDOW}", status=404, times=None))
    with pytest.raises(PartialCollectionError):
        shop.collect("visits", morning(DAY + ONE))
    assert DAY + ONE not in shop.read_days("visits")


@pytest.mark.parametrize("body", ["Not Found", "", '{"error_code":"gone","description":"x"}'])
def test_a_404_that_names_no_unknown_listing_fails_even_for_one_listing(shop: TrafficShop, body: str) -> None:
    one, _ = shop.listing("A"), shop.listing("B")
    shop.visit(one, 7)
    shop.night(NIGHT)
    before = stored(shop.installation.fingerprints())
    path = f"/items/{one.listing_id}{WINDOW}"
    shop.installation.sandbox.faults.add(Fault("status", path=path, status=404, body=body, times=None))
    with pytest.raises(PartialCollectionError):
        shop.collect("visits", morning(DAY + ONE))
    assert stored(shop.installation.fingerprints()) == before
    assert DAY + ONE not in shop.read_days("visits")


def test_a_listing_the_platform_does_not_know_leaves_its_sku_unread_and_the_others_read(shop: TrafficShop) -> None:
    """Contract §8: 404 ``not_found`` is an unknown item. It had visits the night before and keeps them."""
    lost, known = shop.listing("A"), shop.listing("B")
    for day in (DAY, DAY + ONE):
        shop.visit(lost, 7, day)
        shop.visit(known, 5, day)
    shop.night(NIGHT)
    unknown = '{"message":"Item not found","error":"not_found","status":404,"cause":[]}'
    path = f"/items/{lost.listing_id}{WINDOW}"
    shop.installation.sandbox.faults.add(Fault("status", path=path, status=404, body=unknown, times=None))
    notes = shop.night(morning(DAY + ONE))["visits"].notes
    assert notes == ["1 anúncio(s) que a plataforma não reconhece: as visitas deles não foram lidas"]
    assert (visits(shop), visits(shop, DAY + ONE)) == ({"A": 7, "B": 5}, {"A": None, "B": 5})
    assert reasons(shop, DAY + ONE) == {"A": NOT_READ, "B": None}


def test_a_second_night_writes_nothing(shop: TrafficShop) -> None:
    shop.visit(shop.listing("A"), 7)
    shop.visit_account(9)
    shop.night(NIGHT)
    before = stored(shop.installation.fingerprints())
    again = shop.night(NIGHT + timedelta(minutes=30), [DAY])
    assert {name: outcome.written for name, outcome in again.items() if outcome.written} == {}
    assert stored(shop.installation.fingerprints()) == before


def test_no_field_of_the_answers_is_unknown(shop: TrafficShop) -> None:
    shop.visit(shop.listing("A"), 7)
    shop.visit_account(9)
    assert shop.night(NIGHT)["visits"].unknown_fields == set()
