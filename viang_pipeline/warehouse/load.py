"""Writing sets of rows so that a table converges to them: equal rows are not touched, a second run writes nothing.

COPY into a temporary table, then one statement that writes what differs (postgres.md decisions 6, 8, 11); few rows go
with that statement. Callers own the transaction. No column list and no rule of a table of ours belongs here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from hashlib import blake2b
from itertools import chain, islice
from typing import Literal, LiteralString, NamedTuple

import msgspec
import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

Scope = tuple[LiteralString, Sequence[object]]

FEW = 200
"""Rows up to here are sent with the statement that writes them: a temporary table costs more than it saves."""


@dataclass(frozen=True)
class Query:
    """Rows that are made in the database: a SELECT whose columns come in the order of ``columns``."""

    text: str
    params: Sequence[object] | Mapping[str, object] = ()


@dataclass(frozen=True)
class RowChange:
    """One row that was written: business columns before and after, None where there was or is no row."""

    kind: Literal["inserted", "updated", "deleted"]
    key: dict[str, object]
    old: dict[str, object] | None
    new: dict[str, object] | None


@dataclass(frozen=True)
class WriteCounts:
    """What a write did, in rows; ``changes`` and ``touched`` only when asked for."""

    read: int
    inserted: int
    updated: int
    deleted: int
    changes: tuple[RowChange, ...] = ()
    touched: frozenset[object] = frozenset()

    @property
    def unchanged(self) -> int:
        """Rows that were there already, business columns and all."""
        return self.read - self.inserted - self.updated

    @property
    def written(self) -> int:
        """Rows of the table that are not what they were; 0 for a second run."""
        return self.inserted + self.updated + self.deleted


class RawRow(NamedTuple):
    """One payload of a source: business day, natural key, JSON text and the digest of its content."""

    dia: date
    chave: str
    payload: bytes
    hash: bytes


@dataclass(frozen=True)
class RawWrite:
    """What a raw write did, and every business day that must be rebuilt because of it."""

    inserted: int
    updated: int
    unchanged: int
    changed_days: frozenset[date]
    changed_keys: frozenset[str] = frozenset()

    @property
    def read(self) -> int:
        """Payloads given."""
        return self.inserted + self.updated + self.unchanged


def converge(
    connection: psycopg.Connection,
    *,
    table: str,
    key: Sequence[str],
    columns: Sequence[str],
    rows: Iterable[Sequence[object]] | Query,
    constants: Mapping[str, object] | None = None,
    volatile: Sequence[str] = (),
    hash_column: str | None = None,
    scope: Scope | None = None,
    changes: bool = False,
    touching: Sequence[str] = (),
) -> WriteCounts:
    """Make ``table`` (``schema.name``) hold exactly ``rows`` inside ``scope``.

    ``columns`` names the values of each row; ``constants`` adds columns whose value is the same in all rows.
    Columns that are neither in ``key`` nor ``volatile`` (run_id, calculado_em) are business columns: a row is written
    only when one of them differs, and only then do its volatile columns change. ``hash_column`` is filled with a digest
    of the business columns. ``scope`` is a condition on the table's columns with %s placeholders and its values: rows
    in it that are not in ``rows`` are deleted; without it nothing is. ``changes`` reports each written row;
    ``touching`` the distinct values that columns of one type had in written rows, before and after.

    Raises ValueError for rows outside the scope, psycopg.errors.UniqueViolation for a key given twice; the transaction
    has to end with either.
    """
    constants = dict(constants or {})
    given = [*columns, *constants]
    business = [name for name in given if name not in key and name not in volatile]
    target = sql.Identifier(*table.split("."))
    names = _Names(table, tuple(key), tuple(given), tuple(business), hash_column)

    if not isinstance(rows, Query):
        rows = iter(rows)
        first = list(islice(rows, FEW + 1))
        if not first:
            return _empty(connection, target, key, business, scope, touching)
        if len(first) <= FEW and not changes:
            return _few(connection, names, columns, constants, first, scope, tuple(touching))
        rows = chain(first, rows)
    _make_incoming(connection, target, given, constants)
    read = _fill_incoming(connection, columns, rows)
    # Nothing is known about a temporary table: without an index the planner may compare every row with every row.
    # Statistics of the key are enough for that; those of all columns would cost more than the join they plan.
    varying = [name for name in key if name not in constants]
    connection.execute(
        sql.SQL("create unique index on incoming ({}); analyze incoming ({})").format(_list(varying), _list(key))
    )
    if scope is not None:
        outside = connection.execute(
            sql.SQL("select count(*) from incoming where ({}) is not true").format(sql.SQL(scope[0])), scope[1]
        ).fetchone()
        _refuse_outside(table, outside[0] if outside else 0)
    written = connection.execute(
        names.write(scope[0] if scope else None, None if changes else tuple(touching)), scope[1] if scope else None
    )
    if changes:
        return _with_changes(read, key, business, written)
    inserted, updated, deleted, touched, _ = written.fetchone() or (0, 0, 0, None, 0)
    return WriteCounts(read, inserted, updated, deleted, touched=frozenset(touched or ()))


def _refuse_outside(table: str, rows: int) -> None:
    if rows:
        raise ValueError(f"{rows} rows for {table} lie outside the scope that is being replaced")


@dataclass(frozen=True)
class _Names:
    """Composes the statement that writes what differs: once per table and process, because it names every column."""

    table: str
    key: tuple[str, ...]
    given: tuple[str, ...]
    business: tuple[str, ...]
    hash_column: str | None

    @cache  # noqa: B019  # a handful of tables, for as long as the process
    def write(self, scope: LiteralString | None, touching: tuple[str, ...] | None, *, sent: bool = False) -> bytes:
        """Rows that are equal are filtered before the INSERT: ON CONFLICT would lock, and so write, each of them.

        Answers with the changed rows when ``touching`` is None, else with counts and the values of those columns.
        ``sent``: ``incoming`` is no table; its constants and rows are the first parameters, the scope's come again as
        the last ones, and the answer ends with how many rows lie outside the scope.
        """
        digest = sql.SQL("md5(row({})::text)").format(_list(self.business))
        columns = [*self.given, self.hash_column] if self.hash_column else list(self.given)
        values = [_list(self.given), digest] if self.hash_column else [_list(self.given)]
        return (
            sql.SQL(
                """
            with {incoming} removed as (
                delete from {target} as t
                where {gone} and not exists (select from incoming as i where {same_key})
                returning {key_t}, {business_t}
            ),
            differing as materialized (
                select i.*, t.{first_key} is not null as known, {old}
                from incoming as i left join {target} as t on {same_key}
                where t.{first_key} is null or row({business_t}) is distinct from row({business_i})
            ),
            written as (
                insert into {target} ({columns})
                select {values} from differing
                on conflict ({key}) do update set {updates}
            )
            {answer}
            """
            )
            .format(
                target=sql.Identifier(*self.table.split(".")),
                incoming=self.incoming() if sent else sql.SQL(""),
                gone=sql.SQL("({})").format(sql.SQL(scope)) if scope else sql.SQL("false"),
                same_key=sql.SQL(" and ").join(
                    sql.SQL("t.{0} = i.{0}").format(sql.Identifier(name)) for name in self.key
                ),
                first_key=sql.Identifier(self.key[0]),
                key=_list(self.key),
                key_t=_list(self.key, "t"),
                business_t=_list(self.business, "t"),
                business_i=_list(self.business, "i"),
                old=sql.SQL(", ").join(
                    sql.SQL("t.{} as {}").format(sql.Identifier(name), sql.Identifier(f"old_{name}"))
                    for name in self.business
                ),
                columns=_list(columns),
                values=sql.SQL(", ").join(values),
                updates=sql.SQL(", ").join(
                    sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name))
                    for name in columns
                    if name not in self.key
                ),
                answer=self.changed_rows() if touching is None else self.counts(touching, scope if sent else None),
            )
            .as_bytes()
        )

    def incoming(self) -> sql.Composed:
        """Rows of the target's types from JSON: the constants, and the columns that differ between rows."""
        return sql.SQL(
            "incoming as materialized (select {given} from json_populate_recordset("
            "json_populate_record(null::{target}, %s::json), %s::json)),"
        ).format(given=_list(self.given), target=sql.Identifier(*self.table.split(".")))

    def counts(self, touching: Sequence[str], scope: LiteralString | None) -> sql.Composed:
        """inserted, updated, deleted, distinct values of the ``touching`` columns in written rows, rows outside."""
        touched: sql.Composable = sql.SQL("null")
        if touching:
            both = [*(f"old_{name}" if name in self.business else name for name in touching), *touching]
            touched = sql.SQL(
                "(select array_agg(distinct v) from (select unnest(array[{both}]) as v from differing"
                " union all select unnest(array[{gone}]) from removed) as all_values where v is not null)"
            ).format(both=_list(both), gone=_list(touching))
        outside: sql.Composable = sql.SQL("0")
        if scope is not None:
            outside = sql.SQL("(select count(*) from incoming where ({}) is not true)").format(sql.SQL(scope))
        return sql.SQL(
            "select count(*) filter (where not known), count(*) filter (where known),"
            " (select count(*) from removed), {}, {} from differing"
        ).format(touched, outside)

    def changed_rows(self) -> sql.Composed:
        """key…, old business…, new business…, known: null when deleted."""
        nothing = sql.SQL(", ").join([sql.SQL("null")] * len(self.business))
        return sql.SQL(
            "select {key}, {old}, {new}, known from differing"
            " union all select {key}, {new}, {nothing}, null from removed"
        ).format(
            key=_list(self.key),
            old=_list([f"old_{name}" for name in self.business]),
            new=_list(self.business),
            nothing=nothing,
        )


def _few(
    connection: psycopg.Connection,
    names: _Names,
    columns: Sequence[str],
    constants: Mapping[str, object],
    rows: list[Sequence[object]],
    scope: Scope | None,
    touching: tuple[str, ...],
) -> WriteCounts:
    varying = [columns.index(name) for name in names.key if name in columns]
    if len({tuple(row[at] for at in varying) for row in rows}) < len(rows):
        raise psycopg.errors.UniqueViolation(f"a key of {names.table} was given twice")
    incoming = [_json(constants), _json([dict(zip(columns, row, strict=True)) for row in rows])]
    condition, values = scope or (None, ())
    statement = names.write(condition, touching, sent=True)
    written = connection.execute(statement, [*incoming, *values, *values]).fetchone()
    inserted, updated, deleted, touched, outside = written or (0, 0, 0, None, 0)
    _refuse_outside(names.table, outside)
    return WriteCounts(len(rows), inserted, updated, deleted, touched=frozenset(touched or ()))


def _json(value: object) -> str:
    return msgspec.json.encode(value, enc_hook=_unwrapped).decode()


def _unwrapped(value: object) -> object:
    if isinstance(value, Jsonb):
        return value.obj
    raise TypeError(f"{type(value).__name__} has no JSON")


def _with_changes(
    read: int, key: Sequence[str], business: Sequence[str], written: psycopg.Cursor[tuple[object, ...]]
) -> WriteCounts:
    found: list[RowChange] = []
    for row in written:
        known = row[-1]
        keys = dict(zip(key, row, strict=False))
        before = dict(zip(business, row[len(key) :], strict=False))
        after = dict(zip(business, row[len(key) + len(business) :], strict=False))
        if known is None:
            found.append(RowChange("deleted", keys, before, None))
        elif known:
            found.append(RowChange("updated", keys, before, after))
        else:
            found.append(RowChange("inserted", keys, None, after))
    kinds = [change.kind for change in found]
    return WriteCounts(
        read, kinds.count("inserted"), kinds.count("updated"), kinds.count("deleted"), changes=tuple(found)
    )


def _empty(
    connection: psycopg.Connection,
    target: sql.Identifier,
    key: Sequence[str],
    business: Sequence[str],
    scope: Scope | None,
    touching: Sequence[str],
) -> WriteCounts:
    """No rows: what is in the scope goes. Most blocks of most days are empty, and a temporary table costs more."""
    if scope is None:
        return WriteCounts(0, 0, 0, 0)
    statement = sql.SQL("delete from {} where ({}) returning {}").format(
        target, sql.SQL(scope[0]), _list([*key, *business])
    )
    names = [*key, *business]
    gone = [dict(zip(names, row, strict=True)) for row in connection.execute(statement, scope[1])]
    changes = tuple(RowChange("deleted", {n: row[n] for n in key}, {n: row[n] for n in business}, None) for row in gone)
    touched = frozenset(row[name] for row in gone for name in touching if row[name] is not None)
    return WriteCounts(0, 0, 0, len(gone), changes=changes, touched=touched)


def _make_incoming(
    connection: psycopg.Connection, target: sql.Identifier, given: Sequence[str], constants: Mapping[str, object]
) -> None:
    """An empty temporary table with the target's types; constants are column defaults, so COPY need not repeat them."""
    statements: list[sql.Composable] = [
        sql.SQL("drop table if exists pg_temp.incoming"),
        sql.SQL("create temporary table incoming on commit drop as select {} from {} with no data").format(
            _list(given), target
        ),
    ]
    defaults = [
        sql.SQL("alter column {} set default {}").format(sql.Identifier(name), sql.Literal(value))
        for name, value in constants.items()
    ]
    if defaults:
        statements.append(sql.SQL("alter table incoming {}").format(sql.SQL(", ").join(defaults)))
    connection.execute(sql.SQL("; ").join(statements))


def _fill_incoming(
    connection: psycopg.Connection, columns: Sequence[str], rows: Iterable[Sequence[object]] | Query
) -> int:
    if isinstance(rows, Query):
        statement = sql.SQL("insert into incoming ({}) {}").format(_list(columns), sql.SQL(rows.text))
        return connection.execute(statement, rows.params or None).rowcount
    with connection.cursor() as cursor:
        _copy(cursor, sql.SQL("incoming ({})").format(_list(columns)), rows)
        return cursor.rowcount


def _copy(cursor: psycopg.Cursor, into: sql.Composable, rows: Iterable[Sequence[object]]) -> None:
    with cursor.copy(sql.SQL("copy {} from stdin").format(into)) as copy:
        for row in rows:
            copy.write_row(row)


def upsert_raw(
    connection: psycopg.Connection,
    table: str,
    client_id: str,
    records: Sequence[RawRow],
    *,
    read_at: datetime | None = None,
) -> RawWrite:
    """Store payloads of one client in a ``raw.*`` table; the newest version of a key wins.

    Keys and digests go first, only payloads that differ are sent. ``visto_em`` is when a key was first seen,
    ``lido_em`` (``read_at``, default now) when this version was read: a version read earlier than the stored one is
    dropped. Of a key given twice the last one counts. An unchanged payload writes nothing.
    """
    if not records:
        return RawWrite(0, 0, 0, frozenset())
    latest = {record.chave: record for record in records}
    target = sql.Identifier(*table.split("."))
    when = read_at or datetime.now(UTC)
    # Until the end of the transaction nobody else adds keys of this client, so that new rows can be copied directly.
    connection.execute("select pg_advisory_xact_lock(%s)", [_lock_key(table, client_id)])
    # The limit makes it one index lookup per key: during a first load statistics lag behind, and a plan made from them
    # reads everything the client has for every window. The client comes by a subquery because statistics that do not
    # know it yet promise so few rows that any index of the client looks as good as the key's: then each key reads them.
    differing = connection.execute(
        sql.SQL(
            """
            select k.chave, t.dia from unnest(%b::text[], %b::date[], %b::bytea[]) as k (chave, dia, hash)
            left join lateral (
                select chave, dia, hash, lido_em from {} where client_id = (select %s::text) and chave = k.chave limit 1
            ) as t on true
            where t.chave is null or ((t.hash, t.dia) is distinct from (k.hash, k.dia) and t.lido_em <= %s)
            """
        ).format(target),
        [list(latest), [row.dia for row in latest.values()], [row.hash for row in latest.values()], client_id, when],
    ).fetchall()
    new = [latest[chave] for chave, dia in differing if dia is None]
    changed = [latest[chave] for chave, dia in differing if dia is not None]
    if new:
        _insert_raw(connection, target, client_id, new, when)
    if changed:
        _update_raw(connection, target, client_id, changed, when)
    return RawWrite(
        inserted=len(new),
        updated=len(changed),
        unchanged=len(latest) - len(differing),
        changed_days=frozenset(dia for _, dia in differing if dia) | {record.dia for record in (*new, *changed)},
        changed_keys=frozenset(chave for chave, _ in differing),
    )


def _insert_raw(
    connection: psycopg.Connection, target: sql.Identifier, client_id: str, records: Iterable[RawRow], when: datetime
) -> None:
    """Binary, because JSON text then needs no escaping: a third faster than text (for plain rows text is faster)."""
    into = sql.SQL("copy {} (client_id, visto_em, lido_em, chave, dia, hash, payload) from stdin (format binary)")
    with connection.cursor() as cursor, cursor.copy(into.format(target)) as copy:
        copy.set_types(["text", "timestamptz", "timestamptz", "text", "date", "bytea", "jsonb"])
        for row in records:
            copy.write_row((client_id, when, when, row.chave, row.dia, row.hash, Jsonb(row.payload, dumps=_as_is)))


def _update_raw(
    connection: psycopg.Connection, target: sql.Identifier, client_id: str, records: Sequence[RawRow], when: datetime
) -> None:
    """The client comes by a subquery for the reason given in ``upsert_raw``."""
    connection.execute(
        sql.SQL(
            """
            update {} as t set dia = r.dia, payload = r.payload::jsonb, hash = r.hash, lido_em = %s
            from unnest(%b::text[], %b::date[], %b::bytea[], %b::text[]) as r (chave, dia, hash, payload)
            where t.client_id = (select %s::text) and t.chave = r.chave
            """
        ).format(target),
        [
            when,
            [row.chave for row in records],
            [row.dia for row in records],
            [row.hash for row in records],
            [row.payload.decode() for row in records],
            client_id,
        ],
    )


def _as_is(payload: bytes) -> bytes:
    return payload


def _lock_key(table: str, client_id: str) -> int:
    return int.from_bytes(blake2b(f"{table}:{client_id}".encode(), digest_size=8).digest(), signed=True)


def _list(names: Sequence[str], alias: str | None = None) -> sql.Composed:
    parts = [sql.Identifier(alias, name) if alias else sql.Identifier(name) for name in names]
    return sql.SQL(", ").join(parts)
