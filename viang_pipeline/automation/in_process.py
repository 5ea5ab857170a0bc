"""Runs of asset jobs in this process, recorded in the same Dagster instance the UI shows: for the command line."""

from __future__ import annotations

import os
import uuid
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType

import dagster as dg

from viang_pipeline import partitions
from viang_pipeline.automation.decisions import changed_ranges, partitions_to_add
from viang_pipeline.domain.business_day import days_between
from viang_pipeline.instance import prepare_instance
from viang_pipeline.settings import Settings

Step = Callable[[str], None]


@dataclass(frozen=True)
class RunReport:
    """How one run ended. ``failures``: one sentence per failed step."""

    run_id: str
    first: date
    last: date
    success: bool
    failures: list[str] = field(default_factory=list)


@contextmanager
def open_instance(settings: Settings) -> Iterator[dg.DagsterInstance]:
    """The instance of VIANG_HOME, its storage in Postgres."""
    with _instance_at(settings) as instance:
        yield instance


def _instance_at(settings: Settings) -> dg.DagsterInstance:
    home = prepare_instance(settings)
    os.environ.update(home.env)
    return dg.DagsterInstance.from_config(str(home.path))


def run_range(
    instance: dg.DagsterInstance,
    job_name: str,
    client_id: str,
    first: date,
    last: date,
    *,
    starts: date,
    now: datetime,
    on_step: Step = lambda step: None,
    sources: Collection[str] = (),
    resources: Mapping[str, Mapping[str, object]] = MappingProxyType({}),
) -> list[RunReport]:
    """Run an asset job for one client and a range of days, newest month first; one report per run.

    ``on_step`` hears the name of each asset that begins; ``sources``: read of these alone, and build, each a whole one
    (``bling``) or one asset of it (``mercado_livre/visits``); ``resources``: configuration by resource, without
    secrets. Raises UsageError when no closed day is left of the range.
    """
    tags = partitions.range_tags(client_id, first, last, starts=starts, now=now)
    _, begin = partitions.split_key(tags["dagster/asset_partition_range_start"])
    _, end = partitions.split_key(tags["dagster/asset_partition_range_end"])
    fresh = partitions_to_add([client_id], instance.get_dynamic_partitions("client"))
    instance.add_dynamic_partitions("client", fresh)
    return [
        _run(instance, job_name, client_id, chunk, starts, now, on_step, sources, resources)
        for chunk in changed_ranges(days_between(begin, end))
    ]


def _run(
    instance: dg.DagsterInstance,
    job_name: str,
    client_id: str,
    days: tuple[date, date],
    starts: date,
    now: datetime,
    on_step: Step,
    sources: Collection[str],
    resources: Mapping[str, Mapping[str, object]],
) -> RunReport:
    job = _job(job_name)
    if sources:
        keys = job.asset_layer.executable_asset_keys
        wanted = {key for key in keys if len(key.path) == 1 or {key.path[0], key.to_user_string()} & set(sources)}
        job = job.get_subset(asset_selection=wanted)
    run_id = str(uuid.uuid4())
    instance.watch_event_logs(run_id, None, lambda entry, cursor: _hear(entry, on_step))
    result = job.execute_in_process(
        instance=instance,
        run_id=run_id,
        tags=partitions.range_tags(client_id, *days, starts=starts, now=now),
        run_config={
            "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
            "resources": {name: {"config": dict(config)} for name, config in resources.items()},
        },
        raise_on_error=False,
    )
    return RunReport(run_id, *days, success=result.success, failures=_failures(result.all_events))


def _job(name: str) -> dg.JobDefinition:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.BetaWarning)  # backfill policies; engine tests hold what we rely on
        from viang_pipeline.definitions import defs  # the graph imports this package

        return defs.resolve_job_def(name)


def _hear(entry: dg.EventLogEntry, on_step: Step) -> None:
    event = entry.dagster_event
    if event is not None and event.event_type == dg.DagsterEventType.STEP_START and event.step_key:
        on_step(event.step_key)


def _failures(events: Sequence[dg.DagsterEvent]) -> list[str]:
    found = []
    for event in events:
        if event.event_type != dg.DagsterEventType.STEP_FAILURE:
            continue
        found.append(failure_sentence(event))
    return found


def failure_sentence(event: dg.DagsterEvent) -> str:
    """The failure's own sentence, not the framework's wrapper around it."""
    data = event.step_failure_data
    if data.user_failure_data is not None and data.user_failure_data.description:
        return data.user_failure_data.description
    error = data.error.cause if data.error and data.error.cause else data.error
    return error.message.strip() if error else "sem motivo"
