"""The undisturbed twin: the same clients and nights, read and built in this process, without the engine.

It has a marketplace and a database of its own, so that nothing that happens to the other installation reaches it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx

from viang_pipeline.assets.served import NIGHTLY_PERIODS
from viang_pipeline.collect.access import mercado_livre_client
from viang_pipeline.collect.authorization import finish_authorization, start_authorization
from viang_pipeline.collect.bling.access import bling_client
from viang_pipeline.collect.parameters.files import read_parameters
from viang_pipeline.collect.parameters.kinds import kind_of
from viang_pipeline.collect.parameters.store import import_parameters
from viang_pipeline.collect.upseller.inbox import take_in
from viang_pipeline.collect.work import Work
from viang_pipeline.domain.business_day import days_between
from viang_pipeline.insights.produce import insight
from viang_pipeline.marts.build import BUILDERS, build_mart
from viang_pipeline.marts.rehearse import BLING_COLLECTORS, COLLECTORS
from viang_pipeline.sandbox import Sandbox
from viang_pipeline.settings import Settings
from viang_pipeline.sources.trust import trusted
from viang_pipeline.warehouse import clients
from viang_pipeline.warehouse.database import Database
from viang_pipeline.warehouse.session import Session
from viang_pipeline_tests.topology.environment import settings_of
from viang_pipeline_tests.topology.town import CLIENTS, FIRST, addresses, opened, world

UNPACED = 1_000_000.0
PLATFORMS = ("mercado_livre", "bling")
PARAMETERS = {
    "tax": "aliquota,vigente_de\n0.0532,{first}\n",
    "courier": "custo,vigente_de\n11.90,{first}\n",
}
"""What each client told, so that there are margins to compare."""


@dataclass
class Twin:
    """A second installation without processes of its own."""

    database: Database
    sandbox: Sandbox
    environment: dict[str, str] = field(repr=False)
    folder: Path

    def open_shop(self, now: datetime, last: date) -> None:
        """Register both clients, connect them, read their history up to ``last``."""
        settings = self._settings(now)
        for client_id in CLIENTS:
            with self.database.transaction() as conn:
                clients.add(conn, client_id, client_id.title(), inicio_historico=FIRST, default_start=FIRST)
            work = Work(self.database, client_id, "start", "start", settings.clock())
            for kind, text in PARAMETERS.items():
                told = read_parameters(kind_of(kind), text.format(first=FIRST).encode(), last)
                import_parameters(work, kind_of(kind), told, "start")
        connect(settings, self.database)
        for client_id in CLIENTS:
            self._read_and_build(settings, client_id, days_between(FIRST, last))

    def night(self, now: datetime, day: date) -> None:
        """The night after ``day``, undisturbed."""
        settings = self._settings(now)
        for client_id in CLIENTS:
            self._read_and_build(settings, client_id, [day])
            with Session(self.database) as session:
                for period in NIGHTLY_PERIODS:
                    insight(session, client_id, period, None, None, run_id=str(day), now=now)

    def _read_and_build(self, settings: Settings, client_id: str, days: Sequence[date]) -> None:
        """Every source, then every mart, in the order of the graph."""
        with (
            Session(self.database) as session,
            mercado_livre_client(settings, self.database, client_id) as shop,
            bling_client(settings, self.database, client_id, rate=UNPACED) as company,
        ):
            work = Work(session, client_id, str(days[-1]), "twin", settings.clock())
            for read in COLLECTORS.values():
                read(work, shop, days)
            for ask in BLING_COLLECTORS.values():
                ask(work, company, days)
            take_in(work, settings.home)
            for mart in BUILDERS:
                build_mart(work, mart, days)

    def _settings(self, now: datetime) -> Settings:
        self.sandbox.clock.set(now)
        return settings_of(self.environment | {"VIANG_NOW": now.isoformat()}, self.folder)


@contextmanager
def twin(database: Database, given: dict[str, str], folder: Path, days: int) -> Iterator[Twin]:
    """A twin on ``database``, with an empty folder for its files. ``given``: settings besides addresses."""
    folder.mkdir()
    with opened(Sandbox(world(days))) as sandbox:
        environment = {
            **addresses(sandbox),
            **given,
            "VIANG_DATABASE_URL": database.url,
            "VIANG_HOME": str(folder / "home"),
        }
        yield Twin(database, sandbox, environment, folder)


def connect(settings: Settings, database: Database) -> None:
    """Every client consents on the consent page of each platform."""
    for client_id in CLIENTS:
        for platform in PLATFORMS:
            address, state = start_authorization(settings, database, client_id, platform)
            click = httpx.get(f"{address}&seller={client_id}", follow_redirects=False, verify=trusted())
            code = parse_qs(urlsplit(click.headers["location"]).query)["code"][0]
            finish_authorization(settings, database, client_id, platform, code=code, state=state)


def at_night(nights: int, history: int) -> tuple[datetime, date]:
    """03:10 in São Paulo of a night after the history, and the day it reads."""
    day = FIRST + timedelta(days=history + nights)
    return datetime.fromisoformat(f"{day + timedelta(days=1)}T06:10:00+00:00"), day
