"""Installations that read the sandbox over HTTP, without waiting between repeats."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from functools import partial
from threading import local

import pytest
from cryptography.fernet import Fernet
from dagster._core.storage.event_log.in_memory import InMemoryEventLogStorage
from sqlalchemy import Connection

from viang_pipeline.collect.bling.access import bling_client
from viang_pipeline.marts import rehearse
from viang_pipeline.sandbox import World
from viang_pipeline.settings import Settings
from viang_pipeline.sources import http
from viang_pipeline.warehouse.database import Database
from viang_pipeline_tests.conftest import PostgresServer, copied, open_folder, remove_home
from viang_pipeline_tests.end_to_end.driver import Installation, installed
from viang_pipeline_tests.end_to_end.erp import UNPACED

Install = Callable[..., Installation]


def pytest_collection_finish() -> None:
    InMemoryEventLogStorage._connect = kept_connection


@contextmanager
def kept_connection(storage: InMemoryEventLogStorage) -> Iterator[Connection]:
    """Each thread's connection to Dagster's events in memory, kept as those to Postgres are: Dagster opens one for each
    event, which is a quarter of what a run costs there."""
    kept = vars(storage).setdefault("kept", local())
    with storage._db_lock:
        if not hasattr(kept, "connection"):
            kept.connection = storage._engine.connect()
        with kept.connection.begin():
            yield kept.connection


def wait_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither between repeats nor for a pace."""
    monkeypatch.setattr(http, "FIRST_BACKOFF", 0.0)
    monkeypatch.setattr(http, "_wait", lambda state: 0.0)
    monkeypatch.setattr(rehearse, "bling_client", partial(bling_client, rate=UNPACED))


@pytest.fixture(scope="module")
def share(postgres_server: PostgresServer, migrated_template: str) -> Iterator[Install]:
    """``share(world, now=…)``: an installation for the tests of a module, whichever of them run; each takes it over and
    leaves what the others need."""
    with ExitStack() as running:

        def start(world: World, now: datetime | None = None) -> Installation:
            home = open_folder("viang-home-")
            running.callback(remove_home, home)
            database = running.enter_context(copied(postgres_server, migrated_template))
            patch = running.enter_context(pytest.MonkeyPatch.context())
            wait_for_nothing(patch)
            patch.setenv("VIANG_HOME", str(home))
            patch.setenv("VIANG_DATABASE_URL", database.url)
            patch.setenv("VIANG_TOKEN_KEYS", Fernet.generate_key().decode())
            return running.enter_context(installed(world, database, patch, now=now))

        yield start


def take_over(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on the shared installation runs in this test's environment."""
    wait_for_nothing(monkeypatch)
    for name, value in installation.environment.items():
        monkeypatch.setenv(name, value)
    installation.monkeypatch = monkeypatch
    installation.at(installation.now)


@pytest.fixture
def install(
    database: Database, settings_env: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Install]:
    """``install(world, now=…)``: a configured installation on a fresh database, reading that world."""
    wait_for_nothing(monkeypatch)
    settings_env()
    with ExitStack() as running:

        def start(world: World, now: datetime | None = None) -> Installation:
            return running.enter_context(installed(world, database, monkeypatch, now=now))

        yield start
