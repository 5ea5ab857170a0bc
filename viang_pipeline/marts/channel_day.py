"""``agg_channel_day``: a client-day by channel of sale, from the same lines and by the same text as the day's sums."""

from __future__ import annotations

from datetime import date
from importlib.resources import files

import psycopg

from viang_pipeline.collect.work import Work
from viang_pipeline.marts.provenance import provenance
from viang_pipeline.warehouse.load import WriteCounts, converge
from viang_pipeline.warehouse.schema import agg_channel_day

KEY = ("dia", "canal")
_NOT_SELECTED = {"client_id", *KEY, "versao_metrica", "run_id", "calculado_em"}
COLUMNS = tuple(column.name for column in agg_channel_day.columns if column.name not in _NOT_SELECTED)


def converge_channels(conn: psycopg.Connection, work: Work, days: list[date]) -> WriteCounts:
    """Make the table hold the channels of these days, as their lines stand."""
    select = _text("channel_sums.sql").format(
        sales=_text("sales.sql").format(key=", ".join(KEY)),
        covered=_text("covered_lines.sql"),
        columns=", ".join(COLUMNS),
    )
    return converge(
        conn,
        table=f"dashboard.{agg_channel_day.name}",
        key=("client_id", *KEY),
        columns=(*KEY, *COLUMNS),
        constants=provenance(work, work.clock()),
        volatile=("run_id", "calculado_em"),
        rows=conn.execute(select, {"client_id": work.client_id, "dias": days}).fetchall(),
        scope=("client_id = %s and dia = any(%s)", [work.client_id, days]),
    )


def _text(name: str) -> str:
    return files("viang_pipeline.marts").joinpath("sql", name).read_text(encoding="utf-8")
