"""What every Bling route shares: the book, the clock, grants, limits, switches, and who is asking."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import Response

from viang_pipeline.sandbox.bling.answers import error, forbidden, invalid_filter, invalid_token, with_nulls
from viang_pipeline.sandbox.bling.book import BlingAccount
from viang_pipeline.sandbox.bling.grants import BlingGrants, BlingTokens
from viang_pipeline.sandbox.bling.limits import BlingLimits
from viang_pipeline.sandbox.bling.questions import BadQuestionError, Question
from viang_pipeline.sandbox.clock import SandboxClock
from viang_pipeline.sandbox.truth import Seller
from viang_pipeline.sandbox.world import World

if TYPE_CHECKING:
    from viang_pipeline.sandbox.marketplace import Application

PREFIX = "/Api/v3"
TOKEN_ROUTE = f"{PREFIX}/oauth/token"
BEARER = re.compile(r"[Bb]earer ([\w.~+/-]+=*)")


@dataclass(slots=True)
class BlingOptions:
    """Behaviour the contract leaves open, and things that may happen, as switches.

    ``consent``: what the authorize page brings back, ``granted`` or an ``error`` (§2) · ``oauth_error_status`` of the
    token stage, not documented · ``old_access_token_survives`` a refresh · ``rotates_refresh_token``: False answers
    without one and keeps the old · ``stock_filter_on_products`` works there (§7.1) · ``all_includes_deleted``:
    ``criterio=5`` shows them · ``during_paging``: after each first page of orders a new one arrives, or the newest
    one is touched and so leaves a change window · ``empties_as_null``: what is empty is null, as it rarely is (§5).
    """

    consent: str = "granted"
    oauth_error_status: int = 400
    old_access_token_survives: bool = False
    rotates_refresh_token: bool = True
    stock_filter_on_products: bool = True
    all_includes_deleted: bool = False
    during_paging: Literal["", "arrival", "departure"] = ""
    empties_as_null: bool = False


class Bling:
    """The state behind Bling's faces."""

    def __init__(self, world: World, clock: SandboxClock, application: Application) -> None:
        self.world = world
        self.clock = clock
        self.application = application
        self.options = BlingOptions()
        self.grants = BlingGrants(clock)
        self.limits = BlingLimits(clock)

    def environment(self, address: str) -> dict[str, str]:
        """The settings that point a client at this ERP, served at ``address``."""
        return {
            "BLING_API_URL": f"{address}{PREFIX}",
            "BLING_TOKEN_URL": f"{address}{TOKEN_ROUTE}",
            "BLING_AUTH_URL": f"{address}{PREFIX}/oauth/authorize",
            "BLING_CLIENT_ID": self.application.app_id,
            "BLING_CLIENT_SECRET": self.application.secret,
        }

    def account(self, seller: Seller | int | str) -> BlingAccount:
        """The account of a seller, by itself, id or slug. Raises KeyError when there is none."""
        return self.world.bling.account(self.world.seller(seller))

    def authorize(self, seller: Seller | int | str) -> str:
        """The code that a click on the consent page would bring."""
        return self.grants.new_code(self.account(seller).seller_id)

    def tokens(self, seller: Seller | int | str) -> BlingTokens:
        """A pair as from a fresh consent, without browser and exchange. Kills the account's earlier pair."""
        return self.grants.issue(self.account(seller).seller_id)

    def revoke(self, seller: Seller | int | str) -> None:
        """The account takes the authorisation back."""
        self.grants.revoke(self.account(seller).seller_id)

    def whose(self, path: str, authorization: str, body: bytes) -> int | None:
        """The seller behind a request, by its bearer or by the code or refresh token it brings."""
        if path == TOKEN_ROUTE:
            form = parse_qs(body.decode("latin-1"))
            credential = (form.get("refresh_token") or form.get("code") or [""])[0]
            return self.grants.owner(credential)
        match = BEARER.fullmatch(authorization)
        return self.grants.owner(match.group(1)) if match else None


@dataclass(frozen=True, slots=True)
class Caller:
    """A request whose bearer was accepted, at one instant."""

    bling: Bling
    request: Request
    account: BlingAccount
    question: Question
    now: datetime

    def number(self, name: str) -> int:
        """A path parameter as a number; 0, which is nothing's id, when it is not one."""
        text = str(self.request.path_params[name])
        return int(text) if text.isdecimal() else 0


Handler = Callable[[Caller], Response]


def authorised(bling: Bling, resource: str, handler: Handler) -> Callable[[Request], Response]:
    """An endpoint that needs a living bearer with the scope of ``resource`` (§2, §3)."""

    def endpoint(request: Request) -> Response:
        header = request.headers.get("authorization", "")
        if not header:
            return invalid_token("The access token is missing")
        match = BEARER.fullmatch(header)
        if match is None:
            return error(400, "invalid_request", "invalid_request", "Malformed auth header")
        with bling.world.lock:
            bearer = bling.grants.bearer(match.group(1))
            if bearer is not None and bearer.expired:
                return invalid_token("The access token provided has expired")
            if bearer is None or not bearer.alive or (not bearer.jwt and request.headers.get("enable-jwt") == "1"):
                return invalid_token("The access token provided is invalid")
            account = bling.world.bling.account(bearer.seller_id)
            refusal = account.traits.refusals.get(resource)
            if refusal is not None:
                return forbidden(refusal)
            try:
                answer = handler(Caller(bling, request, account, Question(request.query_params), bling.clock.now()))
                return with_nulls(answer) if bling.options.empties_as_null else answer
            except BadQuestionError as problem:
                return invalid_filter(str(problem))

    return endpoint
