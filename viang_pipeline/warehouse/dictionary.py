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


def differing_definitions(conn: psycopg.Connection) -> list[str]:
    """Ids whose stored definition of the current version is missing or not what the dictionary says (I16)."""
    names = [each.name for each in fields(Metric)]
    rows = conn.execute(
        sql.SQL("select {} from dashboard.metric_definitions").format(sql.SQL(", ").join(map(sql.Identifier, names)))
    )
    stored = {(row[names.index("id")], row[names.index("versao")]): dict(zip(names, row, strict=True)) for row in rows}
    return [
        metric.id
        for metric in METRICS
        if stored.get((metric.id, metric.versao)) != asdict(metric) | {"graos": list(metric.graos)}
    ]
