"""Runs in progress, for whoever is about to stop the process they live in.

Runs are children of the code server: when it ends hard they end with it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

import dagster as dg

log = logging.getLogger(__name__)

STARTED = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]
"""Held by a process. Queued runs are not: they wait in the database for a daemon."""


def started_runs(instance: dg.DagsterInstance) -> list[dg.DagsterRun]:
    """Runs that a process is executing, those of the command line included."""
    return list(instance.get_runs(dg.RunsFilter(statuses=STARTED)))


def wait_until_idle(
    instance: dg.DagsterInstance,
    seconds: float,
    *,
    interval: float = 5.0,
    sleep: Callable[[float], None] = time.sleep,
    monotonic: Callable[[], float] = time.monotonic,
) -> list[dg.DagsterRun]:
    """Wait until nothing is executing, ``seconds`` at most; the runs that are left, none when it is idle.

    Only of use while no daemon is running: a daemon would go on launching what is queued.
    """
    deadline = monotonic() + seconds
    while left := started_runs(instance):
        log.info("%d run(s) in progress: %s", len(left), ", ".join(_name(run) for run in left))
        if monotonic() >= deadline:
            break
        sleep(interval)
    return left


def _name(run: dg.DagsterRun) -> str:
    return f"{run.run_id[:8]} {run.job_name}"
