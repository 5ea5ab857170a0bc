"""Routes of accounts, the application and listings (contract §1.2, §2.4, §7, §10)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.responses import Response

from viang_pipeline.sandbox.answers import Json, house_time, json_answer, standard_error
from viang_pipeline.sandbox.listing_bodies import account_body, listing_body
from viang_pipeline.sandbox.marketplace import Caller, Handler
from viang_pipeline.sandbox.reputation_truth import reputation_at
from viang_pipeline.sandbox.truth import Listing, Seller

SCROLL_LIFE = timedelta(minutes=5)
PAGE, LARGEST_PAGE = 50, 100
WITHOUT_SCAN = 1000
BULK = 20


@dataclass(slots=True)
class _Scroll:
    seller_id: int
    ids: list[str]
    total: int
    limit: int
    expires_at: datetime


class ListingRoutes:
    """Search by offset or scan, and bulk reads. Keeps the open scrolls."""

    def __init__(self) -> None:
        self._scrolls: dict[str, _Scroll] = {}

    def search(self, caller: Caller) -> Response:
        """``GET /users/{id}/items/search``: ids only (§7.1)."""
        params = caller.request.query_params
        if caller.number("user_id") != caller.seller_id:
            return standard_error(403, "forbidden", "The caller is not the owner")
        offset, limit = params.get("offset", "0"), params.get("limit", str(PAGE))
        if not (offset.isdecimal() and limit.isdecimal() and 1 <= int(limit) <= LARGEST_PAGE):
            return standard_error(400, "bad_request", "invalid offset or limit")
        if params.get("search_type") == "scan":
            return self._scan(caller, params.get("scroll_id"), int(limit))
        if int(offset) + int(limit) > WITHOUT_SCAN:
            return standard_error(400, "bad_request", f"offset + limit must be at most {WITHOUT_SCAN}")
        ids = _matching_ids(caller)
        page = ids[int(offset) : int(offset) + int(limit)]
        return json_answer(_search_body(caller.seller_id, page, len(ids), int(offset), int(limit)))

    def _scan(self, caller: Caller, scroll_id: str | None, limit: int) -> Response:
        if scroll_id is None:
            ids = _matching_ids(caller)
            scroll_id = secrets.token_urlsafe(16)
            scroll = _Scroll(caller.seller_id, ids, len(ids), limit, caller.now)
            self._scrolls[scroll_id] = scroll
        else:
            known = self._scrolls.get(scroll_id)
            if known is None or known.seller_id != caller.seller_id or known.expires_at <= caller.now:
                return standard_error(400, "invalid_scroll_id", "scroll_id is invalid or expired")
            scroll = known
        page, scroll.ids = scroll.ids[: scroll.limit], scroll.ids[scroll.limit :]
        scroll.expires_at = caller.now + SCROLL_LIFE
        body = _search_body(caller.seller_id, page, scroll.total, 0, scroll.limit)
        body["scroll_id"] = scroll_id if page else None
        return json_answer(body)


def items_bulk(caller: Caller) -> Response:
    """``GET /items/bulk?ids=``: 20 distinct ids, ``body.`` projection (§7.2)."""
    params = caller.request.query_params
    ids = _bulk_ids(caller)
    if isinstance(ids, Response):
        return ids
    wanted = params.get("attributes")
    names = wanted.split(",") if wanted else None
    return json_answer([_projected(_bulk_element(caller, listing_id), names) for listing_id in ids])


def users_bulk(caller: Caller) -> Response:
    """``GET /users/bulk?ids=``."""
    ids = _bulk_ids(caller)
    if isinstance(ids, Response):
        return ids
    wanted = caller.request.query_params.get("attributes")
    elements: list[Json] = []
    for user_id in ids:
        seller = caller.market.world.sellers.get(int(user_id)) if user_id.isdecimal() else None
        if seller is None:
            elements.append({"status_code": 404})
        else:
            own = seller.seller_id == caller.seller_id
            elements.append({"status_code": 200, "id": seller.seller_id, "body": _account(caller, seller, own=own)})
    return json_answer([_projected(element, wanted.split(",") if wanted else None) for element in elements])


def items_old_multiget(caller: Caller) -> Response:
    """``GET /items?ids=``, retired on 2026-10-25; answers only when switched on."""
    if not caller.market.options.old_multiget:
        return standard_error(410, "gone", "This resource was retired, use /items/bulk")
    ids = list(dict.fromkeys(caller.request.query_params.get("ids", "").split(",")))
    elements = [_bulk_element(caller, listing_id) for listing_id in ids]
    return json_answer([{"code": e["status_code"], "body": e.get("body")} for e in elements])


def item(caller: Caller) -> Response:
    """``GET /items/{id}``."""
    element = _bulk_element(caller, caller.request.path_params["item_id"])
    if element["status_code"] == 404:
        return standard_error(404, "not_found", "Item not found")
    return json_answer(element["body"], element["status_code"])


def me(caller: Caller) -> Response:
    """``GET /users/me``."""
    return json_answer(_account(caller, caller.market.world.sellers[caller.seller_id], own=True))


def user(caller: Caller) -> Response:
    """``GET /users/{id}``."""
    seller = caller.market.world.sellers.get(caller.number("user_id") or 0)
    if seller is None:
        return standard_error(404, "not_found", "User not found")
    return json_answer(_account(caller, seller, own=seller.seller_id == caller.seller_id))


def application(caller: Caller) -> Response:
    """``GET /applications/{app_id}``, with the hourly ceiling."""
    registered = caller.market.application
    if caller.request.path_params["app_id"] != registered.app_id:
        return standard_error(404, "not_found", "Application not found")
    return json_answer(
        {
            "id": int(registered.app_id),
            "site_id": "MLB",
            "name": "Agência",
            "active": True,
            "scopes": ["offline_access", "read", "write"],
            "max_requests_per_hour": caller.market.max_requests_per_hour,
        }
    )


def application_grants(caller: Caller) -> Response:
    """``GET /applications/{app_id}/grants``."""
    grants = [
        {
            "user_id": seller_id,
            "app_id": int(caller.market.application.app_id),
            "date_created": house_time(grant.created_at),
            "scopes": ["offline_access", "read", "write"],
        }
        for seller_id, grant in caller.market.grants.active.items()
    ]
    return json_answer({"paging": {"total": len(grants), "offset": 0, "limit": 50}, "grants": grants})


def revoke(caller: Caller) -> Response:
    """``DELETE /users/{user_id}/applications/{app_id}``."""
    if caller.number("user_id") != caller.seller_id:
        return standard_error(403, "forbidden", "The caller is not the owner")
    caller.market.grants.revoke(caller.seller_id)
    return json_answer({"user_id": str(caller.seller_id), "msg": "Autorización eliminada"})


def routes() -> dict[str, Handler]:
    """Path → handler, with a fresh set of scrolls. The order matters: fixed names before parameters."""
    return {
        "/users/me": me,
        "/users/bulk": users_bulk,
        "/users/{user_id}": user,
        "/users/{user_id}/items/search": ListingRoutes().search,
        "/applications/{app_id}": application,
        "/applications/{app_id}/grants": application_grants,
        "/items": items_old_multiget,
        "/items/bulk": items_bulk,
        "/items/{item_id}": item,
    }


def _account(caller: Caller, seller: Seller, *, own: bool) -> Json:
    states = caller.market.world.reputations.get(seller.seller_id, [])
    return account_body(seller, reputation_at(states, caller.now), own=own)


def _matching_ids(caller: Caller) -> list[str]:
    """Ids of the seller's listings that exist now, by ``status`` and ``seller_sku``."""
    params = caller.request.query_params
    status, sku = params.get("status"), params.get("seller_sku")
    found = []
    for listing in caller.market.world.listings.values():
        state = listing.state_at(caller.now)
        if listing.seller_id != caller.seller_id or state is None:
            continue
        if status in (None, state.status) and (sku is None or sku in _skus(listing, state.sku)):
            found.append(listing.listing_id)
    return found


def _skus(listing: Listing, own: str | None) -> set[str | None]:
    return {own, *(variation.sku for variation in listing.variations)}


def _search_body(seller_id: int, ids: list[str], total: int, offset: int, limit: int) -> Json:
    return {
        "seller_id": str(seller_id),
        "query": None,
        "paging": {"limit": limit, "offset": offset, "total": total},
        "results": ids,
        "orders": [{"id": "stop_time_asc", "name": "Order by stop time ascending"}],
        "available_orders": [{"id": "last_updated_desc", "name": "Order by last updated descending"}],
    }


def _bulk_ids(caller: Caller) -> list[str] | Response:
    ids = [text for text in caller.request.query_params.get("ids", "").split(",") if text]
    if not 1 <= len(ids) <= BULK:
        return standard_error(400, "bad_request", f"ids must have between 1 and {BULK} values")
    if len(set(ids)) != len(ids):
        return standard_error(400, "bad_request", "ids must not be repeated")
    return ids


def _bulk_element(caller: Caller, listing_id: str) -> Json:
    listing = caller.market.world.listings.get(listing_id)
    state = listing.state_at(caller.now) if listing else None
    if listing is None or state is None:
        return {"status_code": 404}
    if listing.seller_id != caller.seller_id:
        refused = {"message": "Access to the requested resource is forbidden", "error": "forbidden", "status": 403}
        return {"status_code": 403, "id": listing_id, "body": refused}
    everything = caller.request.query_params.get("include_attributes") == "all"
    return {"status_code": 200, "id": listing_id, "body": listing_body(listing, state, all_attributes=everything)}


def _projected(element: Json, names: list[str] | None) -> Json:
    """Only the named fields; those of the item need the prefix ``body.``."""
    if names is None or "body" not in element:
        return element
    kept = {name: element[name] for name in ("status_code", "id") if name in names}
    fields = [name.removeprefix("body.") for name in names if name.startswith("body.")]
    body = {name: element["body"][name] for name in fields if name in element["body"]}
    return kept | ({"body": body} if body else {})
