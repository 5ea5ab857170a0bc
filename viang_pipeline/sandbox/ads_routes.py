"""The Product Ads routes (contract §9); retired ones have no route and answer a plain 404."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from starlette.responses import Response

from viang_pipeline.sandbox import ads_bodies
from viang_pipeline.sandbox.ads_truth import NOTHING, REFRESH_ZONE, AdGroup, Advertiser, Campaign, Figures
from viang_pipeline.sandbox.answers import Json, json_answer
from viang_pipeline.sandbox.marketplace import Caller, Handler

REACH = 90
LISTABLE = frozenset({"active", "paused", "deleted"})
SHOWN_BY_DEFAULT = frozenset({"active", "paused"})


def ads_error(status: int, code: str, description: str) -> Response:
    """The envelope of the ads family (§1.1)."""
    return json_answer({"error_code": code, "description": description}, status)


@dataclass(frozen=True, slots=True)
class Asked:
    """Dates and metrics of a call. ``days`` is empty when no metrics were asked for."""

    days: tuple[date, ...]
    metrics: tuple[str, ...]
    daily: bool

    def summed(self, of_day: Callable[[date], Figures]) -> Figures:
        """Figures of the whole range."""
        return sum((of_day(day) for day in self.days), NOTHING)


def advertisers(caller: Caller) -> Response:
    """``GET /advertising/advertisers?product_id=PADS`` (§9.1); no ads is a 404 with its text, or an empty list."""
    if caller.request.headers.get("api-version") != "1":
        return ads_error(400, "invalid_request_param", "api-version 1 is required")
    account = _account(caller)
    if account is None or caller.request.query_params.get("product_id") != "PADS":
        if caller.market.options.ads_absent == "empty":
            return json_answer({"advertisers": []})
        return ads_error(404, "not_found", f"No permissions found for user_id {caller.seller_id}")
    seller = caller.market.world.sellers[caller.seller_id]
    name = seller.name.upper()
    row = {
        "advertiser_id": account.advertiser_id,
        "site_id": "MLB",
        "advertiser_name": name,
        "account_name": f"MLB - {name}",
    }
    abroad = row | {"advertiser_id": account.advertiser_id + 500_000, "site_id": "MLA", "account_name": f"MLA - {name}"}
    return json_answer({"advertisers": [abroad, row]})


def campaigns(caller: Caller) -> Response:
    """``…/campaigns/search`` (§9.2): campaigns, or with DAILY one flat row per date for the whole advertiser."""
    checked = _checked(caller)
    if isinstance(checked, Response):
        return checked
    account, asked = checked
    book, now = caller.market.world.ads, caller.now
    if asked.daily:
        rows = [
            {"date": day.isoformat(), **ads_bodies.metrics(book.total(caller.seller_id, day, now), asked.metrics, n)}
            for n, day in enumerate(asked.days)
        ]
        return json_answer({"paging": {"offset": 0, "total": len(rows), "limit": len(rows)}, "results": rows})
    filtered = caller.request.query_params.get("filters[status]")
    wanted = frozenset(filtered.split(",")) if filtered else SHOWN_BY_DEFAULT
    if not wanted <= LISTABLE:
        return ads_error(400, "invalid_request_param", "filters[status] is invalid")
    found: list[Json] = []
    for campaign in book.campaigns.values():
        status = campaign.status_at(now)
        if campaign.seller_id == caller.seller_id and status in wanted and status is not None:
            body = ads_bodies.campaign_body(campaign, account.advertiser_id, status)
            if asked.metrics:
                total = asked.summed(lambda day, of=campaign: _of_campaign(caller, of, day))  # type: ignore[misc]
                body["metrics"] = ads_bodies.metrics(total, asked.metrics, campaign.campaign_id)
            found.append(body)
    return _page(caller, found)


def campaign(caller: Caller) -> Response:
    """``…/campaigns/{id}`` (§9.3): the campaign with totals, or its daily rows; the auction metrics are only here."""
    checked = _checked(caller)
    if isinstance(checked, Response):
        return checked
    account, asked = checked
    found = caller.market.world.ads.campaigns.get(caller.number("campaign_id") or 0)
    status = found.status_at(caller.now) if found else None
    if found is None or status is None or found.seller_id != caller.seller_id:
        return ads_error(404, "campaign_not_found_exception", "campaign not found")

    def figures(of: Figures) -> Json:
        return ads_bodies.metrics(of, asked.metrics) | ads_bodies.shares(found, of, asked.metrics)

    if asked.daily:
        rows = [{"date": day.isoformat(), **figures(_of_campaign(caller, found, day))} for day in asked.days]
        return json_answer({"paging": {"offset": 0, "total": len(rows), "limit": len(rows)}, "results": rows})
    body = ads_bodies.campaign_body(found, account.advertiser_id, status)
    total = asked.summed(lambda day: _of_campaign(caller, found, day))
    return json_answer(body | {"metrics": figures(total)})


def ad_groups(caller: Caller) -> Response:
    """``…/ad_groups/search`` (§9.4): groups with figures of the range; deleted ones are not listed.

    In the wrong letter case of ``metrics`` rows come without any.
    """
    checked = _checked(caller)
    if isinstance(checked, Response):
        return checked
    account, asked = checked
    options = caller.market.options
    understood = _in_case(asked.metrics, options.ads_group_metrics_case)
    found: list[Json] = []
    for group in caller.market.world.ads.groups_of(caller.seller_id):
        gone = not group.listed_at(caller.now)
        if group.created_at > caller.now or (gone and not options.ads_deleted_groups_listed):
            continue
        body = ads_bodies.group_body(group, account.advertiser_id, "DELETED" if gone else "ACTIVE")
        if understood:
            total = asked.summed(lambda day, of=group: of.figures(day, caller.now))  # type: ignore[misc]
            body["metrics"] = ads_bodies.metrics(total, understood, group.group_id)
        found.append(body)
    return _page(caller, found)


def group_ads(caller: Caller) -> Response:
    """``…/ad_groups/{id}/ads`` (§9.7): member listings; DAILY ignores the group and gives the advertiser's series."""
    checked = _checked(caller)
    if isinstance(checked, Response):
        return checked
    _, asked = checked
    if asked.daily:
        return campaigns(caller)
    group = caller.market.world.ads.groups.get(caller.number("group_id") or 0)
    if group is None or group.seller_id != caller.seller_id or not group.listed_at(caller.now):
        return ads_error(404, "ad_group_not_found_exception", "ad group not found")
    totals: dict[str, Figures] = {}
    for day in asked.days:
        report = group.report_at(day, caller.now)
        for listing, figures in (report.items if report else {}).items():
            totals[listing] = totals.get(listing, NOTHING) + figures
    rows = []
    for listing, figures in totals.items():
        for status in ("active", "hold") if listing in group.repeats else ("active",):
            body = ads_bodies.member_body(group, listing, status)
            if asked.metrics:
                body["metrics"] = ads_bodies.metrics(figures, asked.metrics, group.group_id)
            rows.append(body)
    return _page(caller, rows)


def routes() -> dict[str, Handler]:
    """Path → handler, under both prefixes (§9)."""
    every: dict[str, Handler] = {"/advertising/advertisers": advertisers}
    for prefix in ("/advertising/MLB", "/marketplace/advertising/MLB"):
        every |= {
            prefix + "/advertisers/{advertiser_id}/product_ads/campaigns/search": campaigns,
            prefix + "/advertisers/{advertiser_id}/product_ads/ad_groups/search": ad_groups,
            prefix + "/product_ads/campaigns/{campaign_id}": campaign,
            prefix + "/product_ads/ad_groups/{group_id}/ads": group_ads,
        }
    return every


def _account(caller: Caller) -> Advertiser | None:
    found = caller.market.world.ads.advertisers.get(caller.seller_id)
    return found if found is not None and found.active_at(caller.now) else None


def _checked(caller: Caller) -> tuple[Advertiser, Asked] | Response:
    """The caller's account and what was asked, or the refusal."""
    if caller.request.headers.get("api-version") != "2":
        return ads_error(400, "invalid_request_param", "api-version 2 is required")
    account = _account(caller)
    named = caller.request.path_params.get("advertiser_id")
    if account is None or (named is not None and named != str(account.advertiser_id)):
        return ads_error(401, "unauthorized", "advertiser does not belong to the user")
    asked = _asked(caller)
    return asked if isinstance(asked, Response) else (account, asked)


def _asked(caller: Caller) -> Asked | Response:
    params = caller.request.query_params
    metrics = tuple(name for name in params.get("metrics", "").split(",") if name)
    daily = params.get("aggregation_type", "").upper() == "DAILY"
    if not metrics:
        return Asked((), (), daily)
    try:
        first, last = date.fromisoformat(params["date_from"]), date.fromisoformat(params["date_to"])
    except (KeyError, ValueError):
        return ads_error(400, "invalid_request_param", "date_from and date_to are required")
    today = caller.now.astimezone(REFRESH_ZONE).date()
    days = (last - first).days + 1
    if days < 1 or days > REACH or first < today - timedelta(days=REACH):
        return ads_error(400, "invalid_request_param", f"the range may not pass {REACH} days")
    return Asked(tuple(first + timedelta(days=n) for n in range(days)), metrics, daily)


def _in_case(metrics: Iterable[str], case: str) -> tuple[str, ...]:
    if case == "upper":
        return tuple(name.lower() for name in metrics if name == name.upper())
    return tuple(name for name in metrics if name == name.lower())


def _of_campaign(caller: Caller, campaign: Campaign, day: date) -> Figures:
    groups: list[AdGroup] = caller.market.world.ads.groups_of(caller.seller_id)
    of_it = (group for group in groups if group.campaign_id == campaign.campaign_id)
    return sum((group.figures(day, caller.now) for group in of_it), NOTHING)


def _page(caller: Caller, rows: list[Json]) -> Response:
    params = caller.request.query_params
    offset, limit = params.get("offset", "0"), params.get("limit", "50")
    if not (offset.isdecimal() and limit.isdecimal() and 1 <= int(limit) <= 800):
        return ads_error(400, "invalid_request_param", "invalid paging")
    page = rows[int(offset) : int(offset) + int(limit)]
    return json_answer({"paging": {"offset": int(offset), "total": len(rows), "limit": int(limit)}, "results": page})
