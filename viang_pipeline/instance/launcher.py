"""Dagster's launcher on one host, with the question it does not ask by itself: does the run still live?

Without an answer a run whose code server died with it stays "started" until its longest time is over (eight hours), and
its client is kept waiting as long.
"""

from __future__ import annotations

import time

import dagster as dg
from dagster._core.errors import DagsterUserCodeUnreachableError
from dagster._core.launcher import CheckRunHealthResult, DefaultRunLauncher, WorkerStatus
from dagster._serdes import ConfigurableClassData

from viang_pipeline.instance.alive import lives
from viang_pipeline.instance.storage import url_of

SILENT_SECONDS = 15.0
"""A run that only lost its storage shows itself again well before that."""


class WatchedRunLauncher(DefaultRunLauncher):
    """Runs are launched as ever; run monitoring fails those that show no sign of life, and crashed runs are retried."""

    def __init__(self, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__(inst_data)
        self._silent_since: dict[str, float] = {}

    @property
    def supports_check_run_worker_health(self) -> bool:
        """Asked by Dagster's run monitoring."""
        return True

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """RUNNING while there is a sign of life, or too short a silence; otherwise NOT_FOUND.

        A run is not called dead before its code server is back: the one attempt to retry it would fail for good.
        """
        if lives(url_of(self._instance), run.run_id):
            self._silent_since.pop(run.run_id, None)
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        now = time.monotonic()
        if not self._could_be_retried(run.run_id):
            self._silent_since[run.run_id] = now
        if now - self._silent_since.setdefault(run.run_id, now) < SILENT_SECONDS:
            return CheckRunHealthResult(WorkerStatus.RUNNING, "no sign of life for some seconds")
        del self._silent_since[run.run_id]
        return CheckRunHealthResult(WorkerStatus.NOT_FOUND, "the process of the run is gone")

    def _could_be_retried(self, run_id: str) -> bool:
        """Whether the server that launched the run answers; of a run on a command line nobody is asked."""
        client = self._get_grpc_client_for_termination(run_id)  # type: ignore[no-untyped-call]
        if client is None:
            return True
        try:
            client.ping("")
        except DagsterUserCodeUnreachableError:
            return False
        return True
