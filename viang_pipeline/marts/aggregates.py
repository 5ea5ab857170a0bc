"""``fact_sku_day`` and ``agg_client_day``: sums of the same order lines, beside them ads, visits, stock and returns.

Made inside the database (kpis.md §6): one SELECT in ``sql/`` serves both grains, and the tables converge to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from importlib.resources import files
from typing import Literal, cast

import psycopg
from psycopg import sql
from sqlalchemy import Integer, Numeric, Table

from viang_pipeline.collect.work import Outcome, Work
from viang_pipeline.domain.restatement import RowMove, moved_between_skus, restatements
from viang_pipeline.marts.channel_day import converge_channels
from viang_pipeline.marts.lines import days_to_build
from viang_pipeline.marts.provenance import provenance
from viang_pipeline.warehouse import ledgers, restatement_ledger
from viang_pipeline.warehouse.load import Query, RowChange, converge
from viang_pipeline.warehouse.locks import lock_client
from viang_pipeline.warehouse.restatement_ledger import LedgerEntry
from viang_pipeline.warehouse.schema import agg_client_day, fact_sku_day

CHUNK = 62
_PROVENANCE = ("versao_metrica", "run_id", "calculado_em")


@dataclass(frozen=True)
class Aggregate:
    """A table of sums. ``seen``: the ``day_state`` column that says how far it has followed; ``blocks``: the grain's
    own way to ads, visits and stock. What follows from the table is worked out once per process."""

    table: Table
    seen: str
    blocks: Literal["sku", "client"]

    @cached_property
    def key(self) -> tuple[str, ...]:
        """Key columns below the client."""
        return tuple(c.name for c in self.table.primary_key.columns if c.name != "client_id")

    @cached_property
    def select(self) -> str:
        """The numbers at this grain; the names put in are our own columns, values are bound."""
        return _text("day_sums.sql").format(
            key=", ".join(self.key),
            sales=_text("sales.sql").format(key=", ".join(self.key)),
            with_key="sku is not null" if "sku" in self.key else "true",
            refund_key=self._dated("reembolso_dia"),
            refund_group=self._dated("reembolso_dia", alias=False),
            return_key=self._dated("dia_venda"),
            return_group=self._dated("dia_venda", alias=False),
            opened_return_key=self._dated("dia_devolucao"),
            opened_return_group=self._dated("dia_devolucao", alias=False),
            claim_key=self._dated("dia_abertura"),
            claim_group=self._dated("dia_abertura", alias=False),
            blocks=_text(f"{self.blocks}_blocks.sql"),
            block_columns=_text(f"{self.blocks}_columns.sql"),
            block_reasons=_text(f"{self.blocks}_reasons.sql"),
            covered=_text("covered_lines.sql"),
            margin=_text("margin.sql").format(key=", ".join(self.key)),
            maturity=_text("maturity.sql"),
            columns=", ".join(self.business),
        )

    def _dated(self, column: str, *, alias: bool = True) -> str:
        """The key with another date as its day."""
        day = f"{column} as dia" if alias else column
        return ", ".join(day if name == "dia" else name for name in self.key)

    @cached_property
    def business(self) -> tuple[str, ...]:
        """Columns whose change is a change of the row."""
        skip = {"client_id", "hash", *self.key, *_PROVENANCE}
        return tuple(c.name for c in self.table.columns if c.name not in skip)

    @cached_property
    def numbers(self) -> tuple[str, ...]:
        """Business columns that hold a number people read: money, counts, rates."""
        return tuple(
            c.name for c in self.table.columns if c.name in self.business and isinstance(c.type, Numeric | Integer)
        )


def _text(name: str) -> str:
    return files("viang_pipeline.marts").joinpath("sql", name).read_text(encoding="utf-8")


SKU_DAY = Aggregate(fact_sku_day, "sku_de", "sku")
CLIENT_DAY = Aggregate(agg_client_day, "cliente_de", "client")


def build_aggregate(work: Work, aggregate: Aggregate, days: Iterable[date]) -> Outcome:
    """Rebuild one aggregate for the days from the lines as they stand.

    Raises PermanentFailure for days whose orders were never read completely.
    """
    asked = set(days)
    total = Outcome(days_done=asked)
    with work.store.transaction() as conn:
        wanted = days_to_build(conn, work.client_id, asked)
    for start in range(0, len(wanted), CHUNK):
        chunk = wanted[start : start + CHUNK]
        with work.store.transaction() as conn:
            lock_client(conn, work.client_id)
            total.add(_build(conn, work, aggregate, chunk))
    return total


def _build(conn: psycopg.Connection, work: Work, aggregate: Aggregate, days: list[date]) -> Outcome:
    ledgers.ensure_days(conn, work.client_id, days)
    shown = restatement_ledger.shown_days(conn, work.client_id, aggregate.seen, days)
    total = Outcome(days_done=set(days))
    for part in (sorted(shown), sorted(set(days) - shown)):
        if part:
            _converge(conn, work, aggregate, part, total, shown=part[0] in shown)
    if aggregate is CLIENT_DAY:
        converge_channels(conn, work, days)  # the same days seen otherwise: not counted again
    conn.execute(
        sql.SQL(
            "update dashboard.day_state set {seen} = linhas_rev"
            " where client_id = %s and dia = any(%s) and {seen} is distinct from linhas_rev"
        ).format(seen=sql.Identifier(aggregate.seen)),
        [work.client_id, days],
    )
    return total


def _converge(
    conn: psycopg.Connection, work: Work, aggregate: Aggregate, days: list[date], total: Outcome, *, shown: bool
) -> None:
    """Write the days' rows; for days that were ``shown`` before, every change of a value goes into the ledger."""
    now = work.clock()
    # Lines just written are not in the statistics yet: a plan made for one row would go through one side of a join
    # again for every row of the other. Joined is in the order written, keys first: trying every other order takes a
    # third of the planning, which for the days of a night is most of the work, and finds joins that cost the same.
    conn.execute("set local enable_nestloop = off; set local join_collapse_limit = 1")
    result = converge(
        conn,
        table=f"dashboard.{aggregate.table.name}",
        key=("client_id", *aggregate.key),
        columns=(*aggregate.key, *aggregate.business),
        constants=provenance(work, now),
        volatile=("run_id", "calculado_em"),
        hash_column="hash",
        rows=Query(aggregate.select, {"client_id": work.client_id, "dias": days}),
        scope=("client_id = %s and dia = any(%s)", [work.client_id, days]),
        changes=shown,
        touching=("dia",),
    )
    total.read += result.read
    total.written += result.written
    total.unchanged += result.unchanged
    if shown:
        entries = list(_restated(aggregate, result.changes))
        restatement_ledger.append(conn, work.client_id, entries, run_id=work.run_id, at=now)
        total.days_changed |= {change.key["dia"] for change in result.changes if isinstance(change.key["dia"], date)}
    else:
        total.days_changed |= {day for day in result.touched if isinstance(day, date)}


def _restated(aggregate: Aggregate, changes: Iterable[RowChange]) -> Iterator[LedgerEntry]:
    """One entry per value that is not what was shown."""
    by_day: dict[date, list[RowChange]] = {}
    for change in changes:
        by_day.setdefault(cast("date", change.key["dia"]), []).append(change)
    for day, of_day in by_day.items():
        moves = [RowMove(change.old, change.new) for change in of_day]
        moved = "sku" in aggregate.key and moved_between_skus(moves)
        for change, move in zip(of_day, moves, strict=True):
            sku = cast("str | None", change.key.get("sku"))
            for found in restatements(aggregate.numbers, move, moved_between_skus=moved):
                yield LedgerEntry(day, sku, *found)
