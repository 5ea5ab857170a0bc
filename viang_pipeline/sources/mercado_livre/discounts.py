"""The discounts of one order (contract §3.6)."""

from __future__ import annotations

from viang_pipeline.sources.mercado_livre.client import MercadoLivreClient
from viang_pipeline.sources.mercado_livre.payloads.discounts import OrderDiscounts
from viang_pipeline.sources.payloads import RawRecord, record


def order_discounts(api: MercadoLivreClient, order_id: int) -> RawRecord[OrderDiscounts] | None:
    """What was taken off an order and who pays it; None while the platform does not show it (404)."""
    route = f"/orders/{order_id}/discounts"
    document = api.http.get(route, accept=(200, 404)).document
    if document is None:
        return None
    return record(order_id, api.read(document, OrderDiscounts, route, f"descontos do pedido {order_id}"))
