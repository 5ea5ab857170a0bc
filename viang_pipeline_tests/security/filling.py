"""Rows for any table, made from what the catalogue says of it: a table made tomorrow is filled tomorrow.

Every text of a row names its client, so that a row seen by the wrong client betrays itself whatever is selected of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.errors import CheckViolation
from psycopg.types.json import Jsonb

SCHEMAS = ["dashboard", "raw"]
TRIES = 300
FIRST = date(2026, 1, 1)
_LISTED = re.compile(r"\(\(?(\w+) = ANY \(ARRAY\[(.+?)\]\)")


@dataclass(frozen=True)
class Column:
    """``listed``: the only texts a check allows."""

    name: str
    kind: str
    required: bool
    listed: tuple[str, ...]


@dataclass(frozen=True)
class Relation:
    """A table or a view. ``columns`` without those the database fills itself."""

    schema: str
    name: str
    is_view: bool
    columns: tuple[Column, ...]

    @property
    def of_clients(self) -> bool:
        return any(column.name == "client_id" for column in self.columns)

    @property
    def identifier(self) -> sql.Identifier:
        return sql.Identifier(self.schema, self.name)

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}"


def relations(conn: psycopg.Connection) -> list[Relation]:
    """Every table and view of ours, from the catalogue."""
    found = conn.execute(
        """
        select n.nspname, c.relname, c.relkind in ('v', 'm'), c.oid from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = any(%s) and c.relkind in ('r', 'p', 'v', 'm', 'f') order by 1, 2
        """,
        [SCHEMAS],
    ).fetchall()
    return [Relation(schema, name, view, _columns(conn, oid)) for schema, name, view, oid in found]


def _columns(conn: psycopg.Connection, table: int) -> tuple[Column, ...]:
    checks = conn.execute(
        "select pg_get_constraintdef(oid) from pg_constraint where conrelid = %s and contype = 'c'", [table]
    ).fetchall()
    listed = {
        name: tuple(re.findall(r"'([^']*)'::text", values))
        for (check,) in checks
        for name, values in _LISTED.findall(check)
    }
    rows = conn.execute(
        """
        select attname, format_type(atttypid, null), attnotnull from pg_attribute
        where attrelid = %s and attnum > 0 and not attisdropped and attidentity = '' and attgenerated = ''
        order by attnum
        """,
        [table],
    ).fetchall()
    return tuple(Column(name, kind, required, listed.get(name, ())) for name, kind, required in rows)


def fill(conn: psycopg.Connection, table: Relation, client_id: str, number: int, chance: Random) -> None:
    """One more row of a client, if its keys leave room for another.

    Raises AssertionError when no row of many satisfies the table's checks.
    """
    names = sql.SQL(", ").join(sql.Identifier(column.name) for column in table.columns)
    slots = sql.SQL(", ").join(sql.Placeholder() * len(table.columns))
    statement = sql.SQL("insert into {} ({}) values ({}) on conflict do nothing").format(table.identifier, names, slots)
    for _ in range(TRIES):
        try:
            with conn.transaction():
                conn.execute(statement, [_value(column, client_id, number, chance) for column in table.columns])
        except CheckViolation:
            continue
        return
    raise AssertionError(f"{table} takes no row made from its columns and checks")


def _value(column: Column, client_id: str, number: int, chance: Random) -> Any:
    if column.name == "client_id":
        return client_id
    if not column.required and chance.random() < 0.3:
        return None
    if column.listed:
        return chance.choice(column.listed)
    return _of_kind(column.kind, client_id, number, chance)


def _of_kind(kind: str, client_id: str, number: int, chance: Random) -> Any:
    text = f"{client_id}-{number}"
    instant = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=number)
    match kind:
        case "text" | "character varying":
            return text
        case "text[]":
            return [text]
        case "bytea":
            return text.encode()
        case "jsonb":
            return Jsonb({client_id: 1})
        case "date":
            return FIRST + timedelta(days=number)
        case "timestamp with time zone":
            return instant
        case "boolean":
            return chance.random() < 0.5
        case "smallint" | "integer" | "bigint":
            return chance.randint(1, 9)
        case "numeric":
            return Decimal(chance.randint(1, 99)) / 100
        case "double precision":
            return 1.5
        case "uuid":
            return UUID(int=chance.getrandbits(128))
        case "datemultirange":
            return "{[2026-01-01,2026-01-02)}"
    raise AssertionError(f"no value is known for a column of type {kind}")
