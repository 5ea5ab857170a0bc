"""Marts of one block (visits, stock, ads, claims …), converged like the others: what changed moves the day's sums."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import psycopg

from viang_pipeline.collect.work import Outcome, Work
from viang_pipeline.marts.listing_skus import CarriedSkus, listings_on
from viang_pipeline.marts.provenance import provenance
from viang_pipeline.warehouse import ledgers
from viang_pipeline.warehouse.load import converge
from viang_pipeline.warehouse.locks import lock_client

CHUNK = 31


@dataclass(frozen=True)
class Block:
    """A table of ``dashboard``: its key below the client, and the columns filled beside it."""

    table: str
    key: tuple[str, ...]
    columns: tuple[str, ...]


Rows = Callable[[psycopg.Connection, str, list[date]], Iterable[tuple[object, ...]]]
"""The rows of a block for a client and days, in the order of key and columns."""


def build_block(work: Work, days: Iterable[date], tables: Mapping[Block, Rows]) -> Outcome:
    """Make every table hold exactly its rows for the days, at most a month per transaction."""
    total, wanted = Outcome(), sorted(set(days))
    for start in range(0, len(wanted), CHUNK):
        chunk = wanted[start : start + CHUNK]
        with work.store.transaction() as conn:
            lock_client(conn, work.client_id)
            for block, rows in tables.items():
                _converge(conn, work, block, rows, chunk, total)
    total.days_done = set(wanted)
    return total


def listings_of(conn: psycopg.Connection, client_id: str, days: Iterable[date]) -> dict[date, dict[str, CarriedSkus]]:
    """What each listing carried on each day, in ascending order of days."""
    found = listings_on(conn, client_id, days)
    return {day: found[day] for day in sorted(found)}


def _converge(conn: psycopg.Connection, work: Work, block: Block, rows: Rows, days: list[date], total: Outcome) -> None:
    result = converge(
        conn,
        table=f"dashboard.{block.table}",
        key=("client_id", *block.key),
        columns=(*block.key, *block.columns),
        constants=provenance(work, work.clock()),
        volatile=("run_id", "calculado_em"),
        # A list, because making the rows asks the connection that is about to copy them.
        rows=list(rows(conn, work.client_id, days)),
        scope=("client_id = %s and dia = any(%s)", [work.client_id, days]),
        touching=("dia",),
    )
    changed = {day for day in result.touched if isinstance(day, date)}
    ledgers.touch_sums(conn, work.client_id, changed)
    total.read += result.read
    total.written += result.written
    total.unchanged += result.unchanged
    total.days_changed |= changed
