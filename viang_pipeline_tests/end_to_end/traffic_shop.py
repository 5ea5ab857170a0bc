"""A shop with visitors, Full stock and a reputation, read over HTTP: what its tests need to script a day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from viang_pipeline.collect.work import Outcome
from viang_pipeline.marts.build import build_mart
from viang_pipeline.sandbox import World
from viang_pipeline.sandbox.truth import Listing, Seller
from viang_pipeline_tests.end_to_end.conftest import Install
from viang_pipeline_tests.end_to_end.driver import Installation, Row, utc

CLIENT = "loja-aurora"
DAY = date(2026, 3, 10)
ONE = timedelta(days=1)
BLOCKS = ("fact_visits", "fact_stock", "fact_account")


def morning(day: date) -> datetime:
    """03:37 in São Paulo on the day after ``day``."""
    return utc(f"{day + ONE}T06:37:12Z")


@dataclass
class TrafficShop:
    """One client whose first day is the one before DAY."""

    installation: Installation
    seller: Seller

    @classmethod
    def open(cls, install: Install, *, starts: date = DAY - ONE) -> TrafficShop:
        world = World(seed=1, start=utc("2025-06-01T00:00:00Z"))
        seller = world.add_seller(CLIENT)
        installation = install(world, now=morning(DAY))
        installation.client(CLIENT, seller, starts)
        return cls(installation, seller)

    @property
    def world(self) -> World:
        return self.installation.world

    def listing(self, *skus: str | None, **given: Any) -> Listing:
        """A listing of one SKU (or none), or with a variation for each of several."""
        if len(skus) > 1:
            given["variations"] = [self.world.variation(f"Cor {n}", sku=sku) for n, sku in enumerate(skus)]
            return self.world.add_listing(self.seller, title="Anúncio", price=50_00, **given)
        return self.world.add_listing(self.seller, title="Anúncio", price=50_00, sku=skus[0], **given)

    def visit(self, listing: Listing, total: int, day: date = DAY, *, at: datetime | None = None) -> None:
        """Visits known since the end of the day unless ``at`` says otherwise."""
        self.world.visits.visit(listing.listing_id, day, total, at=at or utc(f"{day + ONE}T03:00:00Z"))

    def visit_account(self, total: int, day: date = DAY, *, at: datetime | None = None) -> None:
        self.world.visits.visit_account(self.seller.seller_id, day, total, at=at or utc(f"{day + ONE}T03:00:00Z"))

    def stock(self, inventory_id: str, available: int, *, at: datetime | None = None, **blocked: int) -> None:
        when = at or self.world.start
        self.world.inventories.stock(self.seller.seller_id, inventory_id, at=when, available=available, blocked=blocked)

    def sell(self, listing: Listing, day: date = DAY, **given: Any) -> None:
        """A paid order."""
        at = utc(f"{day}T15:00:00Z")
        order = self.world.place_order(self.seller, listing, at=at, **given)
        self.world.pay(order, at=at + timedelta(minutes=1))

    def collect(self, step: str, at: datetime, days: Sequence[date] | None = None) -> Outcome:
        """One reading of a run."""
        self.installation.at(at)
        return self.installation.collect(CLIENT, [step], days or [at.date() - ONE]).steps[step]

    def night(self, at: datetime, days: Sequence[date] | None = None) -> dict[str, Outcome]:
        """Readings and marts of these families as a night makes them."""
        asked = list(days or [at.date() - ONE])
        steps = ("orders", "shipments", "listings", "visits", "stock", "account")
        self.installation.at(at)
        found = dict(self.installation.collect(CLIENT, steps, asked).steps)
        return found | self.build(asked)

    def build(self, days: Iterable[date]) -> dict[str, Outcome]:
        work = self.installation.work(CLIENT)
        return {mart: build_mart(work, mart, days) for mart in ("fact_order_line", *BLOCKS)}

    def requests_to(self, fragment: str) -> int:
        """Requests whose path has the fragment, since the last ``clear_requests``."""
        return sum(fragment in seen.path for seen in self.installation.sandbox.requests)

    def rows(self, table: str, day: date | None = None) -> list[Row]:
        found = self.installation.rows(f"select * from dashboard.{table} where client_id = %s order by dia", CLIENT)
        return [row for row in found if day is None or row["dia"] == day]

    def skus(self, table: str, *columns: str, day: date = DAY) -> dict[str, Any]:
        """SKU → one value or a tuple of them."""
        found = {row["sku"]: tuple(row[name] for name in columns) for row in self.rows(table, day)}
        return found if len(columns) > 1 else {sku: value for sku, (value,) in found.items()}

    def read_days(self, resource: str) -> set[date]:
        """Days the ledger holds for completely read."""
        return set(
            self.installation.column(
                "select dia from dashboard.source_reads where client_id = %s and resource = %s and completo",
                CLIENT,
                resource,
            )
        )
