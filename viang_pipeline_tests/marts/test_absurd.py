"""Numbers no shop comes near are refused like an unknown status, and the rest of the day is built."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from viang_pipeline_tests.marts.erps import SHOPEE_STORE, bling, bling_was_read, item, stores, upseller
from viang_pipeline_tests.marts.shop import DAY, Shop, line, order, payment

FIFTEEN_DIGITS = "99999999999999.99"

ABSURD = {
    "price times units": order("2", line("B", FIFTEEN_DIGITS, quantity=1000)),
    "units": order("2", line("B", "0.01", quantity=10**10)),
    "fee times units": order("2", line("B", "1.00", quantity=1000, fee=FIFTEEN_DIGITS)),
    "a refund": order("2", line("B", "1.00"), payments=[payment(refunded=FIFTEEN_DIGITS)] * 200),
    "less than nothing": order("2", line("B", f"-{FIFTEEN_DIGITS}", quantity=1000)),
    "a fraud alert": order("2", line("B", FIFTEEN_DIGITS, quantity=1000), tags=["fraud_risk_detected"]),
}


@pytest.mark.parametrize("absurd", ABSURD.values(), ids=ABSURD)
def test_an_absurd_order_is_in_quarantine_and_the_rest_of_its_day_is_built(shop: Shop, absurd: dict[str, Any]) -> None:
    shop.put(order("1", line("A", "10.00")), absurd)
    shop.read(DAY)
    shop.build(DAY)

    refused = shop.lines()["2", 1]
    assert (refused["situacao"], refused["motivo"]) == ("quarentena", "valor_absurdo")
    assert list(shop.sku_days()) == [(DAY, "A")]
    assert shop.client_days()[DAY]["vendas_brutas"] == Decimal("10.00")
    counted = [(row["motivo"], row["registros"], row["valor"]) for row in shop.rows("fact_quarantine_day")]
    assert counted == [("valor_absurdo", 1, None)]


def test_an_absurd_order_of_another_channel_is_in_quarantine_too(shop: Shop) -> None:
    shop.put(order("1", line("A", "10.00")))
    upseller(shop, "S1", item("A", FIFTEEN_DIGITS, 1000))
    stores(shop, SHOPEE_STORE)
    sold = {"id": 1, "codigo": "A", "quantidade": 10**10, "valor": Decimal("100.00"), "produto": {"id": 7}}
    bling(shop, 7, "B1", itens=[sold])
    bling_was_read(shop, DAY)
    shop.read(DAY)
    shop.build(DAY)

    lines = shop.lines()
    assert {key: lines[key]["motivo"] for key in lines} == {
        ("1", 1): None, ("shopee:S1", 1): "valor_absurdo", ("shopee:B1", 1): "valor_absurdo",
    }  # fmt: skip
    assert shop.client_days()[DAY]["vendas_brutas"] == Decimal("10.00")


def test_a_big_order_of_a_wholesaler_counts(shop: Shop) -> None:
    shop.put(
        order("1", line("A", "0.05", quantity=400_000, fee="0.01")), order("2", line("B", "900000.00", quantity=3))
    )
    shop.read(DAY)
    shop.build(DAY)
    assert shop.client_days()[DAY]["vendas_brutas"] == Decimal("2720000.00")


def test_an_absurd_freight_was_not_observed(shop: Shop) -> None:
    shop.put(order("1", line("A", "10.00"), shipment="7"))
    shop.ship("7", FIFTEEN_DIGITS, buyer=FIFTEEN_DIGITS)
    shop.read(DAY)
    shop.build(DAY)
    sold = shop.lines()["1", 1]
    assert (sold["situacao"], sold["frete_vendedor"], sold["frete_comprador"]) == ("valida", None, None)
    assert "frete_nao_observado" in sold["faltantes"]


def test_an_absurd_cost_is_not_known(shop: Shop) -> None:
    shop.put(order("1", line("A", "10.00", quantity=1000)))
    shop.read(DAY)
    shop.told({"A": "99999999999999"})
    shop.build(DAY)
    sold = shop.lines()["1", 1]
    assert (sold["custo_unitario"], sold["custo"]) == (None, None)
    assert "custo_desconhecido" in sold["faltantes"]
