"""``order_match`` as stored, what an analyst reads of it, and the worklist (kpis.md R13, §13.7)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from viang_pipeline.warehouse import ledgers
from viang_pipeline_tests.marts.erps import ML_STORE, SHOPEE_STORE, bling, item, stores, upseller
from viang_pipeline_tests.marts.shop import DAY, NOW, Shop, line, order

Row = dict[str, Any]


def matched(shop: Shop) -> dict[tuple[str, str], Row]:
    """What is matched once everything stale is built."""
    shop.build()
    return {(row["fonte"], row["chave"]): row for row in shop.rows("vw_order_match")}


def test_orders_are_matched_by_number_then_by_pack_and_what_is_not_says_why(shop: Shop) -> None:
    shop.put(order("1001"), order("1002", pack="501"), order("1003", pack="501"))
    shop.read(DAY)
    stores(shop, SHOPEE_STORE)
    bling(shop, 1, "1001", store=ML_STORE)
    bling(shop, 2, "501", store=ML_STORE)
    bling(shop, 3, "9999", store=ML_STORE)
    bling(shop, 4, "S1")
    upseller(shop, "1001", platform="mercado_livre")
    found = matched(shop)
    assert {key: (row["situacao"], row["criterio"], row["pedidos"], row["motivo"]) for key, row in found.items()} == {
        ("bling", "1"): ("casado", "pedido", ["1001"], None),
        ("bling", "2"): ("casado", "pacote", ["1002", "1003"], None),
        ("bling", "3"): ("sem_par", None, [], "pedido_nao_encontrado"),
        ("bling", "4"): ("venda", None, [], None),
        ("upseller", "mercado_livre|1001"): ("casado", "pedido", ["1001"], None),
    }
    assert all(row["explicacao"] for row in found.values())


def test_what_is_not_decided_waits_in_quarantine(shop: Shop) -> None:
    shop.put(order("1001"))
    shop.read(DAY)
    stores(shop, SHOPEE_STORE)
    bling(shop, 1, "1001", store=ML_STORE)
    bling(shop, 2, "1001", store=ML_STORE)
    bling(shop, 3, "1001")
    found = matched(shop)
    assert [(row["situacao"], row["motivo"]) for row in found.values()] == [
        ("quarentena", "numero_repetido"),
        ("quarentena", "numero_repetido"),
        ("quarentena", "numero_do_mercado_livre"),
    ]
    assert shop.lines().keys() == {("1001", 1)}


def test_an_order_that_is_deleted_or_still_being_typed_is_none(shop: Shop) -> None:
    shop.read(DAY)
    stores(shop, SHOPEE_STORE)
    bling(shop, 1, "S1", excluido=True)
    bling(shop, 2, "S2", situacao={"id": 21, "valor": 10})
    assert (matched(shop), shop.lines()) == ({}, {})


def test_what_was_not_found_is_preliminary_until_the_orders_of_its_day_are_settled(shop: Shop) -> None:
    shop.read(DAY)
    stores(shop)
    bling(shop, 1, "9999", store=ML_STORE)
    bling(shop, 2, "9998", store=ML_STORE, day=date(2026, 3, 18))
    with shop.database.transaction() as conn:
        ledgers.move_cursor(conn, shop.client_id, "mercado_livre", "orders", NOW, NOW)
    found = matched(shop)
    assert [row["maturidade"] for row in found.values()] == ["final", "preliminar"]


def test_an_order_read_later_is_matched_at_the_next_build_and_the_rest_is_not_written_again(shop: Shop) -> None:
    shop.put(order("1001"))
    shop.read(DAY)
    stores(shop)
    bling(shop, 1, "1001", store=ML_STORE)
    bling(shop, 2, "1002", store=ML_STORE)
    matched(shop)
    shop.put(order("1002"))
    assert shop.build(run_id="dois")["order_match"].written == 1
    assert matched(shop)["bling", "2"]["situacao"] == "casado"


def worklist(shop: Shop) -> dict[str, Row]:
    """Listing or SKU → its row."""
    return {row["anuncio"] or row["sku"]: row for row in shop.rows("vw_worklist")}


def test_sales_without_sku_or_cost_are_on_the_worklist_with_what_they_keep_out_of_the_margin(shop: Shop) -> None:
    shop.list_item("MLB9", None)
    shop.put(
        order("1", line(None, "30.00", 2, listing="MLB9")),
        order("2", line("SEM", "25.00")),
        order("3", line("COM", "15.00")),
    )
    shop.told({"COM": "5.00"}, "0.05")
    shop.read(DAY)
    shop.build()
    found = worklist(shop)
    assert {key: (row["falta"], row["unidades"], row["faturamento_afetado"]) for key, row in found.items()} == {
        "MLB9": ("sku", 2, Decimal("60.00")),
        "SEM": ("custo", 1, Decimal("25.00")),
    }
    assert found["MLB9"]["parcela_do_faturamento"] == Decimal("0.600000")
    assert found["SEM"]["ultima_venda"] == DAY
    assert "sku-links" in found["MLB9"]["o_que_fazer"]
    assert "costs" in found["SEM"]["o_que_fazer"]


def test_a_listing_of_another_channel_is_on_the_worklist_too(shop: Shop) -> None:
    upseller(shop, "S1", item(None, "30.00", listing_name="Anúncio sem mapeamento"))
    shop.build()
    row = worklist(shop)["shopee:Anúncio sem mapeamento"]
    assert (row["falta"], row["o_que_fazer"].startswith("Ligue o anúncio")) == ("sku", True)


def test_the_worklist_looks_at_thirty_days(shop: Shop) -> None:
    old = DAY - timedelta(days=30)
    shop.put(order("1", line("SEM", "25.00"), at="2026-02-08T11:00:00.000-04:00"), order("2", line("A", "1.00")))
    shop.told({"A": "1.00"})
    shop.read(old, DAY)
    shop.build()
    assert shop.sku_days()[old, "SEM"]["cmv"] is None
    assert worklist(shop) == {}
