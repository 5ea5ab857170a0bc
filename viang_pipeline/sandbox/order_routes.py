"""Routes of orders and shipments (contract §3, §5)."""

from __future__ import annotations

from datetime import datetime

from starlette.datastructures import QueryParams
from starlette.responses import Response

from viang_pipeline.sandbox.answers import HOUSE_ZONE, Json, json_answer, standard_error
from viang_pipeline.sandbox.marketplace import Caller, Handler
from viang_pipeline.sandbox.order_bodies import cancel_body, order_body
from viang_pipeline.sandbox.order_search import HORIZON, OrderQuery, Range
from viang_pipeline.sandbox.people import person
from viang_pipeline.sandbox.shipment_bodies import (
    costs_body,
    flat_shipment_body,
    history_body,
    orders_body,
    shipment_body,
)
from viang_pipeline.sandbox.truth import Order, Shipment, ShipmentEvent

PAGE = 50
CEILING = 10_000
UNSEARCHABLE = frozenset({"pending_cancel"})
SORTS = {"date_asc": "Date ascending", "date_desc": "Date descending"}


class BadQueryError(Exception):
    """A parameter the platform refuses with 400."""


def search_orders(caller: Caller) -> Response:
    """``GET /orders/search``: unknown parameters are ignored, cancelled orders hidden unless asked for (§3.1)."""
    params = caller.request.query_params
    seller = params.get("seller", str(caller.seller_id))
    if seller != str(caller.seller_id):
        return standard_error(403, "caller.id.invalid", "Caller.id does not match the seller")
    try:
        offset, limit = _number(params, "offset", 0), _number(params, "limit", PAGE)
        if limit > PAGE:
            raise BadQueryError(f"limit must be at most {PAGE}")
        if offset + limit > CEILING:
            raise BadQueryError(f"offset + limit must be at most {CEILING}")
        query = _query(params, caller.seller_id)
    except BadQueryError as problem:
        return standard_error(400, "bad_request", str(problem))
    found = caller.market.search.find(query, caller.now)
    sort = "date_desc" if query.newest_first else "date_asc"
    return json_answer(
        {
            "query": params.get("q", ""),
            "display": "complete",
            "paging": {"total": len(found), "offset": offset, "limit": limit},
            "sort": {"id": sort, "name": SORTS[sort]},
            "available_sorts": [{"id": key, "name": name} for key, name in SORTS.items() if key != sort],
            "filters": [],
            "results": [_row(caller, order) for order in found[offset : offset + limit]],
        }
    )


def order(caller: Caller) -> Response:
    """``GET /orders/{id}``."""
    found = _own_order(caller)
    if isinstance(found, Response):
        return found
    state = found.state_at(caller.now)
    assert state is not None
    return json_answer(_tagged(caller, found, order_body(found, state, detail=True)))


def order_shipments(caller: Caller) -> Response:
    """``GET /orders/{id}/shipments``: always an array, 204 while there is none (§3.7)."""
    found = _own_order(caller)
    if isinstance(found, Response):
        return found
    state = found.state_at(caller.now)
    if state is None or state.shipment_id is None:
        return Response(status_code=204)
    return json_answer([{"id": state.shipment_id, "type": "forward"}])


def shipment(caller: Caller) -> Response:
    """``GET /shipments/{id}``, new shape only with the header."""
    found = _own_shipment(caller)
    if isinstance(found, Response):
        return found
    history = found.history_at(caller.now)
    receiver = _receiver(caller, found)
    if caller.request.headers.get("x-format-new", "").lower() == "true":
        return json_answer(shipment_body(found, history[-1], receiver))
    return json_answer(flat_shipment_body(found, history, receiver))


def shipment_costs(caller: Caller) -> Response:
    """``GET /shipments/{id}/costs``; 404 or an empty form before the costs exist."""
    found = _own_shipment(caller)
    if isinstance(found, Response):
        return found
    cost = found.costs_at(caller.now)
    if cost is None and found.before_costs == "not_found":
        return standard_error(404, "not_found", "Costs not found for shipment")
    return json_answer(costs_body(found, cost, _receiver(caller, found)))


def shipment_history(caller: Caller) -> Response:
    """``GET /shipments/{id}/history``."""
    found = _own_shipment(caller)
    return found if isinstance(found, Response) else json_answer(history_body(found.history_at(caller.now)))


def shipment_orders(caller: Caller) -> Response:
    """``GET /shipments/{id}/orders``."""
    found = _own_shipment(caller)
    if isinstance(found, Response):
        return found
    return json_answer(orders_body(caller.market.world.orders_of_shipment(found.shipment_id, caller.now), caller.now))


ROUTES: dict[str, Handler] = {
    "/orders/search": search_orders,
    "/orders/{order_id}": order,
    "/orders/{order_id}/shipments": order_shipments,
    "/shipments/{shipment_id}": shipment,
    "/shipments/{shipment_id}/costs": shipment_costs,
    "/shipments/{shipment_id}/history": shipment_history,
    "/shipments/{shipment_id}/orders": shipment_orders,
}


def _query(params: QueryParams, seller_id: int) -> OrderQuery:
    statuses = _csv(params, "order.status")
    if statuses & UNSEARCHABLE:
        raise BadQueryError("invalid order.status")
    return OrderQuery(
        seller_id=seller_id,
        statuses=statuses or None,
        created=_range(params, "order.date_created"),
        updated=_range(params, "order.date_last_updated"),
        closed=_range(params, "order.date_closed"),
        item=params.get("item"),
        tags=_csv(params, "tags"),
        without_tags=_csv(params, "tags.not"),
        text=params.get("q"),
        newest_first=params.get("sort") == "date_desc",
    )


def _csv(params: QueryParams, name: str) -> frozenset[str]:
    return frozenset(filter(None, params.get(name, "").split(",")))


def _number(params: QueryParams, name: str, default: int) -> int:
    text = params.get(name, str(default))
    if not text.isdecimal():
        raise BadQueryError(f"invalid {name}")
    return int(text)


def _range(params: QueryParams, field: str) -> Range:
    return Range(_hour(params, f"{field}.from"), _hour(params, f"{field}.to"))


def _hour(params: QueryParams, name: str) -> datetime | None:
    """A filter instant cut to the hour of its own offset, as the platform does with both ends."""
    text = params.get(name)
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise BadQueryError(f"invalid {name}") from None
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=HOUSE_ZONE)
    return instant.replace(minute=0, second=0, microsecond=0)


def _row(caller: Caller, order: Order) -> Json:
    state = order.state_at(caller.now)
    assert state is not None
    body = order_body(order, state, detail=False)
    if caller.market.options.cancel_detail_in_search:
        body["cancel_detail"] = cancel_body(state, person(order.buyer_id).first_name)
    return _tagged(caller, order, body)


def _tagged(caller: Caller, order: Order, body: Json) -> Json:
    """An order with a discount says so from the start; what it is stands elsewhere (§3.6)."""
    if caller.market.world.discounts.of(order):
        body["tags"].append("order_has_discount")
    return body


def _own_order(caller: Caller) -> Order | Response:
    order_id = caller.number("order_id")
    if order_id is None:
        return standard_error(400, "invalid_order_id", "Invalid order id")
    found = caller.market.world.orders.get(order_id)
    if found is None or not caller.now - HORIZON <= found.created_at <= caller.now:
        return standard_error(404, "order_not_found", "Order do not exists")
    if found.seller_id != caller.seller_id:
        return standard_error(403, "not_owned_order", "Not owned order")
    return found


def _own_shipment(caller: Caller) -> Shipment | Response:
    found = caller.market.world.shipments.get(caller.number("shipment_id") or 0)
    state: ShipmentEvent | None = found.state_at(caller.now) if found else None
    if found is None or state is None:
        return standard_error(404, "not_found_shipping_id", "Shipment not found")
    if found.seller_id != caller.seller_id:
        return standard_error(403, "forbidden", "The caller is not authorized to access this resource")
    return found


def _receiver(caller: Caller, shipment: Shipment) -> int:
    """The buyer of the shipment's orders."""
    return next((caller.market.world.orders[order_id].buyer_id for order_id in shipment.order_ids), 0)
