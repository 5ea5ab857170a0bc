"""Our figures against the platform's bills and the seller's panel, night by night (kpis.md §5.2, §12)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from viang_pipeline.cli.main import app
from viang_pipeline.sandbox import World
from viang_pipeline.sandbox.billing_truth import BilledSale
from viang_pipeline.sandbox.truth import Order
from viang_pipeline_tests.end_to_end.conftest import Install
from viang_pipeline_tests.end_to_end.driver import Installation, utc
from viang_pipeline_tests.end_to_end.test_bills_in_sums import at

CLIENT = "loja"
SALE = date(2026, 3, 10)
ONE = timedelta(days=1)


class Shop:
    """One seller with a sale of two units at R$ 89,90, fee R$ 10,34 each, freight R$ 18,00; periods end on the 18th."""

    def __init__(self, install: Install) -> None:
        self.world = World(seed=3, start=utc("2026-01-01T00:00:00Z"))
        self.book = self.world.billing
        self.seller = self.world.add_seller(CLIENT)
        self.listing = self.world.add_listing(self.seller, title="Produto", price=89_90, sku="A")
        self.order = self.sell(SALE)
        self.installation: Installation = install(self.world, now=utc("2026-03-11T05:00:00Z"))
        self.installation.client(CLIENT, self.seller, date(2026, 3, 8))

    def sell(self, day: date) -> Order:
        order = self.world.place_order(self.seller, self.listing, at=at(day), quantity=2, sale_fee=10_34)
        self.world.pay(order, at=at(day) + timedelta(minutes=1))
        shipment = self.world.ship(self.seller, at=at(day), seller_cost=18_00)
        self.world.attach_shipment(order, shipment, at=at(day))
        return order

    def freight(self, amount: int) -> None:
        """Bill the freight of the sale."""
        sales = [BilledSale(self.order, 20_68)]
        shipment = self.order.states[-1].shipment_id
        self.book.charge(self.seller, at=at(SALE, 13), sub_type="CXD", amount=amount, sales=sales, shipment_id=shipment)

    def night(self, day: date) -> dict[str, int]:
        return self.installation.night(CLIENT, utc(f"{day + ONE}T06:00:00Z")).written

    def rows(self, source: str = "cobranca") -> dict[str, dict[str, Any]]:
        found = self.installation.rows("select * from dashboard.vw_reconciliation where fonte = %s", source)
        return {row["item"]: row for row in found}

    def row(self, item: str, *columns: str) -> tuple[Any, ...]:
        return tuple(self.rows()[item][name] for name in columns)


@pytest.fixture
def shop(install: Install) -> Shop:
    return Shop(install)


def test_a_fee_billed_as_announced_agrees(shop: Shop) -> None:
    shop.book.sale_fee(shop.order, at=at(SALE, 13))
    shop.night(SALE)
    assert shop.row("tarifa_venda", "periodo", "nosso", "informado", "diferenca", "confere", "confere_periodo") == (
        "2026-03", Decimal("20.68"), Decimal("20.68"), 0, "sim", "sim",
    )  # fmt: skip


def test_another_fee_does_not_agree_and_the_difference_keeps_its_sign(shop: Shop) -> None:
    shop.book.sale_fee(shop.order, at=at(SALE, 13), net=20_00)
    shop.night(SALE)
    assert shop.row("tarifa_venda", "diferenca", "diferenca_pct", "divergentes", "confere", "confere_periodo") == (
        Decimal("-0.68"), Decimal("-0.032882"), 1, "não", "não",
    )  # fmt: skip


def test_differences_that_cancel_each_other_out_are_still_found(shop: Shop) -> None:
    shop.book.sale_fee(shop.order, at=at(SALE, 13), net=20_00)
    shop.book.sale_fee(shop.sell(SALE), at=at(SALE, 13), net=21_36)
    shop.night(SALE)
    assert shop.row("tarifa_venda", "diferenca", "comparados", "divergentes", "confere") == (0, 2, 2, "não")


def test_two_centavos_a_line_are_tolerated(shop: Shop) -> None:
    shop.book.sale_fee(shop.order, at=at(SALE, 13), net=20_70)
    shop.night(SALE)
    assert shop.row("tarifa_venda", "diferenca", "confere") == (Decimal("0.02"), "sim")


def test_a_cancelled_sale_agrees_once_its_fee_was_given_back_whatever_the_period(shop: Shop) -> None:
    line = shop.book.sale_fee(shop.order, at=at(SALE, 13))
    shop.night(SALE)
    shop.world.cancel(shop.order, at=at(date(2026, 3, 20)))
    shop.night(date(2026, 3, 20))
    assert shop.row("tarifa_venda", "nosso", "informado", "confere") == (0, Decimal("20.68"), "não")
    shop.book.credit(line, at=at(date(2026, 3, 25)))
    shop.night(date(2026, 3, 25))
    rows = shop.installation.rows("select * from dashboard.vw_reconciliation where item = 'tarifa_venda'")
    assert {row["periodo"]: (row["informado"], row["cobranca_mensal"], row["confere"]) for row in rows} == {
        "2026-03": (0, Decimal("20.68"), "sim"),
        "2026-04": (None, Decimal("-20.68"), None),
    }


def test_orders_of_before_the_history_are_left_out_of_both_sides_and_counted(shop: Shop) -> None:
    shop.book.sale_fee(shop.order, at=at(SALE, 13))
    shop.book.sale_fee(shop.sell(date(2026, 3, 1)), at=at(SALE, 13), net=99_00)
    shop.night(SALE)
    assert shop.row("tarifa_venda", "cobranca_mensal", "informado", "comparados", "confere", "motivo") == (
        Decimal("119.68"), Decimal("20.68"), 1, "sim", "1 sem estimativa",
    )  # fmt: skip


def test_freight_and_what_has_no_estimate_are_told_and_do_not_decide(shop: Shop) -> None:
    shop.freight(19_00)
    shop.book.charge(shop.seller, at=at(SALE, 14), sub_type="CFWA", amount=33_33)
    shop.night(SALE)
    told = ("cobranca_mensal", "nosso", "informado", "diferenca", "confere", "confere_periodo")
    assert shop.row("frete", *told) == (Decimal("19.00"), Decimal("18.00"), Decimal("19.00"), 1, None, None)
    assert shop.row("full_armazenagem", *told) == (Decimal("33.33"), None, None, None, None, None)


def test_what_a_period_cost_is_told_without_what_the_buyer_pays_and_with_full_apart(shop: Shop) -> None:
    shop.book.sale_fee(shop.order, at=at(SALE, 13))
    for code, amount in (("CFWA", 33_33), ("CFPB", 1_00), ("PADS", 10_00)):
        shop.book.charge(shop.seller, at=at(SALE, 14), sub_type=code, amount=amount)
    shop.book.charge(shop.seller, at=at(SALE), sub_type="CFONPN", amount=9_99, sales=[BilledSale(shop.order, 20_68)])
    shop.night(SALE)
    (row,) = shop.installation.rows("select * from dashboard.vw_billing_period")
    names = ("cobranca_mensal", "custo_do_vendedor", "custo_sem_ads", "custos_full", "confere", "maturidade")
    assert tuple(row[name] for name in names) == (
        Decimal("75.00"), Decimal("65.01"), Decimal("55.01"), Decimal("34.33"), "sim", "preliminar",
    )  # fmt: skip


def test_a_closed_period_is_final_and_a_second_night_of_the_day_writes_nothing(shop: Shop) -> None:
    shop.book.sale_fee(shop.order, at=at(SALE, 13))
    shop.book.charge(shop.seller, at=at(date(2026, 3, 19)), sub_type="CFWA", amount=1_00)
    shop.night(date(2026, 3, 19))
    assert shop.row("tarifa_venda", "maturidade") == ("final",)
    assert shop.row("full_armazenagem", "maturidade") == ("preliminar",)
    assert shop.night(date(2026, 3, 19)) == {}


# --- the seller's panel


def told(tmp_path: Path, text: str) -> Result:
    file = tmp_path / "painel.csv"
    file.write_text(text, encoding="utf-8")
    return CliRunner().invoke(app, ["import", "painel", str(file), "--client-id", CLIENT])


WEEK = "2026-03-08;2026-03-14"


def test_figures_read_in_the_panel_are_held_against_ours_at_once(shop: Shop, tmp_path: Path) -> None:
    shop.night(date(2026, 3, 20))
    result = told(
        tmp_path,
        "data_inicio;data_fim;vendas_brutas;pedidos_brutos;unidades_brutas;preco_medio_por_unidade\n"
        f"{WEEK};179,80;1;3;89,90\n",
    )
    assert result.exit_code == 0, result.output
    assert "4 números guardados" in result.output
    found = {item: (row["diferenca"], row["confere"]) for item, row in shop.rows("painel").items()}
    assert found == {
        "vendas_brutas": (0, "sim"),
        "pedidos_brutos": (0, "sim"),
        "unidades_brutas": (1, "não"),
        "preco_medio_por_unidade": (0, "sim"),
    }
    assert {row["confere_periodo"] for row in shop.rows("painel").values()} == {"não"}


def test_a_later_night_holds_the_same_figures_against_what_changed_since(shop: Shop, tmp_path: Path) -> None:
    shop.night(date(2026, 3, 20))
    told(tmp_path, f"data_inicio;data_fim;faturamento;vendas_brutas\n{WEEK};179,80;179,80\n")
    shop.world.cancel(shop.order, at=at(date(2026, 3, 21)))
    shop.night(date(2026, 3, 21))
    rows = shop.rows("painel")
    assert (rows["faturamento"]["nosso"], rows["faturamento"]["confere"]) == (0, None)
    assert (rows["vendas_brutas"]["nosso"], rows["vendas_brutas"]["confere"]) == (Decimal("179.80"), "sim")


def test_days_that_were_not_read_are_not_compared(shop: Shop, tmp_path: Path) -> None:
    shop.night(date(2026, 3, 20))
    told(tmp_path, "data_inicio,data_fim,vendas_brutas\n2026-03-01,2026-03-14,179.80\n")
    row = shop.rows("painel")["vendas_brutas"]
    assert (row["nosso"], row["confere"], row["motivo"]) == (None, None, "há dias ainda não lidos por completo")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f"data_inicio;data_fim;vendas_brutas\n{WEEK};muito\n", "Linha 2: vendas_brutas 'muito' não é um número"),
        (f"data_inicio;data_fim;receita\n{WEEK};1\n", "coluna desconhecida ou repetida: receita"),
    ],
)
def test_a_bad_file_is_refused_and_nothing_of_it_is_kept(shop: Shop, tmp_path: Path, text: str, reason: str) -> None:
    shop.installation.at(utc("2026-03-21T06:00:00Z"))
    result = told(tmp_path, text)
    assert result.exit_code == 2
    assert reason in " ".join(result.output.split())
    assert shop.installation.column("select count(*) from dashboard.panel_figures") == [0]


def test_a_file_that_is_not_there_and_a_client_that_is_not_known_are_said(shop: Shop, tmp_path: Path) -> None:
    missing = CliRunner().invoke(app, ["import", "painel", str(tmp_path / "nada.csv"), "--client-id", CLIENT])
    assert (missing.exit_code, "Não foi possível ler" in missing.output) == (2, True)
    unknown = CliRunner().invoke(app, ["import", "painel", str(tmp_path / "nada.csv"), "--client-id", "outra"])
    assert unknown.exit_code == 2
