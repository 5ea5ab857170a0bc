"""Drives an installation against the sandbox as its users do: clients, consents, nights. Decides no number."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import httpx
import psycopg
import pytest
from psycopg import sql
from psycopg.rows import dict_row

from viang_pipeline.collect.access import mercado_livre_client
from viang_pipeline.collect.authorization import finish_authorization, start_authorization
from viang_pipeline.collect.work import Outcome, Transactions, Work
from viang_pipeline.marts.build import BUILDERS, build_mart
from viang_pipeline.marts.rehearse import COLLECTORS as ALL_COLLECTORS
from viang_pipeline.sandbox import Sandbox, World
from viang_pipeline.sandbox.truth import Seller
from viang_pipeline.settings import Settings, load_settings
from viang_pipeline.sources.trust import trusted
from viang_pipeline.warehouse import clients, ledgers
from viang_pipeline.warehouse.database import Database
from viang_pipeline.warehouse.session import Session
from viang_pipeline_tests.conftest import OURS, Connected

COLLECTORS = {name.removeprefix("mercado_livre/"): collect for name, collect in ALL_COLLECTORS.items()}
UNPACED = 10**9
"""Requests per hour: tests wait for nobody."""

SAO_PAULO = ZoneInfo("America/Sao_Paulo")

Row = dict[str, Any]


@dataclass
class Night:
    """What one run of the night did, step by step."""

    steps: dict[str, Outcome] = field(default_factory=dict)

    @property
    def written(self) -> dict[str, int]:
        """Step → rows written, of the steps that wrote any."""
        return {name: outcome.written for name, outcome in self.steps.items() if outcome.written}


@dataclass
class Installation:
    """One installation and the marketplace it reads, both at the same instant."""

    world: World
    sandbox: Sandbox
    database: Database
    monkeypatch: pytest.MonkeyPatch
    starts: dict[str, date] = field(default_factory=dict)
    idle: list[Session] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def settings(self) -> Settings:
        return _settings(frozenset(os.environ.items()))

    @property
    def now(self) -> datetime:
        return self.sandbox.clock.now()

    def at(self, instant: datetime) -> None:
        """Move the marketplace and the installation to an instant."""
        self.sandbox.clock.set(instant)
        self.monkeypatch.setenv("VIANG_NOW", instant.isoformat())

    def client(self, client_id: str, seller: Seller, starts: date) -> None:
        """Register a client and connect it."""
        with self.database.transaction() as conn:
            clients.add(conn, client_id, seller.name, inicio_historico=starts, default_start=starts)
        self.starts[client_id] = starts
        self.connect(client_id, seller)

    def connect(self, client_id: str, seller: Seller) -> None:
        """Connect a registered client: consent page, redirect, exchange."""
        address, _ = start_authorization(self.settings, self.database, client_id)
        click = httpx.get(f"{address}&seller={seller.slug}", follow_redirects=False, verify=trusted())
        back = parse_qs(urlsplit(click.headers["location"]).query)
        account = finish_authorization(
            self.settings, self.database, client_id, code=back["code"][0], state=back["state"][0]
        )
        assert account == seller.seller_id

    def told(self, client_id: str, parameter: str, since: date, **values: object) -> None:
        """A row of a parameter's table as the client told it; the days from then on are left to be rebuilt."""
        row = {"client_id": client_id, **values, "vigente_de": since, "informado_em": self.now}
        statement = sql.SQL("insert into dashboard.{} ({}) values ({})").format(
            sql.Identifier(parameter),
            sql.SQL(", ").join(map(sql.Identifier, row)),
            sql.SQL(", ").join(sql.Placeholder() * len(row)),
        )
        with self.database.transaction() as conn:
            conn.execute(statement, list(row.values()))
            self._touch_sold(conn, client_id, since)

    def taxes_freight(self, client_id: str) -> None:
        """The client's invoices carry the freight."""
        with self.database.transaction() as conn:
            conn.execute("update dashboard.clients set imposto_sobre_frete = true where client_id = %s", [client_id])
            self._touch_sold(conn, client_id, date.min)

    def _touch_sold(self, conn: psycopg.Connection, client_id: str, since: date) -> None:
        sold = conn.execute(
            "select distinct dia from raw.mercado_livre_orders where client_id = %s and dia >= %s", [client_id, since]
        )
        ledgers.touch_days(conn, client_id, [day for (day,) in sold.fetchall()])

    def connect_bling(self, client_id: str, seller: Seller) -> str:
        """Connect a client's Bling account as its user would; the company."""
        address, _ = start_authorization(self.settings, self.database, client_id, "bling")
        click = httpx.get(f"{address}&seller={seller.slug}", follow_redirects=False, verify=trusted())
        back = parse_qs(urlsplit(click.headers["location"]).query)
        return str(
            finish_authorization(
                self.settings, self.database, client_id, "bling", code=back["code"][0], state=back["state"][0]
            )
        )

    def night(self, client_id: str, at: datetime, days: Sequence[date] | None = None) -> Night:
        """Collect and build as ``daily_update`` does: ``days``, or yesterday and what was missed. Raises what stops
        the run."""
        self.at(at)
        days = days or self._days_of_night(client_id)
        night = self.collect(client_id, days=days)
        with self.session() as session:
            work = self.work(client_id, session)
            for mart in BUILDERS:
                night.steps[mart] = build_mart(work, mart, days)
        return night

    def collect(
        self, client_id: str, steps: Sequence[str] = tuple(COLLECTORS), days: Sequence[date] | None = None
    ) -> Night:
        """The reading part of a night."""
        days, night = days or self._days_of_night(client_id), Night()
        with self.session() as session, mercado_livre_client(self.settings, self.database, client_id) as api:
            for name in steps:
                night.steps[name] = COLLECTORS[name](self.work(client_id, session), api, days)
        return night

    @contextmanager
    def session(self) -> Iterator[Session]:
        """One run's connection, kept for the next: a new one reads the whole catalogue again."""
        session = self.idle.pop() if self.idle else Session(self.database)
        try:
            yield session
        except BaseException:
            session.close()
            raise
        self.idle.append(session)

    def close(self) -> None:
        """Every connection that was kept."""
        while self.idle:
            self.idle.pop().close()

    def leave_database(self) -> str:
        """Close every connection to the database, so that it can be copied. Its name."""
        self.close()
        assert isinstance(self.database, Connected)
        self.database.close()
        return urlsplit(self.database.url).path.strip("/")

    def work(self, client_id: str, store: Transactions | None = None) -> Work:
        run_id = f"noite {self.now:%Y-%m-%dT%H:%M}"
        return Work(store or self.database, client_id, run_id, "daily_update", self.settings.clock())

    def _days_of_night(self, client_id: str) -> list[date]:
        yesterday = self.now.astimezone(SAO_PAULO).date() - timedelta(days=1)
        complete = self.column(
            "select max(dia) from dashboard.source_reads where client_id = %s and resource = 'orders' and completo",
            client_id,
        )[0]
        first = self.starts[client_id] if complete is None else min(complete + timedelta(days=1), yesterday)
        return [first + timedelta(days=n) for n in range((yesterday - first).days + 1)]

    # --- what people see ----------------------------------------------------------------------------------------------

    def rows(self, query: str, *values: object) -> list[Row]:
        with self.database.transaction() as conn, conn.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(query, values).fetchall()

    def column(self, query: str, *values: object) -> list[Any]:
        with self.database.transaction() as conn:
            return [row[0] for row in conn.execute(query, values).fetchall()]

    def client_days(self, client_id: str) -> dict[date, Row]:
        """``vw_client_day`` of a client."""
        found = self.rows("select * from dashboard.vw_client_day where client_id = %s", client_id)
        return {row["dia"]: row for row in found}

    def sku_days(self, client_id: str) -> dict[tuple[date, str], Row]:
        """``vw_sku_day`` of a client."""
        found = self.rows("select * from dashboard.vw_sku_day where client_id = %s", client_id)
        return {(row["dia"], row["sku"]): row for row in found}

    def client_days_sold(self, client_id: str) -> dict[date, Row]:
        """The client-days with sales or refunds; a stock photo alone makes a row too."""
        return {day: row for day, row in self.client_days(client_id).items() if _sold(row)}

    def sku_days_sold(self, client_id: str) -> dict[tuple[date, str], Row]:
        """The SKU-days with sales or refunds."""
        return {key: row for key, row in self.sku_days(client_id).items() if _sold(row)}

    def client_day(self, client_id: str, day: date) -> Row:
        return self.client_days(client_id)[day]

    def fingerprints(self, *ignored: str) -> dict[str, str]:
        """Table → digest of every column of every row, the system's row version included: equal = nothing touched."""
        return {
            name: self.column(
                f"select coalesce(md5(string_agg(t::text || t.xmin::text, '|' order by t::text)), '') from {name} t"
            )[0]
            for name in tables(self.database)
            if name not in ignored
        }


@lru_cache(maxsize=4)
def _settings(environment: frozenset[tuple[str, str]]) -> Settings:
    """The settings of an environment: a night asks some twenty times, and reading them takes 10 ms."""
    return load_settings()


def _sold(row: Row) -> bool:
    return bool(row["pedidos_brutos"] or row["reembolsos_no_dia"])


STORED = ("raw.", "dashboard.fact_", "dashboard.agg_")


def stored(fingerprints: dict[str, str]) -> dict[str, str]:
    """Only raw tables and marts."""
    return {name: digest for name, digest in fingerprints.items() if name.startswith(STORED)}


def tables(database: Database) -> list[str]:
    """Every table of every schema of ours."""
    with database.transaction() as conn:
        rows = conn.execute(
            "select schemaname || '.' || tablename from pg_tables"
            " where schemaname not in ('pg_catalog', 'information_schema') order by 1"
        )
        return [name for (name,) in rows]


@contextmanager
def installed(
    world: World, database: Database, monkeypatch: pytest.MonkeyPatch, *, now: datetime | None = None
) -> Iterator[Installation]:
    """An installation whose every outside address is the sandbox."""
    with Sandbox(world, now=now or world.start) as sandbox:
        sandbox.max_requests_per_hour = UNPACED
        sandbox.bling.limits.switch_off()
        for name, value in {
            "MERCADO_LIVRE_API_URL": sandbox.url,
            "MERCADO_LIVRE_AUTH_URL": sandbox.url,
            "MERCADO_LIVRE_APP_ID": sandbox.app_id,
            "MERCADO_LIVRE_APP_SECRET": sandbox.app_secret,
            "MERCADO_LIVRE_REDIRECT_URI": sandbox.redirect_uri,
            **sandbox.bling.environment(sandbox.url),
        }.items():
            monkeypatch.setenv(name, value)
        environment = {name: value for name, value in os.environ.items() if name.startswith(OURS)}
        installation = Installation(world, sandbox, database, monkeypatch, environment=environment)
        installation.at(now or world.start)
        try:
            yield installation
        finally:
            installation.close()


def utc(text: str) -> datetime:
    """An ISO instant with any offset, in UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)
