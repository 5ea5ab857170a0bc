"""What is stored of lists Bling gives as they are now: each object once, on the day it was first seen.

An object that left a complete list is kept with ``excluido``, so that what once referred to it can still be read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import msgspec
import psycopg
from psycopg import sql

from viang_pipeline.sources.bling.payloads.base import BlingPayload, Listed, Numbered
from viang_pipeline.sources.payloads import record
from viang_pipeline.warehouse.load import RawRow

L = TypeVar("L", bound=Listed)
N = TypeVar("N", bound=Numbered)


@dataclass(frozen=True)
class Known:
    """A stored object: its day and its payload as text."""

    dia: date
    payload: str

    def value(self, kind: type[L]) -> L:
        """The struct that was stored."""
        return msgspec.json.decode(self.payload, type=kind, strict=False)


def known(
    conn: psycopg.Connection, table: str, client_id: str, keys: Collection[str] | None = None
) -> dict[str, Known]:
    """Key → stored object of a ``raw.*`` table: all, or those of ``keys``."""
    statement = sql.SQL(
        "select chave, dia, payload::text from {} where client_id = %s and (%s::text[] is null or chave = any(%s))"
    ).format(sql.Identifier(*table.split(".")))
    wanted = None if keys is None else list(keys)
    rows = conn.execute(statement, [client_id, wanted, wanted])
    return {key: Known(day, payload) for key, day, payload in rows}


def by_id(rows: Iterable[N]) -> dict[str, N]:
    """Objects by their id as text, as they are stored."""
    return {str(row.id): row for row in rows}


def as_row(key: int | str, value: BlingPayload, day: date) -> RawRow:
    """An object as a raw row."""
    found = record(key, value)
    return RawRow(day, found.id, found.payload, found.hash)


def state_rows(stored: Mapping[str, Known], found: Mapping[str, BlingPayload], today: date) -> list[RawRow]:
    """Rows of what was found; ``today``: the day of what was never seen before."""
    return [as_row(key, value, stored[key].dia if key in stored else today) for key, value in found.items()]


def gone_rows(stored: Mapping[str, Known], gone: Collection[str], kind: type[Listed]) -> list[RawRow]:
    """Rows of stored objects that Bling does not have any more."""
    rows = []
    for key in gone:
        value = stored[key].value(kind)
        value.excluido = True
        rows.append(as_row(key, value, stored[key].dia))
    return rows


def whole_list(stored: Mapping[str, Known], found: Mapping[str, L], kind: type[L], today: date) -> list[RawRow]:
    """Rows of a list read completely: what it holds, and what left it."""
    return state_rows(stored, found, today) + gone_rows(stored, stored.keys() - found.keys(), kind)
