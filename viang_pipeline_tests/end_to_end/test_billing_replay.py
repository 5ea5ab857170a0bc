"""A generated shop and its bills, replayed night by night: every number equals the oracle's."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from viang_pipeline.collect.access import mercado_livre_client
from viang_pipeline.collect.billing import collect_billing
from viang_pipeline.collect.work import PartialCollectionError
from viang_pipeline.marts.billing import build_billing
from viang_pipeline.sandbox import Fault, World
from viang_pipeline.sandbox.billing_generate import bill_seller
from viang_pipeline_tests.end_to_end.conftest import Install
from viang_pipeline_tests.end_to_end.driver import Installation, utc
from viang_pipeline_tests.end_to_end.oracle_billing import BillingOracle

CLIENT = "loja-aurora"
FIRST = date(2026, 1, 10)
ONE = timedelta(days=1)
DAYS = 64
MISSED, BROKEN = (20, 21), (33,)
"""Nights nobody ran, and nights on which a later page fails."""


@pytest.mark.slow
def test_every_number_of_billing_equals_the_oracle_after_every_night(install: Install) -> None:
    world = shop()
    seller = world.seller(CLIENT)
    installation = install(world, now=utc(f"{FIRST + ONE}T06:37:12Z"))
    installation.client(CLIENT, seller, FIRST)
    oracle = BillingOracle(world, seller.seller_id)
    compared = 0
    for number in range(DAYS):
        if number in MISSED:
            continue
        installation.at(utc(f"{FIRST + (number + 1) * ONE}T06:37:12Z"))
        opened = world.billing.period_of(seller.seller_id, installation.now)
        if number in BROKEN:
            fault = Fault("status", path=f"*/{opened}/group/ML/details", status=403, skip=1, times=None)
            installation.sandbox.faults.add(fault)
            with pytest.raises(PartialCollectionError):
                read(installation, FIRST + number * ONE)
            installation.sandbox.faults.clear()
            oracle.night(installation.now, [period for period in asked(installation) if period < opened])
        else:
            read(installation, FIRST + number * ONE)
            assert opened in asked(installation), f"night {number}: the open period is read every night"
            oracle.night(installation.now, asked(installation))
        build_billing(installation.work(CLIENT), [FIRST + number * ONE])
        compared += compare(installation, oracle, number)
    assert compared > 1_000
    work = installation.work(CLIENT)
    assert build_billing(work, [FIRST + n * ONE for n in range(DAYS)]).written == 0
    last_closed = sorted(oracle.first_line_on)[-2]
    assert oracle.read_on[last_closed] >= FIRST + (DAYS - 7) * ONE, "the last closed period is read every week"


def read(installation: Installation, day: date) -> None:
    """One night's reading."""
    installation.sandbox.clear_requests()
    with mercado_livre_client(installation.settings, installation.database, CLIENT) as api:
        collect_billing(installation.work(CLIENT), api, [day])


def asked(installation: Installation) -> list[date]:
    """The periods asked for since the night's reading began."""
    paths = [request.path.split("/") for request in installation.sandbox.requests if "/key/" in request.path]
    return sorted({date.fromisoformat(path[5]) for path in paths})


def compare(installation: Installation, oracle: BillingOracle, number: int) -> int:
    fees = installation.rows("select order_id, comissao_faturada from dashboard.billing_order_fee")
    assert {row["order_id"]: row["comissao_faturada"] for row in fees} == {
        order: reais(fee) for order, fee in oracle.fees().items()
    }, f"night {number}"
    rows = installation.rows("select * from dashboard.billing_period")
    found = {
        (row["periodo"], row["sub_tipo"]): (row["cobranca_mensal"], row["resumo"], row["confere"], row["fechado"])
        for row in rows
    }
    expected = {
        key: (reais(billed), reais(announced), agrees, closed)
        for key, (billed, announced, agrees, closed) in oracle.periods().items()
    }
    assert found == expected, f"night {number}"
    (parts,) = installation.column("select coalesce(sum(valor), 0) from dashboard.billing_charge")
    assert parts == sum((row["cobranca_mensal"] for row in rows), Decimal(0)), f"night {number}"
    return len(fees) + len(rows)


def reais(amount: int) -> Decimal:
    return Decimal(amount).scaleb(-2)


def shop() -> World:
    """Sales, packs, late cancellations and refunds over the days, and a bill for all of it."""
    world = World(seed=5, start=utc(f"{FIRST - 10 * ONE}T00:00:00Z"))
    seller = world.add_seller(CLIENT)
    listings = [world.add_listing(seller, title="Anúncio", price=price, sku=f"S{price}") for price in (49_90, 120_00)]
    for n in range(DAYS):
        at: datetime = utc(f"{FIRST + n * ONE}T15:00:00Z") + timedelta(minutes=37 * n % 900)
        pack = world.new_pack() if n % 3 == 0 else None
        inside = [
            world.place_order(seller, listing, at=at, quantity=1 + n % 3, pack=pack)
            for listing in (listings if pack else listings[n % 2 :][:1])
        ]
        for order in inside:
            world.pay(order, at=at + timedelta(minutes=1))
        shipment = world.ship(seller, at=at, seller_cost=18_45)
        world.attach_shipment(inside, shipment, at=at)
        if n % 7 == 2:
            world.cancel(inside[0], at=at + (n % 5 + 1) * 6 * ONE)
        elif n % 7 == 4:
            world.refund(inside[0], at=at + 20 * ONE, amount=inside[0].total // 3)
    bill_seller(world, seller, utc(f"{FIRST + DAYS * ONE}T00:00:00Z"))
    return world
