"""What an analyst should look at although every number is right: fraud alerts, and freight without a sale."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from viang_pipeline.domain.order_lines import bears_freight
from viang_pipeline.domain.sales import Order, Shipment
from viang_pipeline.domain.statuses import classify

FRAUD_TAG = "fraud_risk_detected"
FRAUD = "alerta_fraude"
FREIGHT = "frete_sem_venda"


class Item(NamedTuple):
    """One thing to look at. ``key``: the order of a fraud alert, the shipment of a freight; ``value`` in centavos."""

    day: date
    kind: str
    key: str
    value: int


def attention(orders: Iterable[Order], siblings: Iterable[Order], shipments: Mapping[str, Shipment]) -> list[Item]:
    """The items of the days of ``orders``; ``siblings`` share a shipment with one of them on another day.

    An order with a fraud alert counts as a sale until it is cancelled, and is listed that long (kpis.md §3). The
    seller's cost of a shipment whose orders were all cancelled before dispatch belongs to no line (D4); it is listed on
    the day of the first of them.
    """
    orders = list(orders)
    alerts = [
        Item(order.day, FRAUD, order.order_id, sum(line.price * line.quantity for line in order.items))
        for order in orders
        if FRAUD_TAG in order.tags and classify(order).situacao == "valida"
    ]
    of_shipment: dict[str, list[Order]] = defaultdict(list)
    for order in (*orders, *siblings):
        if order.shipment is not None:
            of_shipment[order.shipment].append(order)
    days = {order.day for order in orders}
    freights = []
    for key, together in of_shipment.items():
        first, cost = min(order.day for order in together), shipments[key].seller_cost if key in shipments else None
        if cost and first in days and not any(bears_freight(order, shipments) for order in together):
            freights.append(Item(first, FREIGHT, key, cost))
    return sorted([*alerts, *freights])
