"""What a change of parameters would do to numbers already shown, predicted by doing it and keeping nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import NamedTuple, TypeVar

from psycopg import sql

from viang_pipeline.collect.work import Rehearsal, Work
from viang_pipeline.domain.metrics import table_metrics
from viang_pipeline.marts.build import CLIENT_SUMS, LINES, SKU_SUMS, build_mart
from viang_pipeline.settings import Clock
from viang_pipeline.warehouse.database import Database
from viang_pipeline.warehouse.schema import agg_client_day

T = TypeVar("T")
AMOUNTS = tuple(m.id for m in table_metrics("C") if m.unidade == "BRL" and m.aditividade == "A")
"""What can be added over the days of a month."""


class MonthChange(NamedTuple):
    """Σ of a metric over the days of a month that have a value, in BRL; None where no day has."""

    month: date
    metric: str
    before: Decimal | None
    after: Decimal | None


class Impact(NamedTuple):
    """``days`` and ``lines``: stored rows of days and of sales that would be written."""

    days: int
    lines: int
    months: list[MonthChange]


def rehearse_change(database: Database, client_id: str, clock: Clock, change: Callable[[Work], T]) -> tuple[T, Impact]:
    """What ``change`` answers, and what the rebuild of everything it touches would write.

    Days that wait to be rebuilt for other reasons are rebuilt first, so that only the change's own doing is counted.
    """
    with Rehearsal.over(database) as store:
        work = Work(store, client_id, "ensaio", "rebuild_marts", clock)
        _rebuild(work)
        before = _months(work)
        answer = change(work)
        days, lines = _rebuild(work)
        after = _months(work)
    months = [
        MonthChange(*key, before.get(key), after.get(key))
        for key in sorted(before.keys() | after.keys(), key=lambda key: (key[0], AMOUNTS.index(key[1])))
        if before.get(key) != after.get(key)
    ]
    return answer, Impact(days, lines, months)


def _rebuild(work: Work) -> tuple[int, int]:
    """Rows of client-days and of lines that were written."""
    lines = build_mart(work, LINES, [])
    build_mart(work, SKU_SUMS, [])
    return build_mart(work, CLIENT_SUMS, []).written, lines.written


def _months(work: Work) -> dict[tuple[date, str], Decimal]:
    sums = sql.SQL(", ").join(sql.SQL("sum({})").format(sql.Identifier(name)) for name in AMOUNTS)
    with work.store.transaction() as conn:
        rows = conn.execute(
            sql.SQL("select date_trunc('month', dia)::date, {} from {} where client_id = %s group by 1").format(
                sums, sql.Identifier("dashboard", agg_client_day.name)
            ),
            [work.client_id],
        ).fetchall()
    return {
        (month, name): value
        for month, *values in rows
        for name, value in zip(AMOUNTS, values, strict=True)
        if value is not None
    }
