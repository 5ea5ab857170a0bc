"""A return may hold units of several orders, and a claim may be about a shipment (contract §6.1, §6.2)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from viang_pipeline.marts.build import build_mart
from viang_pipeline.sandbox import World
from viang_pipeline.sandbox.claims_truth import Claim
from viang_pipeline.sandbox.truth import Order
from viang_pipeline_tests.end_to_end.conftest import Install
from viang_pipeline_tests.end_to_end.driver import Installation, utc

CLIENT = "loja"
SALE, OPENED = date(2026, 3, 10), date(2026, 3, 14)
MARTS = ("fact_order_line", "fact_claim_line")


class Pack:
    """A pack of two orders in one shipment: three units of A at R$ 50,00, two of B at R$ 25,00."""

    def __init__(self, install: Install) -> None:
        self.world = World(seed=3, start=utc("2026-03-01T00:00:00Z"))
        seller = self.world.add_seller(CLIENT)
        pack = self.world.new_pack()
        self.orders: list[Order] = []
        for sku, price, quantity in (("A", 50_00, 3), ("B", 25_00, 2)):
            listing = self.world.add_listing(seller, title=sku, price=price, sku=sku)
            order = self.world.place_order(seller, listing, at=at(SALE), quantity=quantity, pack=pack)
            self.world.pay(order, at=at(SALE) + timedelta(minutes=1))
            self.orders.append(order)
        shipment = self.world.ship(seller, at=at(SALE), seller_cost=18_00)
        self.world.attach_shipment(self.orders, shipment, at=at(SALE))
        self.installation: Installation = install(self.world, now=utc("2026-03-11T05:00:00Z"))
        self.installation.client(CLIENT, seller, date(2026, 3, 8))

    def come_back(self, claim: Claim) -> None:
        """One unit of A and two of B arrive on the day the claim was opened; R$ 20,00 for the way."""
        claims = self.world.claims
        claims.send_back(claim, at=at(OPENED, 13), also=[(self.orders[1], 2)])
        claims.return_event(claim, at=at(OPENED, 20), status="delivered")
        claims.charge(claim, at=at(OPENED, 20), amount=20_00)

    def night(self, day: date) -> None:
        self.installation.at(utc(f"{day + timedelta(days=1)}T06:00:00Z"))
        days = self.installation._days_of_night(CLIENT)
        self.installation.collect(CLIENT, ["orders", "shipments", "listings", "claims"], days)
        for mart in MARTS:
            build_mart(self.installation.work(CLIENT), mart, days)

    def back(self) -> dict[str, tuple[int, Decimal]]:
        """SKU → units back and return freight."""
        rows = self.installation.rows("select sku, unidades_devolvidas, frete_devolucao from dashboard.fact_claim_line")
        return {row["sku"]: (row["unidades_devolvidas"], row["frete_devolucao"]) for row in rows}


def at(day: date, hour: int = 12) -> datetime:
    return utc(f"{day}T{hour:02}:00:00-03:00")


@pytest.fixture
def pack(install: Install) -> Pack:
    return Pack(install)


@pytest.mark.parametrize("resource", ["order", "shipment"])
def test_the_units_of_each_order_come_back_to_its_own_sku(pack: Pack, resource: str) -> None:
    pack.come_back(pack.world.claims.open(pack.orders[0], at=at(OPENED), resource=resource))
    pack.night(OPENED)
    assert pack.back() == {"A": (1, Decimal("15.00")), "B": (2, Decimal("5.00"))}


def test_units_of_another_order_of_the_same_listing_are_not_counted_for_the_order_of_the_claim(pack: Pack) -> None:
    listing = pack.world.listings[pack.orders[0].listing_id]
    seller = pack.world.sellers[pack.orders[0].seller_id]
    twin = pack.world.place_order(seller, listing, at=at(SALE, 15), quantity=2)
    pack.world.pay(twin, at=at(SALE, 16))
    claim = pack.world.claims.open(pack.orders[0], at=at(OPENED), quantity=1)
    pack.world.claims.send_back(claim, at=at(OPENED, 13), also=[(twin, 2)])
    pack.world.claims.return_event(claim, at=at(OPENED, 20), status="delivered")
    pack.night(OPENED)
    rows = pack.installation.rows("select order_id, unidades_devolvidas from dashboard.fact_claim_line")
    found = {row["order_id"]: row["unidades_devolvidas"] for row in rows}
    assert found == {str(pack.orders[0].order_id): 1, str(twin.order_id): 2}


def test_the_day_of_every_sale_of_a_return_is_built_when_it_arrives(pack: Pack) -> None:
    claim = pack.world.claims.open(pack.orders[0], at=at(OPENED), resource="shipment")
    pack.world.claims.send_back(claim, at=at(OPENED, 13), also=[(pack.orders[1], 2)])
    pack.night(OPENED)
    assert {units for units, _ in pack.back().values()} == {0}
    pack.world.claims.return_event(claim, at=at(OPENED + timedelta(days=9), 20), status="delivered")
    pack.night(OPENED + timedelta(days=9))
    assert {sku: units for sku, (units, _) in pack.back().items()} == {"A": 1, "B": 2}
