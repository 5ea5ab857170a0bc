"""Stored orders of the ERPs as neutral orders: grain, money, days and states (contracts UpSeller §2, Bling §6)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from viang_pipeline.domain.business_day import day_start
from viang_pipeline.domain.statuses import cancellation_nature, classify, never_paid
from viang_pipeline.marts.bling_orders import read_bling_order, sale_of
from viang_pipeline.marts.upseller_orders import Sale, day_of, read_suborder, sales_of

DAY = date(2026, 3, 10)
_json = msgspec.json.Encoder(decimal_format="number")


def sub(*items: dict[str, Any], **given: Any) -> Any:
    body = {
        "platform": "Shopee", "order_external_id": "S1", "suborder_id": "U1", "cancelled": False, "returned": False,
        "items": list(items) or [{"qty_sold": 1, "unit_price": Decimal("109.00"), "listing_sku": "KIT"}],
        "components": [{"item": 0, "warehouse_sku": "A"}, {"item": 0, "warehouse_sku": "B"}],
        "ordered_at": "2026-03-10T23:41:07-03:00", "paid_at": "2026-03-11T00:02:00-03:00",
        "products_total": Decimal("109.00"), "fee_total": Decimal("21.80"),
    } | given  # fmt: skip
    return read_suborder(_json.encode(body).decode())


def one(*suborders: Any) -> Sale:
    [sale] = sales_of(suborders)
    return sale


def test_a_kit_of_two_parts_is_one_item_and_its_fee_is_taken_once() -> None:
    [item] = one(sub()).order.items
    assert (item.price, item.quantity, item.line_fee, item.seller_sku) == (10_900, 1, 2_180, "KIT")


def test_the_fee_of_an_order_is_split_to_the_centavo() -> None:
    items = [{"qty_sold": 1, "unit_price": Decimal("10.00"), "listing_sku": sku} for sku in "ABC"]
    order = one(sub(*items, products_total=Decimal("30.00"), fee_total=Decimal("10.00"))).order
    assert [item.line_fee for item in order.items] == [334, 333, 333]


def test_the_day_is_that_of_the_order_not_of_its_payment() -> None:
    assert (day_of([sub()]), one(sub()).order.day) == (DAY, DAY)
    assert day_of([sub(ordered_at=None)]) == date(2026, 3, 11)


def test_a_price_that_is_not_told_is_what_the_products_total_leaves_no_doubt_of() -> None:
    known = one(sub({"qty_sold": 2, "listing_sku": "A"}, products_total=Decimal("30.00"))).order
    assert ([item.price for item in known.items], classify(known).situacao) == ([1_500], "valida")
    for total in (Decimal("30.01"), None):
        order = one(sub({"qty_sold": 2, "listing_sku": "A"}, products_total=total)).order
        assert classify(order) == ("quarentena", "preco_nao_informado")


def test_what_the_items_do_not_sum_to_is_flagged_and_kept() -> None:
    order = one(sub(products_total=Decimal("120.00"))).order
    assert ("produtos_nao_somam" in order.notes, classify(order).situacao) == (True, "valida")


@pytest.mark.parametrize(
    ("total", "buyer", "expected"),
    [("18.00", "0", (1_800, 0)), ("18.00", "9.90", (None, 990)), ("0", "0", (0, 0)), ("18.00", None, (None, None))],
)
def test_freight_is_the_sellers_only_where_the_buyer_paid_none(
    total: str, buyer: str | None, expected: tuple[int | None, int | None]
) -> None:
    paid = None if buyer is None else Decimal(buyer)
    shipment = one(sub(freight_total=Decimal(total), buyer_freight=paid)).shipment
    assert (shipment.seller_cost, shipment.buyer_cost) == expected


@pytest.mark.parametrize(
    ("given", "nature"),
    [
        ({"cancelled": True}, "pre_envio"),
        ({"cancelled": True, "shipped_at": "2026-03-11T10:00:00-03:00"}, "pos_envio"),
        ({"returned": True}, "pos_envio"),
        ({"status": "Devolvido"}, "pos_envio"),
    ],
)
def test_what_was_cancelled_or_sent_back_is_no_valid_sale(given: dict[str, Any], nature: str) -> None:
    sale = one(sub(**given))
    assert classify(sale.order).situacao == "cancelada"
    assert cancellation_nature(sale.order, sale.shipment) == nature


def test_a_cancelled_order_nobody_paid_is_known_as_such() -> None:
    assert [never_paid(one(sub(cancelled=True, paid_at=at)).order) for at in (None, "2026-03-11T00:02:00-03:00")] == [
        True,
        False,
    ]


def test_a_state_nobody_knows_and_a_foreign_currency_are_refused() -> None:
    assert classify(one(sub(status="Em análise")).order) == ("quarentena", "status_desconhecido")
    assert classify(one(sub(currency="USD")).order) == ("quarentena", "moeda")
    assert classify(one(sub(status="Concluído", currency="R$")).order).situacao == "valida"


def erp(**given: Any) -> Any:
    body = {
        "id": 101, "numeroLoja": "S1", "totalProdutos": Decimal("118.00"), "total": Decimal("130.50"),
        "situacao": {"valor": 1}, "transporte": {"frete": Decimal("12.50")},
        "itens": [{"codigo": "A", "quantidade": 2, "valor": Decimal("59.00"), "desconto": 10, "produto": {"id": 7}}],
        "taxas": {"taxaComissao": Decimal("14.16"), "custoFrete": Decimal("18.90"), "valorBase": Decimal("118.00")},
    } | given  # fmt: skip
    return sale_of(read_bling_order(_json.encode(body).decode()), "shopee", DAY)


def test_the_price_of_bling_is_net_of_its_own_discount_and_never_discounted_again() -> None:
    order = erp().order
    assert [(item.price, item.quantity, item.line_fee) for item in order.items] == [(5_900, 2, 1_416)]
    assert (order.order_id, order.notes) == ("shopee:S1", ())


def test_an_order_of_bling_has_a_date_and_never_goes_through_utc() -> None:
    assert (erp().order.day, erp().order.created_at) == (DAY, day_start(DAY))


def test_fees_that_are_all_zero_are_not_known_yet() -> None:
    sale = erp(taxas={"taxaComissao": 0, "custoFrete": 0, "valorBase": 0})
    assert (sale.order.items[0].line_fee, sale.shipment.seller_cost) == (None, None)
    sale = erp(taxas={"taxaComissao": 0, "custoFrete": 0, "valorBase": Decimal("118.00")})
    assert (sale.order.items[0].line_fee, sale.shipment.seller_cost) == (None, 0)


def test_a_fee_that_reads_better_as_a_percentage_is_flagged() -> None:
    fees = {"taxaComissao": 12, "custoFrete": 0, "valorBase": Decimal("1180.00")}
    assert erp(taxas=fees).order.notes == ("tarifa_talvez_percentual",)


def test_a_discount_of_the_whole_order_and_products_that_do_not_sum_are_flagged() -> None:
    order = erp(desconto={"valor": 5, "unidade": "PERCENTUAL"}, totalProdutos=Decimal("120.00")).order
    assert order.notes == ("produtos_nao_somam", "desconto_fora_do_preco")


@pytest.mark.parametrize(
    ("code", "situation"),
    [(0, "valida"), (1, "valida"), (2, "cancelada"), (7, "pendente"), (12, "valida"), (99, "quarentena")],
)
def test_states_count_by_blings_own_code(code: int, situation: str) -> None:
    assert classify(erp(situacao={"id": 12345, "valor": code}).order).situacao == situation


def test_goods_sold_by_weight_are_refused_not_rounded() -> None:
    order = erp(itens=[{"codigo": "A", "quantidade": Decimal("1.5"), "valor": Decimal("10.00")}]).order
    assert classify(order) == ("quarentena", "quantidade_fracionada")


def test_an_order_without_a_number_in_its_store_has_its_own() -> None:
    assert erp(numeroLoja=None).order.order_id == "pedido_bling:101"
