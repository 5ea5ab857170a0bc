"""Discounts from the marketplace to their mart: read once, never taken from revenue (contract §3.6, kpis.md §5.1)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from viang_pipeline.collect import discounts
from viang_pipeline.collect.access import mercado_livre_client
from viang_pipeline.collect.discounts import collect_discounts
from viang_pipeline.collect.work import Outcome, PartialCollectionError
from viang_pipeline.marts.build import build_mart
from viang_pipeline.marts.discounts import build_discounts
from viang_pipeline.sandbox import Fault, World
from viang_pipeline.sandbox.truth import Order
from viang_pipeline_tests.end_to_end.conftest import Install
from viang_pipeline_tests.end_to_end.driver import Installation, stored, utc

CLIENT = "loja"
SALE = date(2026, 3, 10)
ONE = timedelta(days=1)


class Shop:
    """One seller; two units of R$ 99,90 for R$ 89,90 each, the seller pays R$ 6,00 of each R$ 10,00."""

    def __init__(self, install: Install) -> None:
        self.world = World(seed=3, start=utc("2025-01-01T00:00:00Z"))
        self.seller = self.world.add_seller(CLIENT)
        self.listing = self.world.add_listing(self.seller, title="Produto", price=99_90, sku="A")
        self.installation: Installation = install(self.world, now=utc("2026-03-11T05:00:00Z"))
        self.installation.client(CLIENT, self.seller, date(2025, 1, 1))

    def sell(self, day: date, *, cheaper: bool = True) -> Order:
        at = utc(f"{day}T12:00:00-03:00")
        given = {"unit_price": 89_90, "full_unit_price": 99_90, "seller_discount": 6_00} if cheaper else {}
        order = self.world.place_order(self.seller, self.listing, at=at, quantity=2, **given)
        self.world.pay(order, at=at + timedelta(minutes=1))
        return order

    def collect(self, day: date, *days: date) -> Outcome:
        """The reading of the night after ``day``, of ``days`` or of that day."""
        asked = list(days or [day])
        self.installation.at(utc(f"{day + ONE}T06:00:00Z"))
        self.installation.collect(CLIENT, ["orders"], asked)
        with mercado_livre_client(self.installation.settings, self.installation.database, CLIENT) as api:
            return collect_discounts(self.installation.work(CLIENT), api, asked)

    def night(self, day: date, *days: date) -> Outcome:
        """Read and build."""
        outcome = self.collect(day, *days)
        outcome.written += build_discounts(self.installation.work(CLIENT), days or [day]).written
        return outcome

    def rows(self) -> dict[str, tuple[Decimal, Decimal]]:
        found = self.installation.rows("select * from dashboard.fact_order_discount")
        return {row["order_id"]: (row["desconto_total"], row["desconto_vendedor"]) for row in found}


@pytest.fixture
def shop(install: Install) -> Shop:
    return Shop(install)


def test_amounts_are_line_totals_and_not_multiplied_by_the_quantity(shop: Shop) -> None:
    order = shop.sell(SALE)
    shop.night(SALE)
    assert shop.rows() == {str(order.order_id): (Decimal("20.00"), Decimal("12.00"))}


def test_every_discount_of_an_order_counts_whoever_pays_it(shop: Shop) -> None:
    order = shop.sell(SALE)
    shop.world.discounts.grant(order, total=5_05, seller=0)
    shop.world.discounts.grant(order, total=1_00, seller=1_00, kind="cashback")
    shop.night(SALE)
    assert shop.rows() == {str(order.order_id): (Decimal("26.05"), Decimal("13.00"))}


def test_a_discount_is_never_taken_from_revenue(shop: Shop) -> None:
    shop.sell(SALE)
    shop.night(SALE)
    build_mart(shop.installation.work(CLIENT), "fact_order_line", [SALE])
    assert shop.installation.column("select valor from dashboard.fact_order_line") == [Decimal("179.80")]


def test_only_tagged_orders_are_asked_and_each_only_once(shop: Shop) -> None:
    shop.sell(SALE, cheaper=False)
    shop.sell(SALE)
    assert shop.night(SALE).requests == 1
    before = stored(shop.installation.fingerprints())
    again = shop.night(SALE + ONE)
    assert (again.requests, again.written) == (0, 0)
    assert stored(shop.installation.fingerprints()) == before


def test_one_that_is_not_there_yet_is_asked_again(shop: Shop) -> None:
    shop.sell(SALE)
    shop.installation.sandbox.faults.add(Fault("status", path="*/discounts", status=404))
    shop.night(SALE)
    assert shop.rows() == {}
    shop.collect(SALE + ONE)
    assert build_discounts(shop.installation.work(CLIENT), [SALE]).written == 1


def test_a_failure_keeps_what_was_read_and_the_next_night_asks_for_the_rest(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discounts, "BATCH", 2)
    for _ in range(4):
        shop.sell(SALE)
    shop.installation.sandbox.faults.add(Fault("status", path="*/discounts", status=403, skip=3, times=None))
    with pytest.raises(PartialCollectionError):
        shop.collect(SALE)
    assert shop.installation.column("select count(*) from raw.mercado_livre_order_discounts") == [3]
    reads = "select completo from dashboard.source_reads where resource = 'discounts'"
    assert shop.installation.column(reads) == [False]

    shop.installation.sandbox.faults.clear()
    assert shop.night(SALE + ONE, SALE, SALE + ONE).requests == 1
    assert len(shop.rows()) == 4


def test_a_day_of_history_is_read_when_asked_and_one_older_than_twelve_months_is_not(shop: Shop) -> None:
    inside, outside = SALE - 200 * ONE, SALE - 400 * ONE
    shop.sell(inside)
    assert shop.night(SALE, inside).requests == 1
    outcome = shop.night(SALE, outside)
    assert (outcome.requests, len(outcome.notes)) == (0, 1)
    read = shop.installation.column("select dia from dashboard.source_reads where resource = 'discounts' and completo")
    assert read == [inside]


def test_no_coupon_is_stored(shop: Shop) -> None:
    shop.world.discounts.grant(shop.sell(SALE), total=5_00, seller=0)
    shop.night(SALE)
    (text,) = shop.installation.column("select payload::text from raw.mercado_livre_order_discounts")
    assert "OFFER" not in text
