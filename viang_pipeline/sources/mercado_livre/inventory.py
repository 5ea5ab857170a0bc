"""Full stock of one inventory id (contract §7.4)."""

from __future__ import annotations

from viang_pipeline.failures import TransientFailure
from viang_pipeline.sources.errors import from_http
from viang_pipeline.sources.mercado_livre.client import MercadoLivreClient
from viang_pipeline.sources.mercado_livre.payloads.inventory import FulfillmentStock
from viang_pipeline.sources.payloads import RawRecord, record

UNKNOWN = b"seller_product_not_found"
"""The only 404 that means "no such inventory"; any other one is a route that is gone, which is a failure."""


def fulfillment_stock(api: MercadoLivreClient, inventory_id: str) -> RawRecord[FulfillmentStock] | None:
    """What lies in Full; None when the platform knows no such inventory (never moved to Full).

    Raises TransientFailure when available and not available do not add up to the total: a reading in motion.
    """
    route = f"/inventories/{inventory_id}/stock/fulfillment"
    answer = api.http.get(route, accept=(200, 404))
    if answer.document is None:
        if UNKNOWN in answer.content:
            return None
        raise from_http("GET", route, answer.status, answer.content)
    stock = api.read(answer.document, FulfillmentStock, route, f"estoque Full {inventory_id}")
    if stock.total != stock.available_quantity + stock.not_available_quantity:
        raise TransientFailure(
            f"estoque Full {inventory_id}: disponível + indisponível não dá o total",
            where=f"GET {route}",
            action="Nada foi gravado. Uma nova leitura deve resolver.",
        )
    return record(inventory_id, stock)
