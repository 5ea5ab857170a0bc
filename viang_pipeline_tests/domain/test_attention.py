"""Fraud alerts are listed while the sale counts; freight of nobody's sale is listed and in no line (kpis.md §3, D4)."""

from __future__ import annotations

from datetime import timedelta

from viang_pipeline.domain.attention import FRAUD, FRAUD_TAG, FREIGHT, Item, attention
from viang_pipeline_tests.domain.builders import NOON, a_shipment, an_item, an_order

DAY = NOON.date()
ALERT = frozenset({FRAUD_TAG})
CANCELLED = {"status": "cancelled", "cancelled_at": NOON}
LATER = {"created_at": NOON + timedelta(days=1)}


def test_a_sale_with_a_fraud_alert_is_listed_with_its_value() -> None:
    order = an_order("7", an_item(price=10_00, quantity=2), an_item(price=5_00), tags=ALERT)
    assert attention([order, an_order("8")], [], {}) == [Item(DAY, FRAUD, "7", 25_00)]


def test_once_cancelled_it_is_listed_no_more() -> None:
    assert attention([an_order("7", tags=ALERT, **CANCELLED)], [], {}) == []


def test_freight_of_a_shipment_whose_orders_were_all_cancelled_before_dispatch_is_listed_once() -> None:
    orders = [an_order("1", shipment="S", **CANCELLED), an_order("2", shipment="S", **CANCELLED)]
    assert attention(orders, [], {"S": a_shipment(seller_cost=21_40)}) == [Item(DAY, FREIGHT, "S", 21_40)]


def test_freight_some_line_bears_is_no_orphan() -> None:
    cancelled = an_order("1", shipment="S", **CANCELLED)
    shipped = {"S": a_shipment(left_at=NOON - timedelta(hours=1))}
    assert attention([cancelled, an_order("2", shipment="S")], [], {"S": a_shipment()}) == []
    assert attention([cancelled], [an_order("2", shipment="S", **LATER)], {"S": a_shipment()}) == []
    assert attention([cancelled], [], shipped) == []


def test_a_freight_of_two_days_stands_on_the_first() -> None:
    first = an_order("1", shipment="S", **CANCELLED)
    second = an_order("2", shipment="S", **CANCELLED | LATER)
    shipments = {"S": a_shipment(seller_cost=9_00)}
    assert attention([first], [second], shipments) == [Item(DAY, FREIGHT, "S", 9_00)]
    assert attention([second], [first], shipments) == []


def test_an_unknown_or_free_shipment_costs_nobody_anything() -> None:
    order = an_order("1", shipment="S", **CANCELLED)
    for shipments in ({}, {"S": a_shipment(seller_cost=None)}, {"S": a_shipment(seller_cost=0)}):
        assert attention([order], [], shipments) == []
