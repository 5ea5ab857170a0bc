"""Groups of rows into a raw table: the newest file replaces a group as a whole, other groups are untouched.

A group is an order, a product, what is linked to one listing, a kit: a file is a filtered part of the account, so what
it does not name stays. ``lido_em`` is the instant of the newest file that showed a row, changed or not: by it an older
file never gets past a newer one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import psycopg
from psycopg import sql

from viang_pipeline.sources.upseller.reading import Grouped
from viang_pipeline.warehouse.load import RawRow, upsert_raw

_STORED = """
    select wanted.grupo, stored.chave, stored.dia, stored.hash, stored.lido_em
    from unnest(%s::text[]) as wanted(grupo)
    cross join lateral (
        select chave, dia, hash, lido_em from {table} where client_id = (select %s::text) and chave = wanted.grupo
        union all
        select chave, dia, hash, lido_em from {table}
        where client_id = (select %s::text) and chave > wanted.grupo || '|' and chave < wanted.grupo || '}}'
    ) as stored
"""
"""The client by a subquery, for the reason given in ``upsert_raw``."""


@dataclass(frozen=True)
class GroupWrite:
    """What a write did, in rows; ``outdated``: groups left alone because a newer file had shown them."""

    inserted: int
    updated: int
    unchanged: int
    deleted: int
    outdated: int
    changed_days: frozenset[date]

    @property
    def written(self) -> int:
        return self.inserted + self.updated + self.deleted


def replace_groups(
    conn: psycopg.Connection,
    table: str,
    client_id: str,
    records: Sequence[Grouped],
    *,
    shown_at: datetime,
    otherwise: date,
) -> GroupWrite:
    """Store the records' groups as a file of ``shown_at`` shows them.

    ``otherwise`` is the day of records that have none; one that is stored and did not change keeps its day.
    """
    target = sql.Identifier(*table.split("."))
    wanted = sorted({record.group for record in records})
    rows = conn.execute(sql.SQL(_STORED).format(table=target), [wanted, client_id, client_id])
    stored: dict[str, dict[str, tuple[date, bytes]]] = defaultdict(dict)
    newest: dict[str, datetime] = {}
    for group, key, day, digest, read_at in rows:
        stored[group][key] = (day, digest)
        newest[group] = max(read_at, newest.get(group, read_at))
    outdated = {group for group, at in newest.items() if at > shown_at}
    fresh = [record for record in records if record.group not in outdated]
    keys = {record.found.id for record in fresh}
    gone = {
        key: day
        for group, found in stored.items()
        if group not in outdated
        for key, (day, _) in found.items()
        if key not in keys
    }
    conn.execute(
        sql.SQL("delete from {} where client_id = %s and chave = any(%s)").format(target), [client_id, list(gone)]
    )
    raw = [_row(record, stored[record.group].get(record.found.id), otherwise) for record in fresh]
    write = upsert_raw(conn, table, client_id, raw, read_at=shown_at)
    conn.execute(
        sql.SQL("update {} set lido_em = %s where client_id = %s and chave = any(%s) and lido_em < %s").format(target),
        [shown_at, client_id, list(keys), shown_at],
    )
    return GroupWrite(
        write.inserted,
        write.updated,
        write.unchanged,
        len(gone),
        len(outdated),
        write.changed_days | frozenset(gone.values()),
    )


def _row(record: Grouped, known: tuple[date, bytes] | None, otherwise: date) -> RawRow:
    day = record.day
    if day is None:
        same = known is not None and known[1] == record.found.hash
        day = known[0] if known is not None and same else otherwise
    return RawRow(day, record.found.id, record.found.payload, record.found.hash)
