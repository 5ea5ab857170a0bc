"""What the portfolio needs of stock: newest photo, days with and without, what kits took, policy (kpis.md §5.8)."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files
from typing import NamedTuple

import psycopg

from viang_pipeline.domain.effective import Dated
from viang_pipeline.domain.listing_skus import carried_skus
from viang_pipeline.domain.stock_position import Policy
from viang_pipeline.marts.mercado_livre import read_listing
from viang_pipeline.marts.terms import read_kits

FRESH = timedelta(days=6)
"""A photo older than a week says nothing about now."""

EVERY_SKU = "*"


class Held(NamedTuple):
    """A SKU on the photo; ``stock`` None with the reason."""

    stock: int | None
    reason: str | None


@dataclass(frozen=True)
class ShelfWindow:
    """A client's stock over the days of a window. ``day`` of the newest photo, None with the ``reason``.

    ``days``: SKU → days with stock and days without, of those where it is known; ``taken``: units that left in kits;
    ``paused``: SKUs of listings the marketplace paused because stock ended; ``policies``: by SKU or ``*``.
    """

    day: date | None
    reason: str | None
    held: Mapping[str, Held]
    days: Mapping[str, tuple[int, int]]
    taken: Mapping[str, int]
    paused: Set[str]
    policies: Dated[Policy]

    def policy(self, sku: str, day: date) -> Policy | None:
        """The SKU's own policy in force, else the one for all."""
        return self.policies.on(sku, day) or self.policies.on(EVERY_SKU, day)


def read_shelf(conn: psycopg.Connection, client_id: str, first: date, last: date) -> ShelfWindow:
    """The stock of the days from ``first`` to ``last``, as they were photographed."""
    day, reason = _newest_photo(conn, client_id, last)
    return ShelfWindow(
        day,
        reason,
        _held(conn, client_id, day),
        _days(conn, client_id, first, last),
        _taken(conn, client_id, first, last),
        _paused(conn, client_id),
        _policies(conn, client_id),
    )


def _newest_photo(conn: psycopg.Connection, client_id: str, last: date) -> tuple[date | None, str | None]:
    """The newest day of the week whose stock is known as a whole; without one, why the newest is not."""
    row = conn.execute(
        "select dia, motivo_disponivel from dashboard.fact_stock_client_day"
        " where client_id = %s and dia between %s and %s"
        " order by estoque_disponivel is null, dia desc limit 1",
        [client_id, last - FRESH, last],
    ).fetchone()
    day, reason = row or (None, None)
    return (None, reason) if reason is not None else (day, None)


def _held(conn: psycopg.Connection, client_id: str, day: date | None) -> dict[str, Held]:
    rows = conn.execute(
        "select sku, estoque_disponivel, motivo_disponivel from dashboard.fact_stock_sku_day"
        " where client_id = %s and dia = %s",
        [client_id, day],
    )
    return {sku: Held(stock, reason) for sku, stock, reason in rows}


def _days(conn: psycopg.Connection, client_id: str, first: date, last: date) -> dict[str, tuple[int, int]]:
    rows = conn.execute(
        "select sku, count(*) filter (where estoque_disponivel > 0), count(*) filter (where estoque_disponivel <= 0)"
        " from dashboard.fact_stock_sku_day where client_id = %s and dia between %s and %s group by sku",
        [client_id, first, last],
    )
    return {sku: (with_stock, without) for sku, with_stock, without in rows}


def _taken(conn: psycopg.Connection, client_id: str, first: date, last: date) -> dict[str, int]:
    rows = conn.execute(
        "select sku, dia, unidades from dashboard.fact_sku_day"
        " where client_id = %s and dia between %s and %s and unidades > 0",
        [client_id, first, last],
    ).fetchall()
    return read_kits(conn, client_id).taken(rows)


def _paused(conn: psycopg.Connection, client_id: str) -> set[str]:
    statement = files("viang_pipeline.marts").joinpath("sql", "listings_out_of_stock.sql").read_bytes()
    rows = conn.execute(statement, {"client_id": client_id}).fetchall()
    return {sku for (payload,) in rows for sku in carried_skus(read_listing(payload))}


def _policies(conn: psycopg.Connection, client_id: str) -> Dated[Policy]:
    rows = conn.execute(
        "select sku, vigente_de, prazo_dias, seguranca_dias, alvo_dias, teto_dias from dashboard.politica_estoque"
        " where client_id = %s",
        [client_id],
    )
    return Dated((sku, since, Policy(*days)) for sku, since, *days in rows)
