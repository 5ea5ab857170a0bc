"""The undisturbed twin: the same clients and nights, in this process, as ``viang nightly`` runs them.

It has a marketplace and a database of its own, so that nothing that happens to the other installation reaches it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import dagster as dg
import httpx

from viang_pipeline.automation.in_process import run_range
from viang_pipeline.collect.authorization import finish_authorization, start_authorization
from viang_pipeline.collect.parameters.files import read_parameters
from viang_pipeline.collect.parameters.kinds import kind_of
from viang_pipeline.collect.parameters.store import import_parameters
from viang_pipeline.collect.work import Work
from viang_pipeline.sandbox import Sandbox
from viang_pipeline.settings import Settings
from viang_pipeline.sources.trust import trusted
from viang_pipeline.warehouse import clients
from viang_pipeline.warehouse.database import Database
from viang_pipeline_tests.topology.environment import only, settings_of
from viang_pipeline_tests.topology.town import CLIENTS, FIRST, addresses, opened, world

UNPACED = {"bling": {"calls_per_second": 1_000_000.0}}
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
    instance: dg.DagsterInstance = field(repr=False)

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
        self._run("reprocess", now, FIRST, last)

    def night(self, now: datetime, day: date) -> None:
        """The night after ``day``, undisturbed."""
        self._run("daily_update", now, day, day)

    def _run(self, job: str, now: datetime, first: date, last: date) -> None:
        self.sandbox.clock.set(now)
        with only(self.environment | {"VIANG_NOW": now.isoformat()}, self.folder):
            for client_id in CLIENTS:
                reports = run_range(
                    self.instance, job, client_id, first, last, starts=FIRST, now=now, resources=UNPACED
                )
                failures = [failure for report in reports for failure in report.failures]
                assert not failures, failures

    def _settings(self, now: datetime) -> Settings:
        self.sandbox.clock.set(now)
        return settings_of(self.environment | {"VIANG_NOW": now.isoformat()}, self.folder)


@contextmanager
def twin(database: Database, given: dict[str, str], folder: Path, days: int) -> Iterator[Twin]:
    """A twin on ``database``, with an empty folder for its files. ``given``: settings besides addresses."""
    folder.mkdir()
    with opened(Sandbox(world(days))) as sandbox, dg.DagsterInstance.ephemeral() as instance:
        environment = {
            **addresses(sandbox),
            **given,
            "VIANG_DATABASE_URL": database.url,
            "VIANG_HOME": str(folder / "home"),
        }
        yield Twin(database, sandbox, environment, folder, instance)


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
