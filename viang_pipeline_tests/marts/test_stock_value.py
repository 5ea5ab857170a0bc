"""``valor_estoque`` of SKUs and client, and how it follows the costs (kpis.md §5.8, R7, R11)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from viang_pipeline.collect.parameters.files import read_parameters
from viang_pipeline.collect.parameters.kinds import COSTS
from viang_pipeline.collect.parameters.store import import_parameters
from viang_pipeline_tests.marts.shop import DAY, Shop
from viang_pipeline_tests.marts.test_own_stock import GERAL, announce, bling, read, stock, store


@pytest.fixture
def stocked(shop: Shop) -> Shop:
    """A day on which A, B and C lie in stock, D is owed, and the client told what A and B cost."""
    shop.read(DAY)
    shop.execute("update dashboard.clients set autoridade_estoque = 'bling' where client_id = %s", shop.client_id)
    announce(shop, "A", full=4)
    for product, (sku, units) in enumerate([("A", "6"), ("B", "5"), ("C", "20"), ("D", "-3")]):
        bling(shop, product, sku, (GERAL, units, units))
    read(shop, "bling")
    shop.told({"A": "2.50", "B": "1.01"})
    return shop


def cost(shop: Shop, sku: str, amount: str, since: date) -> None:
    told = read_parameters(COSTS, f"sku,custo_unitario,vigente_de\n{sku},{amount},{since}\n".encode(), DAY)
    import_parameters(shop.work(), COSTS, told, "teste")


def test_a_sku_is_worth_its_usable_stock_at_the_cost_in_force(stocked: Shop) -> None:
    stocked.build(DAY)
    rows = stocked.sku_days()
    worth = {sku: rows[DAY, sku]["valor_estoque"] for sku in "ABCD"}
    assert worth == {"A": Decimal("25.00"), "B": Decimal("5.05"), "C": None, "D": Decimal("0.00")}
    assert "estoque_sem_custo" in rows[DAY, "C"]["faltantes"]
    assert stock(stocked, "C")["motivo_valor"] == "estoque_sem_custo"


def test_the_clients_value_is_of_what_has_a_cost_and_says_how_much_of_the_stock_that_is(stocked: Shop) -> None:
    stocked.build(DAY)
    row = stocked.client_days()[DAY]
    assert (row["valor_estoque"], row["estoque_avaliado"], row["estoque_presente"]) == (Decimal("30.05"), 15, 35)
    assert row["valor_estoque_cobertura"] == Decimal("0.428571")
    assert "estoque_sem_custo" in row["faltantes"]


def test_units_no_sku_can_be_told_to_have_count_as_not_valued(stocked: Shop) -> None:
    bling(stocked, 8, "B", (GERAL, "7", "7"))
    stocked.build(DAY)
    row = stocked.client_days()[DAY]
    assert (row["valor_estoque"], row["estoque_avaliado"], row["estoque_presente"]) == (Decimal("25.00"), 10, 42)


def test_without_any_cost_the_value_is_unknown_and_not_zero(stocked: Shop) -> None:
    stocked.forget("dashboard.custo_sku")
    stocked.build(DAY)
    row = stocked.client_days()[DAY]
    assert (row["valor_estoque"], row["valor_estoque_cobertura"]) == (None, 0)


def test_a_night_whose_stock_was_not_read_has_no_value(stocked: Shop) -> None:
    stocked.forget("dashboard.source_reads", "source = 'bling'")
    stocked.build(DAY)
    row = stocked.client_days()[DAY]
    assert (row["valor_estoque"], row["estoque_avaliado"], row["estoque_presente"]) == (None, None, None)


def test_a_changed_cost_restates_the_stock_of_days_without_a_sale_while_it_is_in_force(stocked: Shop) -> None:
    before = DAY - timedelta(days=1)
    stocked.read(before)
    announce(stocked, "A", day=before)
    bling(stocked, 1, "B", (GERAL, "5", "5"), day=before)
    read(stocked, "bling", before)
    stocked.build(before, DAY)
    photo = _photo(stocked)
    cost(stocked, "B", "3.00", DAY)
    assert stocked.stale() == [DAY]
    stocked.build()
    rows = stocked.sku_days()
    assert (rows[before, "B"]["valor_estoque"], rows[DAY, "B"]["valor_estoque"]) == (Decimal("5.05"), Decimal("15.00"))
    restated = [
        (row["dia"], row["sku"], row["antes"], row["depois"], row["motivo"])
        for row in stocked.rows("restatement_ledger")
        if row["metrica"] == "valor_estoque" and row["sku"] is not None
    ]
    assert restated == [(DAY, "B", Decimal("5.05"), Decimal("15.00"), "custo_alterado")]
    assert _photo(stocked) == photo


def _photo(shop: Shop) -> list[tuple[object, ...]]:
    return shop.execute("select * from raw.bling_stock where client_id = %s order by chave", shop.client_id)


def test_a_cost_photo_of_bling_values_the_stock_of_its_own_night_and_not_of_nights_before(stocked: Shop) -> None:
    photo = {"id": 2, "codigo": "C", "precoCusto": Decimal("2.00"), "situacao": "A"}
    store(stocked, "bling_cost_photos", (f"2|{DAY + timedelta(days=1)}", photo), day=DAY + timedelta(days=1))
    stocked.build(DAY)
    assert stocked.sku_days()[DAY, "C"]["valor_estoque"] is None
    store(stocked, "bling_cost_photos", (f"2|{DAY}", photo))
    stocked.build(DAY)
    assert stocked.sku_days()[DAY, "C"]["valor_estoque"] == Decimal("40.00")


def test_a_second_build_writes_nothing(stocked: Shop) -> None:
    stocked.build(DAY)
    assert {outcome.written for outcome in stocked.build(DAY).values()} == {0}
