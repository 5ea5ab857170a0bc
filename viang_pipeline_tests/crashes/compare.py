"""Whether two databases say the same, byte for byte, apart from what names the run that wrote it and the instant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row

from viang_pipeline.warehouse.database import Database

Rows = list[dict[str, str | None]]

AUDIT = ("dashboard.updates_log", "dashboard.order_reads")
"""One row per attempt, or per search of one: an attempt that died and the one after it leave more than one night."""
SECRETS = {("dashboard.api_tokens", "access_token"), ("dashboard.api_tokens", "refresh_token")}
"""Encrypted anew at every write; what they hold is compared with what the platform issued."""
NAMES_A_RUN = "run_id"
INSTANT, MARK = "timestamp with time zone", "uuid"


class Unlike(AssertionError):
    """Two undisturbed runs differ in more than runs and instants."""


@dataclass(frozen=True)
class Column:
    """A column as the catalogue describes it."""

    name: str
    type: str
    key: bool


def columns(database: Database) -> dict[str, list[Column]]:
    """Table → its columns, of every table of ours but the audit; not the numbers Postgres gives out itself, which a
    rollback does not take back."""
    with database.transaction() as conn, conn.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute(
            """
            select format('%I.%I', n.nspname, c.relname) as table, a.attname as name,
                   format_type(a.atttypid, a.atttypmod) as type, coalesce(a.attnum = any(i.indkey), false) as key
            from pg_class c
            join pg_namespace n on n.oid = c.relnamespace and n.nspname in ('raw', 'dashboard')
            join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                and a.attidentity = ''
            left join pg_index i on i.indrelid = c.oid and i.indisprimary
            where c.relkind = 'r' order by 1, a.attnum
            """
        ).fetchall()
    tables: dict[str, list[Column]] = {}
    for row in found:
        tables.setdefault(row.pop("table"), []).append(Column(**row))
    return {table: shown for table, shown in tables.items() if table not in AUDIT}


def rows(conn: psycopg.Connection, table: str, shown: list[Column]) -> Rows:
    """Every row as text, as Postgres writes it."""
    names = ", ".join(f'{column.name}::text as "{column.name}"' for column in shown)
    with conn.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(f"select {names} from {table}".encode()).fetchall()


def contents(database: Database) -> dict[str, Rows]:
    """Table → all its rows."""
    tables = columns(database)
    with database.transaction() as conn:
        return {table: rows(conn, table, shown) for table, shown in tables.items()}


def of_runs_and_instants(
    tables: Mapping[str, list[Column]], one: Mapping[str, Rows], later: Mapping[str, Rows]
) -> dict[str, list[Column]]:
    """The columns that differ between two undisturbed runs begun at different instants while nothing else changed.

    Nothing is listed by hand: what differs for no other reason than the time of the run names the run or an instant.
    Raises Unlike when such a column is of a type that can say something else.
    """
    found = {}
    for table, shown in tables.items():
        found[table] = [column for column in shown if _values(one[table], column) != _values(later[table], column)]
        for column in found[table]:
            named = column.name == NAMES_A_RUN or column.type in (INSTANT, MARK) or (table, column.name) in SECRETS
            if not named:
                raise Unlike(f"{table}.{column.name} ({column.type}) depends on when the run began")
    return found


def _values(table: Rows, column: Column) -> Counter[str | None]:
    return Counter(row[column.name] for row in table)


@dataclass(frozen=True)
class Reference:
    """What the undisturbed run left; which columns are not looked at, and which tables are judged otherwise."""

    left: Mapping[str, Rows]
    ignored: Mapping[str, list[Column]]
    apart: frozenset[str]

    def differences(self, database: Database) -> list[str]:
        """Rows that are only here or only there, one sentence each."""
        found, lines = contents(database), []
        for table in self.left.keys() - self.apart:
            wanted, here = self._said(table, self.left[table]), self._said(table, found[table])
            lines += [f"{table}: missing {row}" for row in (wanted - here).elements()]
            lines += [f"{table}: not expected {row}" for row in (here - wanted).elements()]
        return sorted(lines)

    def _said(self, table: str, kept: Rows) -> Counter[str]:
        hidden = {column.name for column in self.ignored[table]}
        said = Counter(str({k: v for k, v in row.items() if k not in hidden}) for row in kept)
        # A table whose key names an instant keeps one row per attempt: what they say is compared, not how often.
        return Counter(set(said)) if any(column.key for column in self.ignored[table]) else said


def written_since(database: Database, before: int) -> dict[str, int]:
    """Table → rows written by transactions that began after ``mark``, of every table of ours."""
    counts: dict[str, int] = {}
    with database.transaction() as conn:
        for table in columns(database):
            row = conn.execute(
                f"select count(*) from {table} where xmin::text::bigint >= %s".encode(), [before]
            ).fetchone()
            if row and row[0]:
                counts[table] = row[0]
    return counts


def mark(database: Database) -> int:
    """The number of the next transaction."""
    with database.transaction() as conn:
        row: tuple[Any, ...] | None = conn.execute("select pg_current_xact_id()::text::bigint").fetchone()
    assert row is not None
    return int(row[0])
