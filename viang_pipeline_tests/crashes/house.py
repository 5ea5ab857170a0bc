"""A small client with everything: marketplace, ERP, files, mail and dashboards; copied for every kill."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache, partial
from multiprocessing import forkserver, get_context
from pathlib import Path
from typing import Any
from unittest.mock import patch

from cryptography.fernet import Fernet

from viang_pipeline.collect.upseller.inbox import folder_of
from viang_pipeline.sandbox import Sandbox
from viang_pipeline.sandbox.billing_generate import bill_seller
from viang_pipeline.sandbox.upseller import Kit, Product, StockLine
from viang_pipeline.sandbox.upseller.export import (
    catalogue_name,
    kits_file,
    orders_file,
    orders_name,
    products_file,
    stock_file,
    stock_name,
)
from viang_pipeline.warehouse import clients
from viang_pipeline.warehouse.database import Database
from viang_pipeline.warehouse.tokens import TokenVault
from viang_pipeline_tests.conftest import PostgresServer, open_folder
from viang_pipeline_tests.crashes.boundaries import DIED, Point
from viang_pipeline_tests.crashes.works import CLIENT, Order, perform
from viang_pipeline_tests.end_to_end.ads_turbulence import advertise_wildly
from viang_pipeline_tests.end_to_end.claims_turbulence import claim_wildly
from viang_pipeline_tests.end_to_end.driver import UNPACED
from viang_pipeline_tests.end_to_end.traffic_turbulence import visit_wildly
from viang_pipeline_tests.end_to_end.turbulence import turbulent_world
from viang_pipeline_tests.mail.servers import SENDER, Mailbox, serving
from viang_pipeline_tests.metabase.fake import DATABASE, KEY, FakeMetabase, served
from viang_pipeline_tests.sources.upseller_orders import order

FIRST = date(2026, 2, 2)
ONE = timedelta(days=1)
SEED = 3
DAYS = 12
FIRST_NIGHT, QUIET_NIGHT, NIGHT = 5, 6, 8
"""On the last two nothing is sold, billed or changed while runs are begun at different instants."""
LATER = timedelta(minutes=20)
"""Longer than a claim of a mail lasts."""
ADDRESS = "ana@loja.com.br"
PERIOD = "2026-W06"

ROOT = str(Path(__file__).parents[2])
FORKED = get_context("forkserver")
FORKED.set_forkserver_preload(["viang_pipeline_tests.crashes.preload"])


def _warm_up() -> None:
    """Have everything imported where processes are forked: they look for it from wherever a test happens to be."""
    with patch.dict(os.environ, PYTHONPATH=os.pathsep.join([ROOT, *sys.path])):
        forkserver.ensure_running()


def at_night(n: int) -> datetime:
    """03:37 in São Paulo, ``n`` nights after FIRST."""
    return datetime.fromisoformat(f"{FIRST + n * ONE}T06:37:12+00:00")


class Failed(AssertionError):
    """Work that was to be done to its end was not."""


@dataclass
class Place:
    """One copy of the installation: a database, a home, a mailbox, and grants of its own on the platforms."""

    house: House
    database: Database
    home: Path
    mailbox: Mailbox = field(default_factory=Mailbox)
    port: int = 0

    def run(
        self, work: str, *arguments: Any, at: datetime, fatal: Point | None = None, watched: bool = True, **more: str
    ) -> list[Point]:
        """Do a piece of work in a process of its own; the boundaries it passed, none when it died at ``fatal`` or was
        not ``watched``.

        Raises Failed with what the process said when it ended otherwise.
        """
        self.house.sandbox.clock.set(at)
        environment = {
            **self.house.environment,
            "VIANG_DATABASE_URL": self.database.url,
            "VIANG_HOME": str(self.home),
            "VIANG_NOW": at.isoformat(),
            "SMTP_URL": f"smtp://127.0.0.1:{self.port}",
            **more,
        }
        ours, theirs = FORKED.Pipe(duplex=False)
        process = FORKED.Process(target=perform, args=(Order(work, arguments, environment, fatal, watched), theirs))
        process.start()
        theirs.close()
        try:
            passed, problem = ours.recv()
        except EOFError:
            passed, problem = [], None
        finally:
            ours.close()
            process.join()
        if problem is not None:
            raise Failed(problem)
        if process.exitcode != (0 if fatal is None else DIED):
            raise Failed(f"{work} ended with {process.exitcode}, to die at: {fatal}")
        return list(passed)

    # --- grants -------------------------------------------------------------------------------------------------------

    def vault(self, at: datetime) -> TokenVault:
        return TokenVault(self.database, (self.house.key,), lambda: at)

    def consent(self, platform: str, at: datetime) -> None:
        """A fresh pair from the platform's owner."""
        house = self.house
        tokens: Any = house.sandbox if platform == "mercado_livre" else house.sandbox.bling
        account = house.seller.seller_id if platform == "mercado_livre" else house.company
        self.vault(at).store_new_grant(CLIENT, platform, _Pair(tokens.tokens(house.seller)), account)

    def lost_answers(self) -> list[str]:
        """Platforms that issued a pair which is not the one stored here."""
        found = []
        for platform in ("mercado_livre", "bling"):
            state = self.vault(at_night(0)).state(CLIENT, platform)
            if state is None or state.status != "ativo":
                continue
            if self.vault(at_night(0)).read(CLIENT, platform).refresh_token != self.house.issued(platform):
                found.append(platform)
        return found


@dataclass(frozen=True)
class _Pair:
    """A pair of the sandbox with its life."""

    of: Any
    expires_in: int = 21_600

    def __getattr__(self, name: str) -> Any:
        return getattr(self.of, name)


class House:
    """The outside world and the templates that places are copied from."""

    def __init__(self, server: PostgresServer, migrated: str, scratch: Path) -> None:
        self._server = server
        self._migrated = migrated
        self._scratch = scratch
        self.key = Fernet.generate_key().decode()
        self.world = turbulent_world(SEED, FIRST, DAYS, sellers=1)
        (self.seller,) = self.world.sellers.values()
        advertise_wildly(self.world, self.seller, SEED, FIRST, DAYS)
        visit_wildly(self.world, self.seller, SEED, FIRST, DAYS)
        claim_wildly(self.world, self.seller, SEED)
        bill_seller(self.world, self.seller, at_night(DAYS))
        self.company = self._erp()
        self.sandbox = Sandbox(self.world, now=at_night(0))
        self.sandbox.max_requests_per_hour = UNPACED
        self.sandbox.bling.limits.switch_off()
        self.metabase = FakeMetabase()
        self.sends: Counter[str] = Counter()
        self._count_sends()
        self._templates: dict[str, tuple[Database, Path]] = {}

    def _erp(self) -> str:
        opened = at_night(0) - timedelta(days=60)
        account = self.world.bling.open_account(self.seller, at=opened)
        account.add_product("Garrafa", at=opened, code="GAR-1L", cost=2140, stock=12)
        account.add_product("Caro", at=opened, code="CARO", cost=400_00, stock=3)
        for night in (FIRST_NIGHT, NIGHT):
            at = at_night(night) - timedelta(hours=12)
            account.sell([account.item(None, at=at, unit_price=1990)], at=at)
        return account.company.company_id

    def _count_sends(self) -> None:
        """How often each refresh token reached its platform."""
        for grants in (self.sandbox._market.grants, self.sandbox.bling.grants):
            grants.refresh = partial(self._counted, grants.refresh)  # type: ignore[method-assign]

    def _counted(self, refresh: Callable[..., Any], token: str, **options: Any) -> Any:
        self.sends[token] += 1
        return refresh(token, **options)

    def issued(self, platform: str) -> str | None:
        """The only refresh token that renews the client's grant on a platform."""
        if platform == "bling":
            pair = self.sandbox.bling.grants.pair(self.seller.seller_id)
            return pair and pair.refresh_token
        return self.sandbox._market.grants.active[self.seller.seller_id].pair.refresh_token

    def repeat_allowed(self, token: str) -> None:
        """Mercado Livre answers a renewal again whose answer never arrived (contract §2)."""
        self.sandbox._market.grants.answer_was_lost(token, self.seller.seller_id)

    @contextmanager
    def open(self) -> Iterator[House]:
        """The outside world answers within the block."""
        _warm_up()
        with self.sandbox, served(self.metabase):
            self.environment = {
                "MERCADO_LIVRE_API_URL": self.sandbox.url,
                "MERCADO_LIVRE_AUTH_URL": self.sandbox.url,
                "MERCADO_LIVRE_APP_ID": self.sandbox.app_id,
                "MERCADO_LIVRE_APP_SECRET": self.sandbox.app_secret,
                "MERCADO_LIVRE_REDIRECT_URI": self.sandbox.redirect_uri,
                **self.sandbox.bling.environment(self.sandbox.url),
                "VIANG_TOKEN_KEYS": self.key,
                "VIANG_MAIL_FROM": SENDER,
            }
            try:
                yield self
            finally:
                for database, home in self._templates.values():
                    self._server.drop(database)
                    shutil.rmtree(home, ignore_errors=True)

    @property
    def dashboards(self) -> dict[str, str]:
        """Settings of the Metabase there is."""
        return {"METABASE_URL": self.metabase.url, "METABASE_API_KEY": KEY, "METABASE_DATABASE_ID": str(DATABASE)}

    @contextmanager
    def place(self, template: str, night: int) -> Iterator[Place]:
        """A copy of a template whose tokens ran out shortly before a night."""
        database, home = self._template(template)
        with self._copy(database, home) as place, serving(place.mailbox) as place.port:
            for platform in ("mercado_livre", "bling"):
                self.sandbox.clock.set(at_night(night) - timedelta(hours=7))
                place.consent(platform, at_night(night) - timedelta(hours=7))
            self.sends.clear()
            yield place

    @contextmanager
    def _copy(self, database: Database, home: Path) -> Iterator[Place]:
        place = Place(self, *self._copied(database, home))
        try:
            yield place
        finally:
            self._server.drop(place.database)
            shutil.rmtree(place.home, ignore_errors=True)

    def _copied(self, database: Database, home: Path) -> tuple[Database, Path]:
        copy = open_folder("home-", self._scratch)
        shutil.copytree(home, copy, dirs_exist_ok=True)  # with the times of the files
        return self._server.create(database.url.rpartition("/")[2]), copy

    def _template(self, name: str) -> tuple[Database, Path]:
        """``registered``, ``new`` with files of another night; ``read``: after a night; ``told``: after two."""
        if name not in self._templates:
            self._templates[name] = getattr(self, f"_make_{name}")()
        return self._templates[name]

    def _make_registered(self, night: int = FIRST_NIGHT) -> tuple[Database, Path]:
        database, home = self._server.create(self._migrated), open_folder("home-", self._scratch)
        with database.transaction() as conn:
            clients.add(conn, CLIENT, "Loja Zero", inicio_historico=FIRST, default_start=FIRST)
            conn.execute("update dashboard.clients set emails = %s where client_id = %s", [[ADDRESS], CLIENT])
            conn.execute("update dashboard.clients set autoridade_estoque = 'upseller'")
        self._hand_in(home, night)
        return database, home

    def _make_new(self) -> tuple[Database, Path]:
        return self._make_registered(QUIET_NIGHT)

    def _make_read(self) -> tuple[Database, Path]:
        made = self._after_night("registered", FIRST_NIGHT)
        self._hand_in(made[1], NIGHT)
        return made

    def _make_told(self) -> tuple[Database, Path]:
        return self._after_night("read", NIGHT)

    def _after_night(self, template: str, night: int) -> tuple[Database, Path]:
        with self.place(template, night) as place:
            for kind, text in TOLD.items():
                file = place.home / f"{kind}.csv"
                file.write_text(text, encoding="utf-8")
                place.run(
                    "viang", "params", "import", kind, str(file), "--client-id", CLIENT,
                    at=at_night(night) - 6 * HOUR, watched=False,
                )  # fmt: skip
            place.run("night", at=at_night(night), watched=False)
            return self._copied(place.database, place.home)

    def _hand_in(self, home: Path, night: int) -> None:
        for name, content in files(night).items():
            path = folder_of(home, CLIENT) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            os.utime(path, (time.time() - 600,) * 2)


HOUR = timedelta(hours=1)
TOLD = {
    "costs": f"sku,custo_unitario,vigente_de\nGAR-1L,21.40,{FIRST}\nCARO,400,{FIRST}\n",
    "tax": f"aliquota,vigente_de\n0.06,{FIRST}\n",
}


@lru_cache
def files(night: int, hours: int = 8) -> dict[str, bytes]:
    """What was exported from UpSeller some hours before a night; the same bytes whenever asked."""
    at = at_night(night) - hours * HOUR
    sold = [order(night * 10 + hours + n, ordered_at=at - n * HOUR, paid_at=at - n * HOUR) for n in (1, 2)]
    return {
        orders_name(at): orders_file(sold),
        stock_name(at): stock_file([StockLine("GAR-1L", "Galpão", night, average_cost=2000 + night + hours)]),
        catalogue_name("Kits", at): kits_file([Kit("KIT-2", (("GAR-1L", night + hours),))]),
        catalogue_name("Produtos", at): products_file([Product("CARO", "Caro", 123456, 40000 + night + hours)]),
    }
