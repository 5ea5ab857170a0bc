"""Which schema a database has, and which this version of the code knows; how to get there is migrate.py's.

Every command asks before it begins: the libraries that change a schema take longer to import than most commands take.
"""

from __future__ import annotations

from pathlib import Path

from viang_pipeline.failures import ViangError
from viang_pipeline.warehouse.database import Database

VERSIONS = Path(__file__).with_name("migrations") / "versions"


class MigrationError(ViangError):
    """The database could not be upgraded; nothing was changed."""


def revisions() -> list[str]:
    """Every revision this version of the code knows, oldest first: each file's name begins with its own."""
    return sorted(path.name.partition("_")[0] for path in VERSIONS.glob("[0-9]*.py"))


def current(database: Database) -> str | None:
    """The revision the database is at, None before the first upgrade."""
    with database.transaction() as conn:
        if conn.execute("select to_regclass('dashboard.alembic_version')").fetchone() == (None,):
            return None
        row = conn.execute("select version_num from dashboard.alembic_version").fetchone()
    return None if row is None else str(row[0])


def pending(database: Database) -> bool:
    """Whether `viang db upgrade` would do anything. Raises MigrationError when a newer version has upgraded it."""
    return known(current(database), database) != revisions()[-1]


def known(revision: str | None, database: Database) -> str | None:
    """The revision, when this code has it: there is no way down from one it does not know. Raises MigrationError."""
    if revision is not None and revision not in (ours := revisions()):
        raise MigrationError(
            f"O banco {database.place} está na migração {revision}, e esta versão do Viang só conhece até a "
            f"{ours[-1]}: uma versão mais nova já o atualizou. Nada mudou. Use aquela versão, ou outra mais nova; "
            "para ficar nesta, traga de volta uma cópia feita por ela com viang db restore (docs/backup.md)"
        )
    return revision
