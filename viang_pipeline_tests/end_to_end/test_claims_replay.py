"""Wild claims replayed night by night: every number equals the oracle's, and a second build writes nothing."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random

import pytest

from viang_pipeline.collect.work import PartialCollectionError
from viang_pipeline.domain.money import centavos
from viang_pipeline.marts.build import build_mart
from viang_pipeline.sandbox import Fault, World
from viang_pipeline.sandbox.truth import Order
from viang_pipeline_tests.end_to_end.conftest import Install
from viang_pipeline_tests.end_to_end.driver import Installation, Row, utc
from viang_pipeline_tests.end_to_end.oracle_claims import ClaimsOracle, Day, local

CLIENT = "loja"
FIRST = date(2026, 1, 10)
ONE = timedelta(days=1)
DAYS = 64
NIGHTS = (20, 21, 22, 23, 26, 30, 31, 45, 58, 59, 60, 64, 75, 90)
"""Nights after FIRST: a first load, single nights, gaps of days and weeks, and long after the last sale."""
BROKEN = (22, 59)
MARTS = ("fact_order_line", "fact_claim_line", "fact_sku_day", "agg_client_day")
NAMES = ("devolucoes", "devolucoes_no_dia", "unidades_devolvidas", "reclamacoes", "mediacoes")


@pytest.mark.slow
def test_every_number_of_claims_equals_the_oracle_after_every_night(install: Install) -> None:
    world = wild_world(seed=11)
    seller = world.seller(CLIENT)
    installation = install(world, now=utc(f"{FIRST + NIGHTS[0] * ONE}T06:00:00Z"))
    installation.client(CLIENT, seller, FIRST)
    oracle = ClaimsOracle(world, seller.seller_id, FIRST)
    for number in NIGHTS:
        installation.at(utc(f"{FIRST + number * ONE}T06:00:00Z"))
        days = installation._days_of_night(CLIENT)
        installation.collect(CLIENT, ["orders", "shipments", "listings"], days)
        if number in BROKEN:
            installation.sandbox.faults.add(Fault("status", path="/post-purchase/*", status=403, skip=3, times=None))
            with pytest.raises(PartialCollectionError):
                installation.collect(CLIENT, ["claims"], days)
            installation.sandbox.faults.clear()
        else:
            installation.collect(CLIENT, ["claims"], days)
            oracle.night(installation.now)
        for mart in MARTS:
            build_mart(installation.work(CLIENT), mart, days)
        check_days(installation, oracle, number)
        check_skus(installation, oracle, number)
    every_day = [FIRST + n * ONE for n in range(NIGHTS[-1])]
    assert {build_mart(installation.work(CLIENT), mart, every_day).written for mart in MARTS} == {0}


def check_days(installation: Installation, oracle: ClaimsOracle, number: int) -> None:
    """Client-days whose claims were read; the others say nothing."""
    expected, compared = oracle.days(), 0
    for day, row in installation.client_days(CLIENT).items():
        found = tuple(row[name] for name in NAMES)
        if "reclamacoes_nao_lidas" in row["faltantes"]:
            assert found == (None,) * len(NAMES), f"night {number}, {day}"
            continue
        truth = expected.get(day, Day())
        assert found == tuple(getattr(truth, name) for name in NAMES), f"night {number}, {day}"
        cost = None if row["custo_devolucao"] is None else centavos(row["custo_devolucao"])
        assert cost == truth.cost, f"night {number}, {day}"
        assert ("devolucao_nao_lida" in row["faltantes"]) == (truth.cost is None), f"night {number}, {day}"
        compared += 1
    assert compared >= min(number, DAYS) - 1, f"night {number}"


def check_skus(installation: Installation, oracle: ClaimsOracle, number: int) -> None:
    expected = oracle.sku_days()
    rows: dict[tuple[date, str], Row] = installation.sku_days(CLIENT)
    for key, row in rows.items():
        if "reclamacoes_nao_lidas" not in row["faltantes"]:
            found = (row["devolucoes"], row["unidades_devolvidas"])
            assert found == expected.get(key, (0, 0)), f"night {number}, {key}"
    covered = {key for key, numbers in expected.items() if any(numbers) and key[0] >= FIRST}
    assert covered - rows.keys() == set(), f"night {number}"


def wild_world(seed: int) -> World:
    """Disputes, returns that move alone, costs that come late or never, several orders in one return."""
    world, chance = World(seed=seed, start=utc(f"{FIRST - 20 * ONE}T00:00:00Z")), Random(seed)
    seller = world.add_seller(CLIENT)
    listings = [world.add_listing(seller, title="Produto", price=49_90 + n, sku=f"S{n}") for n in range(4)]
    before: Order | None = None
    for number in range(-15, DAYS):
        for listing in chance.sample(listings, 2):
            at = utc(f"{FIRST + number * ONE}T15:00:00Z") + timedelta(minutes=chance.randint(0, 600))
            order = world.place_order(seller, listing, at=at, quantity=chance.randint(1, 3))
            world.pay(order, at=at + timedelta(minutes=1))
            shipment = world.ship(seller, at=at, seller_cost=18_00)
            world.attach_shipment(order, shipment, at=at)
            if chance.random() < 0.5:
                _claim(world, order, before, chance)
            before = order
    return world


def _claim(world: World, order: Order, other: Order | None, chance: Random) -> None:
    """Everything happens between 12:00 and 23:00 UTC, far from the nights' readings."""
    noon = utc(f"{local(order.created_at)}T12:00:00Z")

    def later(days: int) -> datetime:
        return noon + days * ONE + timedelta(minutes=chance.randint(0, 660))

    book, opened = world.claims, chance.randint(2, 25)
    kind = chance.choice(["mediations", "return", "returns", "change"])
    resource = chance.choice(["order", "order", "order", "shipment"])
    units = chance.randint(1, order.quantity)
    claim = book.open(order, at=later(opened), kind=kind, quantity=units, resource=resource)
    if chance.random() < 0.3:
        book.move(claim, at=later(opened + 1), stage="dispute")
    if chance.random() < 0.7:
        back = opened + chance.randint(2, 6)
        also = [(other, 1)] if other is not None and chance.random() < 0.4 else []
        book.send_back(claim, at=later(back), also=also)
        arrived = back + chance.randint(2, 30)
        book.return_event(claim, at=later(back + 1), status="shipped")
        end = chance.choice(["delivered", "delivered", "delivered", "expired", "cancelled"])
        book.return_event(claim, at=later(arrived), status=end, money="refunded")
        if chance.random() < 0.8:
            book.charge(claim, at=later(back + chance.randint(1, 20)), amount=chance.randint(1, 50_00))
        if chance.random() < 0.7:
            book.move(claim, at=later(arrived + chance.randint(-1, 12)), status="closed", resolution="item_returned")
    elif chance.random() < 0.7:
        book.move(claim, at=later(opened + chance.randint(2, 9)), status="closed", resolution="payment_refunded")
