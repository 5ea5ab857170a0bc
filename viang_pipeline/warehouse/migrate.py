"""Brings a database to the schema of this version of the code (`viang db upgrade`).

One transaction for everything that is pending, one upgrade at a time. What changes belongs in migrations/.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg.errors import InsufficientPrivilege

from viang_pipeline.failures import ViangError
from viang_pipeline.warehouse.database import Database

MIGRATIONS = Path(__file__).with_name("migrations")
# Any fixed number; "viang" in ASCII. The transaction form of the lock works through every pooler.
LOCK = 0x7669616E67


class MigrationError(ViangError):
    """The database could not be upgraded; nothing was changed."""


def upgrade(database: Database, revision: str = "head") -> list[str]:
    """Apply pending migrations up to ``revision`` and return the revisions applied, oldest first.

    All in one transaction: a failure changes nothing. A second upgrade at the same time waits and then finds nothing
    to do. The very first one needs a login that may create roles (contract supabase §6).
    Raises MigrationError when the login lacks a right, or when a newer version has upgraded the database.
    """
    applied: list[str] = []

    def note(*, step: Any, **_: Any) -> None:
        applied.append(str(step.up_revision_id))

    try:
        with _transaction(database) as connection:
            connection.execute(sa.text("set local lock_timeout = '5min'"))
            connection.execute(sa.text("select pg_advisory_xact_lock(:key)"), {"key": LOCK})
            connection.execute(sa.text("set local lock_timeout = '10s'"))
            if not sa.inspect(connection).has_schema("dashboard"):
                connection.execute(sa.text("create schema dashboard"))  # Alembic notes its revisions there
            _known(_revision(connection), database)
            command.upgrade(_config(connection=connection, on_version_apply=note), revision)
    except sa.exc.ProgrammingError as error:
        if isinstance(error.orig, InsufficientPrivilege):
            reason = error.orig.diag.message_primary
            raise MigrationError(
                f"O login do banco não tem o direito necessário para atualizar o esquema ({reason}). "
                "A primeira atualização precisa de um login que possa criar papéis (no Supabase: postgres)"
            ) from error
        raise
    return applied


def current(database: Database) -> str | None:
    """The revision the database is at, None before the first upgrade."""
    with _transaction(database) as connection:
        return _revision(connection)


def pending(database: Database) -> bool:
    """Whether `viang db upgrade` would do anything. Raises MigrationError when a newer version has upgraded it."""
    return _known(current(database), database) != revisions()[-1]


def revisions() -> list[str]:
    """Every revision this version of the code knows, oldest first."""
    script = ScriptDirectory.from_config(_config())
    return [step.revision for step in reversed(list(script.walk_revisions()))]


def _revision(connection: sa.Connection) -> str | None:
    return MigrationContext.configure(connection, opts={"version_table_schema": "dashboard"}).get_current_revision()


def _known(revision: str | None, database: Database) -> str | None:
    """The revision, when this code has it: there is no way down from one it does not know."""
    if revision is not None and revision not in (known := revisions()):
        raise MigrationError(
            f"O banco {database.place} está na migração {revision}, e esta versão do Viang só conhece até a "
            f"{known[-1]}: uma versão mais nova já o atualizou. Nada mudou. Use aquela versão, ou outra mais nova; "
            "para ficar nesta, traga de volta uma cópia feita por ela com viang db restore (docs/backup.md)"
        )
    return revision


def _config(**attributes: Any) -> Config:
    config = Config(attributes=attributes)
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


@contextmanager
def _transaction(database: Database) -> Iterator[sa.Connection]:
    engine = sa.create_engine("postgresql+psycopg://", creator=database.connect, poolclass=sa.NullPool)
    with engine.begin() as connection:
        yield connection
