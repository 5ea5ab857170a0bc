"""The dated mapping of listings to SKUs: history follows the mapping of its own day."""

from __future__ import annotations

from datetime import date

from viang_pipeline.marts.listing_skus import CarriedSkus, listings_on, note_listing_skus
from viang_pipeline_tests.marts.shop import Shop

FIRST, LATER, LAST = date(2026, 3, 1), date(2026, 3, 10), date(2026, 3, 20)
ONE, TWO = CarriedSkus("active", ("A",)), CarriedSkus("active", ("A", "B"))
CLOSED = CarriedSkus("closed", ("A", "B"))


def note(shop: Shop, since: date, **carried: CarriedSkus) -> set[str]:
    with shop.database.transaction() as conn:
        return note_listing_skus(conn, shop.client_id, carried, since)


def on(shop: Shop, *days: date) -> dict[date, CarriedSkus]:
    with shop.database.transaction() as conn:
        return {day: found["MLB1"] for day, found in listings_on(conn, shop.client_id, days).items()}


def test_each_day_has_the_version_in_force_and_earlier_days_the_first_one(shop: Shop) -> None:
    note(shop, FIRST, MLB1=ONE)
    note(shop, LATER, MLB1=TWO)
    note(shop, LAST, MLB1=CLOSED)

    days = (date(2026, 1, 1), FIRST, date(2026, 3, 9), LATER, LAST)
    assert on(shop, *days) == dict(zip(days, (ONE, ONE, ONE, TWO, CLOSED), strict=True))


def test_what_has_not_changed_gets_no_version(shop: Shop) -> None:
    assert note(shop, FIRST, MLB1=ONE, MLB2=TWO) == {"MLB1", "MLB2"}
    assert note(shop, LATER, MLB1=ONE, MLB2=ONE) == {"MLB2"}


def test_a_second_reading_of_a_night_replaces_the_first(shop: Shop) -> None:
    note(shop, FIRST, MLB1=ONE)
    note(shop, FIRST, MLB1=TWO)

    assert on(shop, FIRST) == {FIRST: TWO}


def test_what_names_no_sku_carries_the_one_the_client_told_for_the_listing_from_its_day_on(shop: Shop) -> None:
    note(shop, FIRST, MLB1=CarriedSkus("active", ("A", "__SEM_SKU__:MLB1")))
    with shop.database.transaction() as conn:
        conn.execute(
            "insert into dashboard.sku_links (client_id, conta, anuncio, variacao, sku, vigente_de, informado_em)"
            " values (%s, '77', 'MLB1', '', '0-X', %s, now()), (%s, '77', 'MLB1', '9', 'Y', %s, now())",
            [shop.client_id, LATER, shop.client_id, FIRST],
        )
    assert {day: on(shop, day)[day].skus for day in (FIRST, LATER)} == {
        FIRST: ("A", "__SEM_SKU__:MLB1"),
        LATER: ("0-X", "A"),
    }
