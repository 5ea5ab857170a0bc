"""Margins through whole nights: what uncovers a line, what returns and ads cost, what stays unknown (kpis.md §5.5)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from viang_pipeline.sandbox import World
from viang_pipeline.sandbox.ads_truth import Figures
from viang_pipeline.sandbox.truth import Order
from viang_pipeline_tests.end_to_end.conftest import Install
from viang_pipeline_tests.end_to_end.driver import Installation, utc

CLIENT = "loja"
DAY = date(2026, 3, 10)
ONE = timedelta(days=1)
SHOWN = ("mc_pre_ads", "ads_na_margem", "mc", "mc_cobertura")
Margin = tuple[str | None, ...]


class Shop:
    """One seller of A and B at R$ 100, fee 12, freight 18, cost 40, tax 5 %: each sale leaves 25."""

    def __init__(self, install: Install) -> None:
        self.world = World(seed=3, start=utc("2026-03-01T00:00:00Z"))
        self.seller = self.world.add_seller(CLIENT)
        self.listings = {
            sku: self.world.add_listing(self.seller, title=f"Produto {sku}", price=100_00, sku=sku) for sku in "AB"
        }
        self.installation: Installation = install(self.world, now=utc("2026-03-11T05:00:00Z"))
        self.installation.client(CLIENT, self.seller, date(2026, 3, 8))
        self.tell("aliquota_imposto", regime="informada", aliquota="0.05")
        for sku in "AB":
            self.tell("custo_sku", sku=sku, custo_unitario="40", custo_zero_confirmado=False)

    def tell(self, parameter: str, **values: object) -> None:
        self.installation.told(CLIENT, parameter, date(2026, 3, 1), **values)

    def sell(self, sku: str, *, freight: int = 18_00, logistic: str = "drop_off") -> Order:
        order = self.world.place_order(self.seller, self.listings[sku], at=at(DAY), sale_fee=12_00)
        self.world.pay(order, at=at(DAY) + timedelta(minutes=1))
        shipment = self.world.ship(self.seller, at=at(DAY), seller_cost=freight, logistic_type=logistic)
        self.world.attach_shipment(order, shipment, at=at(DAY))
        self.world.deliver(shipment, shipped=at(DAY + ONE), delivered=at(DAY + 3 * ONE))
        return order

    def advertise(self, sku: str, cost: int) -> None:
        start = utc("2026-03-01T00:00:00Z")
        self.world.ads.activate(self.seller, at=start)
        campaign = self.world.ads.add_campaign(self.seller, at=start)
        listing = self.listings[sku].listing_id
        group = self.world.ads.add_group(self.seller, at=start, kind="ITEM", external_id=listing, campaign=campaign)
        figures = Figures(cost=cost, clicks=10, prints=900)
        self.world.ads.report(group, DAY, at=utc("2026-03-11T13:00:00Z"), items={listing: figures})

    def night(self, day: date = DAY) -> None:
        """After the platform has refreshed its ads."""
        self.installation.night(CLIENT, utc(f"{day + ONE}T13:30:00Z"))

    def client_day(self, *names: str) -> Margin:
        return shown(self.installation.client_day(CLIENT, DAY), *names)

    def sku_day(self, sku: str, *names: str) -> Margin:
        return shown(self.installation.sku_days(CLIENT)[DAY, sku], *names)

    def missing(self, sku: str) -> list[str]:
        return self.installation.sku_days(CLIENT)[DAY, sku]["faltantes"]


def shown(row: dict[str, Any], *names: str) -> Margin:
    return tuple(None if row[name] is None else str(row[name]) for name in names or SHOWN)


def at(day: date, hour: int = 12) -> datetime:
    return utc(f"{day}T{hour:02}:00:00-03:00")


@pytest.fixture
def shop(install: Install) -> Shop:
    return Shop(install)


def test_a_sale_of_which_everything_is_known_leaves_its_margin(shop: Shop) -> None:
    shop.sell("A")
    shop.night()
    assert shop.client_day() == shop.sku_day("A") == ("25.00", "0.00", "25.00", "1.000000")


def test_packaging_is_subtracted_where_it_was_told_and_nothing_where_it_was_not(shop: Shop) -> None:
    shop.sell("A")
    shop.installation.told(
        CLIENT, "custo_sku", DAY,
        sku="A", custo_unitario="40", custo_zero_confirmado=False, outros_variaveis="1.50",
    )  # fmt: skip
    shop.sell("B")
    shop.night()
    assert [shop.sku_day(sku, "outros_variaveis", "mc") for sku in "AB"] == [("1.50", "23.50"), ("0.00", "25.00")]


def test_an_open_claim_whose_cost_is_unread_uncovers_its_line_and_leaves_the_others(shop: Shop) -> None:
    claimed = shop.sell("A")
    shop.sell("A")
    claim = shop.world.claims.open(claimed, at=at(DAY, 20))
    shop.night()
    assert shop.sku_day("A") == ("25.00", "0.00", "25.00", "0.500000")
    assert shop.sku_day("A", "custo_devolucao") == (None,)
    assert "devolucao_nao_lida" in shop.missing("A")

    shop.world.claims.send_back(claim, at=at(DAY + ONE))
    shop.world.claims.charge(claim, at=at(DAY + ONE, 15), amount=21_40)
    shop.night(DAY + ONE)
    assert shop.sku_day("A") == ("28.60", "0.00", "28.60", "1.000000")
    motives = shop.installation.column("select distinct motivo from dashboard.restatement_ledger where metrica = 'mc'")
    assert motives == ["reembolso"]


def test_a_sale_cancelled_after_dispatch_costs_its_freight_without_any_revenue(shop: Shop) -> None:
    shop.sell("A")
    for sku in "AB":
        order = shop.sell(sku)
        shop.world.cancel(order, at=at(DAY + 5 * ONE), group="mediations")
    shop.night(DAY + 5 * ONE)
    assert shop.sku_day("A") == ("7.00", "0.00", "7.00", "1.000000")
    assert shop.sku_day("B") == ("-18.00", "0.00", "-18.00", None)
    assert shop.client_day() == ("-11.00", "0.00", "-11.00", "1.000000")


def test_a_sku_advertised_without_a_sale_bears_the_whole_spend(shop: Shop) -> None:
    shop.sell("A")
    shop.advertise("B", 9_99)
    shop.night()
    assert shop.sku_day("B") == ("0.00", "9.99", "-9.99", None)
    assert shop.client_day() == ("25.00", "9.99", "15.01", "1.000000")


def test_a_day_of_which_nothing_is_covered_has_no_margin_whatever_else_was_spent(shop: Shop) -> None:
    shop.installation.told(CLIENT, "custo_sku", DAY, sku="A", custo_unitario=None, custo_zero_confirmado=False)
    shop.sell("A")
    shop.advertise("B", 9_99)
    shop.night()
    assert shop.sku_day("A") == (None, "0.00", None, "0.000000")
    assert shop.sku_day("B", "mc") == ("-9.99",)
    assert shop.client_day() == (None, "9.99", None, "0.000000")


def test_an_own_courier_nobody_priced_is_unknown_and_not_free(shop: Shop) -> None:
    shop.sell("A", freight=0, logistic="self_service")
    shop.sell("B")
    shop.night()
    assert shop.client_day("custo_envio_proprio", "mc_pre_ads", "mc_cobertura") == (None, "25.00", "0.500000")
    assert "custo_envio_proprio_nao_informado" in shop.missing("A")
    assert shop.sku_day("B", "custo_envio_proprio") == ("0.00",)

    shop.tell("custo_envio_proprio", custo="8.90")
    shop.night(DAY + ONE)
    assert shop.client_day("custo_envio_proprio", "mc_pre_ads", "mc_cobertura") == ("8.90", "59.10", "1.000000")


def test_a_returned_sale_pays_its_own_courier_once(shop: Shop) -> None:
    shop.tell("custo_envio_proprio", custo="8.90")
    order = shop.sell("A", freight=0, logistic="self_service")
    shop.world.cancel(order, at=at(DAY + 5 * ONE), group="mediations")
    shop.night(DAY + 5 * ONE)
    assert shop.sku_day("A", "custo_devolucao", "custo_envio_proprio", "mc_pre_ads") == ("8.90", "0.00", "-8.90")


def test_no_tax_rate_for_one_sale_leaves_the_tax_of_the_day_unknown(shop: Shop) -> None:
    shop.sell("A")
    shop.installation.database.connect(autocommit=True).execute("delete from dashboard.aliquota_imposto")
    shop.night()
    names = ("imposto", "faturamento_com_imposto", "aliquota_efetiva", "mc_pre_ads")
    assert shop.client_day(*names) == (None, "0.00", None, None)


def test_break_even_ratios_come_from_the_margin_before_ads_and_a_loss_has_no_break_even_roas(shop: Shop) -> None:
    shop.sell("A")
    shop.sell("B", freight=60_00)
    shop.night()
    assert shop.sku_day("A", "acos_equilibrio", "roas_equilibrio") == ("0.250000", "4.000000")
    assert shop.sku_day("B", "acos_equilibrio", "roas_equilibrio") == ("-0.170000", None)


def test_the_quality_view_says_how_much_revenue_has_no_cost_and_no_tax(shop: Shop) -> None:
    shop.installation.told(CLIENT, "custo_sku", DAY, sku="A", custo_unitario=None, custo_zero_confirmado=False)
    shop.sell("A")
    shop.sell("B")
    shop.night()
    (row,) = shop.installation.rows("select * from dashboard.vw_client_quality")
    assert (row["receita_sem_custo_pct"], row["receita_sem_imposto_pct"]) == (Decimal("0.5"), 0)
