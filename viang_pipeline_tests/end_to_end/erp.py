"""A client whose books are kept in Bling, and its nights of reading them. Decides nothing of what must be found."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from viang_pipeline.collect.bling.access import BlingRun, bling_client
from viang_pipeline.collect.work import Outcome
from viang_pipeline.marts.rehearse import BLING_COLLECTORS
from viang_pipeline.sandbox import World
from viang_pipeline.sandbox.bling.book import BlingAccount
from viang_pipeline.sandbox.gate import SeenRequest
from viang_pipeline.sandbox.truth import Seller
from viang_pipeline_tests.bling_contract import DOCUMENT, validate_request
from viang_pipeline_tests.end_to_end.driver import SAO_PAULO, Installation, utc

STEPS = tuple(name.removeprefix("bling/") for name in BLING_COLLECTORS)
OPENED = utc("2025-06-01T12:00:00-03:00")
START = utc("2026-03-01T12:00:00-03:00")
FIRST_DAY = START.date()
NIGHT = utc("2026-03-10T03:30:00-03:00")
YESTERDAY = date(2026, 3, 9)
DAY = timedelta(days=1)
UNPACED = 1_000_000.0


def local(text: str) -> datetime:
    """The instant of a Brasília wall time such as ``2026-03-09 23:30``."""
    return utc(f"{text.replace(' ', 'T')}-03:00")


@dataclass
class Shop:
    """One client connected to Bling, its account there, and the installation that reads it."""

    house: Installation
    seller: Seller
    account: BlingAccount
    starts: date
    runs: dict[str, BlingRun] = field(default_factory=dict)

    @property
    def client_id(self) -> str:
        return self.seller.slug

    def read(
        self,
        *steps: str,
        at: datetime = NIGHT,
        days: Sequence[date] | None = None,
        run: BlingRun | None = None,
        rate: float = UNPACED,
    ) -> dict[str, Outcome]:
        """Read as a night does: the assets named, or all, for ``days`` or yesterday. Raises what stops it."""
        self.house.at(at)
        yesterday = at.astimezone(SAO_PAULO).date() - DAY
        outcomes = {}
        house = self.house
        with bling_client(house.settings, house.database, self.client_id, run=run, rate=rate) as api:
            for name in steps or STEPS:
                collect = BLING_COLLECTORS[f"bling/{name}"]
                outcomes[name] = collect(house.work(self.client_id), api, list(days or [yesterday]))
        return outcomes

    def rows(self, table: str) -> dict[str, dict[str, Any]]:
        """Key → payload of ``raw.bling_<table>``; money as exact text."""
        query = f"select chave, payload::text from raw.bling_{table} where client_id = %s order by chave"
        found = self.house.rows(query, self.client_id)
        return {row["chave"]: json.loads(row["payload"], parse_float=str) for row in found}

    def days(self, table: str) -> dict[str, date]:
        """Key → day of ``raw.bling_<table>``."""
        query = f"select chave, dia from raw.bling_{table} where client_id = %s"
        return {row["chave"]: row["dia"] for row in self.house.rows(query, self.client_id)}

    def complete(self, resource: str) -> list[date]:
        """Days a feed was read completely for."""
        return self.house.column(
            "select dia from dashboard.source_reads where (client_id, source, resource) = (%s, 'bling', %s)"
            " and completo order by dia",
            self.client_id,
            resource,
        )

    def reason(self, resource: str) -> str | None:
        """Why the last attempt of a feed was not complete."""
        found = self.house.column(
            "select motivo from dashboard.source_reads where (client_id, source, resource) = (%s, 'bling', %s)"
            " order by tentado_em desc, dia desc limit 1",
            self.client_id,
            resource,
        )
        return found[0] if found else None

    def stored(self) -> dict[str, str]:
        """Raw table → digest of all its rows and their versions."""
        found = self.house.fingerprints()
        return {name: digest for name, digest in found.items() if name.startswith("raw.bling_")}

    # --- what was asked -----------------------------------------------------------------------------------------------

    @property
    def asked(self) -> list[SeenRequest]:
        """Requests to Bling's resources."""
        return [seen for seen in self.house.sandbox.requests if "/oauth/" not in seen.path and _of_bling(seen)]

    @property
    def token_calls(self) -> int:
        """Calls of Bling's token endpoint."""
        return sum(_of_bling(seen) and seen.path.endswith("/oauth/token") for seen in self.house.sandbox.requests)

    @contextmanager
    def watching(self) -> Iterator[list[str]]:
        """Collects the paths asked within the block, without the prefix."""
        before = len(self.asked)
        paths: list[str] = []
        yield paths
        paths += [seen.path.removeprefix("/Api/v3") for seen in self.asked[before:]]


def _of_bling(seen: SeenRequest) -> bool:
    return seen.path.startswith("/Api/v3/")


def hold_to_contract(requests: Sequence[SeenRequest]) -> None:
    """Every request is one that Bling's published document declares."""
    if DOCUMENT.exists():
        for seen in requests:
            if _of_bling(seen) and "/oauth/" not in seen.path:
                validate_request(seen.method, seen.path, seen.raw_query)


def open_shop(house: Installation, slug: str = "aurora", starts: date = FIRST_DAY) -> Shop:
    """Register a client, open its Bling account and connect it."""
    seller = house.world.add_seller(slug, name=slug.title())
    account = house.world.bling.open_account(seller, at=OPENED)
    house.client(slug, seller, starts)
    assert house.connect_bling(slug, seller) == account.company.company_id
    return Shop(house, seller, account, starts)


def world() -> World:
    """A marketplace without anything yet."""
    return World(seed=1, start=START)
