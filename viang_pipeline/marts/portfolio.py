"""``sku_portfolio``: how each SKU stands on the client's newest complete day (kpis.md §5.8, §5.9).

A statement about now, not about the days of a run: whichever days were built, the window ends at the newest one.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from importlib.resources import files

import psycopg

from viang_pipeline.collect.work import Outcome, Work
from viang_pipeline.domain.business_day import days_between, last_closed_day
from viang_pipeline.domain.portfolio import RECENT, WINDOW, SkuSales, standings
from viang_pipeline.domain.stock_position import NO_PHOTO, SkuWindow, position
from viang_pipeline.marts.portfolio_stock import Held, ShelfWindow, read_shelf
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
    "estoque_disponivel",
    "estoque_dia",
    "demanda_30d",
    "dias_com_estoque",
    "dias_sem_estoque",
    "vmd_30_ajustada",
    "cobertura_dias",
    "em_ruptura",
    "estado_estoque",
    "venda_perdida_est",
    "faltantes",
)


def build_portfolio(work: Work, days: Iterable[date]) -> Outcome:
    """Make the table hold the client's SKUs as they stand now; ``days`` are settled by it, whichever they are."""
    total = Outcome(days_done=set(days))
    with work.store.transaction() as conn:
        lock_client(conn, work.client_id)
        newest = last_closed_day(work.clock())
        window = days_between(newest - timedelta(days=2 * WINDOW), newest)
        computed = ledgers.told_days(conn, work.client_id, window)
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
    """One row per SKU that was sold, cancelled or taken by kits in the window that ends with the newest of the computed
    days, or lies in stock then."""
    last = max(computed)
    recent_from, first = last - timedelta(days=RECENT - 1), last - timedelta(days=WINDOW - 1)
    days_recent, days = (sum(day >= since for day in computed) for since in (recent_from, first))
    sales, recent = _sales(conn, client_id, first, recent_from, last)
    shelf = read_shelf(conn, client_id, recent_from, last)
    for sku in {sku for sku, held in shelf.held.items() if held.stock and held.stock > 0} | shelf.taken.keys():
        sales.setdefault(sku, SkuSales(sku, 0, 0, Decimal(0)))
    rows: list[tuple[object, ...]] = []
    for found in standings(sales.values(), days_recent=days_recent, days=days):
        sold, held = sales[found.sku], shelf.held.get(found.sku, Held(None, shelf.reason))
        window = _window(sold, recent.get(found.sku, Decimal(0)), held, shelf, days_recent)
        stands = position(window, shelf.policy(found.sku, last))
        missing = [held.reason or why if why == NO_PHOTO else why for why in stands.missing]
        rows.append(
            (
                found.sku, last, sold.units_recent, sold.units_before, sold.revenue, days_recent, days,
                found.pace, found.abc, found.trend,
                held.stock, shelf.day, window.demand, window.with_stock, window.without,
                stands.adjusted_pace, stands.cover, stands.out_of_stock, stands.state, stands.lost,
                list(dict.fromkeys([*found.missing, *missing])),
            )
        )  # fmt: skip
    return rows


def _sales(
    conn: psycopg.Connection, client_id: str, first: date, recent_from: date, last: date
) -> tuple[dict[str, SkuSales], dict[str, Decimal]]:
    """SKU → its sales in the window; SKU → its revenue of the last days."""
    found = conn.execute(
        files("viang_pipeline.marts").joinpath("sql", "portfolio.sql").read_bytes(),
        {"client_id": client_id, "first": first, "recent_from": recent_from, "last": last},
    ).fetchall()
    return {sku: SkuSales(sku, *sums) for sku, *sums, _ in found}, {sku: recent for sku, *_, recent in found}


def _window(sold: SkuSales, revenue: Decimal, held: Held, shelf: ShelfWindow, computed: int) -> SkuWindow:
    with_stock, without = shelf.days.get(sold.sku, (0, 0))
    return SkuWindow(
        stock=held.stock,
        units=sold.units_recent,
        demand=sold.units_recent + shelf.taken.get(sold.sku, 0),
        revenue=revenue,
        computed=computed,
        with_stock=with_stock,
        without=without,
        units_90=sold.units_recent + sold.units_before,
        paused_empty=sold.sku in shelf.paused,
    )
