"""Bills from the marketplace to their marts, and the contract's traps on the way (§12; §15: 23, 27, 29)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from viang_pipeline.collect.access import mercado_livre_client
from viang_pipeline.collect.billing import collect_billing
from viang_pipeline.collect.work import Outcome, PartialCollectionError
from viang_pipeline.marts.billing import build_billing
from viang_pipeline.sandbox import Fault, World
from viang_pipeline.sandbox.billing_truth import BilledSale
from viang_pipeline.sandbox.truth import Order
from viang_pipeline.sources.mercado_livre import billing
from viang_pipeline_tests.end_to_end.conftest import Install
from viang_pipeline_tests.end_to_end.driver import Installation, stored, utc

CLIENT = "loja"
SALE = date(2026, 3, 10)
MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
DETAILS = "/billing/integration/periods/key/2026-03-01/group/ML/details"


class Shop:
    """One seller with one sale of two units at R$ 89,90, fee R$ 10,34 each; periods end on the 18th."""

    def __init__(self, install: Install) -> None:
        self.world = World(seed=3, start=utc("2026-01-01T00:00:00Z"))
        self.book = self.world.billing
        self.seller = self.world.add_seller(CLIENT)
        self.listing = self.world.add_listing(self.seller, title="Produto", price=89_90, sku="A")
        self.order = self.sell(SALE)
        self.installation: Installation = install(self.world, now=utc("2026-03-11T05:00:00Z"))
        self.installation.client(CLIENT, self.seller, date(2026, 2, 20))

    def sell(self, day: date) -> Order:
        order = self.world.place_order(self.seller, self.listing, at=at(day), quantity=2, sale_fee=10_34)
        self.world.pay(order, at=at(day) + timedelta(minutes=1))
        return order

    def collect(self, day: date) -> Outcome:
        """The reading part of the night after ``day``."""
        self.installation.at(utc(f"{day + timedelta(days=1)}T06:00:00Z"))
        self.installation.sandbox.clear_requests()
        with mercado_livre_client(self.installation.settings, self.installation.database, CLIENT) as api:
            return collect_billing(self.installation.work(CLIENT), api, [day])

    def night(self, day: date) -> int:
        """Read and build after ``day``; rows written."""
        self.installation.at(utc(f"{day + timedelta(days=1)}T06:00:00Z"))
        self.installation.collect(CLIENT, ["orders"], [day])
        written = self.collect(day).written
        return written + build_billing(self.installation.work(CLIENT), [day]).written

    def asked(self) -> list[str]:
        """Keys whose lines were asked for since the last reading began, once each."""
        paths = [r.path for r in self.installation.sandbox.requests if r.path.endswith("/group/ML/details")]
        return sorted({path.split("/")[5] for path in paths})

    def fee(self) -> list[Decimal]:
        return self.installation.column("select comissao_faturada from dashboard.billing_order_fee")

    def totals(self, period: date = MARCH) -> dict[str, tuple[object, ...]]:
        rows = self.installation.rows("select * from dashboard.billing_period where periodo = %s", period)
        return {row["sub_tipo"]: (row["cobranca_mensal"], row["resumo"], row["confere"]) for row in rows}


def at(day: date, hour: int = 12) -> datetime:
    return utc(f"{day}T{hour:02}:00:00-03:00")


@pytest.fixture
def shop(install: Install) -> Shop:
    return Shop(install)


def test_the_billed_fee_is_the_net_fee_of_the_whole_order(shop: Shop) -> None:
    shop.book.sale_fee(shop.order, at=at(SALE, 13), net=20_68, rebate=2_30)
    assert shop.fee() == []
    shop.night(SALE)
    assert shop.fee() == [Decimal("20.68")]
    (charge,) = shop.installation.rows("select * from dashboard.billing_charge")
    assert (charge["periodo"], charge["valor"], charge["tarifa_liquida"], charge["significado"]) == (
        MARCH,
        Decimal("20.68"),
        Decimal("20.68"),
        "tarifa_venda",
    )


def test_the_lines_of_a_period_add_up_to_the_platforms_summary(shop: Shop) -> None:
    shop.book.sale_fee(shop.order, at=at(SALE, 13))
    shop.book.charge(shop.seller, at=at(SALE, 14), sub_type="CFWA", amount=33_33)
    shop.night(SALE)
    expected = {code: (Decimal(n), Decimal(n), True) for code, n in (("CV", "20.68"), ("CFWA", "33.33"))}
    assert shop.totals() == expected


def test_lines_younger_than_the_summary_do_not_agree_until_the_next_night(shop: Shop) -> None:
    shop.book.charge(shop.seller, at=at(SALE), sub_type="PADS", amount=10_00)
    shop.book.charge(shop.seller, at=utc("2026-03-11T05:00:00Z"), sub_type="PADS", amount=5_00)
    shop.night(SALE)
    assert shop.totals() == {"PADS": (Decimal("15.00"), Decimal("10.00"), False)}
    shop.night(SALE + timedelta(days=1))
    assert shop.totals() == {"PADS": (Decimal("15.00"), Decimal("15.00"), True)}


def test_23_ads_on_the_bill_stay_apart_from_the_ads_spent(shop: Shop) -> None:
    shop.book.charge(shop.seller, at=at(SALE), sub_type="PADS", amount=10_00)
    shop.night(SALE)
    assert shop.installation.column("select significado from dashboard.billing_charge") == ["ads"]
    assert shop.installation.column("select count(*) from dashboard.fact_ads_client_day") == [0]


def test_27_an_incomplete_answer_changes_nothing_and_is_not_repeated_at_once(shop: Shop) -> None:
    shop.book.sale_fee(shop.order, at=at(SALE, 13))
    shop.night(SALE)
    before = stored(shop.installation.fingerprints())
    shop.book.charge(shop.seller, at=at(SALE + timedelta(days=1)), sub_type="CXD", amount=18_00)
    shop.installation.sandbox.faults.add(Fault("partial", path=DETAILS, missing=("sales_info",), times=None))
    with pytest.raises(PartialCollectionError, match="incompleta"):
        shop.collect(SALE + timedelta(days=1))
    assert stored(shop.installation.fingerprints()) == before
    assert [r.path for r in shop.installation.sandbox.requests].count(DETAILS) == 1
    unread = shop.installation.rows(
        "select completo, motivo from dashboard.source_reads where resource = 'billing' and dia >= %s order by dia",
        SALE,
    )
    assert [(row["completo"], row["motivo"] is None) for row in unread] == [(True, True), (False, False)]

    shop.installation.sandbox.faults.clear()
    shop.night(SALE + timedelta(days=1))
    assert set(shop.totals()) == {"CV", "CXD"}


def test_27_an_incomplete_summary_changes_nothing_either(shop: Shop) -> None:
    shop.installation.sandbox.faults.add(Fault("partial", path="*/summary/details", missing=("bill_includes",)))
    with pytest.raises(PartialCollectionError, match="incompleta"):
        shop.collect(SALE)


def test_a_failure_on_a_later_page_stores_nothing_of_the_period(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(billing, "LIMIT", 2)
    for _ in range(5):
        shop.book.charge(shop.seller, at=at(SALE), sub_type="CXD", amount=1_00)
    shop.installation.sandbox.faults.add(Fault("status", path=DETAILS, status=503, skip=1, times=None))
    with pytest.raises(PartialCollectionError):
        shop.collect(SALE)
    assert shop.installation.column("select count(*) from raw.mercado_livre_billing_lines") == [0]

    shop.installation.sandbox.faults.clear()
    shop.night(SALE)
    assert shop.totals()["CXD"][0] == Decimal("5.00")


def test_lines_announced_and_not_shown_are_no_empty_bill(shop: Shop) -> None:
    line = shop.book.charge(shop.seller, at=at(SALE), sub_type="CXD", amount=1_00)
    shop.night(SALE)
    shop.book.withdraw(line, at=utc("2026-03-12T05:00:00Z"))
    with pytest.raises(PartialCollectionError, match="não mostra nenhuma linha"):
        shop.collect(SALE + timedelta(days=1))
    assert shop.totals()["CXD"][0] == Decimal("1.00")


def test_a_line_leaves_only_when_the_summary_confirms_it(shop: Shop) -> None:
    shop.book.charge(shop.seller, at=at(SALE), sub_type="CXD", amount=18_00)
    fee = shop.book.sale_fee(shop.order, at=at(SALE, 13))
    shop.night(SALE)
    shop.book.withdraw(fee, at=utc("2026-03-12T05:00:00Z"))
    shop.night(SALE + timedelta(days=1))
    assert shop.fee() == [Decimal("20.68")]
    shop.night(SALE + timedelta(days=2))
    assert (shop.fee(), set(shop.totals())) == ([], {"CXD"})


def test_29_a_period_is_no_calendar_month_and_closes_when_the_next_one_shows_a_line(shop: Shop) -> None:
    shop.book.charge(shop.seller, at=at(date(2026, 3, 18), 23), sub_type="CXD", amount=1_00)
    shop.book.charge(shop.seller, at=at(date(2026, 3, 19), 1), sub_type="CXD", amount=2_00)
    shop.night(date(2026, 3, 18))
    states = "select periodo, cobranca_mensal, fechado from dashboard.billing_period order by periodo"
    assert [tuple(row.values()) for row in shop.installation.rows(states)] == [
        (MARCH, Decimal("1.00"), True),
        (APRIL, Decimal("2.00"), False),
    ]


def test_29_the_open_period_is_read_daily_the_closed_one_weekly_and_none_twice_a_day(shop: Shop) -> None:
    shop.book.charge(shop.seller, at=at(SALE), sub_type="CXD", amount=1_00)
    shop.book.charge(shop.seller, at=at(date(2026, 3, 19)), sub_type="CXD", amount=2_00)
    for day in range(10, 20):
        shop.collect(date(2026, 3, day))
    asked = {}
    for day in range(20, 30):
        shop.collect(date(2026, 3, day))
        asked[day] = shop.asked()
        assert shop.collect(date(2026, 3, day)).requests == 0
    march = [day for day, keys in asked.items() if "2026-03-01" in keys]
    assert all("2026-04-01" in keys for keys in asked.values())
    assert march == [26]


def test_29_the_surcharge_the_buyer_pays_is_not_the_sellers_cost(shop: Shop) -> None:
    shop.book.sale_fee(shop.order, at=at(SALE, 13))
    surcharge = [BilledSale(shop.order, 9_99)]
    shop.book.charge(shop.seller, at=at(SALE, 13), sub_type="CFONPN", amount=9_99, sales=surcharge)
    shop.night(SALE)
    assert shop.fee() == [Decimal("20.68")]
    costs = shop.installation.column("select sub_tipo from dashboard.billing_period where custo_do_vendedor")
    assert costs == ["CV"]


def test_a_credit_of_a_later_period_reduces_the_fee_and_touches_the_day_of_the_sale(shop: Shop) -> None:
    line = shop.book.sale_fee(shop.order, at=at(SALE, 13))
    shop.night(SALE)
    later = date(2026, 3, 25)
    shop.book.credit(line, at=at(later), amount=10_00)
    revision = "select linhas_rev from dashboard.day_state where dia = '2026-03-10'"
    before = shop.installation.column(revision)
    shop.night(later)
    assert shop.fee() == [Decimal("10.68")]
    assert shop.totals(APRIL)["BV"][0] == Decimal("-10.00")
    assert shop.installation.column(revision) > before


def test_reading_and_building_the_same_again_writes_nothing(shop: Shop) -> None:
    shop.book.credit(shop.book.sale_fee(shop.order, at=at(SALE, 13)), at=at(SALE, 14), amount=1_00)
    shop.night(SALE)
    before = stored(shop.installation.fingerprints())
    assert shop.night(SALE + timedelta(days=1)) == 0
    assert stored(shop.installation.fingerprints()) == before


@pytest.mark.parametrize("answer", ["empty", "not_found"])
def test_a_period_that_has_not_begun_costs_no_failure_whichever_way_it_is_answered(shop: Shop, answer: str) -> None:
    shop.installation.sandbox.options.billing_unknown_period = answer
    shop.book.charge(shop.seller, at=at(SALE), sub_type="CXD", amount=1_00)
    shop.night(SALE)
    assert shop.totals()["CXD"] == (Decimal("1.00"), Decimal("1.00"), True)
    assert shop.totals(APRIL) == {}


@pytest.mark.parametrize("body", ["Not Found", '{"message":"resource not found","error":"not_found","status":404}'])
def test_a_document_that_was_there_does_not_go_away_the_route_is_gone(shop: Shop, body: str) -> None:
    shop.book.charge(shop.seller, at=at(SALE), sub_type="CXD", amount=1_00)
    shop.night(SALE)
    before = stored(shop.installation.fingerprints())
    shop.installation.sandbox.faults.add(Fault(path="/billing/*", kind="status", status=404, body=body, times=None))

    with pytest.raises(PartialCollectionError, match="não existe ou a rota foi retirada"):
        shop.night(SALE + timedelta(days=1))

    assert {name: digest for name, digest in stored(shop.installation.fingerprints()).items() if "billing" in name} == {
        name: digest for name, digest in before.items() if "billing" in name
    }


def test_not_found_without_an_error_of_the_platform_is_not_a_period_without_bills(shop: Shop) -> None:
    shop.installation.sandbox.faults.add(Fault(path="/billing/*", kind="status", status=404, times=None))
    with pytest.raises(PartialCollectionError, match="não existe ou a rota foi retirada"):
        shop.night(SALE)


def test_who_bought_is_not_stored(shop: Shop) -> None:
    shop.book.sale_fee(shop.order, at=at(SALE, 13))
    shop.night(SALE)
    texts = shop.installation.column("select payload::text from raw.mercado_livre_billing_lines")
    assert not any("COMPRADOR" in text or "nickname" in text for text in texts)


def test_an_unknown_code_is_kept_and_said_to_be_unknown(shop: Shop) -> None:
    shop.book.charge(shop.seller, at=at(SALE), sub_type="XYZ", amount=1_00)
    shop.night(SALE)
    assert shop.installation.column("select significado from dashboard.billing_period") == ["desconhecido"]
