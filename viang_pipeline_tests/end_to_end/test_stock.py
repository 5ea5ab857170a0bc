"""The night's stock photo from the marketplace to the marts, over HTTP (contract §7.2, §7.4; kpis.md §5.8, D11)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from viang_pipeline.collect.work import PartialCollectionError
from viang_pipeline.sandbox.faults import Fault
from viang_pipeline_tests.end_to_end.conftest import Install
from viang_pipeline_tests.end_to_end.driver import stored, utc
from viang_pipeline_tests.end_to_end.traffic_shop import DAY, ONE, TrafficShop, morning

NIGHT = morning(DAY)
HOUR = timedelta(hours=1)
INVENTORIES = "/inventories/"
SKU_DAY, CLIENT_DAY = "fact_stock_sku_day", "fact_stock_client_day"


@pytest.fixture
def shop(install: Install) -> TrafficShop:
    return TrafficShop.open(install)


def full(shop: TrafficShop) -> dict[str, object]:
    return shop.skus(SKU_DAY, "estoque_full")


def announced(shop: TrafficShop) -> dict[str, object]:
    return shop.skus(SKU_DAY, "estoque_anunciado")


# --- the photo --------------------------------------------------------------------------------------------------------


def test_a_photo_is_the_closing_of_the_day_before_with_its_own_time(shop: TrafficShop) -> None:
    shop.listing("A", inventory_id="I1")
    shop.stock("I1", 37)
    shop.night(NIGHT)
    (row,) = shop.rows(SKU_DAY)
    assert (row["dia"], row["estoque_full"], row["capturado_em"]) == (DAY, 37, NIGHT)


def test_the_first_complete_photo_of_a_night_stands_whatever_happens_later(shop: TrafficShop) -> None:
    listing = shop.listing("A", inventory_id="I1")
    shop.stock("I1", 37)
    shop.night(NIGHT)
    before = stored(shop.installation.fingerprints())
    shop.stock("I1", 1, at=NIGHT + HOUR)
    shop.world.change_listing(listing, at=NIGHT + HOUR, title="Anúncio", stock=1)
    again = shop.collect("stock", NIGHT + 2 * HOUR, [DAY])
    assert (again.requests, again.written, again.days_done) == (0, 0, {DAY})
    shop.build([DAY])
    assert stored(shop.installation.fingerprints()) == before


def test_a_past_day_gets_no_photo_and_it_is_said(shop: TrafficShop) -> None:
    shop.listing("A", inventory_id="I1")
    shop.stock("I1", 37)
    days = [DAY - ONE, DAY]
    shop.collect("listings", NIGHT, days)
    outcome = shop.collect("stock", NIGHT, days)
    assert (shop.read_days("stock"), outcome.days_done) == ({DAY}, set(days))
    assert outcome.notes == [f"1 dia(s) sem foto, de {DAY - ONE} a {DAY - ONE}: a plataforma não guarda o passado"]
    late = shop.collect("stock", NIGHT + HOUR, [DAY - ONE])
    assert (late.requests, late.written) == (0, 0)


def test_a_missed_night_stays_empty(shop: TrafficShop) -> None:
    shop.listing("A", inventory_id="I1")
    shop.stock("I1", 37)
    shop.night(NIGHT)
    shop.night(morning(DAY + 2 * ONE), [DAY + ONE, DAY + 2 * ONE])
    assert [row["dia"] for row in shop.rows(CLIENT_DAY)] == [DAY, DAY + 2 * ONE]


def test_a_failed_photo_stores_nothing_and_a_later_one_of_the_night_does(shop: TrafficShop) -> None:
    for n in range(3):
        shop.listing(f"S{n}", inventory_id=f"I{n}")
        shop.stock(f"I{n}", 5)
    shop.collect("listings", NIGHT)
    before = stored(shop.installation.fingerprints())
    fault = Fault("status", path=f"*{INVENTORIES}I2*", status=500, times=None)
    shop.installation.sandbox.faults.add(fault)
    with pytest.raises(PartialCollectionError):
        shop.collect("stock", NIGHT)
    assert stored(shop.installation.fingerprints()) == before
    assert shop.read_days("stock") == set()
    shop.installation.sandbox.faults.clear()
    shop.night(NIGHT + HOUR)
    (row,) = shop.rows(CLIENT_DAY)
    assert (row["estoque_full"], row["capturado_em"]) == (15, NIGHT + HOUR)


def test_listings_of_another_night_make_no_photo(shop: TrafficShop) -> None:
    """Their quantities are those of the night before: stored for this one, they would be invented."""
    shop.listing("A", stock=7)
    shop.night(NIGHT)
    with pytest.raises(PartialCollectionError, match="não foram lidos hoje"):
        shop.collect("stock", morning(DAY + ONE))
    assert shop.read_days("stock") == {DAY}


def test_a_route_that_is_gone_is_a_failure_not_a_missing_inventory(shop: TrafficShop) -> None:
    shop.listing("A", inventory_id="I1")
    shop.stock("I1", 5)
    shop.collect("listings", NIGHT)
    shop.installation.sandbox.faults.add(Fault("status", path=f"*{INVENTORIES}*", status=404, times=None))
    with pytest.raises(PartialCollectionError):
        shop.collect("stock", NIGHT)
    assert shop.read_days("stock") == set()


def test_a_second_night_writes_nothing(shop: TrafficShop) -> None:
    shop.listing("A", inventory_id="I1")
    shop.stock("I1", 5, damaged=1)
    assert shop.night(NIGHT)["stock"].unknown_fields == set()
    again = shop.night(NIGHT + HOUR, [DAY])
    assert {name: outcome.written for name, outcome in again.items() if outcome.written} == {}


# --- Full -------------------------------------------------------------------------------------------------------------


def test_listings_of_one_inventory_count_and_cost_once(shop: TrafficShop) -> None:
    for _ in "123":
        shop.listing("A", inventory_id="I1", stock=37)
    shop.stock("I1", 37, damaged=2)
    shop.night(NIGHT)
    assert shop.skus(SKU_DAY, "estoque_full", "estoque_full_indisponivel") == {"A": (37, 2)}
    (row,) = shop.rows(CLIENT_DAY)
    assert (row["estoque_full"], row["estoque_full_indisponivel"]) == (37, 2)
    assert shop.requests_to(INVENTORIES) == 1


def test_variations_have_inventories_of_their_own(shop: TrafficShop) -> None:
    variations = [
        shop.world.variation(name, sku=sku, inventory_id=inventory)
        for name, sku, inventory in (("Azul", "AZ", "I1"), ("Verde", "VD", "I2"), ("Outro azul", "AZ", "I3"))
    ]
    shop.world.add_listing(shop.seller, title="Camiseta", price=50_00, variations=variations)
    for n, available in enumerate((5, 7, 9), start=1):
        shop.stock(f"I{n}", available)
    shop.night(NIGHT)
    assert full(shop) == {"AZ": 14, "VD": 7}


def test_without_an_inventory_there_is_no_full_stock_and_sold_out_is_zero(shop: TrafficShop) -> None:
    shop.listing("OWN", stock=5)
    shop.listing("FULL", inventory_id="I1", stock=0)
    shop.stock("I1", 0)
    shop.night(NIGHT)
    assert full(shop) == {"OWN": None, "FULL": 0}


def test_an_account_without_full_has_no_sum_of_it(shop: TrafficShop) -> None:
    shop.listing("OWN", stock=5)
    shop.night(NIGHT)
    (row,) = shop.rows(CLIENT_DAY)
    assert (row["estoque_full"], row["estoque_full_indisponivel"], row["estoque_anunciado"]) == (None, None, 5)


def test_an_inventory_the_platform_does_not_know_is_empty_not_zero(shop: TrafficShop) -> None:
    shop.listing("A", inventory_id="NEVER-SENT", stock=5)
    shop.night(NIGHT)
    assert full(shop) == {"A": None}


def test_an_inventory_of_two_skus_is_the_clients_only(shop: TrafficShop) -> None:
    shop.listing("A", inventory_id="I1")
    shop.listing("B", inventory_id="I1")
    shop.stock("I1", 37)
    shop.night(NIGHT)
    assert shop.skus(SKU_DAY, "estoque_full", "motivo") == dict.fromkeys("AB", (None, "inventario_de_varios_skus"))
    assert shop.rows(CLIENT_DAY)[0]["estoque_full"] == 37


def test_spellings_of_a_reason_are_one_reason(shop: TrafficShop) -> None:
    for number, reasons in enumerate(({"damage": 1, "noFiscalCoverage": 2}, {"damaged": 3, "no_fiscal_coverage": 4})):
        shop.listing(f"S{number}", inventory_id=f"I{number}")
        shop.stock(f"I{number}", 5, **reasons)
    shop.night(NIGHT)
    (row,) = shop.rows("vw_stock_client_day")
    assert row["indisponivel_por_motivo"] == "damaged: 4, no_fiscal_coverage: 6"
    assert shop.skus("vw_stock_day", "indisponivel_por_motivo") == {
        "S0": "damaged: 1, no_fiscal_coverage: 2",
        "S1": "damaged: 3, no_fiscal_coverage: 4",
    }


def test_reasons_are_empty_where_nothing_is_blocked_and_unknown_where_nothing_lies_in_full(shop: TrafficShop) -> None:
    shop.listing("OWN", stock=5)
    shop.listing("FULL", inventory_id="I1", stock=1)
    shop.stock("I1", 1)
    shop.night(NIGHT)
    assert shop.skus("vw_stock_day", "indisponivel_por_motivo", "capturado_em") == {
        "OWN": (None, NIGHT),
        "FULL": ("nenhum", NIGHT),
    }


@pytest.mark.parametrize("status", ["closed", "under_review"])
def test_full_stock_of_a_listing_that_is_not_open_is_still_its_skus(shop: TrafficShop, status: str) -> None:
    listing = shop.listing("A", inventory_id="I1", stock=37)
    shop.stock("I1", 37)
    shop.night(NIGHT)
    shop.world.change_listing(listing, at=NIGHT + HOUR, status=status)
    shop.night(morning(DAY + ONE))
    found = shop.skus(SKU_DAY, "estoque_full", "estoque_anunciado", day=DAY + ONE)
    assert found == {"A": (37, None)}


# --- what listings announce -------------------------------------------------------------------------------------------


def test_what_a_listing_announces_is_kept_per_sku(shop: TrafficShop) -> None:
    shop.listing("A", stock=5)
    shop.listing("A", stock=7)
    shop.night(NIGHT)
    assert announced(shop) == {"A": 12}


@pytest.mark.parametrize("shared", ["user_product_id", "inventory_id"])
def test_a_shared_stock_is_announced_by_many_and_counted_once(shop: TrafficShop, shared: str) -> None:
    for _ in "123":
        shop.listing("A", stock=7, **{shared: "X1"})
    shop.stock("X1", 7)
    shop.night(NIGHT)
    assert announced(shop) == {"A": 7}
    assert shop.rows(CLIENT_DAY)[0]["estoque_anunciado"] == 7


def test_a_paused_listing_announces_its_quantity_and_a_closed_one_nothing(shop: TrafficShop) -> None:
    paused, closed = shop.listing("P", stock=4), shop.listing("C", stock=5)
    shop.world.change_listing(paused, at=utc(f"{DAY}T12:00:00Z"), status="paused")
    shop.world.change_listing(closed, at=utc(f"{DAY}T12:00:00Z"), status="closed")
    shop.night(NIGHT)
    assert announced(shop) == {"P": 4}


def test_a_listing_that_left_every_list_keeps_no_old_quantity(shop: TrafficShop) -> None:
    """Under review it is in no list of active, paused or closed ones."""
    listing = shop.listing("A", stock=5)
    shop.listing("B", stock=6)
    shop.night(NIGHT)
    shop.world.change_listing(listing, at=NIGHT + HOUR, status="under_review")
    shop.night(morning(DAY + ONE))
    assert shop.skus(SKU_DAY, "estoque_anunciado", day=DAY + ONE) == {"B": 6}
