"""What a source says of costs, kits and links reaches sales of any day: their lines follow (kpis.md D15, D16, I10)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from importlib.resources import files

import psycopg

from viang_pipeline.warehouse import ledgers


def touch_every_sold_day(conn: psycopg.Connection, client_id: str) -> set[date]:
    """Leave every day with lines or stock to be rebuilt, and those of orders in the Bling stores that bring sales: a
    kit, a link or the channel of a store changed, whose SKUs are nowhere listed."""
    rows = conn.execute(
        "select dia from dashboard.fact_order_line where client_id = %(client_id)s"
        " union select dia from dashboard.fact_stock_sku_day where client_id = %(client_id)s"
        " union select pedido.dia from raw.bling_orders as pedido join dashboard.clients as cliente using (client_id)"
        " where pedido.client_id = %(client_id)s and pedido.payload #>> '{loja,id}' = any(cliente.canais_bling)",
        {"client_id": client_id},
    )
    return _touch(conn, client_id, {day for (day,) in rows})


def touch_days_of(conn: psycopg.Connection, client_id: str, skus: Collection[str]) -> set[date]:
    """Leave the days that sold or held these SKUs, or kits of the client they are in, to be rebuilt."""
    told = {"client_id": client_id, "sku": list(skus), "de": [date.min] * len(skus), "ate": [None] * len(skus)}
    statement = files("viang_pipeline.collect").joinpath("sql", "days_of_skus.sql").read_bytes()
    return _touch(conn, client_id, {day for day, _ in conn.execute(statement, told)})


def touch_sales(conn: psycopg.Connection, client_id: str, order_ids: Collection[str]) -> set[date]:
    """Leave the days of sales with these numbers in their stores to be rebuilt: another system told more of them. They
    are orders or packs of Mercado Livre, or orders of other channels that Bling may date otherwise."""
    rows = conn.execute(
        "select dia from raw.mercado_livre_orders where client_id = %(client_id)s and chave = any(%(ids)s)"
        " union select dia from raw.mercado_livre_orders"
        " where client_id = %(client_id)s and payload ->> 'pack_id' = any(%(ids)s)"
        " union select dia from raw.bling_orders"
        " where client_id = %(client_id)s and payload ->> 'numeroLoja' = any(%(ids)s)",
        {"client_id": client_id, "ids": list(order_ids)},
    )
    return _touch(conn, client_id, {day for (day,) in rows})


def _touch(conn: psycopg.Connection, client_id: str, days: set[date]) -> set[date]:
    ledgers.touch_days(conn, client_id, days)
    return days
