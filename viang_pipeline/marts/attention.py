"""``fact_attention``: what is to be looked at, made with the lines of the same days; a table of its own as
``fact_quarantine_day`` is, and for the same reason."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

import psycopg

from viang_pipeline.collect.work import Work
from viang_pipeline.domain.attention import Item
from viang_pipeline.domain.money import numeric_text
from viang_pipeline.marts.provenance import provenance
from viang_pipeline.warehouse.load import WriteCounts, converge


def converge_attention(
    conn: psycopg.Connection, work: Work, days: list[date], items: Iterable[Item], now: datetime
) -> WriteCounts:
    """Make the table hold exactly ``items``, which are all of the days."""
    return converge(
        conn,
        table="dashboard.fact_attention",
        key=("client_id", "dia", "tipo", "chave"),
        columns=("dia", "tipo", "chave", "valor"),
        constants=provenance(work, now),
        volatile=("run_id", "calculado_em"),
        rows=[(item.day, item.kind, item.key, numeric_text(item.value)) for item in items],
        scope=("client_id = %s and dia = any(%s)", [work.client_id, days]),
    )
