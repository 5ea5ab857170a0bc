"""``sku_portfolio``: how each SKU stands on the client's newest complete day (kpis.md §5.8, §5.9).

A statement about now, not about the days of a run: whichever days were built, the window ends at the newest one.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from importlib.resources import files

import psycopg

from viang_pipeline.collect.work import Outcome, Work
from viang_pipeline.domain.business_day import last_closed_day
from viang_pipeline.domain.portfolio import RECENT, WINDOW, SkuSales, standings
from viang_pipeline.marts.provenance import provenance
from viang_pipeline.warehouse import ledgers
from viang_pipeline.warehouse.load import converge
from viang_pipeline.warehouse.locks import lock_client

COLUMNS = (
    "sku",
    "dia",
    "unidades_30d",
    "unidades_60d_antes",
    "faturamento_90d",
    "dias_calculados_30d",
    "dias_calculados_90d",
    "vmd_30",
    "curva_abc",
    "tendencia",
    "faltantes",
)


def build_portfolio(work: Work, days: Iterable[date]) -> Outcome:
    """Make the table hold the client's SKUs as they stand now; ``days`` are settled by it, whichever they are."""
    total = Outcome(days_done=set(days))
    with work.store.transaction() as conn:
        lock_client(conn, work.client_id)
        newest = last_closed_day(work.clock())
        computed = ledgers.complete_days(
            conn, work.client_id, "mercado_livre", "orders", newest - timedelta(days=2 * WINDOW), newest
        )
        rows = _rows(conn, work.client_id, computed) if computed else []
        result = converge(
            conn,
            table="dashboard.sku_portfolio",
            key=("client_id", "sku"),
            columns=COLUMNS,
            constants=provenance(work, work.clock()),
            volatile=("run_id", "calculado_em"),
            rows=rows,
            scope=("client_id = %s", [work.client_id]),
        )
    total.read, total.written, total.unchanged = result.read, result.written, result.unchanged
    return total


def _rows(conn: psycopg.Connection, client_id: str, computed: set[date]) -> list[tuple[object, ...]]:
    """One row per SKU with a sale or a cancellation in the window that ends with the newest of the computed days."""
    last = max(computed)
    recent_from, first = last - timedelta(days=RECENT - 1), last - timedelta(days=WINDOW - 1)
    counted = {
        "days_recent": sum(day >= recent_from for day in computed),
        "days": sum(day >= first for day in computed),
    }
    sales = {
        sku: SkuSales(sku, recent, before, revenue)
        for sku, recent, before, revenue in conn.execute(
            files("viang_pipeline.marts").joinpath("sql", "portfolio.sql").read_bytes(),
            {"client_id": client_id, "first": first, "recent_from": recent_from, "last": last},
        )
    }
    return [
        (
            found.sku,
            last,
            sales[found.sku].units_recent,
            sales[found.sku].units_before,
            sales[found.sku].revenue,
            *counted.values(),
            found.pace,
            found.abc,
            found.trend,
            list(found.missing),
        )
        for found in standings(sales.values(), **counted)
    ]
