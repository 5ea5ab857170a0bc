"""The Postgres versions migrations are tried on: the embedded one and, where installed, the floor 15."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from unittest.mock import patch
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from viang_pipeline.warehouse import embedded, postgres_programs
from viang_pipeline.warehouse.database import Database
from viang_pipeline.warehouse.migrate import upgrade
from viang_pipeline_tests.conftest import FAST, PostgresServer, open_folder, remove_home

POSTGRES_15 = postgres_programs.SYSTEM_PROGRAMS / "15" / "bin"


@dataclass(frozen=True)
class Cluster:
    """One server and the makers of databases and logins a migration test needs."""

    server: embedded.EmbeddedServer
    migrated_template: str
    stopped: dict[str, str] = field(default_factory=dict)
    """Revision → name of a database that was upgraded no further."""

    def database(self, *, owner: str = embedded.ADMIN, template: str = "template1") -> Database:
        name = f"m_{uuid4().hex}"
        with psycopg.connect(self.server.superuser_url, autocommit=True) as connection:
            connection.execute(
                sql.SQL("create database {} template {} owner {} strategy file_copy").format(
                    *map(sql.Identifier, (name, template, owner))
                )
            )
        return Database(urlunsplit(urlsplit(self.server.viang_url)._replace(path=f"/{name}")))

    def at(self, revision: str) -> Database:
        """A database at a revision, copied from one that stopped there: each step of the way is gone once."""
        if revision not in self.stopped:
            below = max((known for known in self.stopped if known < revision), default=None)
            stops = self.database(template=self.stopped[below] if below else "template1")
            upgrade(stops, revision)
            self.stopped[revision] = _name(stops)
        return self.database(template=self.stopped[revision])

    def as_superuser(self, database: Database) -> Database:
        path = urlsplit(database.url).path
        return Database(urlunsplit(urlsplit(self.server.superuser_url)._replace(path=path)))

    def login(self, database: Database, role: str) -> Database:
        """The same database for another role, whose password is set here."""
        with self.as_superuser(database).transaction() as connection:
            connection.execute(sql.SQL("alter role {} login password 'test'").format(sql.Identifier(role)))
        parts = urlsplit(database.url)
        return Database(urlunsplit(parts._replace(netloc=f"{role}:test@{parts.hostname}:{parts.port}")))

    def drop(self, database: Database) -> None:
        with psycopg.connect(self.server.superuser_url, autocommit=True) as connection:
            connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(_name(database))))


def _name(database: Database) -> str:
    return urlsplit(database.url).path.strip("/")


@pytest.fixture(scope="session")
def postgres_15() -> Iterator[Cluster]:
    """A server of the oldest supported version, started by the same launcher."""
    if not (POSTGRES_15 / "initdb").exists():
        pytest.skip(f"Postgres 15 is not installed in {POSTGRES_15}")
    home = open_folder("viang-postgres-15-")
    with patch.object(postgres_programs, "program_folders", lambda: iter([POSTGRES_15])):
        server = embedded.ensure_running(home, extra_settings=FAST)
    upgrade(Database(server.viang_url))
    yield Cluster(server, "viang")
    remove_home(home)


@pytest.fixture(scope="session")
def embedded_stops() -> dict[str, str]:
    """``Cluster.stopped`` of the embedded server."""
    return {}


@pytest.fixture(params=["embedded", "15"])
def cluster(request: pytest.FixtureRequest) -> Cluster:
    """Each supported version of the server in turn."""
    if request.param == "15":
        found: Cluster = request.getfixturevalue("postgres_15")
        return found
    # Roles are shared by all databases: with the template made first, two workers never create them at once.
    template: str = request.getfixturevalue("migrated_template")
    shared: PostgresServer = request.getfixturevalue("postgres_server")
    return Cluster(shared.server, template, request.getfixturevalue("embedded_stops"))


@pytest.fixture
def unmigrated(cluster: Cluster) -> Iterator[Database]:
    """An empty database of the cluster, owned by a login that may create roles and is no superuser."""
    database = cluster.database()
    yield database
    cluster.drop(database)


@pytest.fixture
def migrated(cluster: Cluster) -> Iterator[Database]:
    """A database of the cluster at the head."""
    database = cluster.database(template=cluster.migrated_template)
    yield database
    cluster.drop(database)


@pytest.fixture
def at_revision(cluster: Cluster) -> Iterator[Callable[[str], Database]]:
    """``at_revision(revision)``: an ``unmigrated`` database that was upgraded as far as that."""
    with ExitStack() as made:

        def copied(revision: str) -> Database:
            database = cluster.at(revision)
            made.callback(cluster.drop, database)
            return database

        yield copied
