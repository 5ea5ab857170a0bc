"""The photo of UpSeller's stock at the close of a day (kpis.md D11): the first complete one is never rewritten.

A list from a file is complete; what the HTTP mode reads is only what is available, and gives way to a file.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import psycopg

from viang_pipeline.sources.upseller.reading import Grouped
from viang_pipeline.warehouse import ledgers
from viang_pipeline.warehouse.load import RawRow, upsert_raw

SOURCE, RESOURCE, HTTP = "upseller", "stock", "stock_http"
TABLE = "raw.upseller_stock"


@dataclass(frozen=True)
class Photo:
    """``taken``: whether this is the photo of its day now."""

    taken: bool
    written: int = 0


def store_photo(conn: psycopg.Connection, client_id: str, records: Iterable[Grouped], day: date, at: datetime) -> Photo:
    """Store a complete list as the photo of ``day`` unless there is one; the day's sums are built again."""
    if ledgers.complete_days(conn, client_id, SOURCE, RESOURCE, day, day):
        return Photo(taken=False)
    return _replace(conn, client_id, records, day, at)


def photographed(conn: psycopg.Connection, client_id: str, day: date) -> bool:
    """Whether the day has a photo, a file's or one read over HTTP."""
    return any(ledgers.complete_days(conn, client_id, SOURCE, name, day, day) for name in (RESOURCE, HTTP))


def store_available(
    conn: psycopg.Connection, client_id: str, records: Iterable[Grouped], day: date, at: datetime
) -> Photo:
    """The same for a list of what is available only: unless there is a photo of either kind."""
    if photographed(conn, client_id, day):
        return Photo(taken=False)
    return _replace(conn, client_id, records, day, at)


def _replace(conn: psycopg.Connection, client_id: str, records: Iterable[Grouped], day: date, at: datetime) -> Photo:
    rows = [RawRow(day, f"{each.found.id}|{day}", each.found.payload, each.found.hash) for each in records]
    conn.execute("delete from raw.upseller_stock where client_id = %s and dia = %s", [client_id, day])
    write = upsert_raw(conn, TABLE, client_id, rows, read_at=at)
    ledgers.touch_sums(conn, client_id, [day])
    return Photo(taken=True, written=write.inserted)
