"""``dashboard.restatement_ledger``: changes of values already shown, appended in the transaction that makes them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

import psycopg
from psycopg import sql

from viang_pipeline.warehouse import insight_cache


class LedgerEntry(NamedTuple):
    """``sku`` is None for a client-day; ``antes``/``depois`` are None where there was or is no value."""

    dia: date
    sku: str | None
    metrica: str
    antes: int | Decimal | None
    depois: int | Decimal | None
    motivo: str


def append(
    conn: psycopg.Connection, client_id: str, entries: Iterable[LedgerEntry], *, run_id: str, at: datetime
) -> int:
    """Append entries; how many. Nothing is ever changed or removed here, but texts about their days are dropped."""
    entries = list(entries)
    if not entries:
        return 0
    insight_cache.drop(conn, client_id, {entry.dia for entry in entries})
    with conn.cursor() as cursor:
        with cursor.copy(
            "copy dashboard.restatement_ledger"
            " (client_id, run_id, registrado_em, dia, sku, metrica, antes, depois, motivo) from stdin"
        ) as copy:
            for entry in entries:
                copy.write_row((client_id, run_id, at, *entry))
        return cursor.rowcount


def shown_days(conn: psycopg.Connection, client_id: str, seen: str, days: Iterable[date]) -> set[date]:
    """Days whose sums were built before, so that people may have seen them. ``seen``: a column of ``day_state``."""
    rows = conn.execute(
        sql.SQL("select dia from dashboard.day_state where client_id = %s and dia = any(%s) and {} >= 0").format(
            sql.Identifier(seen)
        ),
        [client_id, list(days)],
    )
    return {day for (day,) in rows}
