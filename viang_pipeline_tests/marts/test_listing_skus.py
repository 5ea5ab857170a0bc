"""The dated mapping of listings to SKUs: history follows the mapping of its own day."""

from __future__ import annotations

from datetime import date

from viang_pipeline.marts.listing_skus import CarriedSkus, listings_on, note_listing_skus
from viang_pipeline.warehouse.database import Database

FIRST, LATER, LAST = date(2026, 3, 1), date(2026, 3, 10), date(2026, 3, 20)
ONE, TWO = CarriedSkus("active", ("A",)), CarriedSkus("active", ("A", "B"))
CLOSED = CarriedSkus("closed", ("A", "B"))


def note(database: Database, since: date, **carried: CarriedSkus) -> set[str]:
    with database.transaction() as conn:
        return note_listing_skus(conn, "loja", carried, since)


def on(database: Database, *days: date) -> dict[date, CarriedSkus]:
    with database.transaction() as conn:
        return {day: found["MLB1"] for day, found in listings_on(conn, "loja", days).items()}


def test_each_day_has_the_version_in_force_and_earlier_days_the_first_one(database: Database) -> None:
    note(database, FIRST, MLB1=ONE)
    note(database, LATER, MLB1=TWO)
    note(database, LAST, MLB1=CLOSED)

    days = (date(2026, 1, 1), FIRST, date(2026, 3, 9), LATER, LAST)
    assert on(database, *days) == dict(zip(days, (ONE, ONE, ONE, TWO, CLOSED), strict=True))


def test_what_has_not_changed_gets_no_version(database: Database) -> None:
    assert note(database, FIRST, MLB1=ONE, MLB2=TWO) == {"MLB1", "MLB2"}
    assert note(database, LATER, MLB1=ONE, MLB2=ONE) == {"MLB2"}


def test_a_second_reading_of_a_night_replaces_the_first(database: Database) -> None:
    note(database, FIRST, MLB1=ONE)
    note(database, FIRST, MLB1=TWO)

    assert on(database, FIRST) == {FIRST: TWO}


def test_what_names_no_sku_carries_the_one_the_client_told_for_the_listing_from_its_day_on(database: Database) -> None:
    note(database, FIRST, MLB1=CarriedSkus("active", ("A", "__SEM_SKU__:MLB1")))
    with database.transaction() as conn:
        conn.execute(
            "insert into dashboard.sku_links (client_id, conta, anuncio, variacao, sku, vigente_de, informado_em)"
            " values ('loja', '77', 'MLB1', '', '0-X', %s, now()), ('loja', '77', 'MLB1', '9', 'Y', %s, now())",
            [LATER, FIRST],
        )
    assert {day: on(database, day)[day].skus for day in (FIRST, LATER)} == {
        FIRST: ("A", "__SEM_SKU__:MLB1"),
        LATER: ("0-X", "A"),
    }
