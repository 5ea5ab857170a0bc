"""Driving Bling from another process: limits and their counts, refusals, switches. Not part of Bling."""

from __future__ import annotations

from dataclasses import fields

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from viang_pipeline.sandbox.answers import json_answer
from viang_pipeline.sandbox.bling.service import Bling, BlingOptions

CEILINGS = frozenset(
    {"per_second", "per_day", "requests_in_ten_seconds", "errors_in_ten_seconds", "token_calls_in_a_minute"}
)
SWITCHES = frozenset(field.name for field in fields(BlingOptions))


def bling_control_routes(bling: Bling, prefix: str) -> list[Route]:
    """The routes under ``{prefix}/bling``."""

    async def counts(request: Request) -> Response:
        if request.method == "DELETE":
            bling.limits.reset()
            return Response(status_code=204)
        return json_answer(bling.limits.counts())

    async def limits(request: Request) -> Response:
        """Ceilings (null: none), and ``clock: sandbox`` to count on the sandbox's clock."""
        given = await request.json()
        clock = given.pop("clock", None)
        if set(given) - CEILINGS or clock not in (None, "sandbox"):
            return json_answer({"error": f"ceilings: {sorted(CEILINGS)}; clock: sandbox"}, 400)
        for name, ceiling in given.items():
            setattr(bling.limits, name, ceiling)
        if clock:
            bling.limits.clock = lambda: bling.clock.now().timestamp()
        return Response(status_code=204)

    async def options(request: Request) -> Response:
        given = await request.json()
        if set(given) - SWITCHES:
            return json_answer({"error": f"switches: {sorted(SWITCHES)}"}, 400)
        for name, value in given.items():
            setattr(bling.options, name, value)
        return Response(status_code=204)

    async def refusals(request: Request) -> Response:
        given = await request.json()
        try:
            account = bling.account(given["seller"])
        except KeyError:
            return json_answer({"error": "unknown account"}, 404)
        account.refuse(given["resources"], error=given.get("error", "insufficient_scope"))
        return Response(status_code=204)

    async def revoke(request: Request) -> Response:
        given = await request.json()
        try:
            bling.revoke(given["seller"])
        except KeyError:
            return json_answer({"error": "unknown account"}, 404)
        return Response(status_code=204)

    async def accounts(request: Request) -> Response:
        return json_answer(
            [
                {"seller_id": seller_id, "company_id": account.company.company_id, "name": account.company.name}
                for seller_id, account in bling.world.bling.accounts.items()
            ]
        )

    return [
        Route(f"{prefix}/bling/counts", counts, methods=["GET", "DELETE"]),
        Route(f"{prefix}/bling/limits", limits, methods=["POST"]),
        Route(f"{prefix}/bling/options", options, methods=["POST"]),
        Route(f"{prefix}/bling/refusals", refusals, methods=["POST"]),
        Route(f"{prefix}/bling/revoke", revoke, methods=["POST"]),
        Route(f"{prefix}/bling/accounts", accounts, methods=["GET"]),
    ]
