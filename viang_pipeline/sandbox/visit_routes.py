"""Routes of visits (contract §8): sparse, unordered, one id only, both ends of a window included."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from zoneinfo import ZoneInfo

from starlette.responses import Response

from viang_pipeline.sandbox.answers import Json, json_answer, standard_error
from viang_pipeline.sandbox.marketplace import Caller, Handler
from viang_pipeline.sandbox.visits_truth import Series, total_at

LONGEST = 150
LOCAL = ZoneInfo("America/Sao_Paulo")


def item_window(caller: Caller) -> Response:
    """``GET /items/{id}/visits/time_window``."""
    item = str(caller.request.path_params["item_id"])
    if item not in caller.market.world.listings:
        return standard_error(404, "not_found", "Item not found")
    return _window(caller, {"item_id": item}, caller.market.world.visits.listings[item])


def account_window(caller: Caller) -> Response:
    """``GET /users/{id}/items_visits/time_window``."""
    if caller.number("user_id") != caller.seller_id:
        return standard_error(403, "forbidden", "The caller is not the owner")
    return _window(caller, {"user_id": caller.seller_id}, caller.market.world.visits.sellers[caller.seller_id])


def item_totals(caller: Caller) -> Response:
    """``GET /items/visits?ids=``: one id."""
    params = caller.request.query_params
    ids = [text for text in params.get("ids", "").split(",") if text]
    if len(ids) != 1:
        return standard_error(400, "validation_parameters", "maximum amount of items to query is 1")
    try:
        first, last = date.fromisoformat(params["date_from"][:10]), date.fromisoformat(params["date_to"][:10])
    except (KeyError, ValueError):
        return standard_error(400, "bad_request", "unknown date format")
    series = caller.market.world.visits.listings[ids[0]]
    total = sum(total_at(series, day, caller.now) for day in _days(first, last))
    return json_answer([{"item_id": ids[0], "total_visits": total, "visits_detail": _detail(total)}])


ROUTES: dict[str, Handler] = {
    "/items/visits": item_totals,
    "/items/{item_id}/visits/time_window": item_window,
    "/users/{user_id}/items_visits/time_window": account_window,
}


def _window(caller: Caller, head: Json, series: Series) -> Response:
    params = caller.request.query_params
    last = params.get("last", "")
    if not last.isdecimal() or int(last) > LONGEST:
        return standard_error(400, "bad_request", f"invalid time window, should be smaller or equal to {LONGEST} days")
    today = caller.now.astimezone(LOCAL).date()
    try:
        end = date.fromisoformat(params["ending"]) if "ending" in params else today
    except ValueError:
        return standard_error(400, "bad_request", "invalid date format for ending date")
    first = end - timedelta(days=int(last) - (not caller.market.options.visits_extra_day))
    days = _days(first, min(end, today))
    counts = [(day, total_at(series, day, caller.now)) for day in days]
    rows = [
        {"date": f"{day}T00:00:00Z", "total": total, "visits_detail": _detail(total)} for day, total in counts if total
    ]
    Random(f"{head}{end}{last}").shuffle(rows)
    return json_answer(
        head
        | {
            "date_from": f"{days[0] if days else end}T00:00:00-04:00",
            "date_to": f"{end + timedelta(days=1)}T00:00:00-04:00",
            "total_visits": sum(total for _, total in counts),
            "last": int(last),
            "unit": "day",
            "results": rows,
        }
    )


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _detail(total: int) -> list[Json]:
    return [{"company": "mercadolibre", "quantity": total}]
