"""The sandbox as a real HTTP server on this machine, in a thread."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from types import TracebackType

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from viang_pipeline.sandbox import (
    account_routes,
    ads_routes,
    billing_routes,
    claim_routes,
    discount_routes,
    inventory_routes,
    oauth_routes,
    order_routes,
    visit_routes,
)
from viang_pipeline.sandbox.bling.control import bling_control_routes
from viang_pipeline.sandbox.bling.routes import bling_routes
from viang_pipeline.sandbox.bling.service import Bling
from viang_pipeline.sandbox.clock import SandboxClock
from viang_pipeline.sandbox.control import control_routes
from viang_pipeline.sandbox.faults import FaultBook
from viang_pipeline.sandbox.gate import CONTROL, KEPT_REQUESTS, Gate, SeenRequest
from viang_pipeline.sandbox.grants import IssuedTokens
from viang_pipeline.sandbox.hidden_limits import HiddenLimits
from viang_pipeline.sandbox.marketplace import Application, Marketplace, Options, authorised
from viang_pipeline.sandbox.truth import Seller
from viang_pipeline.sandbox.world import World

HOST = "127.0.0.1"
APP_ID = "7770001234567890"
APP_SECRET = "segredo-de-demonstracao-do-sandbox"
BLING_CLIENT_ID = "5f0c1d3e9a7b4c2d8e6f1a0b3c5d7e9f11223344"
BLING_CLIENT_SECRET = "segredo-do-bling-de-demonstracao-do-sandbox"
REDIRECT_URI = "http://127.0.0.1:8734/callback"


class _Server(uvicorn.Server):
    """Ends when it is told to, without the pauses uvicorn makes before it looks and before it leaves: 0.2 s that every
    test would wait."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._told = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def end(self) -> None:
        """From another thread: serve no more."""
        self.should_exit = True
        if self._loop is not None:
            with suppress(RuntimeError):  # it had ended already
                self._loop.call_soon_threadsafe(self._told.set)

    async def main_loop(self) -> None:
        self._loop = asyncio.get_running_loop()
        while not await self.on_tick(0):
            with suppress(TimeoutError):
                await asyncio.wait_for(self._told.wait(), 1.0)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Clients keep their connections, and nobody waits for them to go."""
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()


class Sandbox:
    """A marketplace, and Bling under ``/Api/v3``, over HTTP, showing ``world`` at the instant of ``clock``.

    ``port`` 0 takes a free one; ``now`` defaults to the world's start. ``with Sandbox(world) as sandbox`` serves from a
    thread until the block ends.
    """

    def __init__(
        self,
        world: World,
        port: int = 0,
        *,
        now: datetime | None = None,
        app_id: str = APP_ID,
        app_secret: str = APP_SECRET,
        redirect_uri: str = REDIRECT_URI,
        bling_client_id: str = BLING_CLIENT_ID,
        bling_client_secret: str = BLING_CLIENT_SECRET,
    ) -> None:
        self.world = world
        self.clock = SandboxClock(now or world.start)
        self.faults = FaultBook()
        self.app_id, self.app_secret, self.redirect_uri = app_id, app_secret, redirect_uri
        self._market = Marketplace(
            world,
            self.clock,
            Application(app_id, app_secret, redirect_uri),
            Application(bling_client_id, bling_client_secret, redirect_uri),
        )
        self._seen: deque[SeenRequest] = deque(maxlen=KEPT_REQUESTS)
        self._port = port
        self._socket: socket.socket | None = None
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def options(self) -> Options:
        """Switches for behaviour the contract leaves open."""
        return self._market.options

    @property
    def bling(self) -> Bling:
        """The ERP: consents, switches and limits of its own."""
        return self._market.bling

    @property
    def max_requests_per_hour(self) -> int:
        """What ``GET /applications/{app_id}`` states."""
        return self._market.max_requests_per_hour

    @max_requests_per_hour.setter
    def max_requests_per_hour(self, value: int) -> None:
        self._market.max_requests_per_hour = value

    @property
    def hidden_limits(self) -> HiddenLimits:
        """Limits that nobody is told about; none at first."""
        return self._market.hidden_limits

    @property
    def requests(self) -> list[SeenRequest]:
        """Every request to the marketplace and to Bling so far, oldest first."""
        return list(self._seen)

    def clear_requests(self) -> None:
        """Forget the requests seen."""
        self._seen.clear()

    @property
    def url(self) -> str:
        """The base address, for API and consent alike. Raises RuntimeError before the start."""
        if self._socket is None:
            raise RuntimeError("the sandbox is not running")
        return f"http://{HOST}:{self._socket.getsockname()[1]}"

    def authorize(
        self, seller: Seller | int | str, *, code_challenge: str | None = None, code_challenge_method: str = "S256"
    ) -> str:
        """The code that a click on the consent page would bring."""
        identity = self.world.seller(seller).seller_id
        return self._market.grants.new_code(identity, self.redirect_uri, code_challenge, code_challenge_method)

    def tokens(self, seller: Seller | int | str) -> IssuedTokens:
        """A pair as from a fresh consent, without browser and exchange. Kills the seller's earlier pair."""
        return self._market.grants.issue(self.world.seller(seller).seller_id)

    def revoke(self, seller: Seller | int | str) -> None:
        """The seller takes the grant back."""
        self._market.grants.revoke(self.world.seller(seller).seller_id)

    def start(self) -> None:
        """Listen and serve from a thread; returns when requests are answered."""
        # The protocol is named because asyncio turns Nagle's delay (40 ms per answer) off only then.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((HOST, self._port))
        self._socket.listen(256)
        application = self._application()
        config = uvicorn.Config(application, loop="asyncio", lifespan="off", log_config=None, access_log=False)
        self._server = _Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, name="sandbox", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Stop serving and free the port."""
        if self._server is not None and self._thread is not None and self._socket is not None:
            self._server.end()
            self._thread.join()
            self._socket.close()

    def wait(self) -> None:
        """Serve until the thread ends."""
        if self._thread is not None:
            self._thread.join()

    def __enter__(self) -> Sandbox:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _application(self) -> Gate:
        market = self._market

        async def token(request: Request) -> Response:
            body = await request.body()
            return oauth_routes.token(market, body, request.headers.get("content-type", ""))

        routes = [
            Route("/authorization", _served(lambda request: oauth_routes.authorization(market, request))),
            Route("/oauth/token", token, methods=["POST"]),
            Route(
                "/users/{user_id}/applications/{app_id}",
                _served(authorised(market, account_routes.revoke)),
                methods=["DELETE"],
            ),
        ]
        handlers = (
            visit_routes.ROUTES
            | claim_routes.ROUTES
            | billing_routes.ROUTES
            | discount_routes.ROUTES
            | inventory_routes.ROUTES
            | order_routes.ROUTES
            | account_routes.routes()
        )
        handlers |= ads_routes.routes()
        routes += [Route(path, _served(authorised(market, handler))) for path, handler in handlers.items()]
        routes += bling_routes(market.bling, _served)
        routes += bling_control_routes(market.bling, CONTROL)
        routes += control_routes(market, self.faults, self._seen)
        return Gate(Starlette(routes=routes), market, self.faults, self._seen)


def _served(endpoint: Callable[[Request], Response]) -> Callable[[Request], Awaitable[Response]]:
    """As a coroutine, so that answers are computed in the server's own thread, one at a time."""

    async def run(request: Request) -> Response:
        return endpoint(request)

    return run
