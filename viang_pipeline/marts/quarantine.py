"""``fact_quarantine_day``: counts of what was refused, made with the lines they count.

A table of its own because views run with the reader's rights: a view over ``fact_order_line`` would need the reader to
be let in to every line, its buyer's pseudonym included. Counts tell the analyst enough and name nobody.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

import psycopg

from viang_pipeline.collect.work import Work
from viang_pipeline.domain.money import numeric_text
from viang_pipeline.domain.order_lines import OrderLine
from viang_pipeline.domain.quarantine import refused
from viang_pipeline.marts.provenance import provenance
from viang_pipeline.warehouse.load import WriteCounts, converge


def converge_quarantine(
    conn: psycopg.Connection, work: Work, days: list[date], lines: Iterable[OrderLine], now: datetime
) -> WriteCounts:
    """Make the table hold what is refused among ``lines``, which are all lines of the days."""
    return converge(
        conn,
        table="dashboard.fact_quarantine_day",
        key=("client_id", "dia", "motivo"),
        columns=("dia", "motivo", "registros", "valor"),
        constants=provenance(work, now),
        volatile=("run_id", "calculado_em"),
        rows=[
            (found.day, found.reason, found.records, None if found.value is None else numeric_text(found.value))
            for found in refused(lines)
        ],
        scope=("client_id = %s and dia = any(%s)", [work.client_id, days]),
    )
