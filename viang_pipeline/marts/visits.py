"""``fact_visits_sku_day`` and ``fact_visits_client_day`` from stored visits (kpis.md §5.7, rulings D1 and D2).

Visits are never split: a SKU that is also sold on an open listing with several SKUs has none of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from importlib.resources import files

import psycopg

from viang_pipeline.collect.work import Outcome, Work
from viang_pipeline.domain.sku_visits import SkuVisits, sku_visits
from viang_pipeline.marts.blocks import Block, build_block, listings_of
from viang_pipeline.warehouse import ledgers

SKU = Block("fact_visits_sku_day", ("dia", "sku"), ("visitas", "pedidos_com_visita", "motivo"))
CLIENT = Block("fact_visits_client_day", ("dia",), ("visitas", "visitas_anuncios", "anuncios_observados"))


def build_visits(work: Work, days: Iterable[date]) -> Outcome:
    """Both marts for the days; days whose visits were never read have no row."""
    return build_block(work, days, {SKU: _sku_rows, CLIENT: _client_rows})


def _client_rows(conn: psycopg.Connection, client_id: str, days: list[date]) -> list[tuple[object, ...]]:
    return conn.execute(_sql("visits_client_day.sql"), {"client_id": client_id, "dias": days}).fetchall()


def _sku_rows(conn: psycopg.Connection, client_id: str, days: list[date]) -> Iterable[tuple[object, ...]]:
    read = ledgers.complete_days(conn, client_id, "mercado_livre", "visits", min(days), max(days)) & set(days)
    observed = conn.execute(_sql("observed_visits.sql"), {"client_id": client_id, "dias": sorted(read)}).fetchall()
    visits: dict[date, dict[str, int]] = {day: {} for day in read}
    for listing, day, total in observed:
        visits[day][listing] = total
    orders: dict[date, dict[tuple[str, str], int]] = {day: {} for day in read}
    for day, sku, listing, count in conn.execute(
        _sql("orders_by_listing.sql"), {"client_id": client_id, "dias": sorted(read)}
    ):
        orders[day][sku, listing] = count
    for day, listings in listings_of(conn, client_id, read).items():
        for sku, found in sku_visits(listings, visits[day], orders[day]).items():
            yield _row(day, sku, found)


def _row(day: date, sku: str, found: SkuVisits) -> tuple[object, ...]:
    return day, sku, found.visits, found.orders, found.reason


def _sql(name: str) -> str:
    return files("viang_pipeline.marts").joinpath("sql", name).read_text(encoding="utf-8")
