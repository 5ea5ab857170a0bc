"""A shop that advertises, read over HTTP: what a test of ads needs to script a day and see what became of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from viang_pipeline.collect.access import mercado_livre_client
from viang_pipeline.collect.ads import collect_ads
from viang_pipeline.collect.work import Outcome
from viang_pipeline.marts.ads import build_ads
from viang_pipeline.marts.build import build_mart
from viang_pipeline.sandbox import World
from viang_pipeline.sandbox.ads_truth import AdGroup, Figures
from viang_pipeline.sandbox.truth import Listing, Seller
from viang_pipeline.warehouse import ledgers
from viang_pipeline_tests.end_to_end.conftest import Install
from viang_pipeline_tests.end_to_end.driver import Installation, Row, utc

CLIENT = "loja-aurora"
STARTS = date(2026, 1, 5)
DAY = date(2026, 3, 10)


def morning(day: date) -> datetime:
    """03:37 in São Paulo on the day after ``day``: before the platform's refresh."""
    return utc(f"{day + timedelta(days=1)}T06:37:12Z")


def ten(day: date) -> datetime:
    """The platform's refresh on the day after ``day``, when its figures are whole."""
    return utc(f"{day + timedelta(days=1)}T13:00:00Z")


@dataclass
class AdsShop:
    """One client with ads from the start; ``plain`` has one SKU, ``shirts`` two variations."""

    installation: Installation
    seller: Seller
    plain: Listing
    shirts: Listing

    @classmethod
    def open(cls, install: Install, *, ads: bool = True, starts: date = DAY - timedelta(days=1)) -> AdsShop:
        """Connected on the morning after DAY; its first day is ``starts``."""
        world = World(seed=1, start=utc("2025-10-01T00:00:00Z"))
        seller = world.add_seller(CLIENT)
        plain = world.add_listing(seller, title="Garrafa", price=100_00, sku="A")
        variations = (world.variation("Azul", sku="AZ"), world.variation("Verde", sku="VD"))
        shirts = world.add_listing(seller, title="Camiseta", price=49_90, variations=variations)
        if ads:
            world.ads.activate(seller, at=world.start)
        installation = install(world, now=morning(DAY))
        installation.client(CLIENT, seller, starts)
        return cls(installation, seller, plain, shirts)

    @property
    def client_id(self) -> str:
        return self.seller.slug

    @property
    def world(self) -> World:
        return self.installation.world

    def group(self, *listings: Listing, kind: str = "ITEM", external: str = "MLB19", **given: Any) -> AdGroup:
        """An ad group of one listing, or a catalogue group when several are named."""
        if kind == "ITEM":
            return self.world.ads.add_group(self.seller, at=self.world.start, listing=listings[0], **given)
        return self.world.ads.add_group(
            self.seller,
            at=self.world.start,
            kind=kind,  # type: ignore[arg-type]
            external_id=external,
            **given,
        )

    def report(self, group: AdGroup, day: date = DAY, *, at: datetime | None = None, **given: Any) -> None:
        """Figures of a day, as known since its refresh unless ``at`` says otherwise."""
        self.world.ads.report(group, day, at=at or ten(day), **given)

    def sell(self, listing: Listing, day: date = DAY, **given: Any) -> None:
        """A paid order."""
        at = utc(f"{day}T15:00:00Z")
        order = self.world.place_order(self.seller, listing, at=at, **given)
        self.world.pay(order, at=at + timedelta(minutes=1))

    def read(self, at: datetime, days: Iterable[date] | None = None) -> Outcome:
        """Listings and ads of a run, not the marts."""
        self.installation.at(at)
        asked = list(days or [at.date() - timedelta(days=1)])
        self.installation.collect(self.client_id, ["listings"], asked)
        with mercado_livre_client(self.installation.settings, self.installation.database, self.client_id) as api:
            return collect_ads(self.installation.work(self.client_id), api, asked)

    def build(self, days: Iterable[date]) -> Outcome:
        return build_ads(self.installation.work(self.client_id), days)

    def night(self, at: datetime, days: Iterable[date] | None = None) -> tuple[Outcome, Outcome]:
        """Orders, listings, ads and marts as a night does: what was read, and what was built of the stale days."""
        asked = list(days or [at.date() - timedelta(days=1)])
        self.installation.at(at)
        self.installation.collect(self.client_id, ["orders", "shipments"], asked)
        read = self.read(at, asked)
        work = self.installation.work(self.client_id)
        build_mart(work, "fact_order_line", asked)
        built = self.build({*asked, *self.stale()})
        for mart in ("fact_sku_day", "agg_client_day"):
            build_mart(work, mart, asked)
        assert self.stale() == []
        return read, built

    def stale(self) -> list[date]:
        """Days whose sums are behind their inputs."""
        with self.installation.database.transaction() as conn:
            found = ledgers.stale_days(conn, self.client_id, last_closed=date(2030, 1, 1))
        return found.get(self.client_id, [])

    def client_days(self) -> dict[date, Row]:
        return {
            row["dia"]: row
            for row in self.installation.rows(
                "select * from dashboard.fact_ads_client_day where client_id = %s", self.client_id
            )
        }

    def sku_days(self, day: date = DAY) -> dict[str, Row]:
        rows = self.installation.rows(
            "select * from dashboard.fact_ads_sku_day where client_id = %s and dia = %s", self.client_id, day
        )
        return {row["sku"]: row for row in rows}

    def spend(self, day: date = DAY) -> dict[str, float]:
        """SKU → spend in reais."""
        return {sku: float(row["ads_investimento"]) for sku, row in self.sku_days(day).items()}

    def asked(self, fragment: str) -> int:
        """How many requests had ``fragment`` in their path."""
        return sum(fragment in seen.path for seen in self.installation.sandbox.requests)


def figures(cost: int, **given: int) -> Figures:
    """Spend with believable clicks and impressions."""
    return Figures(**({"cost": cost, "clicks": cost // 50, "prints": cost * 3} | given))
