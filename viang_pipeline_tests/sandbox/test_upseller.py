"""An UpSeller account made from a World: the same arguments give the same files, and a reader finds what it holds."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from viang_pipeline.sandbox.generate import generate_world
from viang_pipeline.sandbox.profiles import HOUSEHOLD
from viang_pipeline.sandbox.upseller import Account, Style, generate_account, templates
from viang_pipeline.sandbox.upseller.export import (
    catalogue_name,
    kits_file,
    links_file,
    orders_file,
    orders_name,
    products_file,
    stock_file,
    stock_name,
)
from viang_pipeline.sources.upseller import read_file
from viang_pipeline_tests.sources import upseller_oracle as oracle

SINCE, UNTIL = datetime(2026, 3, 1, 3, tzinfo=UTC), datetime(2026, 3, 4, 3, tzinfo=UTC)


def account() -> Account:
    world = generate_world(3, first_day=date(2026, 3, 1), last_day=date(2026, 3, 3), profiles=[HOUSEHOLD], days_after=0)
    return generate_account(world, world.seller(HOUSEHOLD.slug), since=SINCE, until=UNTIL)


@pytest.fixture(scope="module")
def made() -> Account:
    return account()


def test_the_same_arguments_give_the_same_account(made: Account) -> None:
    assert account() == made


def test_orders_of_the_marketplace_keep_their_ids_and_others_come_from_elsewhere(made: Account) -> None:
    world = generate_world(3, first_day=date(2026, 3, 1), last_day=date(2026, 3, 3), profiles=[HOUSEHOLD], days_after=0)
    told = {order.order_id for order in made.orders if order.platform == "Mercado Livre"}
    assert told == {str(order.order_id) for order in world.orders.values() if SINCE <= order.created_at < UNTIL}
    assert {order.platform for order in made.orders} > {"Mercado Livre", "Shopee"}
    assert any(len(item.parts) > 1 for order in made.orders for item in order.items), "no kit was sold"
    assert any(part.sku is None for order in made.orders for item in order.items for part in item.parts)


def test_templates_are_as_wide_as_they_were_seen() -> None:
    assert {width: len(set(columns)) for width, columns in templates.ORDERS.items()} == {66: 66, 34: 34, 13: 13}


def test_what_is_exported_is_read_back_whole(made: Account) -> None:
    files = {
        orders_name(UNTIL): orders_file(made.orders, Style(width=34, money="first", blank="--").as_csv()),
        stock_name(UNTIL): stock_file(made.stock),
        catalogue_name("Produtos", UNTIL): products_file(made.products),
        catalogue_name("SKU", UNTIL): links_file(made.links),
        catalogue_name("Kit", UNTIL): kits_file(made.kits),
    }
    readings = [read_file(name, content, handed_in=UNTIL, now=UNTIL) for name, content in files.items()]
    assert [reading.kind for reading in readings] == ["orders", "stock", "products", "links", "kits"]
    assert all(
        reading.shown_at == UNTIL and not reading.refused and not reading.unknown_headers for reading in readings
    )
    found = {key: oracle.comparable(payload) for key, payload in oracle.stored(readings[0]).items()}
    assert found == oracle.suborders(made.orders, 34)
    counts = [len(reading.records) for reading in readings[1:]]
    components = sum(len(kit.components) for kit in made.kits)
    assert counts == [len(made.stock), len(made.products), len(made.links), components]
