"""Routes of claims and returns (contract §6): real filters only, paired parameters, milliseconds, clamped pages."""

from __future__ import annotations

import re
from datetime import datetime

from starlette.datastructures import QueryParams
from starlette.responses import Response

from viang_pipeline.sandbox.answers import Json, house_time, json_answer, money
from viang_pipeline.sandbox.claims_truth import Claim, ClaimState, Review
from viang_pipeline.sandbox.marketplace import Caller, Handler
from viang_pipeline.sandbox.truth import Order

PAGE, LARGEST, CEILING = 30, 100, 10_000
RETURN_OFFSET = 51_700_000
REAL_FILTERS = frozenset(
    {"id", "type", "stage", "status", "resource", "resource_id", "reason_id", "site_id", "order_id", "players.user_id"}
)
RANGE = re.compile(r"(date_created|last_updated):(.+)")
BOUND = re.compile(r"(after|before):(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(?:Z|[+-]\d\d:?\d\d))")


def post_purchase_error(status: int, error: str, message: str) -> Response:
    """The envelope of this family (§1.1)."""
    return json_answer({"code": status, "error": error, "message": message, "cause": None}, status)


def search(caller: Caller) -> Response:
    """``GET /post-purchase/v1/claims/search``."""
    params = caller.request.query_params
    if not REAL_FILTERS & set(params) and "range" not in params:
        return post_purchase_error(400, "invalid_query", "at least one filter is required")
    if ("players.role" in params) != ("players.user_id" in params):
        return post_purchase_error(400, "invalid_params", "players.role and players.user_id require each other")
    if params.get("players.user_id", str(caller.seller_id)) != str(caller.seller_id):
        return post_purchase_error(403, "forbidden", "not allowed")
    bounds = _bounds(params["range"]) if "range" in params else None
    if "range" in params and bounds is None:
        return post_purchase_error(400, "invalid_params", "range must be field:after:<t>,before:<t> with milliseconds")
    limit, offset = min(int(params.get("limit", PAGE)), LARGEST), int(params.get("offset", 0))
    if offset + limit >= CEILING:
        return post_purchase_error(400, "invalid_params", f"offset + limit must be below {CEILING}")
    found = []
    for claim in caller.market.world.claims.claims.values():
        state = claim.state_at(caller.now)
        if claim.seller_id == caller.seller_id and state is not None and _matches(claim, state, bounds, params):
            found.append((claim, state))
    found.sort(key=lambda pair: (pair[1].at, pair[0].claim_id))
    page = [_claim_body(claim, state) for claim, state in found[offset : offset + limit]]
    return json_answer({"paging": {"total": len(found), "offset": offset, "limit": limit}, "data": page})


def claim_detail(caller: Caller) -> Response:
    """``GET /post-purchase/v1/claims/{id}``."""
    found = _own(caller)
    return found if isinstance(found, Response) else json_answer(_claim_body(*found))


def claim_return(caller: Caller) -> Response:
    """``GET /post-purchase/v2/claims/{id}/returns``; 404 while there is none."""
    found = _own(caller)
    if isinstance(found, Response):
        return found
    claim, _ = found
    state = claim.return_at(caller.now)
    if state is None:
        return post_purchase_error(404, "not_found", "return not found")
    order = claim.order
    total = claim.quantity >= order.quantity
    closed = state.status in ("delivered", "cancelled", "expired", "failed")
    return json_answer(
        {
            "id": claim.claim_id + RETURN_OFFSET,
            "claim_id": claim.claim_id,
            "resource_type": claim.resource,
            "resource_id": _resource_id(claim),
            "status": state.status,
            "subtype": "return_total" if total else "return_partial",
            "status_money": state.money,
            "refund_at": "delivered",
            "intermediate_check": False,
            "date_created": _utc(claim.returns[0].at),
            "date_closed": _utc(state.at) if closed else None,
            "last_updated": _utc(state.at),
            "orders": [_returned(each, units) for each, units in ((order, claim.quantity), *claim.also_back)],
            "shipments": [{"shipment_id": 45_009_990_001, "status": state.status, "type": "return"}],
            "related_entities": [],
            "resources": [{"resource": "order", "resource_id": str(order.order_id)}],
        }
    )


def return_reviews(caller: Caller) -> Response:
    """``GET /post-purchase/v1/returns/{id}/reviews``; 404 until somebody inspected. The envelope is UNSURE (§6.2)."""
    found = _own(caller, (caller.number("return_id") or 0) - RETURN_OFFSET)
    if isinstance(found, Response):
        return found
    reviews = found[0].reviews_at(caller.now)
    if not reviews:
        return post_purchase_error(404, "not_found", "reviews not found")
    return json_answer({"reviews": [_review_body(order_id, each) for order_id, each in sorted(reviews.items())]})


def return_cost(caller: Caller) -> Response:
    """``GET /post-purchase/v1/claims/{id}/charges/return-cost``."""
    found = _own(caller)
    if isinstance(found, Response):
        return found
    charged = found[0].charge_at(caller.now)
    if charged is None:
        return post_purchase_error(404, "not_found", "return cost not found")
    return json_answer({"currency_id": "BRL", "amount": money(charged, found[0].claim_id)})


ROUTES: dict[str, Handler] = {
    "/post-purchase/v1/claims/search": search,
    "/post-purchase/v1/claims/{claim_id}": claim_detail,
    "/post-purchase/v2/claims/{claim_id}/returns": claim_return,
    "/post-purchase/v1/claims/{claim_id}/charges/return-cost": return_cost,
    "/post-purchase/v1/returns/{return_id}/reviews": return_reviews,
}


def _returned(order: Order, units: int) -> Json:
    return {
        "order_id": order.order_id,
        "item_id": order.listing_id,
        "variation_id": order.variation_id,
        "context_type": "total" if units >= order.quantity else "partial",
        "total_quantity": f"{order.quantity}.0",
        "return_quantity": f"{units}.0",
    }


def _review_body(order_id: int, review: Review) -> Json:
    return {
        "resource": "order",
        "resource_id": order_id,
        "method": "triage",
        "date_created": _utc(review.at),
        "last_updated": _utc(review.at),
        "resource_reviews": [
            {
                "stage": "pending" if condition is None else "closed",
                "status": None if condition is None else "success",
                "product_condition": condition,
                "product_destination": None if condition is None else "seller",
                "reason_id": None,
                "seller_status": "pending",
                "seller_reason": None,
                "benefited": None,
                "missing_quantity": review.missing,
            }
            for condition in review.conditions
        ],
    }


def _resource_id(claim: Claim) -> int | None:
    """What the claim is about; an order id only where ``resource`` says so."""
    return claim.order.order_id if claim.resource == "order" else claim.order.states[-1].shipment_id


def _own(caller: Caller, claim_id: int | None = None) -> tuple[Claim, ClaimState] | Response:
    wanted = caller.number("claim_id") if claim_id is None else claim_id
    claim = caller.market.world.claims.claims.get(wanted or 0)
    state = claim.state_at(caller.now) if claim else None
    if claim is None or state is None:
        return post_purchase_error(404, "not_found", "claim not found")
    if claim.seller_id != caller.seller_id:
        return post_purchase_error(403, "forbidden", "not allowed")
    return claim, state


def _matches(claim: Claim, state: ClaimState, bounds: _Bounds | None, params: QueryParams) -> bool:
    get = params.get
    if get("status") not in (None, state.status) or get("stage") not in (None, state.stage):
        return False
    if get("order_id") not in (None, str(claim.order.order_id)):
        return False
    if bounds is None:
        return True
    name, after, before = bounds
    instant = claim.created_at if name == "date_created" else state.at
    return (after is None or instant > after) and (before is None or instant < before)


_Bounds = tuple[str, datetime | None, datetime | None]


def _bounds(text: str) -> _Bounds | None:
    whole = RANGE.fullmatch(text)
    if whole is None:
        return None
    parts = [BOUND.fullmatch(part) for part in whole.group(2).split(",")]
    if not all(parts):
        return None
    limits = {part.group(1): datetime.fromisoformat(part.group(2)) for part in parts if part}
    return whole.group(1), limits.get("after"), limits.get("before")


def _claim_body(claim: Claim, state: ClaimState) -> Json:
    return {
        "id": claim.claim_id,
        "resource": claim.resource,
        "resource_id": _resource_id(claim),
        "status": state.status,
        "type": claim.kind,
        "stage": state.stage,
        "parent_id": None,
        "reason_id": claim.reason,
        "fulfilled": True,
        "quantity_type": "total" if claim.quantity >= claim.order.quantity else "partial",
        "claimed_quantity": claim.quantity,
        "claim_version": 2,
        "site_id": "MLB",
        "players": [
            {"role": "complainant", "type": "buyer", "user_id": claim.order.buyer_id, "available_actions": []},
            {"role": "respondent", "type": "seller", "user_id": claim.seller_id, "available_actions": []},
        ],
        "resolution": None
        if state.resolution is None
        else {
            "reason": state.resolution,
            "date_created": house_time(state.at),
            "benefited": ["complainant"],
            "closed_by": "mediator",
            "applied_coverage": False,
        },
        "related_entities": ["return"] if state.with_return else [],
        "date_created": house_time(claim.created_at),
        "last_updated": house_time(state.at),
    }


def _utc(instant: datetime) -> str:
    return instant.isoformat(timespec="milliseconds")
