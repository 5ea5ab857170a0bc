"""The clients of the engine tests: small shops with one sale every other day, registered and connected.

Real clock: every day is counted back from today. Paused clients are left alone by the first load and the nights, so
that only the backfill under test reads them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from viang_pipeline.domain.business_day import business_day, day_start, days_between
from viang_pipeline.partitions import partition_key
from viang_pipeline.sandbox import Sandbox, World
from viang_pipeline.sandbox.truth import Seller
from viang_pipeline.sources.mercado_livre.oauth import TokenPair
from viang_pipeline.warehouse import clients
from viang_pipeline.warehouse.database import Database
from viang_pipeline.warehouse.tokens import TokenVault

TODAY = business_day(datetime.now(UTC))
HISTORY = 100
UNPACED = 10**9
PRICE = 10_000
FREIGHT = 700


def ago(days: int) -> date:
    """The business day so many days before today."""
    return TODAY - timedelta(days=days)


@dataclass
class Market:
    """A marketplace over HTTP and an installation's clients in it."""

    database: Database
    token_key: str
    world: World = field(default_factory=lambda: World(seed=7, start=day_start(ago(HISTORY))))
    sellers: dict[str, Seller] = field(default_factory=dict)
    sandbox: Sandbox = field(init=False)

    @contextmanager
    def open(self) -> Iterator[Market]:
        with Sandbox(self.world) as sandbox:
            sandbox.max_requests_per_hour = UNPACED
            sandbox.clock.follow_real_time()
            self.sandbox = sandbox
            yield self

    @property
    def environment(self) -> dict[str, str]:
        """What an installation needs to know of this marketplace."""
        return {
            "MERCADO_LIVRE_API_URL": self.sandbox.url,
            "MERCADO_LIVRE_AUTH_URL": self.sandbox.url,
            "MERCADO_LIVRE_APP_ID": self.sandbox.app_id,
            "MERCADO_LIVRE_APP_SECRET": self.sandbox.app_secret,
            "MERCADO_LIVRE_REDIRECT_URI": self.sandbox.redirect_uri,
        }

    def add(self, client_id: str, *, starts: date, selling: Iterable[date] | None = None, active: bool = False) -> None:
        """A registered, connected client with a sale on every second of the days ``selling`` (default: all)."""
        seller = self.world.add_seller(client_id)
        self.sellers[client_id] = seller
        listing = self.world.add_listing(seller, title="Caneca", price=PRICE, sku="CANECA-1")
        for number, day in enumerate(sorted(selling or days_between(starts, ago(1)))):
            if number % 2 == 0:
                order = self.world.place_order(seller, listing, at=day_start(day) + timedelta(hours=12), quantity=1)
                self.world.pay(order, at=day_start(day) + timedelta(hours=12, minutes=1))
                if number % 4 == 0:
                    shipped = day_start(day) + timedelta(hours=14)
                    shipment = self.world.ship(seller, at=shipped, seller_cost=FREIGHT)
                    self.world.attach_shipment(order, shipment, at=shipped)
                    self.world.deliver(shipment, shipped=shipped, delivered=shipped + timedelta(hours=5))
        with self.database.transaction() as conn:
            clients.add(conn, client_id, seller.name, inicio_historico=starts, default_start=starts)
            if not active:
                clients.pause(conn, client_id)
        pair = self.sandbox.tokens(seller)
        TokenVault(self.database, (self.token_key,), lambda: datetime.now(UTC)).store_new_grant(
            client_id,
            "mercado_livre",
            TokenPair(pair.access_token, pair.refresh_token, 6 * 3600, seller.seller_id, "offline_access read"),
            seller.seller_id,
        )

    def truth(self, client_id: str, days: Iterable[date]) -> dict[date, tuple[Decimal, Decimal]]:
        """Day → (vendas_brutas, frete_vendedor) that the shop really had, for the days with sales."""
        wanted, found = set(days), {}
        for order in self.world.orders.values():
            day = business_day(order.created_at)
            if order.seller_id == self.sellers[client_id].seller_id and day in wanted:
                freight = Decimal(FREIGHT) / 100 if order.states[-1].shipment_id else None
                found[day] = (Decimal(order.total) / 100, freight)
        return found  # type: ignore[return-value]

    def stored(self, client_id: str, days: Iterable[date]) -> dict[date, tuple[Decimal, Decimal]]:
        """The same from ``agg_client_day``."""
        with self.database.transaction() as conn:
            rows = conn.execute(
                "select dia, vendas_brutas, frete_vendedor from dashboard.agg_client_day"
                " where client_id = %s and dia = any(%s) and pedidos_brutos > 0",
                [client_id, list(days)],
            )
            return {day: (gross, freight) for day, gross, freight in rows}

    def complete(self, client_id: str, resource: str = "orders") -> set[date]:
        """Days marked as read completely."""
        with self.database.transaction() as conn:
            rows = conn.execute(
                "select dia from dashboard.source_reads where client_id = %s and resource = %s and completo",
                [client_id, resource],
            )
            return {day for (day,) in rows}


def keys(client_ids: Iterable[str], days: Iterable[date]) -> list[str]:
    """The partition keys of clients × days, as the UI sends them."""
    wanted = list(days)
    return [str(partition_key(client_id, day)) for client_id in client_ids for day in wanted]
