"""What analysts are told about the data itself: completeness of order reads and refused orders (kpis.md §5.10)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from viang_pipeline.sandbox import World
from viang_pipeline_tests.end_to_end.conftest import Install
from viang_pipeline_tests.end_to_end.driver import Installation, Row, utc

CLIENT = "loja"
DAY = date(2026, 3, 10)
MORNING = utc(f"{DAY + timedelta(days=1)}T06:00:00Z")


@pytest.fixture
def shop(install: Install) -> Installation:
    """Three sales on the day before the first night."""
    world = World(seed=3, start=utc("2026-03-01T00:00:00Z"))
    seller = world.add_seller(CLIENT)
    listing = world.add_listing(seller, title="Produto", price=50_00, sku="A")
    for hour in (12, 13, 14):
        at = utc(f"{DAY}T{hour}:00:00-03:00")
        world.pay(world.place_order(seller, listing, at=at), at=at + timedelta(minutes=1))
    installation = install(world, now=MORNING - timedelta(hours=1))
    installation.client(CLIENT, seller, DAY)
    installation.night(CLIENT, MORNING)
    return installation


def quality(shop: Installation) -> Row:
    (row,) = shop.rows("select * from dashboard.vw_client_quality where client_id = %s", CLIENT)
    return row


def completeness(shop: Installation) -> tuple[Decimal | None, Decimal | None]:
    row = quality(shop)
    return row["completude_pedidos"], row["completude_ultima_leitura"]


def lose(shop: Installation, orders: int) -> None:
    """As if the newest read had stored fewer orders than the search announced."""
    shop.rows(
        "update dashboard.order_reads set guardados = guardados - %s"
        " where lido_em = (select max(lido_em) from dashboard.order_reads) returning 1",
        orders,
    )


def test_what_the_search_announced_is_stored(shop: Installation) -> None:
    assert completeness(shop) == (1, 1)
    assert shop.column("select sum(anunciados) from dashboard.order_reads") == [3]


def test_an_order_that_was_announced_and_not_stored_shows(shop: Installation) -> None:
    lose(shop, 1)
    assert completeness(shop) == (Decimal("0.666666"), Decimal("0.666666"))


def test_a_complete_night_later_leaves_the_month_incomplete(shop: Installation) -> None:
    lose(shop, 1)
    shop.night(CLIENT, MORNING + timedelta(minutes=30))
    month, newest = completeness(shop)
    assert newest == 1
    assert month is not None
    assert 0 < month < 1


def test_a_month_after_it_an_incomplete_read_is_forgotten(shop: Installation) -> None:
    lose(shop, 3)
    shop.night(CLIENT, MORNING + timedelta(days=31))
    assert completeness(shop) == (None, None), "nothing was announced since"


def test_an_order_of_before_the_history_was_read_and_is_not_missing(shop: Installation) -> None:
    (seller,) = shop.world.sellers.values()
    (listing,) = shop.world.listings.values()
    early = shop.world.place_order(seller, listing, at=utc(f"{DAY - timedelta(days=2)}T12:00:00-03:00"))
    shop.world.pay(early, at=MORNING + timedelta(hours=3))
    shop.night(CLIENT, MORNING + timedelta(days=1))
    assert shop.column("select count(*) from raw.mercado_livre_orders") == [3]
    assert completeness(shop) == (1, 1)
