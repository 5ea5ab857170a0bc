"""Visits by day, complete for the days asked or failed (contract §8, §15 trap 19)."""

from __future__ import annotations

from datetime import date

from viang_pipeline.domain.business_day import days_between
from viang_pipeline.sources.errors import envelope, from_http
from viang_pipeline.sources.mercado_livre.client import MercadoLivreClient
from viang_pipeline.sources.mercado_livre.payloads.visits import VisitsWindow

LONGEST = 150
"""Days a window may span."""

UNKNOWN = "not_found"
"""The word of the only 404 that means "no such listing" (§8); any other one is a route that is gone."""


def listing_visits(api: MercadoLivreClient, listing: str, first: date, last: date) -> dict[date, int] | None:
    """Visits of a listing on every day from ``first`` to ``last``; None when the platform knows no such listing.

    Raises PermanentFailure for a 404 that does not say so.
    """
    route = f"/items/{listing}/visits/time_window"
    answer = api.http.get(route, _window(first, last), accept=(200, 404))
    if answer.status == 404:
        if envelope(answer.content).code != UNKNOWN:
            raise from_http("GET", route, answer.status, answer.content)
        return None
    return _by_day(api.read(answer.document, VisitsWindow, route, f"visitas do anúncio {listing}"), first, last)


def account_visits(api: MercadoLivreClient, first: date, last: date) -> dict[date, int]:
    """Unique visits of the account on every day; they are not the sum over its listings."""
    route = f"/users/{api.seller_id}/items_visits/time_window"
    document = api.http.get(route, _window(first, last)).document
    return _by_day(api.read(document, VisitsWindow, route, "visitas da conta"), first, last)


def _window(first: date, last: date) -> dict[str, str | int]:
    """``ending`` is always given, because without it the last day is today; one day more than needed is asked for,
    because whether ``last=N`` spans N or N + 1 dates is told in both ways."""
    span = (last - first).days + 1
    if not 0 < span < LONGEST:
        raise ValueError(f"a window has 1 to {LONGEST - 1} days")
    return {"last": span, "unit": "day", "ending": last.isoformat()}


def _by_day(window: VisitsWindow, first: date, last: date) -> dict[date, int]:
    """A day absent inside a complete answer had no visit (kpis.md §5.7); rows outside the window are dropped."""
    seen = {date.fromisoformat(row.date[:10]): row.total for row in window.results}
    return {day: seen.get(day, 0) for day in days_between(first, last)}
