"""The seller's own stock beside Full's in the day's tables (kpis.md §5.8, D11, D12)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from viang_pipeline.warehouse import ledgers
from viang_pipeline.warehouse.load import upsert_raw
from viang_pipeline_tests.marts.shop import DAY, NOW, Shop

GERAL, FULL = 14800001, 14800002


def store(shop: Shop, table: str, *rows: tuple[str, dict[str, Any]], day: date = DAY) -> None:
    with shop.database.transaction() as conn:
        upsert_raw(conn, f"raw.{table}", shop.client_id, [shop._row(key, body, day) for key, body in rows])
        ledgers.touch_sums(conn, shop.client_id, [day])


def bling(shop: Shop, product: int, sku: str, *deposits: tuple[int, str, str], day: date = DAY) -> None:
    """A product's balances on the closing of a day: (deposit, on hand, available)."""
    held = [
        {"id": deposit, "saldoFisico": float(hand), "saldoVirtual": float(free)} for deposit, hand, free in deposits
    ]
    store(
        shop,
        "bling_stock",
        (f"{product}|{day}", {"produto": {"id": product, "codigo": sku}, "depositos": held}),
        day=day,
    )


def read(shop: Shop, source: str, day: date = DAY) -> None:
    with shop.database.transaction() as conn:
        ledgers.mark_read(conn, shop.client_id, source, "stock", [day], NOW)


def announce(shop: Shop, sku: str, *, full: int | None = None, listing: str = "MLB1", day: date = DAY) -> None:
    """A listing as photographed, with what lies in Full when it has an inventory there."""
    inventory = f"INV{listing}" if full is not None else None
    body = {"anuncio": listing, "sku": sku, "unidade": listing, "inventory_id": inventory, "available_quantity": 3}
    store(shop, "mercado_livre_listing_stock", (f"{listing}|{day}", body), day=day)
    if full is not None:
        stock = {"inventory_id": inventory, "available_quantity": full, "not_available_quantity": 0}
        stock |= {"not_available_detail": []}
        store(shop, "mercado_livre_inventory", (f"{inventory}|{day}", stock), day=day)
    read(shop, "mercado_livre", day)


@pytest.fixture
def bling_shop(shop: Shop) -> Shop:
    shop.read(DAY)
    shop.execute("update dashboard.clients set autoridade_estoque = 'bling' where client_id = %s", shop.client_id)
    store(
        shop,
        "bling_deposits",
        (str(GERAL), {"id": GERAL, "descricao": "Geral", "desconsiderarSaldo": False}),
        (str(FULL), {"id": FULL, "descricao": "Full", "desconsiderarSaldo": True}),
    )
    return shop


def stock(shop: Shop, sku: str, day: date = DAY) -> dict[str, Any]:
    return next(row for row in shop.rows("vw_stock_day", "dia, sku") if (row["dia"], row["sku"]) == (day, sku))


def test_own_stock_and_full_make_the_usable_stock_and_mirrors_of_full_do_not_count(bling_shop: Shop) -> None:
    announce(bling_shop, "A", full=4)
    bling(bling_shop, 1, "A", (GERAL, "40", "37"), (FULL, "4", "4"))
    read(bling_shop, "bling")
    bling_shop.build(DAY)
    row = bling_shop.sku_days()[DAY, "A"]
    assert (row["estoque_proprio"], row["estoque_reservado"], row["estoque_full"]) == (37, 3, 4)
    assert row["estoque_disponivel"] == 41
    client = bling_shop.client_days()[DAY]
    assert (client["estoque_proprio"], client["estoque_disponivel"]) == (37, 41)


def test_a_deposit_the_client_left_out_does_not_count_by_name_or_id(bling_shop: Shop) -> None:
    bling_shop.execute(
        "update dashboard.clients set depositos_excluidos = '{Geral}' where client_id = %s", bling_shop.client_id
    )
    announce(bling_shop, "A", full=4)
    bling(bling_shop, 1, "A", (GERAL, "40", "37"))
    read(bling_shop, "bling")
    bling_shop.build(DAY)
    assert stock(bling_shop, "A")["estoque_proprio"] is None


def test_a_night_in_which_bling_failed_states_no_usable_stock(bling_shop: Shop) -> None:
    announce(bling_shop, "A", full=4)
    bling_shop.build(DAY)
    row = stock(bling_shop, "A")
    assert (row["estoque_full"], row["estoque_disponivel"]) == (4, None)
    assert row["motivo_disponivel"] == "estoque_proprio_nao_lido"
    assert "estoque_proprio_nao_lido" in bling_shop.client_days()[DAY]["faltantes"]


def test_a_product_of_bling_that_was_never_sold_has_a_row_of_its_own(bling_shop: Shop) -> None:
    announce(bling_shop, "A")
    bling(bling_shop, 2, "parado", (GERAL, "5", "5"))
    read(bling_shop, "bling")
    bling_shop.build(DAY)
    row = bling_shop.sku_days()[DAY, "PARADO"]
    assert (row["estoque_disponivel"], row["faturamento"]) == (5, 0)


def test_a_virtual_kit_holds_nothing_and_a_parent_of_variations_is_no_row(bling_shop: Shop) -> None:
    announce(bling_shop, "A")
    store(bling_shop, "bling_structures", ("9", {"tipoEstoque": "V", "componentes": []}))
    store(bling_shop, "bling_products", ("8", {"id": 8, "codigo": "PAI", "formato": "V"}))
    bling(bling_shop, 9, "KIT", (GERAL, "18", "18"))
    bling(bling_shop, 8, "PAI", (GERAL, "18", "18"))
    bling(bling_shop, 1, "A", (GERAL, "36", "36"))
    read(bling_shop, "bling")
    bling_shop.build(DAY)
    assert stock(bling_shop, "KIT")["motivo_disponivel"] == "kit_sem_estoque_proprio"
    assert (DAY, "PAI") not in bling_shop.sku_days()
    assert bling_shop.client_days()[DAY]["estoque_proprio"] == 36


def test_two_products_of_one_sku_are_in_the_clients_total_and_in_no_skus(bling_shop: Shop) -> None:
    announce(bling_shop, "A")
    bling(bling_shop, 1, "A", (GERAL, "5", "5"))
    bling(bling_shop, 2, "A", (GERAL, "7", "7"))
    read(bling_shop, "bling")
    bling_shop.build(DAY)
    row = bling_shop.sku_days()[DAY, "A"]
    assert row["estoque_proprio"] is None
    assert "sku_duplicado" in row["faltantes"]
    assert bling_shop.client_days()[DAY]["estoque_proprio"] == 12


def test_upseller_lists_are_the_authority_when_nobody_else_is(shop: Shop) -> None:
    shop.read(DAY)
    announce(shop, "A", full=1)
    body = {"sku": "A", "warehouse": "Galpão", "available": 37, "reserved": 3, "on_hand": 40, "incoming_purchase": 5}
    store(shop, "upseller_stock", ("A|Galpão", body))
    shop.build(DAY)
    row = shop.sku_days()[DAY, "A"]
    assert (row["estoque_proprio"], row["estoque_reservado"], row["estoque_transito"]) == (37, 3, 5)
    assert row["estoque_disponivel"] == 38


def test_without_an_authority_usable_stock_is_not_stated_and_no_row_complains(shop: Shop) -> None:
    shop.read(DAY)
    announce(shop, "A", full=4)
    shop.build(DAY)
    assert stock(shop, "A")["motivo_disponivel"] == "autoridade_de_estoque_nao_definida"
    row = shop.sku_days()[DAY, "A"]
    assert row["estoque_disponivel"] is None
    assert "autoridade_de_estoque_nao_definida" not in row["faltantes"]


def test_a_second_build_writes_nothing(bling_shop: Shop) -> None:
    announce(bling_shop, "A", full=4)
    bling(bling_shop, 1, "A", (GERAL, "40", "37"))
    read(bling_shop, "bling")
    bling_shop.build(DAY)
    assert {outcome.written for outcome in bling_shop.build(DAY).values()} == {0}
