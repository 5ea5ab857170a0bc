"""Driving a sandbox from another process: clock, faults, limits, requests seen, sellers. Not part of the
marketplace."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from viang_pipeline.sandbox.answers import json_answer
from viang_pipeline.sandbox.faults import Fault, FaultBook
from viang_pipeline.sandbox.gate import CONTROL, SeenRequest
from viang_pipeline.sandbox.hidden_limits import HiddenLimit
from viang_pipeline.sandbox.marketplace import Marketplace

PLAIN_FAULT_FIELDS = frozenset(Fault.__dataclass_fields__) - {"hook"}


def control_routes(market: Marketplace, faults: FaultBook, seen: deque[SeenRequest]) -> list[Route]:
    """The routes under ``/__sandbox__``."""

    async def clock(request: Request) -> Response:
        if request.method == "POST":
            order = await request.json()
            if "now" in order:
                market.clock.set(datetime.fromisoformat(order["now"]))
            elif "advance_seconds" in order:
                market.clock.advance(timedelta(seconds=order["advance_seconds"]))
            elif order.get("real_time"):
                market.clock.follow_real_time()
            else:
                return json_answer({"error": "now, advance_seconds or real_time"}, 400)
        return json_answer({"now": market.clock.now().isoformat()})

    async def fault(request: Request) -> Response:
        if request.method == "DELETE":
            faults.clear()
            return Response(status_code=204)
        given = await request.json()
        unknown = set(given) - PLAIN_FAULT_FIELDS
        if unknown or "kind" not in given:
            return json_answer({"error": f"unknown or missing fields: {sorted(unknown) or ['kind']}"}, 400)
        if "missing" in given:
            given["missing"] = tuple(given["missing"])
        try:
            faults.add(Fault(**given))
        except ValueError as problem:
            return json_answer({"error": str(problem)}, 400)
        return Response(status_code=204)

    async def limit(request: Request) -> Response:
        if request.method == "DELETE":
            market.hidden_limits.clear()
            return Response(status_code=204)
        given = await request.json()
        for name in {"script", "walk"} & set(given):
            given[name] = tuple(tuple(pair) if isinstance(pair, list) else pair for pair in given[name])
        try:
            market.hidden_limits.add(HiddenLimit(**given))
        except (TypeError, ValueError) as problem:
            return json_answer({"error": str(problem)}, 400)
        return Response(status_code=204)

    async def requests(request: Request) -> Response:
        if request.method == "DELETE":
            seen.clear()
            return Response(status_code=204)
        return json_answer([asdict(one) for one in seen])

    async def sellers(request: Request) -> Response:
        return json_answer(
            [{"seller_id": s.seller_id, "slug": s.slug, "name": s.name} for s in market.world.sellers.values()]
        )

    async def revoke(request: Request) -> Response:
        given = await request.json()
        try:
            seller = market.world.seller(given["seller"])
        except KeyError:
            return json_answer({"error": "unknown seller"}, 404)
        market.grants.revoke(seller.seller_id)
        return Response(status_code=204)

    return [
        Route(f"{CONTROL}/clock", clock, methods=["GET", "POST"]),
        Route(f"{CONTROL}/faults", fault, methods=["POST", "DELETE"]),
        Route(f"{CONTROL}/limits", limit, methods=["POST", "DELETE"]),
        Route(f"{CONTROL}/requests", requests, methods=["GET", "DELETE"]),
        Route(f"{CONTROL}/sellers", sellers, methods=["GET"]),
        Route(f"{CONTROL}/revoke", revoke, methods=["POST"]),
    ]
