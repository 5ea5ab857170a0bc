"""Keeps ``dashboard.metric_definitions`` equal to the dictionary of domain/metrics."""

from __future__ import annotations

from dataclasses import asdict, fields

import psycopg
from psycopg import sql

from viang_pipeline.domain.metrics import METRICS, Metric


def sync_metric_definitions(conn: psycopg.Connection) -> int:
    """Write new and changed definitions; rows written, 0 when nothing changed. Old versions stay for old numbers."""
    names = [each.name for each in fields(Metric)]
    columns = sql.SQL(", ").join(map(sql.Identifier, names))
    statement = sql.SQL(
        "insert into dashboard.metric_definitions as d ({columns}) values ({values}) on conflict (id, versao)"
        " do update set ({columns}) = row ({new}) where ({old}) is distinct from ({new})"
    ).format(
        columns=columns,
        values=sql.SQL(", ").join(map(sql.Placeholder, names)),
        new=sql.SQL(", ").join(sql.Identifier("excluded", name) for name in names),
        old=sql.SQL(", ").join(sql.Identifier("d", name) for name in names),
    )
    with conn.cursor() as cursor:
        cursor.executemany(statement, [asdict(metric) | {"graos": list(metric.graos)} for metric in METRICS])
        return cursor.rowcount
