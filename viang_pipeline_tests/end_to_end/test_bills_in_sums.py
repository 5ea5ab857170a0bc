"""Bills and discounts through whole nights to both sums (kpis.md §5.2, §7)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import dagster as dg
import pytest

from viang_pipeline.collect.work import PartialCollectionError
from viang_pipeline.marts.build import BUILDERS, build_mart
from viang_pipeline.sandbox import Fault, World
from viang_pipeline.sandbox.truth import Order
from viang_pipeline.warehouse.dictionary import sync_metric_definitions
from viang_pipeline_tests.end_to_end.conftest import Install
from viang_pipeline_tests.end_to_end.driver import Installation, stored, utc
from viang_pipeline_tests.end_to_end.test_jobs import nightly

CLIENT = "loja"
SALE = date(2026, 3, 10)
ONE = timedelta(days=1)
SHOWN = ("comissao_faturada", "divergencia_comissao", "faturamento_com_tarifa_faturada")
NOT_READ, NOT_BILLED = "faturas_nao_lidas", "tarifa_nao_faturada"


class Shop:
    """One seller with one sale of two units of A, fee R$ 10,34 each; periods end on the 18th; nights at 03:00."""

    def __init__(self, install: Install) -> None:
        self.world = World(seed=3, start=utc("2026-01-01T00:00:00Z"))
        self.book = self.world.billing
        self.seller = self.world.add_seller(CLIENT)
        self.order = self.sell("A", SALE)
        self.installation: Installation = install(self.world, now=utc("2026-03-11T05:00:00Z"))
        self.installation.client(CLIENT, self.seller, date(2026, 3, 8))

    def sell(self, sku: str, day: date) -> Order:
        listing = self.world.add_listing(self.seller, title="Produto", price=89_90, sku=sku)
        order = self.world.place_order(self.seller, listing, at=at(day), quantity=2, sale_fee=10_34)
        self.world.pay(order, at=at(day) + timedelta(minutes=1))
        return order

    def night(self, day: date) -> dict[str, int]:
        """The night after ``day``; rows written by step."""
        return self.installation.night(CLIENT, utc(f"{day + ONE}T06:00:00Z")).written

    def build(self) -> None:
        """The marts alone, as the sensor for changed days would."""
        for mart in BUILDERS:
            build_mart(self.installation.work(CLIENT), mart, [])

    def client_day(self, day: date = SALE) -> tuple[Any, ...]:
        row = self.installation.client_day(CLIENT, day)
        return tuple(row[name] for name in SHOWN)

    def sku_day(self, sku: str) -> tuple[Any, ...]:
        row = self.installation.sku_days(CLIENT)[SALE, sku]
        return tuple(row[name] for name in SHOWN)

    def missing(self, day: date = SALE) -> set[str]:
        return set(self.installation.client_day(CLIENT, day)["faltantes"]) & {NOT_READ, NOT_BILLED}

    def maturity(self, day: date = SALE) -> str:
        return str(self.installation.client_day(CLIENT, day)["maturidade_cobranca"])


def at(day: date, hour: int = 12) -> datetime:
    return utc(f"{day}T{hour:02}:00:00-03:00")


@pytest.fixture
def shop(install: Install) -> Shop:
    return Shop(install)


def test_a_billed_fee_stands_beside_the_estimate_at_both_grains(shop: Shop) -> None:
    shop.book.sale_fee(shop.order, at=at(SALE, 13), net=21_00)
    shop.night(SALE)
    assert shop.client_day() == shop.sku_day("A") == (Decimal("21.00"), Decimal("0.32"), Decimal("179.80"))
    assert shop.installation.client_day(CLIENT, SALE)["comissao"] == Decimal("20.68")
    assert shop.missing() == set()


def test_an_order_not_billed_yet_is_unknown_and_not_zero(shop: Shop) -> None:
    shop.night(SALE)
    assert shop.client_day() == shop.sku_day("A") == (None, None, 0)
    assert shop.missing() == {NOT_BILLED}


def test_only_billed_orders_are_compared_and_the_coverage_says_so(shop: Shop) -> None:
    shop.sell("B", SALE)
    shop.book.sale_fee(shop.order, at=at(SALE, 13), net=20_00)
    shop.night(SALE)
    assert shop.client_day() == (Decimal("20.00"), Decimal("-0.68"), Decimal("179.80"))
    assert (shop.sku_day("A")[0], shop.sku_day("B")) == (Decimal("20.00"), (None, None, 0))
    assert shop.installation.client_day(CLIENT, SALE)["comissao_faturada_cobertura"] == Decimal("0.5")
    assert shop.missing() == {NOT_BILLED}


def test_a_bill_that_comes_later_restates_the_day_of_the_sale(shop: Shop) -> None:
    shop.night(SALE)
    shop.book.sale_fee(shop.order, at=at(SALE + ONE, 13))
    shop.night(SALE + ONE)
    assert shop.client_day() == (Decimal("20.68"), 0, Decimal("179.80"))
    entries = shop.installation.rows("select * from dashboard.restatement_ledger where sku is null")
    assert {(e["dia"], e["metrica"], e["antes"], e["depois"], e["motivo"]) for e in entries} == {
        (SALE, "comissao_faturada", None, Decimal("20.68"), "status_mudou"),
        (SALE, "divergencia_comissao", None, 0, "status_mudou"),
        (SALE, "faturamento_com_tarifa_faturada", 0, Decimal("179.80"), "status_mudou"),
    }


def test_a_sale_cancelled_after_its_bill_leaves_the_comparison(shop: Shop) -> None:
    shop.book.sale_fee(shop.order, at=at(SALE, 13))
    shop.night(SALE)
    shop.world.cancel(shop.order, at=at(SALE + ONE))
    shop.night(SALE + ONE)
    assert shop.client_day() == (0, 0, 0)
    assert shop.missing() == set()


def test_bills_down_leave_the_sales_whole_and_the_next_night_heals_the_day(shop: Shop) -> None:
    fault = Fault("status", path="/billing/*", status=503, times=None)
    shop.installation.sandbox.faults.add(fault)
    with pytest.raises(PartialCollectionError):
        shop.night(SALE)
    for step in ("shipments", "listings", "visits", "stock", "account", "ads", "claims", "discounts"):
        shop.installation.collect(CLIENT, [step], [SALE])
    shop.build()
    assert shop.client_day() == (None, None, None)
    assert shop.missing() == {NOT_READ}
    assert shop.installation.client_day(CLIENT, SALE)["vendas_brutas"] == Decimal("179.80")

    shop.installation.sandbox.faults.clear()
    shop.book.sale_fee(shop.order, at=at(SALE, 13))
    shop.night(SALE + ONE)
    assert shop.client_day() == (Decimal("20.68"), 0, Decimal("179.80"))
    assert shop.missing() == set()


def test_a_night_without_news_heals_the_day_as_well(shop: Shop) -> None:
    """Nothing was billed, so no row changes; that it was read does."""
    shop.installation.sandbox.faults.add(Fault("status", path="/billing/*", status=503, times=None))
    with pytest.raises(PartialCollectionError):
        shop.night(SALE)
    shop.build()
    shop.installation.sandbox.faults.clear()
    shop.night(SALE + ONE)
    assert shop.missing() == {NOT_BILLED}


def test_the_block_is_final_once_both_periods_of_the_day_are_closed(shop: Shop) -> None:
    shop.book.sale_fee(shop.order, at=at(SALE, 13))
    later = [date(2026, 3, 25), date(2026, 4, 25)]
    for day in later:
        shop.book.charge(shop.seller, at=at(day), sub_type="CXD", amount=1_00)
    shop.night(SALE)
    seen = []
    for day in (later[0], later[1], later[1] + 7 * ONE):
        shop.night(day)
        seen.append(shop.maturity())
    assert seen == ["preliminar", "final", "final"]


def test_running_the_night_again_writes_nothing(shop: Shop) -> None:
    shop.book.credit(shop.book.sale_fee(shop.order, at=at(SALE, 13)), at=at(SALE, 14), amount=1_00)
    shop.night(SALE)
    before = stored(shop.installation.fingerprints())
    assert shop.night(SALE) == {}
    assert stored(shop.installation.fingerprints()) == before


@pytest.mark.slow
def test_the_nightly_job_brings_bills_and_discounts_and_passes_its_checks(shop: Shop) -> None:
    shop.book.sale_fee(shop.order, at=at(SALE, 13), net=20_00)
    shop.book.credit(shop.book.sale_fee(shop.sell("B", SALE), at=at(SALE, 13)), at=at(SALE, 14), amount=1_00)
    shop.world.discounts.grant(shop.order, total=5_00, seller=2_00)
    shop.installation.at(utc("2026-03-11T06:00:00Z"))
    with shop.installation.database.transaction() as conn:
        sync_metric_definitions(conn)
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions("client", [CLIENT])
        result = nightly(instance, CLIENT, SALE)
    assert result.success
    # nobody visited this shop, which is a warning of its own
    failed = {check.check_name for check in result.get_asset_check_evaluations() if not check.passed}
    assert failed == {"tarifa_faturada_confere", "conversao_possivel"}
    assert shop.client_day() == (Decimal("39.68"), Decimal("-1.68"), Decimal("359.60"))
    assert shop.installation.column("select desconto_total from dashboard.fact_order_discount") == [Decimal("5.00")]
    calls = {
        event.asset_key.path[-1]: event.materialization.metadata["chamadas"].value
        for event in result.get_asset_materialization_events()
    }
    assert (calls["billing"] > 0, calls["discounts"]) == (True, 1)
