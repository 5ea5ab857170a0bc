"""One row of ``updates_log`` per read: who asked for what, how it ended, how many calls and rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import psycopg

from viang_pipeline.collect.work import Outcome, Work
from viang_pipeline.warehouse import ledgers


def log_read(
    conn: psycopg.Connection,
    work: Work,
    resource: str,
    status: ledgers.Status,
    started: datetime,
    outcome: Outcome,
    detail: Mapping[str, object],
    *,
    source: str = "mercado_livre",
) -> None:
    """Log a read without a time window; ``detail`` holds counts and messages, never personal data."""
    unknown = {"campos_desconhecidos": sorted(outcome.unknown_fields)} if status == "success" else {}
    ledgers.log_update(
        conn,
        ledgers.UpdateEntry(
            run_id=work.run_id,
            job_name=work.job_name,
            client_id=work.client_id,
            source=source,
            resource=resource,
            status=status,
            iniciado_em=started,
            terminado_em=work.clock(),
            requisicoes=outcome.requests,
            linhas_lidas=outcome.read,
            linhas_escritas=outcome.written,
            linhas_inalteradas=outcome.unchanged,
            detail={**detail, **unknown},
        ),
    )
