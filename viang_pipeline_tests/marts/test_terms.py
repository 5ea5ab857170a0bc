"""Where the cost and the SKU of a stored line come from: parameters, Bling and UpSeller (kpis.md §4.2, §5.4, R11)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from viang_pipeline.failures import PermanentFailure
from viang_pipeline_tests.marts.shop import DAY, Shop, line, order

ONE = timedelta(days=1)
OLD = "custo_atual_em_venda_antiga"
Cost = tuple[str | None, str | None, list[str]]


@pytest.fixture
def sold(shop: Shop) -> Shop:
    """Two units of A, sold and read."""
    shop.put(order("1001", line("A", "100.00", 2), pack="501", shipment="1"))
    shop.ship("1", "20.00")
    shop.told(rate="0.05")
    shop.read(DAY)
    return shop


def cost(shop: Shop, order_id: str = "1001") -> Cost:
    """Unit cost, its origin and what is missing, once everything stale is built."""
    shop.build()
    row = shop.lines()[order_id, 1]
    unit = row["custo_unitario"]
    return None if unit is None else str(unit), row["custo_origem"], row["faltantes"]


def photo(
    product: int, sku: str, price: str, since: date = DAY, *, state: str = "A", kind: str = "S"
) -> dict[str, Any]:
    return {
        "table": "bling_cost_photos",
        "key": f"{product}|{since}",
        "day": since,
        "body": {"id": product, "codigo": sku, "precoCusto": Decimal(price), "situacao": state, "formato": kind},
    }


def supplier(number: int, product: int, price: str, *, default: bool) -> dict[str, Any]:
    body = {"id": number, "precoCusto": Decimal(price), "padrao": default, "produto": {"id": product}}
    return {"table": "bling_supplier_links", "key": str(number), "body": body}


def test_without_any_source_a_cost_is_unknown_and_the_line_is_not_covered(sold: Shop) -> None:
    assert cost(sold) == (None, None, ["custo_desconhecido"])
    assert sold.lines()["1001", 1]["coberta"] is False


def test_the_clients_table_comes_first(sold: Shop) -> None:
    sold.keep(**photo(1, "A", "39.00"))
    sold.told({"A": "40.1250"})
    assert cost(sold) == ("40.1250", "cliente", [])
    row = sold.lines()["1001", 1]
    assert (row["custo"], row["imposto"], row["coberta"]) == (Decimal("80.25"), Decimal("10.00"), True)


def test_a_cost_told_from_a_later_day_on_leaves_the_sale_alone(sold: Shop) -> None:
    sold.told({"A": "40.00"}, since=DAY + ONE)
    assert cost(sold)[2] == ["custo_desconhecido"]


def test_bling_tells_the_cost_that_was_photographed(sold: Shop) -> None:
    sold.keep(**photo(1, " a ", "21.4"))
    sold.keep(**photo(1, "A", "23.0", DAY + ONE))
    assert cost(sold) == ("21.4000", "bling", [])


def test_a_sale_before_the_first_photo_is_marked_and_covered(sold: Shop) -> None:
    sold.keep(**photo(1, "A", "21.4", DAY + ONE))
    assert cost(sold) == ("21.4000", "bling", [OLD])
    assert sold.lines()["1001", 1]["coberta"] is True


def test_two_active_products_of_one_code_have_no_cost(sold: Shop) -> None:
    sold.keep(**photo(1, "A", "21.4"))
    sold.keep(**photo(2, "A", "30"))
    assert cost(sold) == (None, None, ["sku_duplicado"])


def test_without_a_cost_of_the_product_its_supplier_tells_one(sold: Shop) -> None:
    sold.keep(**photo(1, "A", "0"))
    sold.keep(**supplier(7, 1, "19", default=False))
    sold.keep(**supplier(8, 1, "20", default=True))
    assert cost(sold) == ("20.0000", "bling_fornecedor", [])


def test_a_kit_of_bling_costs_its_components(sold: Shop) -> None:
    sold.keep(**photo(9, "A", "99", kind="E"))
    sold.keep(**photo(1, "PECA", "21.4"))
    parts = {"componentes": [{"produto": {"id": 1}, "quantidade": 2}]}
    sold.keep("bling_structures", "9", parts)
    assert cost(sold) == ("42.8000", "kit", [])
    sold.keep(
        "bling_structures", "9", {"componentes": [*parts["componentes"], {"produto": {"id": 2}, "quantidade": 1}]}
    )
    assert cost(sold) == (None, None, ["custo_desconhecido"])


def test_a_kit_the_client_told_comes_before_the_one_of_an_erp(sold: Shop) -> None:
    sold.told({"B": "7.00", "C": "1.00"})
    sold.keep("upseller_kits", "A|B", {"kit": "A", "component": "B", "qty": 3})
    assert cost(sold) == ("21.0000", "kit", [])
    sold.execute(
        "insert into dashboard.kits (client_id, sku_kit, sku_componente, quantidade, vigente_de, informado_em)"
        " values (%s, 'A', 'C', 2, %s, now())",
        sold.client_id,
        DAY,
    )
    sold.read(DAY)
    assert cost(sold) == ("2.0000", "kit", [])


def suborder(number: str, **part: Any) -> dict[str, Any]:
    component = {"item": 0, "warehouse_sku": "A-DEP", "qty_component": 4, "cost_line": Decimal("72.00")} | part
    body = {
        "platform": "mercado_livre",
        "order_external_id": number,
        "suborder_id": "1",
        "cancelled": False,
        "returned": False,
        "ordered_at": "2026-03-10T12:00:00-03:00",
        "items": [{"qty_sold": 2, "listing_sku": "A"}],
        "components": [component],
    }
    return {"table": "upseller_orders", "key": f"mercado_livre|{number}|1", "body": body}


@pytest.mark.parametrize("number", ["1001", "501"], ids=["order", "pack"])
def test_upseller_tells_the_cost_on_the_order_or_on_its_pack(sold: Shop, number: str) -> None:
    sold.keep(**suborder(number))
    assert cost(sold) == ("36.0000", "upseller_pedido", [])


def test_a_cost_of_zero_on_the_order_is_unknown(sold: Shop) -> None:
    sold.keep(**suborder("1001", cost_line=Decimal(0), cost_unit=Decimal(0)))
    assert cost(sold)[2] == ["custo_desconhecido"]
    sold.keep(**suborder("1001", cost_line=Decimal(0), cost_unit=Decimal("18.00")))
    assert cost(sold)[0] == "36.0000"


def stock(warehouse: str, average: str | None, units: int, day: date) -> dict[str, Any]:
    body: dict[str, Any] = {"sku": "A", "warehouse": warehouse, "available": units, "on_hand": units}
    body |= {} if average is None else {"cost_average": Decimal(average)}
    return {"table": "upseller_stock", "key": f"A|{warehouse}|{day}", "body": body, "day": day}


def test_the_stock_list_in_force_comes_next_and_warehouses_weigh_by_what_lies_in_them(sold: Shop) -> None:
    sold.keep("upseller_products", "A", {"sku": "A", "purchase_cost": Decimal("19.90")})
    assert cost(sold) == ("19.9000", "upseller_produto", [])
    sold.keep(**stock("SP", "20.00", 30, DAY - ONE))
    sold.keep(**stock("MG", "24.00", 10, DAY - ONE))
    assert cost(sold) == ("21.0000", "upseller_estoque", [])
    sold.keep(**stock("SP", "25.00", 30, DAY + ONE))
    assert cost(sold) == ("21.0000", "upseller_estoque", [])


def test_a_list_that_only_counts_is_no_list_of_costs(sold: Shop) -> None:
    sold.keep(**stock("SP", "20.00", 30, DAY - ONE))
    sold.keep(**stock("SP", None, 28, DAY))
    assert cost(sold) == ("20.0000", "upseller_estoque", [])


def test_the_first_list_ever_serves_the_sales_before_it_whatever_days_are_built(sold: Shop) -> None:
    sold.keep(**stock("SP", "20.00", 30, DAY + 40 * ONE))
    assert cost(sold) == ("20.0000", "upseller_estoque", [OLD])


def test_the_client_may_put_upseller_before_bling(sold: Shop) -> None:
    sold.keep(**photo(1, "A", "21.4"))
    sold.keep("upseller_products", "A", {"sku": "A", "purchase_cost": Decimal("19.90")})
    assert cost(sold)[1] == "bling"
    sold.execute("update dashboard.clients set ordem_custo = '{upseller,bling}' where client_id = %s", sold.client_id)
    sold.read(DAY)
    assert cost(sold)[1] == "upseller_produto"


def test_a_cost_method_without_the_history_it_needs_is_refused(sold: Shop) -> None:
    sold.execute("update dashboard.clients set metodo_custo = 'fifo' where client_id = %s", sold.client_id)
    with pytest.raises(PermanentFailure, match="fifo"):
        sold.build()


def test_a_revenue_above_the_simples_table_gives_no_rate(sold: Shop) -> None:
    sold.forget("dashboard.aliquota_imposto")
    for revenue in ("300000.00", "4000000.00"):
        sold.execute(
            "insert into dashboard.aliquota_imposto (client_id, regime, rbt12, vigente_de, informado_em)"
            " values (%s, 'simples', %s, %s, now())",
            sold.client_id,
            revenue,
            DAY if revenue > "4" else DAY - ONE,
        )
    assert "imposto_nao_informado" in cost(sold)[2]
    sold.forget("dashboard.aliquota_imposto", "vigente_de = %s", DAY)
    sold.read(DAY)
    cost(sold)
    row = sold.lines()["1001", 1]
    assert (row["aliquota"], row["imposto"]) == (Decimal("0.0532"), Decimal("10.64"))


def reasons(shop: Shop, metric: str) -> set[tuple[str | None, str]]:
    return {(row["sku"], row["motivo"]) for row in shop.rows("restatement_ledger") if row["metrica"] == metric}


def test_a_cost_and_a_tax_told_later_restate_the_margin_and_say_so(sold: Shop) -> None:
    sold.forget("dashboard.aliquota_imposto")
    sold.read_claims(DAY)
    sold.build(DAY)
    sold.told({"A": "40.00"})
    sold.build()
    assert reasons(sold, "cmv") == {(None, "custo_alterado"), ("A", "custo_alterado")}
    sold.told(rate="0.05")
    sold.build()
    assert reasons(sold, "imposto") == {(None, "imposto_alterado"), ("A", "imposto_alterado")}
    assert reasons(sold, "mc_pre_ads") == {(None, "imposto_alterado"), ("A", "imposto_alterado")}


@pytest.fixture
def unnamed(shop: Shop) -> Shop:
    """A sale of a listing known to name no SKU, frozen in the bucket."""
    shop.put(order("1001", line(None, "100.00", listing="MLB1")))
    shop.list_item("MLB1", None)
    shop.told({"X": "40.00"}, "0.05")
    shop.read(DAY)
    shop.build(DAY)
    return shop


def sku(shop: Shop) -> tuple[str, str]:
    shop.build()
    row = shop.lines()["1001", 1]
    return row["sku"], row["sku_origem"]


def test_a_link_the_client_tells_for_the_day_moves_the_sale_out_of_the_bucket_and_into_the_ledger(
    unnamed: Shop,
) -> None:
    assert sku(unnamed) == ("__SEM_SKU__:MLB1", "sem_sku")
    unnamed.link("MLB1", "X", DAY)
    assert sku(unnamed) == ("X", "vinculo_cliente")
    assert unnamed.lines()["1001", 1]["custo"] == Decimal("40.00")
    assert reasons(unnamed, "faturamento") == {
        ("X", "remapeamento_sku"),
        ("__SEM_SKU__:MLB1", "remapeamento_sku"),
    }
    assert (None, "remapeamento_sku") in reasons(unnamed, "cmv")


def test_a_link_of_a_later_day_leaves_the_sale_in_the_bucket(unnamed: Shop) -> None:
    unnamed.link("MLB1", "X", DAY + ONE)
    assert sku(unnamed) == ("__SEM_SKU__:MLB1", "sem_sku")


def test_a_link_that_is_taken_back_takes_the_sale_back(unnamed: Shop) -> None:
    unnamed.link("MLB1", "X", DAY)
    sku(unnamed)
    unnamed.forget("dashboard.sku_links")
    unnamed.list_item("MLB1", "OUTRO", touch=[DAY])
    assert sku(unnamed) == ("__SEM_SKU__:MLB1", "sem_sku")


def linked(shop: Shop) -> None:
    """Both ERPs know the listing."""
    shop.keep(**photo(1, "DO-BLING", "10"))
    shop.keep("bling_channels", "5", {"id": 5, "tipo": "MercadoLivre"})
    shop.keep("bling_channels", "6", {"id": 6, "tipo": "Shopee"})
    shop.keep("bling_store_links", "1", {"id": 1, "codigo": "MLB1", "produto": {"id": 1}, "loja": {"id": 5}})
    shop.keep("bling_store_links", "2", {"id": 2, "codigo": "MLB2", "produto": {"id": 1}, "loja": {"id": 6}})
    shop.execute(
        """update dashboard.clients set lojas_upseller = '{"Loja Um": "mercado_livre"}' where client_id = %s""",
        shop.client_id,
    )
    for number, shop_name in enumerate(("Loja Um", "Loja Um", "Outra")):
        body = {"sku": "do-upseller", "shop": shop_name, "listing_id": str(number + 1)}
        shop.keep("upseller_links", f"{number}", body)


def test_links_of_the_erps_name_what_is_first_seen_after_them_bling_before_upseller(shop: Shop) -> None:
    linked(shop)
    for number in (1, 2, 3):
        shop.list_item(f"MLB{number}", None)
        shop.put(order(f"100{number}", line(None, "100.00", listing=f"MLB{number}")))
    shop.read(DAY)
    shop.build(DAY)
    assert [(row["sku"], row["sku_origem"]) for row in shop.lines().values()] == [
        ("DO-BLING", "vinculo_bling"),
        ("DO-UPSELLER", "vinculo_upseller"),
        ("__SEM_SKU__:MLB3", "sem_sku"),
    ]


def test_a_later_link_of_an_erp_moves_no_history(unnamed: Shop) -> None:
    linked(unnamed)
    assert sku(unnamed) == ("__SEM_SKU__:MLB1", "sem_sku")


def test_a_sku_from_an_erps_link_stays_when_the_link_is_gone(shop: Shop) -> None:
    linked(shop)
    shop.list_item("MLB1", None)
    shop.put(order("1001", line(None, "100.00", listing="MLB1")))
    shop.read(DAY)
    shop.build(DAY)
    shop.forget("raw.bling_store_links")
    shop.read(DAY)
    assert sku(shop) == ("DO-BLING", "vinculo_bling")
