"""Random discounts replayed over weeks: a first load, gaps and failures; every number equals the oracle's."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from viang_pipeline.collect.access import mercado_livre_client
from viang_pipeline.collect.discounts import collect_discounts
from viang_pipeline.domain.money import centavos
from viang_pipeline.marts.discounts import build_discounts
from viang_pipeline.sandbox import Fault, World
from viang_pipeline_tests.end_to_end.conftest import Install
from viang_pipeline_tests.end_to_end.driver import Installation, utc
from viang_pipeline_tests.end_to_end.oracle_discounts import order_discounts

CLIENT = "loja"
FIRST = date(2026, 1, 10)
ONE = timedelta(days=1)
NIGHTS = (30, 31, 34, 40, *range(58, 64))
"""Nights after FIRST: a first load, then one, then some missed, then one after the other."""


def test_every_discount_equals_the_oracle_after_every_night(install: Install) -> None:
    world, chance = World(seed=9, start=utc(f"{FIRST}T00:00:00Z")), Random(9)
    seller = world.add_seller(CLIENT)
    listing = world.add_listing(seller, title="Produto", price=99_90, sku="A")
    for number in range(NIGHTS[-1]):
        for _ in range(chance.randint(1, 3)):
            at = utc(f"{FIRST + number * ONE}T03:00:00Z") + timedelta(minutes=chance.randint(0, 1439))
            off = chance.choice([0, 1, 9_99, 33_33])
            order = world.place_order(
                seller, listing, at=at, quantity=chance.randint(1, 3), unit_price=99_90 - off, full_unit_price=99_90,
                seller_discount=off * chance.randint(0, 10) // 10,
            )  # fmt: skip
            if chance.random() < 0.2:
                world.discounts.grant(order, total=chance.randint(1, 20_00), seller=0)
            if chance.random() < 0.1:
                world.cancel(order, at=at + 9 * ONE)
    installation = install(world, now=utc(f"{FIRST + NIGHTS[0] * ONE}T06:00:00Z"))
    installation.client(CLIENT, seller, FIRST)
    for number in NIGHTS:
        installation.at(utc(f"{FIRST + number * ONE}T06:00:00Z"))
        days = installation._days_of_night(CLIENT)
        installation.collect(CLIENT, ["orders"], days)
        installation.sandbox.faults.add(Fault("status", path="*/discounts", status=503, probability=0.2, seed=number))
        with mercado_livre_client(installation.settings, installation.database, CLIENT) as api:
            collect_discounts(installation.work(CLIENT), api, days)
        build_discounts(installation.work(CLIENT), days)
        until = utc(f"{FIRST + number * ONE}T03:00:00Z")
        assert shown(installation) == order_discounts(world, until), f"night {number}"
    every_day = [FIRST + n * ONE for n in range(NIGHTS[-1])]
    assert build_discounts(installation.work(CLIENT), every_day).written == 0


def shown(installation: Installation) -> dict[str, tuple[date, int, int]]:
    rows = installation.rows("select * from dashboard.fact_order_discount")
    return {
        row["order_id"]: (row["dia"], centavos(row["desconto_total"]), centavos(row["desconto_vendedor"]))
        for row in rows
    }
