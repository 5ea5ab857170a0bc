"""What automation looks at: small queries of our own tables, the run queue, results of checks. No outside call ever."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import dagster as dg
import psycopg
from dagster._core.events import RunFailureReason
from dagster._core.execution.retries import auto_reexecution_should_retry_run
from dagster._core.storage.tags import (
    AUTO_RETRY_RUN_ID_TAG,
    RUN_FAILURE_REASON_TAG,
    SENSOR_NAME_TAG,
    WILL_RETRY_TAG,
)

from viang_pipeline.collect.bling.feeds import NO_PERMISSION
from viang_pipeline.mail.alerts import FailedCheck
from viang_pipeline.partitions import clients_of, work_of

IN_PROGRESS = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


class ClientState(NamedTuple):
    """One active, connected client. ``complete``: days whose orders were read completely."""

    client_id: str
    starts: date
    complete: frozenset[date]


RETRY_COMES_WITHIN = timedelta(minutes=5)
"""Of the failure; Dagster's daemon looks every few seconds. One that does not come holds nothing up for longer."""

RETRY_IS_LOST_AFTER = timedelta(minutes=2)
"""Of the failure. Sooner than ``RETRY_COMES_WITHIN``, so that the run is asked for again before the other sensors take
up what it left."""

LOOKED_BACK = timedelta(hours=12)
"""What failed longer ago is found in the data."""


def registered_clients(conn: psycopg.Connection) -> list[str]:
    """Clients that have partitions: active and paused ones."""
    rows = conn.execute("select client_id from dashboard.clients where status in ('ativo', 'pausado') order by 1")
    return [client_id for (client_id,) in rows]


def active_clients(conn: psycopg.Connection) -> list[ClientState]:
    """Active clients whose Mercado Livre grant works, with what was read of their orders."""
    rows = conn.execute(
        """
        select
            cliente.client_id,
            cliente.inicio_historico,
            coalesce(
                array_agg(leitura.dia) filter (where leitura.completo and leitura.dia >= cliente.inicio_historico), '{}'
            )
        from dashboard.clients as cliente
        join dashboard.api_tokens as token
          on token.client_id = cliente.client_id and token.platform = 'mercado_livre' and token.status = 'ativo'
        left join dashboard.source_reads as leitura
          on leitura.client_id = cliente.client_id
         and leitura.source = 'mercado_livre' and leitura.resource = 'orders'
        where cliente.status = 'ativo'
        group by cliente.client_id, cliente.inicio_historico
        order by cliente.client_id
        """
    )
    return [ClientState(client_id, starts, frozenset(days)) for client_id, starts, days in rows]


def clients_with_runs(instance: dg.DagsterInstance) -> set[str]:
    """Clients that have a run queued or in progress, backfills of many clients included: left alone until it ends.

    A crashed run that is about to be tried again counts too: days built from half of its reads would be shown, and
    restated a minute later.
    """
    runs = [*instance.get_runs(dg.RunsFilter(statuses=IN_PROGRESS)), *_about_to_be_retried(instance)]
    return {client_id for run in runs for client_id in clients_of(run.tags, instance)}


def _about_to_be_retried(instance: dg.DagsterInstance) -> list[dg.DagsterRun]:
    lately = datetime.now(UTC) - RETRY_COMES_WITHIN
    crashed = instance.get_runs(
        dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE], tags={WILL_RETRY_TAG: "true"}, updated_after=lately)
    )
    return [run for run in crashed if AUTO_RETRY_RUN_ID_TAG not in run.tags]


def lost_runs(instance: dg.DagsterInstance, jobs: Iterable[str], *, asked_by: str) -> list[dg.DagsterRun]:
    """Runs of these jobs that crashed so that Dagster would try them again, and that it did not within two minutes.

    Dagster tries once, at the moment it reads of the failure: when the run's status is not stored yet, or the attempt
    fails, nothing ever comes. A run is not lost when a newer one does the same work, however that came to be, nor when
    the sensor ``asked_by`` had asked for it: nothing is asked for again and again.
    """
    now = datetime.now(UTC)
    lost = []
    for job in jobs:
        done_anew = []
        for record in instance.get_run_records(dg.RunsFilter(job_name=job, updated_after=now - LOOKED_BACK)):
            run = record.dagster_run
            work = work_of(run.tags)
            newest = work not in done_anew
            done_anew.append(work)
            if (
                newest
                and now - record.update_timestamp >= RETRY_IS_LOST_AFTER
                and run.tags.get(SENSOR_NAME_TAG) != asked_by
            ):
                reason = run.tags.get(RUN_FAILURE_REASON_TAG)
                if auto_reexecution_should_retry_run(instance, run, RunFailureReason(reason) if reason else None):
                    lost.append(run)
    return lost


OTHER_SOURCES = ("shipments", "listings", "visits", "ads", "claims", "discounts")
"""What a day with orders should have been read of besides. Not photos, which no later read can take, and not bills,
whose periods close weeks after the day."""

BLING_FEEDS = {
    "reference": ("account", "deposits", "channels", "statuses"),
    "orders": ("orders",),
    "products": ("products", "structures", "supplier_links", "store_links"),
    "finance": ("receivables", "payables", "categories"),
    "invoices": ("invoices",),
}
"""The same of a client with Bling: asset → what it reads. Not photos either."""

OWED = (
    *(("mercado_livre", f"mercado_livre/{resource}", resource) for resource in OTHER_SOURCES),
    *(("bling", f"bling/{asset}", resource) for asset, resources in BLING_FEEDS.items() for resource in resources),
)
"""Source, asset, resource."""


def unread_sources(conn: psycopg.Connection, since: date) -> dict[str, dict[str, frozenset[date]]]:
    """Client → asset → days from ``since`` on whose orders were read completely and that asset's resources were not.

    Only of sources the client is connected to, and nothing the platform does not permit: asking again is of no use.
    """
    rows = conn.execute(
        """
        select pedidos.client_id, devida.asset, array_agg(distinct pedidos.dia)
        from dashboard.source_reads as pedidos
        join dashboard.api_tokens as token on token.client_id = pedidos.client_id and token.status = 'ativo'
        join unnest(%s::text[], %s::text[], %s::text[]) as devida (source, asset, resource)
          on devida.source = token.platform
        where pedidos.source = 'mercado_livre' and pedidos.resource = 'orders' and pedidos.completo
          and pedidos.dia >= %s
          and not exists (
              select from dashboard.source_reads as leitura
              where (leitura.client_id, leitura.source, leitura.resource, leitura.dia)
                  = (pedidos.client_id, devida.source, devida.resource, pedidos.dia)
                and (leitura.completo or starts_with(leitura.motivo, %s))
          )
        group by pedidos.client_id, devida.asset order by pedidos.client_id, devida.asset
        """,
        [*(list(column) for column in zip(*OWED, strict=True)), since, NO_PERMISSION],
    )
    found: dict[str, dict[str, frozenset[date]]] = {}
    for client_id, asset, days in rows:
        found.setdefault(client_id, {})[asset] = frozenset(days)
    return found


def newest_numbers(conn: psycopg.Connection) -> datetime | None:
    """When a client-day last changed; None before the first."""
    row = conn.execute("select max(calculado_em) from dashboard.agg_client_day").fetchone()
    return row[0] if row else None


LATENESS = ("fontes_em_dia", "clientes_em_dia")
"""Checks of what alerts tell by client and source, from the same tables."""

MOST_CHECKS = 10_000
"""Results looked at: a night of a hundred clients is four thousand."""


def failed_checks(instance: dg.DagsterInstance, since: datetime, *, leave_out: Collection[str]) -> list[FailedCheck]:
    """Checks whose last result since then failed, for each client they were made for; without those to leave out."""
    results = instance.event_log_storage.get_event_records(
        dg.EventRecordsFilter(dg.DagsterEventType.ASSET_CHECK_EVALUATION, after_timestamp=since.timestamp()),
        limit=MOST_CHECKS,
    )
    runs = instance.get_runs(dg.RunsFilter(run_ids=list({result.run_id for result in results}))) if results else []
    of_run = {run.run_id: clients_of(run.tags, instance) for run in runs}
    seen: set[tuple[str, str | None]] = set()
    found = []
    for result in results:  # newest first
        event = result.event_log_entry.dagster_event
        assert event is not None  # asked for by its type
        evaluation = event.asset_check_evaluation_data
        made_for: list[str | None] = [*sorted(of_run.get(result.run_id, ()))]
        for client_id in made_for or [None]:
            key = (evaluation.check_name, client_id)
            if key in seen or evaluation.check_name in leave_out:
                continue
            seen.add(key)
            if not evaluation.passed:
                at = datetime.fromtimestamp(result.timestamp, UTC)
                warns = evaluation.severity == dg.AssetCheckSeverity.WARN
                what = evaluation.description or "não fechou"
                found.append(FailedCheck(evaluation.check_name, what, client_id, at, warns))
    return sorted(found, key=lambda check: (check.nome, check.client_id or ""))
