"""How every asset goes through the clients and days of its run, and reports what was really done.

One client's failure is kept apart from the others; days that were finished are reported even when the run fails; days
that changed beyond the run's own partitions are reported too. A run never ends green with a day missing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import uuid4

import dagster as dg
import psycopg
from dagster._core.events import DagsterEvent, DagsterEventBatchMetadata
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_fixed

from viang_pipeline import partitions
from viang_pipeline.assets.preview import Preview
from viang_pipeline.collect.work import Outcome, PartialCollectionError
from viang_pipeline.failures import SourceFailure, ViangError
from viang_pipeline.logs import about
from viang_pipeline.warehouse.database import went_away

Each = Callable[[str, list[date]], Outcome]

RETRIES, RETRY_AFTER = 4, 30
"""How often, and after how many seconds, work begins again when the database went away in the middle of it. What was
committed is found again and not written twice."""

AGAIN = dg.RetryPolicy(max_retries=RETRIES, delay=RETRY_AFTER)
"""Of a check, which has nothing else to stumble over: one that is cut off would keep what comes after it undone."""

POLICY = dg.BackfillPolicy.multi_run(max_partitions_per_run=partitions.MAX_DAYS_PER_RUN)


def each_client(
    context: dg.AssetExecutionContext,
    now: datetime,
    work: Each,
    preview: Preview | None = None,
) -> dg.MaterializeResult[None]:
    """Do ``work`` for every client of the run; materialization metadata for people in the result, with ``preview``.

    Where the database went away the work begins again here and not as a step of its own: the marts of the run would not
    wait for that, and what they are built without is a restatement later. Raises dagster.Failure naming every client
    that failed, after all others were done.
    """
    wanted = partitions.client_days(context, now)
    path = context.asset_key.path
    source = path[0] if len(path) > 1 else None
    outcomes: dict[str, Outcome] = {}
    failures: dict[str, Exception] = {}
    again = _again(context)
    for client_id, days in wanted.items():
        try:
            with about(run_id=context.run.run_id, client_id=client_id, source=source):
                outcomes[client_id] = again(work, client_id, days)
        except PartialCollectionError as stopped:
            outcomes[client_id], failures[client_id] = stopped.outcome, stopped.failure
        except (ViangError, psycopg.Error) as failure:
            failures[client_id] = failure
        missing = set(days) - outcomes.get(client_id, Outcome()).days_done
        if missing and client_id not in failures:
            failures[client_id] = RuntimeError(
                f"{len(missing)} dia(s) não foram concluídos, o primeiro é {min(missing)}"
            )
    metadata = _metadata(wanted, outcomes, failures)
    if preview is not None and not failures:
        try:
            metadata |= again(preview, wanted)
        except (ViangError, psycopg.Error) as failure:
            failures = dict.fromkeys(wanted, failure)
    _report(context, outcomes, metadata, failed=bool(failures))
    if failures:
        raise _failure(failures, metadata)
    return dg.MaterializeResult(metadata=metadata)


def _again(context: dg.AssetExecutionContext) -> Retrying:
    """Calls what it is given, and again while the database is away."""

    def tell(state: RetryCallState) -> None:
        context.log.warning("O banco saiu do ar no meio do trabalho; ele recomeça em %.0f s", state.upcoming_sleep)

    return Retrying(
        retry=retry_if_exception(went_away),
        wait=wait_fixed(RETRY_AFTER),
        stop=stop_after_attempt(1 + RETRIES),
        before_sleep=tell,
        reraise=True,
    )


def _report(
    context: dg.AssetExecutionContext,
    outcomes: dict[str, Outcome],
    metadata: dict[str, Any],
    *,
    failed: bool,
) -> None:
    """Materializations that Dagster will not record by itself."""
    done = partitions.keys_of({client_id: o.days_done for client_id, o in outcomes.items()})
    changed = partitions.keys_of({client_id: o.days_changed for client_id, o in outcomes.items()})
    by_engine = set() if failed else partitions.keys_reported_by_engine(context.run.tags, context.instance)
    owed = [key for key in dict.fromkeys([*done, *changed]) if str(key) not in by_engine]
    # ``context.log_event`` with one difference: they are stored together, as Dagster stores those of a range, and not
    # each with five statements.
    step, batch = context.get_step_execution_context(), str(uuid4())
    for key in owed:
        found = dg.AssetMaterialization(context.asset_key, partition=key, metadata=metadata)
        end = DagsterEventBatchMetadata(batch, is_end=key is owed[-1])
        context.op_execution_context._events.append(DagsterEvent.asset_materialization(step, found, end))


def _metadata(
    wanted: partitions.ClientDays, outcomes: dict[str, Outcome], failures: dict[str, Exception]
) -> dict[str, Any]:
    total = Outcome()
    for outcome in outcomes.values():
        total.add(outcome)
    days = sorted({day for found in wanted.values() for day in found})
    metadata: dict[str, Any] = {
        "clientes": ", ".join(wanted),
        "primeiro_dia": days[0].isoformat(),
        "ultimo_dia": days[-1].isoformat(),
        "dias_pedidos": sum(len(found) for found in wanted.values()),
        "dias_concluidos": sum(len(outcomes[c].days_done & set(found)) for c, found in wanted.items() if c in outcomes),
        "completude": "",
        "dias_alterados": len(total.days_changed),
        "chamadas": total.requests,
        "linhas_lidas": total.read,
        "linhas_escritas": total.written,
        "linhas_inalteradas": total.unchanged,
    }
    metadata["completude"] = f"{metadata['dias_concluidos']} de {metadata['dias_pedidos']} dias"
    if total.unknown_fields:
        metadata["campos_desconhecidos"] = sorted(total.unknown_fields)
    if total.notes:
        metadata["observacoes"] = total.notes
    if failures:
        metadata["falhas"] = {client_id: str(failure) for client_id, failure in failures.items()}
    return metadata


def _failure(failures: dict[str, Exception], metadata: dict[str, Any]) -> dg.Failure:
    lines = [_naming(client_id, str(failure)) for client_id, failure in failures.items()]
    retryable = all(isinstance(f, SourceFailure) and f.retryable for f in failures.values())
    return dg.Failure("\n".join(lines), metadata=metadata, allow_retries=retryable)


def _naming(client_id: str, sentence: str) -> str:
    """The sentence, with the client in front where it does not name it already."""
    return sentence if client_id in sentence else f"{client_id}: {sentence}"
