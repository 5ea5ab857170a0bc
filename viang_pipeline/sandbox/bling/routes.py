"""All of Bling's routes under ``/Api/v3``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from viang_pipeline.sandbox.bling import (
    account_routes,
    invoice_routes,
    money_routes,
    oauth_routes,
    order_routes,
    product_routes,
    stock_routes,
)
from viang_pipeline.sandbox.bling.answers import not_found
from viang_pipeline.sandbox.bling.service import PREFIX, TOKEN_ROUTE, Bling, authorised

Endpoint = Callable[[Request], Response]
RESOURCES = (
    order_routes.ROUTES
    | product_routes.ROUTES
    | stock_routes.ROUTES
    | money_routes.ROUTES
    | invoice_routes.ROUTES
    | account_routes.ROUTES
)


def bling_routes(bling: Bling, served: Callable[[Endpoint], Callable[[Request], Awaitable[Response]]]) -> list[Route]:
    """The routes; ``served`` makes a coroutine of an endpoint."""

    async def token(request: Request) -> Response:
        return oauth_routes.token(bling, request, await request.body())

    async def revoke(request: Request) -> Response:
        return oauth_routes.revoke(bling, request, await request.body())

    def unknown(request: Request) -> Response:
        return not_found()

    routes = [
        Route(f"{PREFIX}/oauth/authorize", served(lambda request: oauth_routes.authorize(bling, request))),
        Route(TOKEN_ROUTE, token, methods=["POST"]),
        Route(f"{PREFIX}/oauth/revoke", revoke, methods=["POST"]),
    ]
    routes += [
        Route(f"{PREFIX}{path}", served(authorised(bling, resource, handler)))
        for path, (resource, handler) in RESOURCES.items()
    ]
    return [*routes, Route(f"{PREFIX}/{{rest:path}}", served(unknown))]
