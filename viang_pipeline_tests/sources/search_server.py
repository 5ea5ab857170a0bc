"""A small order search of our own making, written from contract §3.1 only, that changes while it is being read.

Independent of the sandbox and of the client: it knows the documented rules (whole-hour filters, cancelled orders
hidden, 50 per page, offset ceiling, unknown filters ignored) and a schedule of what happens between requests.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone

import httpx

HOUSE_ZONE = timezone(timedelta(hours=-4))
SELLER = 424242


@dataclass
class Sale:
    """The truth about one order."""

    id: int
    created: datetime
    closed: datetime
    updated: datetime
    status: str = "paid"
    buyer: int = 31337

    def body(self) -> dict[str, object]:
        return {
            "id": self.id,
            "status": self.status,
            "date_created": self.created.astimezone(HOUSE_ZONE).isoformat(timespec="milliseconds"),
            "date_closed": self.closed.astimezone(HOUSE_ZONE).isoformat(timespec="milliseconds"),
            "date_last_updated": self.updated.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "last_updated": self.created.astimezone(HOUSE_ZONE).isoformat(timespec="milliseconds"),
            "order_items": [{"item": {"id": "MLB1"}, "quantity": 1, "unit_price": 10.5, "sale_fee": 1.2}],
            "buyer": {"id": self.buyer},
            "seller": {"id": SELLER},
            "cancel_detail": {"group": "buyer", "date": self.updated.isoformat()}
            if self.status == "cancelled"
            else None,
        }


@dataclass
class SearchServer:
    """``between`` runs before each request, with the server; ``inclusive_to``: the hour of ``to`` belongs to the
    window (both readings of the contract are tried); ``stable_ties``: equal times keep one order."""

    sales: dict[int, Sale] = field(default_factory=dict)
    between: Callable[[SearchServer], None] | None = None
    inclusive_to: bool = True
    stable_ties: bool = True
    hides_cancelled: bool = True
    page_limit: int = 50
    requests: list[dict[str, str]] = field(default_factory=list)
    random: random.Random = field(default_factory=lambda: random.Random(0))

    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self._answer)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if self.between:
            self.between(self)
        if request.url.path.startswith("/orders/2"):
            return httpx.Response(200, json=self.sales[int(request.url.path.rsplit("/", 1)[1])].body())
        assert request.url.path == "/orders/search"
        params = dict(request.url.params)
        self.requests.append(params)
        offset, limit = int(params["offset"]), min(int(params["limit"]), self.page_limit)
        if offset + limit > 10_000:
            return httpx.Response(400, json={"message": "Limit exceeded", "error": "bad_request", "status": 400})
        wanted = params.get("order.status")
        created, updated = self._hours(params, "date_created"), self._hours(params, "date_last_updated")
        matching = [
            sale
            for sale in self.sales.values()
            if created[0] <= sale.created < created[1]
            and updated[0] <= sale.updated < updated[1]
            and (sale.status in wanted.split(",") if wanted else not (self.hides_cancelled and _hidden(sale)))
        ]
        matching.sort(key=lambda sale: (sale.closed, sale.id if self.stable_ties else self.random.random()))
        rows = [sale.body() for sale in matching[offset : offset + limit]]
        paging = {"total": len(matching), "offset": offset, "limit": limit}
        return httpx.Response(200, content=json.dumps({"query": "", "paging": paging, "results": rows}))

    def _hours(self, params: dict[str, str], name: str) -> tuple[datetime, datetime]:
        """The window the platform really applies: minutes and seconds of both filters are dropped."""
        start, end = params.get(f"order.{name}.from"), params.get(f"order.{name}.to")
        return (
            _hour(start) if start else datetime.min.replace(tzinfo=UTC),
            _hour(end) + timedelta(hours=self.inclusive_to) if end else datetime.max.replace(tzinfo=UTC),
        )


def _hidden(sale: Sale) -> bool:
    return sale.status == "cancelled"


def _hour(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(minute=0, second=0, microsecond=0)
