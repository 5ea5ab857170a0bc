"""Days whose numbers became more final since they were written (kpis.md §7): read from stored state, not from ticks."""

from __future__ import annotations

from datetime import date
from importlib.resources import files

import psycopg

_OPEN = """
    select dia, maturidade_vendas, maturidade_ads, maturidade_visitas, maturidade_devolucoes, maturidade_cobranca
    from dashboard.agg_client_day
    where client_id = %s
      and 'final' <> any(array[
          maturidade_vendas, maturidade_ads, maturidade_visitas, maturidade_devolucoes, maturidade_cobranca
      ])
"""


def matured_days(conn: psycopg.Connection, client_id: str) -> set[date]:
    """Stored days on which a block's maturity is no longer what the row says."""
    stored = {day: blocks for day, *blocks in conn.execute(_OPEN, [client_id])}
    text = files("viang_pipeline.marts").joinpath("sql", "maturity.sql").read_bytes()
    rows = conn.execute(text, {"client_id": client_id, "dias": sorted(stored)})
    return {day for day, *blocks in rows if blocks != stored[day]}
