"""One Postgres database as the rest of the code sees it: a short-lived connection or one transaction.

Also decides which database that is (DSN or embedded server) and where the token keys come from.
No SQL of ours, no pooling: a run holds one connection and keeps none (contract supabase §0).
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from cryptography.fernet import Fernet

from viang_pipeline.failures import PermanentFailure, TransientFailure
from viang_pipeline.settings import Settings
from viang_pipeline.warehouse.embedded import ensure_running

# The project default of Supabase is two minutes; one COPY of a backfill may need more (contract supabase §4).
# Our queries are many and small: compiling one takes longer than running it, and up to Postgres 17 a plan that cannot
# do without a join we switched off looks expensive enough to be compiled every time.
SESSION_SETTINGS = (
    "set timezone = 'UTC'; set statement_timeout = '15min'; set lock_timeout = '10s'; "
    "set idle_in_transaction_session_timeout = '5min'; set jit = off"
)


class DatabaseAway(TransientFailure):
    """The server takes no connections now."""


@dataclass(frozen=True)
class Database:
    """A database by its DSN. Cheap, immutable, picklable; repr and str hold no password."""

    url: str = field(repr=False)
    application_name: str = field(default="viang", kw_only=True)

    def __repr__(self) -> str:
        return f"Database({self.place})"

    @property
    def place(self) -> str:
        """``host:port/database``, for messages."""
        parts = urlsplit(self.url)
        return f"{parts.hostname}:{parts.port or 5432}{parts.path}"

    def connect(self, *, autocommit: bool = False) -> psycopg.Connection:
        """A new connection in UTC with our time-outs; the caller closes it.

        Raises PermanentFailure for refused credentials (asking again gets the address banned, contract supabase §1),
        DatabaseAway for anything else.
        """
        try:
            connection = psycopg.connect(
                self.url, application_name=self.application_name, connect_timeout=15, autocommit=True
            )
        except psycopg.Error as error:
            raise _connection_failure(self.place, error) from None
        connection.execute(SESSION_SETTINGS)
        connection.autocommit = autocommit
        return connection

    @contextmanager
    def transaction(self) -> Iterator[psycopg.Connection]:
        """One connection, one transaction: committed at the end of the block, rolled back when it raises."""
        connection = self.connect()
        try:
            with connection.transaction():
                yield connection
        finally:
            connection.close()


def went_away(failure: BaseException) -> bool:
    """Whether the server was stopped, killed or cut off meanwhile: the same work succeeds once it is back."""
    if isinstance(failure, psycopg.OperationalError):
        # Without a code the line broke; 57P01 to 57P03 are a shutdown, a crash and a server that is not up yet.
        return failure.sqlstate is None or failure.sqlstate.startswith(("57P", "08"))
    return isinstance(failure, DatabaseAway)


def _connection_failure(place: str, error: psycopg.Error) -> PermanentFailure | DatabaseAway:
    text = " ".join(str(error).split())
    if any(sign in text for sign in ("authentication failed", "Tenant or user not found", "does not exist")):
        return PermanentFailure(
            "O Postgres recusou o usuário, a senha ou o banco",
            where=place,
            action="Confira VIANG_DATABASE_URL; restaurar um banco apaga as senhas dos papéis",
        )
    return DatabaseAway(
        f"O Postgres não aceitou a conexão ({type(error).__name__})",
        where=place,
        action="Confira se o servidor está no ar e se VIANG_DATABASE_URL aponta para ele",
    )


def open_database(settings: Settings) -> Database:
    """The database of VIANG_DATABASE_URL, else the one of the embedded server, started when it is not running."""
    if settings.database_url is not None:
        return Database(settings.database_url.get_secret_value())
    return Database(ensure_running(settings.home).viang_url)


def dagster_database_url(settings: Settings) -> str:
    """SQLAlchemy URL of Dagster's own storage: DAGSTER_DATABASE_URL, else the second database of the embedded server.

    The driver is named because dagster-postgres needs psycopg2, whatever SQLAlchemy takes for ``postgresql://``.
    """
    if settings.dagster_database_url is not None:
        url = settings.dagster_database_url.get_secret_value()
    else:
        url = ensure_running(settings.home).dagster_url
    return url.replace("postgresql://", "postgresql+psycopg2://", 1)


def token_keys(settings: Settings) -> tuple[str, ...]:
    """Fernet keys for tokens at rest, the encrypting one first (product.md §2).

    VIANG_TOKEN_KEYS, else a key generated into VIANG_HOME. Settings guarantee that only the embedded database comes
    without VIANG_TOKEN_KEYS.
    """
    if settings.token_keys:
        return tuple(key.get_secret_value() for key in settings.token_keys)
    return (_generated_key(settings.home.expanduser() / "token.key"),)


def _generated_key(path: Path) -> str:
    """The key in the file, created when missing; of several processes that create it at once, one wins for all."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o711)
        unfinished = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(Fernet.generate_key())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(unfinished, path)
        except FileExistsError:
            pass
        finally:
            unfinished.unlink()
    return path.read_text().strip()
