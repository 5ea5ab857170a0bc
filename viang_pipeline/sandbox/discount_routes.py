"""Discounts of an order (contract §3.6): amounts are totals of the line, orders are kept for twelve months."""

from __future__ import annotations

from starlette.responses import Response

from viang_pipeline.sandbox.answers import Json, json_answer, money, standard_error
from viang_pipeline.sandbox.discounts_truth import Discount
from viang_pipeline.sandbox.marketplace import Caller, Handler
from viang_pipeline.sandbox.order_search import HORIZON
from viang_pipeline.sandbox.truth import Order


def order_discounts(caller: Caller) -> Response:
    """``GET /orders/{order_id}/discounts``."""
    order = caller.market.world.orders.get(caller.number("order_id") or 0)
    if order is None or order.created_at > caller.now or order.created_at < caller.now - HORIZON:
        return standard_error(404, "order_not_found", "Order do not exists")
    if order.seller_id != caller.seller_id:
        return standard_error(403, "forbidden", "The caller is not the owner")
    found = caller.market.world.discounts.of(order)
    return json_answer({"details": [_body(order, number, discount) for number, discount in enumerate(found, 1)]})


ROUTES: dict[str, Handler] = {"/orders/{order_id}/discounts": order_discounts}


def _body(order: Order, number: int, discount: Discount) -> Json:
    identity = f"OFFER-{order.listing_id}-{number}"
    body: Json = {
        "type": discount.kind,
        "supplier": {"offer_id": identity, "funding_mode": discount.funding_mode},
        "items": [
            {
                "id": order.listing_id,
                "quantity": order.quantity,
                "amounts": {
                    "total": money(discount.total, order.order_id),
                    "seller": money(discount.seller, order.order_id),
                },
            }
        ],
    }
    if discount.kind in ("coupon", "cashback"):
        body[discount.kind] = {"id": identity}
    return body
