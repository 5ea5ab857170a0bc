"""Routes of Full stock (contract §7.4)."""

from __future__ import annotations

from starlette.responses import Response

from viang_pipeline.sandbox.answers import Json, json_answer, standard_error
from viang_pipeline.sandbox.marketplace import Caller, Handler


def fulfillment_stock(caller: Caller) -> Response:
    """``GET /inventories/{inventory_id}/stock/fulfillment``."""
    inventory_id = str(caller.request.path_params["inventory_id"])
    book = caller.market.world.inventories
    state = book.state_at(inventory_id, caller.now)
    if state is None:
        return standard_error(404, "seller_product_not_found", "Seller product not found")
    if book.owners[inventory_id] != caller.seller_id:
        return standard_error(403, "forbidden", "The caller is not the owner")
    blocked = sum(quantity for _, quantity in state.blocked)
    return json_answer(
        {
            "inventory_id": inventory_id,
            "total": state.available + blocked,
            "available_quantity": state.available,
            "not_available_quantity": blocked,
            "not_available_detail": [{"status": reason, "quantity": quantity} for reason, quantity in state.blocked],
            "external_references": _references(caller, inventory_id),
        }
    )


ROUTES: dict[str, Handler] = {"/inventories/{inventory_id}/stock/fulfillment": fulfillment_stock}


def _references(caller: Caller, inventory_id: str) -> list[Json]:
    found: list[Json] = []
    for listing in caller.market.world.listings.values():
        if listing.inventory_id == inventory_id:
            found.append({"type": "item", "id": listing.listing_id, "variation_id": None})
        found += [
            {"type": "item", "id": listing.listing_id, "variation_id": variation.variation_id}
            for variation in listing.variations
            if variation.inventory_id == inventory_id
        ]
    return found
