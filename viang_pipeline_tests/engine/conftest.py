"""One running installation for the tests that need one, with every case launched at once: starting it takes long."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from viang_pipeline_tests.conftest import PostgresServer, open_folder, remove_home
from viang_pipeline_tests.engine.cases import Cases, launch, register
from viang_pipeline_tests.engine.market import Market
from viang_pipeline_tests.engine.services import viang_up


@pytest.fixture(scope="module")
def cases(postgres_server: PostgresServer, migrated_template: str) -> Iterator[Cases]:
    """Registered clients, running services, launched backfills."""
    database, storage = postgres_server.create(migrated_template), postgres_server.create()
    key, home = Fernet.generate_key().decode(), open_folder("viang-engine-")
    env = {
        "VIANG_DATABASE_URL": database.url,
        "DAGSTER_DATABASE_URL": storage.url,
        "VIANG_TOKEN_KEYS": key,
    }
    try:
        with Market(database, key).open() as market, tempfile.TemporaryDirectory() as empty:
            register(market)
            with viang_up(home, Path(empty), env | market.environment) as services:
                yield launch(market, services)
    finally:
        postgres_server.drop(database)
        postgres_server.drop(storage)
        remove_home(home)
