"""Sales of other channels in lines and sums, and what stays Mercado Livre's alone (kpis.md R14, D19, §5)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from viang_pipeline.collect.upseller.importing import import_file
from viang_pipeline.collect.work import Work
from viang_pipeline.sandbox.upseller import Style
from viang_pipeline.sandbox.upseller.export import orders_file, orders_name
from viang_pipeline.warehouse import ledgers
from viang_pipeline_tests.marts.erps import (
    ML_STORE,
    SHOPEE_STORE,
    UNLISTED,
    bling,
    bling_was_read,
    item,
    stores,
    upseller,
)
from viang_pipeline_tests.marts.shop import DAY, Shop, golden, line, order
from viang_pipeline_tests.sources.upseller_orders import KIT
from viang_pipeline_tests.sources.upseller_orders import NOW as FILE_NOW
from viang_pipeline_tests.sources.upseller_orders import order as from_file

ONE = timedelta(days=1)
S1 = ("shopee:S1", 1)


@pytest.fixture
def sold(shop: Shop) -> Shop:
    """A day of Mercado Livre with one sale of A at 100.00, covered; costs and tax are told."""
    shop.put(order("1001", line("A", "100.00", fee="12.00"), shipment="1"))
    shop.ship("1", "20.00")
    shop.told({"A": "40.00"}, "0.05")
    shop.read(DAY)
    shop.read_claims(DAY)
    return shop


def channels(shop: Shop, day: date = DAY) -> dict[str, dict[str, Any]]:
    return {row["canal"]: row for row in shop.rows("vw_channel_day") if row["dia"] == day}


def test_a_sale_of_another_channel_is_a_line_with_its_channel_and_a_number_of_its_own(sold: Shop) -> None:
    upseller(sold, "S1", item("A", "50.00", 2))
    upseller(sold, "S1", platform="amazon", cancelled=True)
    sold.build()
    lines = sold.lines()
    assert lines.keys() == {("1001", 1), S1, ("amazon:S1", 1)}
    row = lines[S1]
    assert (row["canal"], row["compra"], row["sku"], row["valor"], row["comissao"], row["dia"]) == (
        "shopee", "shopee:S1", "A", Decimal("100.00"), Decimal("20.00"), DAY,
    )  # fmt: skip
    assert (row["coberta"], row["faltantes"]) == (True, ["tarifa_estimada", "frete_estimado"])
    assert sold.client_days()[DAY]["faturamento"] == Decimal("200.00")


def test_the_channels_of_a_day_sum_to_it(sold: Shop) -> None:
    upseller(sold, "S1")
    upseller(sold, "S2", cancelled=True, status="Cancelado")
    sold.build()
    day, found = sold.client_days()[DAY], channels(sold)
    assert found.keys() == {"mercado_livre", "shopee"}
    for name in ("vendas_brutas", "faturamento", "valor_cancelado", "unidades", "pedidos_brutos", "comissao", "cmv",
                 "imposto", "faturamento_coberto", "mc_pre_ads"):  # fmt: skip
        assert day[name] == sum(row[name] for row in found.values()), name
    assert (found["mercado_livre"]["mc_pre_ads"], found["shopee"]["mc_pre_ads"]) == (Decimal("23.00"), Decimal("35.00"))
    assert found["shopee"]["acos_equilibrio"] == Decimal("0.350000")


def test_channels_of_the_golden_day_are_its_numbers(shop: Shop) -> None:
    golden(shop)
    shop.read_claims(DAY)
    shop.build(DAY)
    row = channels(shop)["mercado_livre"]
    assert (row["faturamento"], row["faturamento_coberto"], row["mc_pre_ads"], row["pedidos"], row["compras"]) == (
        Decimal("479.60"), Decimal("349.70"), Decimal("121.93"), 5, 4,
    )  # fmt: skip


def test_what_only_mercado_livre_tells_of_is_compared_with_its_own_sales(sold: Shop) -> None:
    upseller(sold, "S1")
    sold.execute(
        "insert into dashboard.source_reads (client_id, source, resource, dia, completo, completo_em, tentado_em)"
        " values (%s, 'mercado_livre', 'visits', %s, true, now(), now())",
        sold.client_id,
        DAY,
    )
    sold.keep("mercado_livre_account_visits", str(DAY), {"total": 50})
    sold.build(DAY)
    row = sold.client_days()[DAY]
    assert (row["pedidos"], row["pedidos_brutos"]) == (2, 2)
    assert (row["pedidos_com_visita"], row["conversao"], row["conversao_ml"]) == (
        1, Decimal("0.020000"), Decimal("0.020000"),
    )  # fmt: skip
    assert (row["faturamento_mercado_livre"], row["pedidos_mercado_livre"]) == (Decimal("100.00"), 1)


def test_the_panel_is_compared_with_mercado_livre_alone(sold: Shop) -> None:
    upseller(sold, "S1")
    sold.execute(
        "insert into dashboard.panel_figures (client_id, inicio, fim, metrica, valor, informado_em)"
        " values (%s, %s, %s, 'vendas_brutas', 100.00, now())",
        sold.client_id, DAY, DAY,
    )  # fmt: skip
    sold.build(DAY)
    [row] = [row for row in sold.rows("vw_reconciliation") if row["item"] == "vendas_brutas"]
    assert (row["nosso"], row["diferenca"], row["confere"]) == (Decimal("100.00"), Decimal("0.00"), "sim")


@pytest.mark.parametrize(
    "given",
    [
        {"platform": "mercado_livre"},
        {"platform": "Mercado Livre Full"},
        {"platform": "outra", "shop": "Loja ML"},
    ],
)
def test_an_order_of_mercado_livre_in_upseller_is_never_a_sale(sold: Shop, given: dict[str, Any]) -> None:
    sold.execute(
        'update dashboard.clients set lojas_upseller = \'{"Loja ML": "mercado_livre"}\' where client_id = %s',
        sold.client_id,
    )
    upseller(sold, "1001", **given)
    upseller(sold, "9999", **given)
    sold.build()
    assert sold.lines().keys() == {("1001", 1)}


def test_only_stores_of_bling_the_client_listed_bring_sales_and_never_mercado_livres(sold: Shop) -> None:
    stores(sold, SHOPEE_STORE, ML_STORE)
    bling(sold, 1, "S1")
    bling(sold, 2, "A1", store=UNLISTED)
    bling(sold, 3, "1001", store=ML_STORE)
    bling(sold, 4, "7777", store=ML_STORE)
    bling(sold, 5, "1001")
    bling(sold, 6, "X1", store=1)
    sold.build()
    assert sold.lines().keys() == {("1001", 1), S1}
    row = sold.lines()[S1]
    assert (row["comissao"], row["frete_vendedor"], row["coberta"]) == (Decimal("14.00"), Decimal("9.00"), True)
    assert (row["custo_envio_proprio"], row["faltantes"]) == (Decimal(0), [])


def test_without_listed_stores_no_order_of_bling_is_a_sale(sold: Shop) -> None:
    stores(sold)
    bling(sold, 1, "S1")
    sold.build()
    assert sold.lines().keys() == {("1001", 1)}


def test_a_sale_in_both_erps_is_counted_once_whatever_days_they_date_it_by(sold: Shop) -> None:
    stores(sold, SHOPEE_STORE)
    sold.read(DAY + ONE)
    upseller(sold, "S1", at="2026-03-10T23:41:07-03:00")
    bling(sold, 1, "S1", day=DAY + ONE)
    sold.build()
    assert [(row["order_id"], row["dia"]) for row in sold.rows("fact_order_line")] == [
        ("1001", DAY),
        ("shopee:S1", DAY),
    ]


def test_an_order_sent_in_two_parts_is_one_order(sold: Shop) -> None:
    upseller(sold, "S1", item("A", "60.00"), part="1")
    upseller(sold, "S1", item("B", "40.00"), part="2")
    sold.build()
    shopee = channels(sold)["shopee"]
    assert (shopee["pedidos"], shopee["compras"], shopee["faturamento"], shopee["comissao"]) == (
        1, 1, Decimal("100.00"), Decimal("40.00"),
    )  # fmt: skip


def test_the_cancelled_part_of_an_order_leaves_the_rest_valid(sold: Shop) -> None:
    upseller(sold, "S1", item("A", "60.00"), part="1")
    upseller(sold, "S1", item("B", "40.00"), part="2", cancelled=True)
    sold.build()
    shopee = channels(sold)["shopee"]
    assert (shopee["faturamento"], shopee["valor_cancelado"], shopee["pedidos"], shopee["compras"]) == (
        Decimal("60.00"), Decimal("40.00"), 1, 1,
    )  # fmt: skip


def test_a_client_with_upseller_alone_has_facts_on_the_days_its_files_tell_of(shop: Shop) -> None:
    upseller(shop, "S1")
    shop.told({"A": "40.00"}, "0.05")
    assert shop.stale() == [DAY]
    outcome = shop.build(DAY, DAY + ONE)
    assert outcome["agg_client_day"].days_done == {DAY, DAY + ONE}
    assert shop.client_days().keys() == {DAY}
    assert shop.sku_days()[DAY, "A"]["mc_pre_ads"] == Decimal("35.00")
    assert shop.stale() == []


def test_a_client_with_mercado_livre_waits_for_its_orders(shop: Shop) -> None:
    shop.read(DAY + ONE)
    upseller(shop, "S1")
    assert shop.stale() == [DAY + ONE]


def test_a_client_with_bling_alone_has_facts_on_the_days_that_were_read(shop: Shop) -> None:
    stores(shop, SHOPEE_STORE)
    bling(shop, 1, "S1")
    assert shop.stale() == []
    bling_was_read(shop, DAY)
    shop.build()
    assert shop.client_days()[DAY]["faturamento"] == Decimal("100.00")


def test_building_again_writes_nothing_and_building_by_days_or_at_once_is_the_same(sold: Shop) -> None:
    stores(sold, SHOPEE_STORE)
    sold.read(DAY + ONE)
    upseller(sold, "S1")
    upseller(sold, "S3", at="2026-03-11T12:00:00-03:00")
    bling(sold, 1, "S2", day=DAY + ONE)
    sold.build(DAY, run_id="um")
    sold.build(DAY + ONE, run_id="dois")
    tables = ("fact_order_line", "agg_channel_day", "order_match")
    before = {table: sold.rows(table) for table in tables}
    with sold.database.transaction() as conn:
        ledgers.touch_days(conn, sold.client_id, [DAY, DAY + ONE])
    assert sum(outcome.written for outcome in sold.build(run_id="tres").values()) == 0
    assert {table: sold.rows(table) for table in tables} == before


def test_buyers_nobody_names_are_not_no_buyers(shop: Shop) -> None:
    upseller(shop, "S1")
    shop.build()
    assert shop.client_days()[DAY]["compradores"] is None


def test_the_orders_cost_reaches_its_sale_however_many_days_are_built(sold: Shop) -> None:
    """The file dates the order weeks after its sale: found by number, not by a window around the days built."""
    sold.forget("dashboard.custo_sku")
    late = "2026-04-20T12:00:00-03:00"
    upseller(sold, "1001", platform="mercado_livre", at=late, components=[{"item": 0, "cost_line": Decimal("33.00")}])
    sold.build(DAY)
    alone = sold.lines()["1001", 1]
    wide = [DAY + timedelta(days=n) for n in range(-20, 8)]
    sold.read(*wide)
    sold.build(*wide)
    assert alone["custo"] == Decimal("33.00")
    assert sold.lines()["1001", 1] == alone


def test_the_contracts_sample_of_a_kit_is_109_reais_once_with_its_cost_and_its_fee(shop: Shop) -> None:
    """From the file itself: two rows of one kit (contract UpSeller §2.5, traps 1, 2 and 4)."""
    work = Work(shop.database, shop.client_id, "teste", "teste", lambda: FILE_NOW)
    import_file(work, orders_name(FILE_NOW), orders_file([from_file(1, KIT, fee=2180)], Style()))
    shop.build(now=FILE_NOW)
    [row] = shop.rows("fact_order_line")
    assert (row["order_id"], row["sku"], row["quantidade"], row["valor"], row["custo"], row["comissao"]) == (
        "shopee:260814ABCDEF01", "KIT-CAM-2", 1, Decimal("109.00"), Decimal("42.80"), Decimal("21.80"),
    )  # fmt: skip
    assert row["dia"] == date(2026, 8, 14)


def test_a_newer_file_replaces_the_state_of_an_order_and_its_sale_follows(shop: Shop) -> None:
    work = Work(shop.database, shop.client_id, "teste", "teste", lambda: FILE_NOW)
    for hours, changes in ((2, {}), (1, {"status": "Cancelado", "after_sale": "Cancelado"})):
        at = FILE_NOW - timedelta(hours=hours)
        import_file(work, orders_name(at), orders_file([from_file(1, **changes)], Style()))
        shop.build(now=FILE_NOW)
    [row] = shop.rows("vw_channel_day")
    assert (row["faturamento"], row["valor_cancelado"], row["pedidos_brutos"]) == (Decimal(0), Decimal("59.00"), 1)
