"""The embedded Postgres of VIANG_HOME: created when missing, started when stopped, shared by every process.

One server per home on 127.0.0.1 with SCRAM, detached from the terminal, holding two databases (viang, dagster).
Who logs in with which rights is decided here; tables and grants belong in the migrations.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
from filelock import FileLock, Timeout
from psycopg import sql

from viang_pipeline.warehouse.postgres_process import HOST, answers, disown_stale_pid, free_port, postmaster_of
from viang_pipeline.warehouse.postgres_programs import (
    Account,
    EmbeddedServerError,
    Programs,
    find_programs,
    is_root,
    reachable,
    run_as,
    service_account,
    usable_by,
)

log = logging.getLogger(__name__)

SUPERUSER, ADMIN, DAGSTER = "viang_superuser", "viang_admin", "dagster"
API_ROLES = ("anon", "authenticated", "service_role")
START_SECONDS = 30.0
# Used by root when nobody else can enter VIANG_HOME (root's home usually is closed).
SYSTEM_STATE = Path("/var/lib/viang")
SERVER_SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "wal_compression": "on",
    "random_page_cost": "1.1",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_connections": "100",
    "password_encryption": "scram-sha-256",
    # Passwords here are random, so hashing them 4096 times protects nothing and costs 4 ms of CPU per connection.
    # Dagster opens several connections per event.
    "scram_iterations": "1",
    "logging_collector": "on",
    "log_filename": "server-%a.log",
    "log_rotation_age": "1d",
    "log_truncate_on_rotation": "on",
}
NEWER_SETTINGS = {"scram_iterations": 16}
"""Setting → first major version that knows it; older servers refuse to start with it."""


@dataclass(frozen=True)
class EmbeddedServer:
    """A running server: where it listens and how to log in."""

    host: str
    port: int
    passwords: Mapping[str, str] = field(repr=False)

    @property
    def viang_url(self) -> str:
        """Login that owns database viang: no superuser, may create roles."""
        return self._url(ADMIN, "viang")

    @property
    def dagster_url(self) -> str:
        """Login of Dagster's own storage; sees nothing of database viang."""
        return self._url(DAGSTER, "dagster")

    @property
    def superuser_url(self) -> str:
        """For the launcher and for tests only."""
        return self._url(SUPERUSER, "postgres")

    def _url(self, user: str, database: str) -> str:
        return f"postgresql://{user}:{self.passwords[user]}@{self.host}:{self.port}/{database}"


@dataclass(frozen=True)
class ServerStatus:
    """What `viang doctor` shows: folder of the data, version of the data, and port while it answers."""

    folder: Path
    major: int | None
    port: int | None

    @property
    def running(self) -> bool:
        """Whether it answers."""
        return self.port is not None


def data_folder(home: Path) -> Path:
    """The folder that holds, or will hold, the server of ``home``.

    It is ``home/postgres``. For root, when the account the server runs as cannot enter ``home``, it is a folder of
    /var/lib/viang named after the path of ``home``. Existing data is always found again.
    """
    existing = existing_data_folder(home)
    if existing is not None:
        return existing
    inside, outside = _possible_folders(home)
    nearest = next(folder for folder in inside.parents if folder.exists())
    return inside if reachable(service_account(), nearest) else outside


def existing_data_folder(home: Path) -> Path | None:
    """The folder that holds the server of ``home``; None before its creation. Starts no process to find out."""
    with _one_line_errors():
        return next((folder for folder in _possible_folders(home) if (folder / "pgdata").exists()), None)


def _possible_folders(home: Path) -> tuple[Path, Path]:
    home = home.expanduser().resolve()
    return home / "postgres", SYSTEM_STATE / sha256(str(home).encode()).hexdigest()[:16]


def ensure_running(home: Path, *, extra_settings: Mapping[str, str] | None = None) -> EmbeddedServer:
    """The server of ``home``, created and started when needed; safe for many processes at once.

    One probe of its port when it already runs. ``extra_settings`` only apply to a start made by this call.
    Raises EmbeddedServerError: one line in Portuguese.
    """
    folder = data_folder(home)
    with _one_line_errors():
        server = _running(folder)
        if server is not None:
            return server
        _make_folders(home.expanduser().resolve(), folder)
        with _locked(folder):
            server = _running(folder)
            return server or _create_and_start(folder, SERVER_SETTINGS | dict(extra_settings or {}))


def stop(home: Path) -> bool:
    """Stop the server of ``home`` (open transactions are rolled back); False when it did not run."""
    folder = existing_data_folder(home)
    if folder is None:
        return False
    pgdata = folder / "pgdata"
    with _one_line_errors(), _locked(folder):
        if postmaster_of(pgdata) is None:
            return False
        account = service_account(pgdata)
        programs = usable_by(find_programs(_major(pgdata)), account, folder)
        result = run_as(account, [programs.path("pg_ctl"), "stop", "-D", str(pgdata), "-m", "fast", "-w", "-s"])
        if result.returncode != 0 and postmaster_of(pgdata) is not None:
            raise EmbeddedServerError(f"O Postgres embutido não parou: {result.stderr.strip()}")
        return True


def status(home: Path) -> ServerStatus:
    """Where the data is and whether the server answers; starts nothing."""
    folder = data_folder(home)
    pgdata = folder / "pgdata"
    with _one_line_errors():
        server = _running(folder)
        return ServerStatus(folder, _major(pgdata) if pgdata.exists() else None, server.port if server else None)


def _make_folders(home: Path, folder: Path) -> None:
    """Closed to everybody else; as root passable (not listable), because the server's account must get through."""
    for wanted in (home, folder):
        # Two commands started at once both come here: the one that finds the folder made leaves it as it is.
        with suppress(FileExistsError):
            wanted.mkdir(parents=True)
            wanted.chmod(0o711 if is_root() else 0o700)
    if home not in folder.parents:
        log.warning("A pasta %s só é acessível ao root; o banco embutido fica em %s", home, folder)


def _create_and_start(folder: Path, settings: Mapping[str, str]) -> EmbeddedServer:
    pgdata = folder / "pgdata"
    exists = pgdata.exists()
    account = service_account(pgdata if exists else None)
    programs = usable_by(find_programs(_major(pgdata) if exists else None), account, folder)
    settings = {name: value for name, value in settings.items() if NEWER_SETTINGS.get(name, 0) <= programs.major}
    state = _read_state(folder)
    if not exists:
        state = {"passwords": {user: secrets.token_urlsafe(24) for user in (SUPERUSER, ADMIN, DAGSTER)}}
        _write_state(folder, state)
        _initdb(folder, programs, account, state["passwords"][SUPERUSER])
    if not state:
        raise EmbeddedServerError(
            f"O arquivo {folder / 'server.json'} com as senhas do banco embutido sumiu; restaure-o"
        )
    port = _start(pgdata, programs, account, settings, preferred=state.get("port", 0))
    server = EmbeddedServer(HOST, port, state["passwords"])
    if not state.get("ready"):
        _bootstrap(server)
    _write_state(folder, state | {"port": port, "ready": True})
    return server


def _initdb(folder: Path, programs: Programs, account: Account | None, password: str) -> None:
    """Create the cluster beside its final name: an interrupted initdb never looks like a cluster."""
    unfinished, password_file = folder / "pgdata.new", folder / "password.new"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    _write_private(password_file, password)
    if account is not None:
        os.chown(unfinished, account.uid, account.gid)
        os.chown(password_file, account.uid, account.gid)
    command = [programs.path("initdb"), "-D", str(unfinished), "-U", SUPERUSER, f"--pwfile={password_file}"]
    command += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C" if os.name == "nt" else "--locale=C.UTF-8"]
    try:
        result = run_as(account, command)
    finally:
        password_file.unlink()
    if result.returncode != 0:
        raise EmbeddedServerError(f"O Postgres embutido não pôde ser criado em {folder}: {result.stderr.strip()}")
    unfinished.rename(folder / "pgdata")


def _start(
    pgdata: Path, programs: Programs, account: Account | None, settings: Mapping[str, str], *, preferred: int
) -> int:
    """Start the postmaster and return its port.

    After a hard kill the old children hold the shared memory for about two seconds: refusals are retried.
    """
    deadline = time.monotonic() + START_SECONDS
    log_file = pgdata / "start.log"
    while True:
        postmaster = postmaster_of(pgdata)
        if postmaster is None:
            disown_stale_pid(pgdata)
            if time.monotonic() > deadline - START_SECONDS / 2:
                preferred = 0
            options = dict(settings) | {"port": str(free_port(preferred))}
            words = " ".join(f"-c {name}='{value}'" for name, value in options.items())
            command = [
                programs.path("pg_ctl"),
                "start",
                "-D",
                str(pgdata),
                "-w",
                "-s",
                "-l",
                str(log_file),
                "-o",
                words,
            ]
            run_as(account, command)
            postmaster = postmaster_of(pgdata)
        if postmaster is not None and answers(postmaster[1], ADMIN):
            return postmaster[1]
        if time.monotonic() > deadline:
            tail = log_file.read_text(errors="replace").strip().splitlines()[-3:] if log_file.exists() else []
            raise EmbeddedServerError(f"O Postgres embutido em {pgdata} não respondeu: {' | '.join(tail)}")
        time.sleep(0.2)


def _bootstrap(server: EmbeddedServer) -> None:
    """Roles and databases every home has; may run again after an interruption."""
    with psycopg.connect(server.superuser_url, autocommit=True) as connection:
        present = {row[0] for row in connection.execute("select rolname from pg_roles")}
        for role in API_ROLES:
            if role not in present:
                connection.execute(sql.SQL("create role {} nologin").format(sql.Identifier(role)))
        for role, rights in ((ADMIN, "createrole"), (DAGSTER, "nocreaterole")):
            # The verifier is computed here, so that the password itself never reaches a statement or the server's log.
            verifier = connection.pgconn.encrypt_password(
                server.passwords[role].encode(), role.encode(), b"scram-sha-256"
            ).decode()
            statement = (
                "alter role {} login {} password {}" if role in present else "create role {} login {} password {}"
            )
            connection.execute(sql.SQL(statement).format(sql.Identifier(role), sql.SQL(rights), sql.Literal(verifier)))
        databases = {row[0] for row in connection.execute("select datname from pg_database")}
        for database, owner in (("viang", ADMIN), ("dagster", DAGSTER)):
            if database not in databases:
                connection.execute(
                    sql.SQL("create database {} owner {}").format(sql.Identifier(database), sql.Identifier(owner))
                )
        connection.execute("revoke all on database dagster from public")


def _running(folder: Path) -> EmbeddedServer | None:
    """The finished, answering server of the folder, without taking the lock."""
    postmaster = postmaster_of(folder / "pgdata")
    if postmaster is None:
        return None
    state = _read_state(folder)
    if not state.get("ready") or not answers(postmaster[1], ADMIN):
        return None
    return EmbeddedServer(HOST, postmaster[1], state["passwords"])


def _major(pgdata: Path) -> int:
    return int((pgdata / "PG_VERSION").read_text())


@contextmanager
def _one_line_errors() -> Iterator[None]:
    try:
        yield
    except PermissionError as error:
        raise EmbeddedServerError(
            f"Sem permissão em {error.filename}: o banco embutido pertence a outro usuário. "
            "Use o mesmo usuário de antes ou outra pasta em VIANG_HOME"
        ) from error
    except Timeout as error:
        raise EmbeddedServerError(
            f"Outro processo segura {error.lock_file} há minutos; confira se ele ainda cria o banco embutido"
        ) from error


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One process at a time creates, starts or stops; the lock dies with its process."""
    lock = folder / "lock"
    lock.touch(mode=0o600)
    _same_owner(lock)
    with FileLock(lock, timeout=180):
        yield


def _read_state(folder: Path) -> dict[str, Any]:
    try:
        state: dict[str, Any] = json.loads((folder / "server.json").read_text())
    except FileNotFoundError:
        return {}
    return state


def _write_state(folder: Path, state: dict[str, Any]) -> None:
    unfinished = folder / "server.json.new"
    _write_private(unfinished, json.dumps(state))
    unfinished.replace(folder / "server.json")


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    _same_owner(path)


def _same_owner(path: Path) -> None:
    """Files root makes in a user's folder stay the user's: the next start without sudo must read them."""
    if is_root():
        owner = path.parent.stat()
        os.chown(path, owner.st_uid, owner.st_gid)
