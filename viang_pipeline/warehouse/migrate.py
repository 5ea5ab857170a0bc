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
from psycopg.errors import InsufficientPrivilege

from viang_pipeline.warehouse.database import Database
from viang_pipeline.warehouse.revisions import MigrationError, known

MIGRATIONS = Path(__file__).with_name("migrations")
# Any fixed number; "viang" in ASCII. The transaction form of the lock works through every pooler.
LOCK = 0x7669616E67


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
            known(_revision(connection), database)
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


def _revision(connection: sa.Connection) -> str | None:
    return MigrationContext.configure(connection, opts={"version_table_schema": "dashboard"}).get_current_revision()


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
