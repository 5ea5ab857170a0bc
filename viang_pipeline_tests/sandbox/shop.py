"""A small shop over real HTTP: one world, one server, one plain httpx client."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from viang_pipeline.sandbox import Sandbox, World
from viang_pipeline.sandbox.truth import Listing, Order, Seller

START = datetime(2026, 3, 10, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass
class Shop:
    """What a test needs; each test uses a seller of its own, so that one server serves them all."""

    world: World
    sandbox: Sandbox
    http: httpx.Client

    def seller(self, **given: Any) -> tuple[Seller, Listing]:
        """A new seller with one listing at R$ 50,00."""
        seller = self.world.add_seller(f"loja-{len(self.world.sellers)}", **given)
        return seller, self.world.add_listing(seller, title="Garrafa 1L", price=5000, sku="GAR-1L")

    def bearer(self, seller: Seller) -> dict[str, str]:
        """The header of a living grant."""
        active = self.sandbox._market.grants.active.get(seller.seller_id)
        pair = active.pair if active else self.sandbox.tokens(seller)
        return {"Authorization": f"Bearer {pair.access_token}"}

    def get(self, seller: Seller, path: str, headers: dict[str, str] | None = None, /, **params: Any) -> httpx.Response:
        """A GET with the seller's bearer."""
        return self.http.get(path, params=params, headers=self.bearer(seller) | (headers or {}))

    def search(self, seller: Seller, **params: Any) -> list[int]:
        """The ids of a search; ``__`` in names stands for a dot."""
        renamed = {name.replace("__", "."): value for name, value in params.items()}
        answer = self.get(seller, "/orders/search", seller=seller.seller_id, **renamed)
        assert answer.status_code == 200, answer.text
        return [row["id"] for row in answer.json()["results"]]

    def order(self, seller: Seller, order: Order) -> Any:
        """The detail of an order."""
        return self.get(seller, f"/orders/{order.order_id}").json()


@contextmanager
def open_shop() -> Iterator[Shop]:
    """A served world whose clock stands at START."""
    world = World(seed=1, start=START - 400 * DAY)
    with Sandbox(world, now=START) as sandbox, httpx.Client(base_url=sandbox.url, timeout=5) as http:
        yield Shop(world, sandbox, http)
