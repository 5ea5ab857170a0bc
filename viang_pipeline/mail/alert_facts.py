"""The snapshot alerts are computed from, read from our tables, and the memory of what the agency was told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import psycopg
from psycopg.rows import class_row

from viang_pipeline.domain.alerts import Digest, Known
from viang_pipeline.domain.business_day import last_closed_day
from viang_pipeline.mail.alerts import FailedCheck, FailedRun, LostGrant, Refusals, Snapshot, Unsent
from viang_pipeline.mail.deliver import JOB
from viang_pipeline.warehouse import clients
from viang_pipeline.warehouse.client_status import read_states

RUNS_COUNT_FOR = timedelta(hours=36)
"""A failure with no later run of its job by then is no news any more: what it left unread is told as late."""

QUARANTINE_DAYS = 7

_FAILED_RUNS = """
    select job_name, client_id, array_agg(detail -> 'motivos' ->> 0 order by terminado_em desc) as motivos,
           max(terminado_em) as em
    from dashboard.updates_log as falha
    where status = 'error' and source is null and terminado_em > %(desde)s and job_name <> %(mail)s
      and not exists (
          select from dashboard.updates_log as depois
          where (depois.client_id = falha.client_id or depois.client_id is null and falha.client_id is null)
            and depois.job_name = falha.job_name and depois.run_id <> falha.run_id
            and depois.terminado_em > falha.terminado_em
      )
    group by job_name, client_id order by job_name, client_id
"""
_LOST_GRANTS = """
    select cliente.client_id, plataforma.platform,
           case when token.client_id is not null then coalesce(token.motivo, 'sem motivo') end as motivo
    from dashboard.clients as cliente
    cross join (values ('mercado_livre'), ('bling')) as plataforma (platform)
    left join dashboard.api_tokens as token
      on (token.client_id, token.platform) = (cliente.client_id, plataforma.platform)
    where cliente.status = 'ativo'
      and (token.status = 'reautorizar' or token.client_id is null and plataforma.platform = 'mercado_livre')
    order by plataforma.platform, cliente.client_id
"""
_REFUSALS = """
    select client_id, motivo, sum(registros)::bigint as registros,
           case when bool_and(valor is not null) then sum(valor) end as valor
    from dashboard.fact_quarantine_day join dashboard.clients using (client_id)
    where dia > %s and status = 'ativo'
    group by client_id, motivo order by motivo, client_id
"""
_UNSENT = """
    select id, client_id, periodo, estado, erro, tipo from dashboard.report_outbox
    where estado in ('falhou', 'incerto') and (tipo = 'relatorio' or %s) order by id
"""


def failed_runs(conn: psycopg.Connection, at: datetime) -> Snapshot:
    """Of the stored state only the runs that failed: cheap enough for every tick."""
    with conn.cursor(row_factory=class_row(FailedRun)) as cursor:
        runs = cursor.execute(_FAILED_RUNS, {"desde": at - RUNS_COUNT_FOR, "mail": JOB}).fetchall()
    names = {client.client_id: client.nome for client in clients.list_all(conn)}
    return Snapshot(esperado=last_closed_day(at), nomes=names, runs=runs)


def snapshot(
    conn: psycopg.Connection,
    at: datetime,
    expected: date,
    checks: Sequence[FailedCheck] = (),
    *,
    own_mail: bool = False,
) -> Snapshot:
    """The stored state at an instant; ``expected``: the newest day that should have been read; ``checks`` are known
    to Dagster alone; ``own_mail``: with alerts that did not leave, which no alert can tell of."""
    with conn.cursor(row_factory=class_row(LostGrant)) as cursor:
        grants = cursor.execute(_LOST_GRANTS).fetchall()
    with conn.cursor(row_factory=class_row(Refusals)) as cursor:
        refusals = cursor.execute(_REFUSALS, [expected - timedelta(days=QUARANTINE_DAYS)]).fetchall()
    with conn.cursor(row_factory=class_row(Unsent)) as cursor:
        unsent = cursor.execute(_UNSENT, [own_mail]).fetchall()
    return replace(
        failed_runs(conn, at),
        esperado=expected,
        grants=grants,
        reads=read_states(conn, expected),
        checks=checks,
        refusals=refusals,
        unsent=unsent,
    )


def known_alerts(conn: psycopg.Connection) -> dict[str, Known]:
    """What the agency was told of and was not told to be resolved, by key."""
    rows = conn.execute("select chave, titulo, desde from dashboard.alert_state")
    return {key: Known(title, since) for key, title, since in rows}


def remember(conn: psycopg.Connection, digest: Digest, at: datetime, *, whole: bool) -> None:
    """The agency is told of a digest; ``whole``: it held everything, so what is not in it is resolved."""
    keys = [told.alert.chave for told in digest.alerts]
    if whole:
        conn.execute("delete from dashboard.alert_state where chave <> all(%s)", [keys])
    for told in digest.alerts:
        conn.execute(
            "insert into dashboard.alert_state (chave, titulo, desde) values (%s, %s, %s)"
            " on conflict (chave) do update set titulo = excluded.titulo",
            [told.alert.chave, told.alert.titulo, at],
        )
