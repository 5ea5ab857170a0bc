"""What every route shares: the world, the clock, grants, switches, and who is asking."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from viang_pipeline.sandbox.answers import policy_agent, standard_error
from viang_pipeline.sandbox.bling.service import Bling
from viang_pipeline.sandbox.clock import SandboxClock
from viang_pipeline.sandbox.grants import BEARER, Grants
from viang_pipeline.sandbox.hidden_limits import HiddenLimits
from viang_pipeline.sandbox.order_search import OrderSearch
from viang_pipeline.sandbox.world import World


@dataclass(slots=True)
class Options:
    """Behaviour the contract leaves open, as switches.

    ``expired_status``: 401, or 403 for an expired bearer (§1.1) · ``cancel_detail_in_search``: whether search rows have
    it (§3.2) · ``old_multiget``: ``/items?ids=`` still answers (§7.2) · ``old_access_token_survives`` a refresh ·
    ``repeat_lost_refresh``: a renewal whose answer was lost may be repeated once (§2) · ``pkce_required`` at consent ·
    ``ads_absent``: an account without Product Ads is answered ``not_found`` or ``empty`` (§9.1) ·
    ``ads_group_metrics_case`` that ad group searches understand, ``upper`` or ``lower`` (§9.4) ·
    ``ads_deleted_groups_listed`` in them · ``visits_extra_day``: ``last=N`` spans N + 1 dates (§8) ·
    ``billing_summary_static`` within a day (§12) · ``billing_unknown_period``: one that has not begun is answered
    ``empty`` or ``not_found``.
    """

    expired_status: int = 401
    cancel_detail_in_search: bool = False
    old_multiget: bool = False
    old_access_token_survives: bool = False
    repeat_lost_refresh: bool = True
    pkce_required: bool = False
    ads_absent: str = "not_found"
    ads_group_metrics_case: str = "upper"
    ads_deleted_groups_listed: bool = False
    visits_extra_day: bool = True
    billing_summary_static: bool = True
    billing_unknown_period: str = "empty"


@dataclass(frozen=True, slots=True)
class Application:
    """The agency's application as registered with the platform."""

    app_id: str
    secret: str
    redirect_uri: str


class Marketplace:
    """The state behind the HTTP faces."""

    def __init__(
        self, world: World, clock: SandboxClock, application: Application, bling_application: Application
    ) -> None:
        self.world = world
        self.clock = clock
        self.application = application
        self.options = Options()
        self.max_requests_per_hour = 18_000
        self.hidden_limits = HiddenLimits()
        self.grants = Grants(clock, application.app_id)
        self.search = OrderSearch(world)
        self.bling = Bling(world, clock, bling_application)


@dataclass(frozen=True, slots=True)
class Caller:
    """A request whose bearer was accepted, at one instant."""

    market: Marketplace
    request: Request
    seller_id: int
    now: datetime

    def number(self, name: str) -> int | None:
        """A path parameter as a number; None when it is not one."""
        text = str(self.request.path_params[name])
        return int(text) if text.isdecimal() else None


Handler = Callable[[Caller], Response]


def authorised(market: Marketplace, handler: Handler) -> Callable[[Request], Response]:
    """An endpoint that needs a living bearer (§1.1: absent or expired 401, malformed 403 of the gateway)."""

    def endpoint(request: Request) -> Response:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if not token:
            return standard_error(401, "not_identified_user", "authorization value not present")
        if scheme.lower() != "bearer" or not BEARER.fullmatch(token):
            return policy_agent()
        with market.world.lock:
            seller_id, expired = market.grants.bearer(token)
            if expired and market.options.expired_status == 403:
                return policy_agent()
            if seller_id is None or expired:
                return standard_error(401, "invalid_token", "invalid access token")
            return handler(Caller(market, request, seller_id, market.clock.now()))

    return endpoint
