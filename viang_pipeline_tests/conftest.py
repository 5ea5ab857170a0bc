"""Fixtures every room shares: a real Postgres, fresh databases and a clean environment.

One embedded server per test run, started by whichever worker needs it first and removed by the main process.
Each test gets a database of its own, copied from a template that was migrated once.
"""

from __future__ import annotations

import gc
import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import hypothesis
import psycopg
import pytest
from cryptography.fernet import Fernet
from filelock import FileLock
from psycopg import sql

from viang_pipeline.settings import Settings, load_settings
from viang_pipeline.warehouse import embedded
from viang_pipeline.warehouse.database import Database
from viang_pipeline.warehouse.migrate import upgrade

OURS = ("VIANG_", "DAGSTER_", "MERCADO_LIVRE_", "BLING_", "UPSELLER_", "OPENAI_", "SMTP_", "METABASE_", "SUPABASE_")
LIBPQ = "PG"
NOBODY = "http://127.0.0.1:9"
"""An address of this machine where nothing answers."""
TEMPLATE = "migrated_template"
# Test data may die with the machine; copying the template takes 10 ms this way, 200 ms with the defaults.
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "wal_compression": "off",
    "autovacuum": "off",
    "shared_buffers": "128MB",
    # 64 workers of one test and the Dagster services of another share this server.
    "max_connections": "400",
}

# No test is failed by the clock: what is fast is shown in benchmarks, and a busy machine is no defect.
hypothesis.settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)  # fmt: skip
hypothesis.settings.load_profile("untimed")

_home_key = pytest.StashKey[Path]()


def pytest_configure(config: pytest.Config) -> None:
    """The main process chooses one home for the server of this run; the workers are told.

    Where an environment forbids writing bytecode, as images of Python do, every worker and every process a test starts
    would compile everything again.
    """
    gc.disable()  # until everything is imported
    sys.dont_write_bytecode = False
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    worker: dict[str, str] | None = getattr(config, "workerinput", None)
    config.stash[_home_key] = Path(worker["postgres_home"]) if worker else open_folder("viang-tests-", _in_memory())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, so that the other workers have something to do until they end."""
    engine, slow = ({item.path for item in items if item.get_closest_marker(mark)} for mark in ("engine", "slow"))
    items.sort(key=lambda item: (item.path not in engine, item.path not in slow))


def pytest_collection_finish() -> None:
    """What was imported is no garbage: walking it again and again was a fifth of what the tests cost."""
    gc.freeze()
    gc.enable()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node) -> None:  # type: ignore[no-untyped-def]  # the type belongs to xdist
    node.workerinput["postgres_home"] = str(node.config.stash[_home_key])


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput") and _home_key in config.stash:
        remove_home(config.stash[_home_key])


def _in_memory() -> Path | None:
    """Where files live in memory, if there is room: a database (400 files) is copied ten times faster there."""
    shared = Path("/dev/shm")
    with suppress(OSError):
        if os.access(shared, os.W_OK | os.X_OK) and shutil.disk_usage(shared).free > 2 * 2**30:
            return shared
    return None


def open_folder(prefix: str, inside: Path | None = None) -> Path:
    """A new temporary folder other accounts may pass through."""
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=inside))
    folder.chmod(0o711)
    return folder


def remove_home(home: Path) -> None:
    """Stop the server of a home and delete everything, wherever the launcher put the data."""
    embedded.stop(home)
    shutil.rmtree(embedded.data_folder(home), ignore_errors=True)
    shutil.rmtree(home, ignore_errors=True)


@dataclass(frozen=True)
class PostgresServer:
    """The server of this run, with makers of databases owned by the non-superuser the pipeline logs in as."""

    server: embedded.EmbeddedServer
    home: Path
    maintenance: psycopg.Connection = field(repr=False)
    left: list[Database] = field(default_factory=list, repr=False)

    def database(self, name: str) -> Database:
        return Database(_with_database(self.server.viang_url, name))

    def superuser(self, name: str) -> Database:
        """The same database as superuser: only for looking at what roles may do."""
        return Database(_with_database(self.server.superuser_url, name))

    def create(self, template: str = "template1") -> Database:
        name = f"t_{uuid4().hex}"
        self._run("create database {} template {} owner {} strategy file_copy", name, template, embedded.ADMIN)
        return self.database(name)

    def drop(self, database: Database) -> None:
        """With the next one: the server lets go of closed connections a moment later, and waits 0.1 s where it has not.

        The last one goes with the server.
        """
        if self.left:
            self._run("drop database {} with (force)", urlsplit(self.left.pop().url).path.strip("/"))
        self.left.append(database)

    def _run(self, statement: str, *names: str) -> None:
        self.maintenance.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _with_database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@pytest.fixture(scope="session")
def postgres_server(request: pytest.FixtureRequest) -> Iterator[PostgresServer]:
    """One embedded server shared by all workers of this run."""
    home = request.config.stash[_home_key]
    server = embedded.ensure_running(home, extra_settings=FAST)
    with psycopg.connect(server.superuser_url, autocommit=True) as maintenance:
        yield PostgresServer(server, home, maintenance)


@pytest.fixture(scope="session")
def migrated_template(postgres_server: PostgresServer) -> str:
    """Name of a database with every migration applied, made once per run."""
    with FileLock(postgres_server.home / "template.lock"):
        done = postgres_server.home / "template.done"
        if not done.exists():
            postgres_server._run("create database {} owner {}", TEMPLATE, embedded.ADMIN)
            upgrade(postgres_server.database(TEMPLATE))
            done.touch()
    return TEMPLATE


@dataclass(frozen=True)
class Connected(Database):
    """A database whose connections stay open between transactions: connecting would be most of what many tests do."""

    idle: list[psycopg.Connection] = field(default_factory=list, repr=False, compare=False)

    @contextmanager
    def transaction(self) -> Iterator[psycopg.Connection]:
        try:
            connection = self.idle.pop()
        except IndexError:
            connection = self.connect()
        try:
            with connection.transaction():
                yield connection
        except BaseException:
            connection.close()
            raise
        self.idle.append(connection)

    def close(self) -> None:
        """Every connection that was kept."""
        while self.idle:
            self.idle.pop().close()

    def __reduce__(self) -> tuple[type[Database], tuple[str]]:
        """Another process connects for itself."""
        return Database, (self.url,)


@contextmanager
def copied(server: PostgresServer, template: str) -> Iterator[Database]:
    """A copy of a database nobody is connected to, for the length of a ``with`` block."""
    created = Connected(server.create(template).url)
    yield created
    created.close()
    server.drop(created)


@pytest.fixture
def database(postgres_server: PostgresServer, migrated_template: str) -> Iterator[Database]:
    """A fresh migrated database, logged in as the pipeline does (no superuser)."""
    with copied(postgres_server, migrated_template) as created:
        yield created


@pytest.fixture
def empty_database(postgres_server: PostgresServer) -> Iterator[Database]:
    """A fresh database without any migration."""
    created = postgres_server.create()
    yield created
    postgres_server.drop(created)


@pytest.fixture(scope="session")
def _empty_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cwd")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, _empty_folder: Path) -> None:
    """No variable and no .env of the developer's project reaches a test."""
    for name in [name for name in os.environ if name.startswith((*OURS, LIBPQ))]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(_empty_folder)


@pytest.fixture(autouse=True)
def _no_log_handler_outlives_its_test() -> Iterator[None]:
    """A command sets up logging for its process; here the process goes on and the folder of its log file does not."""
    yield
    for handler in [h for h in logging.getLogger().handlers if not type(h).__module__.startswith("_pytest")]:
        logging.getLogger().removeHandler(handler)
        handler.close()


@pytest.fixture
def viang_home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A fresh VIANG_HOME; an embedded server a test starts in it is stopped and removed.

    Not below tmp_path: pytest closes it, and the account root steps down to could not enter.
    """
    home = open_folder("viang-home-")
    monkeypatch.setenv("VIANG_HOME", str(home))
    yield home
    remove_home(home)


@pytest.fixture
def settings_env(database: Database, viang_home: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Settings]:
    """Environment of a configured installation on ``database``; call it with further variables to get Settings."""
    monkeypatch.setenv("VIANG_DATABASE_URL", database.url)
    for name in ("BLING_API_URL", "BLING_TOKEN_URL", "BLING_AUTH_URL"):
        monkeypatch.setenv(name, NOBODY)
    monkeypatch.setenv("VIANG_TOKEN_KEYS", Fernet.generate_key().decode())

    def configure(**variables: str) -> Settings:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return load_settings()

    return configure
