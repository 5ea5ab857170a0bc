"""``viang up`` as a real process, and its web interface spoken to as the Dagster UI does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import dagster as dg
import httpx
import pytest

import viang_pipeline
from viang_pipeline.instance.ports import free_port
from viang_pipeline.sources.trust import trusted

PATIENCE = 420.0
"""Seconds: far above what is measured, so that only a hang fails."""

REPOSITORY = {"repositoryName": "__repository__", "repositoryLocationName": "viang_pipeline"}
RAW = ("mercado_livre/orders", "mercado_livre/shipments", "mercado_livre/listings")
MARTS = ("fact_order_line", "fact_sku_day", "agg_client_day")
ASSETS = (*RAW, *MARTS)
BACKFILL = """
mutation ($params: LaunchBackfillParams!) {
  launchPartitionBackfill(backfillParams: $params) {
    __typename
    ... on LaunchBackfillSuccess { backfillId }
    ... on PythonError { message }
    ... on PartitionKeysNotFoundError { message }
  }
}
"""
RUN = """
mutation ($params: ExecutionParams!) {
  launchPipelineExecution(executionParams: $params) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on PythonError { message }
    ... on RunConfigValidationInvalid { errors { message } }
  }
}
"""

Found = TypeVar("Found")


def until(found: Callable[[], Found | None], what: str, patience: float = PATIENCE) -> Found:
    """The first answer that is true: nothing found yet, empty or zero, is none. Fails naming ``what`` when it never
    comes."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        answer = found()
        if answer:
            return answer
        time.sleep(0.3)
    pytest.fail(f"still waiting after {patience:.0f} s: {what}")


@dataclass
class Services:
    """A running installation."""

    url: str
    instance: dg.DagsterInstance

    def backfill_from_assets(self, partitions: Sequence[str], assets: Sequence[str] = ASSETS) -> str:
        """What the asset page sends for "Materialize" with several partitions; the backfill's id."""
        selection = [{"path": asset.split("/")} for asset in assets]
        return self._backfill({"assetSelection": selection, "partitionNames": list(partitions)})

    def backfill_from_job(self, job: str, partitions: Sequence[str]) -> str:
        """What the "Partitions" tab of a job sends; the backfill's id."""
        selector = {"repositorySelector": REPOSITORY, "partitionSetName": f"{job}_partition_set"}
        return self._backfill({"selector": selector, "partitionNames": list(partitions)})

    def _backfill(self, params: Mapping[str, object]) -> str:
        answer = self.ask(BACKFILL, params)["launchPartitionBackfill"]
        assert answer["__typename"] == "LaunchBackfillSuccess", answer
        return str(answer["backfillId"])

    def run(self, job: str, tags: Mapping[str, str]) -> str:
        """What the launchpad sends for one run with these tags; the run's id."""
        params = {
            "selector": {**REPOSITORY, "pipelineName": job},
            "executionMetadata": {"tags": [{"key": key, "value": value} for key, value in tags.items()]},
        }
        answer = self.ask(RUN, params)["launchPipelineExecution"]
        assert answer["__typename"] == "LaunchRunSuccess", answer
        return str(answer["run"]["runId"])

    def ask(self, query: str, params: Mapping[str, object]) -> dict[str, Any]:
        """The data of a GraphQL answer."""
        body = {"query": query, "variables": {"params": params}}
        answer = httpx.post(f"{self.url}/graphql", json=body, timeout=60, verify=trusted()).raise_for_status().json()
        assert "errors" not in answer, answer
        return dict(answer["data"])

    def ended_backfill(self, backfill_id: str) -> tuple[str, list[dg.DagsterRun]]:
        """Wait for a backfill: its status, and its runs."""

        def ended() -> str | None:
            found = self.instance.get_backfill(backfill_id)
            assert found is not None
            return None if found.status.value in ("REQUESTED", "CANCELING", "FAILING") else found.status.value

        status = until(ended, f"backfill {backfill_id}")
        return status, self.instance.get_runs(dg.RunsFilter(tags={"dagster/backfill": backfill_id}))

    def ended_run(self, run_id: str) -> dg.DagsterRun:
        """Wait for a run."""

        def ended() -> dg.DagsterRun | None:
            run = self.instance.get_run_by_id(run_id)
            return run if run is not None and run.is_finished else None

        return until(ended, f"run {run_id}")

    def sentences(self, run_id: str) -> dict[str, str]:
        """Failed step → what its failure says to a person."""
        records = self.instance.get_records_for_run(run_id, of_type=dg.DagsterEventType.STEP_FAILURE).records
        found = {}
        for record in records:
            event = record.event_log_entry.get_dagster_event()
            data = event.step_failure_data
            user = data.user_failure_data
            cause = data.error.cause if data.error and data.error.cause else data.error
            found[str(event.step_key)] = user.description if user and user.description else cause.message
        return found

    def materialized(self, asset: str) -> set[str]:
        """Keys of an asset with a materialization in the event log."""
        return set(self.instance.get_materialized_partitions(dg.AssetKey(asset.split("/"))))

    def missing(self, partitions: Sequence[str], assets: Sequence[str] = ASSETS) -> dict[str, set[str]]:
        """Asset → keys of ``partitions`` that were never materialized; empty when all were."""
        absent = {asset: set(partitions) - self.materialized(asset) for asset in assets}
        return {asset: lost for asset, lost in absent.items() if lost}


@contextmanager
def viang_up(home: Path, cwd: Path, env: Mapping[str, str]) -> Iterator[Services]:
    """``viang up`` on a free port until the block ends."""
    port = free_port()
    inherited = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
    inherited["PYTHONPATH"] = str(Path(viang_pipeline.__file__).parents[1])
    process = subprocess.Popen(
        [
            sys.executable,
            "-W",
            "ignore",
            "-c",
            "from viang_pipeline.cli.main import main; main()",
            "up",
            f"--port={port}",
        ],
        env=inherited | {"VIANG_HOME": str(home)} | dict(env),
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if "Interface no ar" in line:
                break
        else:
            pytest.fail(f"viang up ended with {process.wait()}; see {home}/logs")
        with _instance(home, env) as instance:
            yield Services(f"http://127.0.0.1:{port}", instance)
    finally:
        _end(process)


@contextmanager
def _instance(home: Path, env: Mapping[str, str]) -> Iterator[dg.DagsterInstance]:
    """The instance of the running services, as any other process on this machine opens it."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "VIANG_DAGSTER_STORAGE_URL": env["DAGSTER_DATABASE_URL"].replace("postgresql:", "postgresql+psycopg2:", 1),
            "VIANG_COMPUTE_LOGS": str(home / "dagster" / "compute_logs"),
        }.items():
            patch.setenv(name, value)
        instance = dg.DagsterInstance.from_config(str(home / "dagster"))
    with instance:
        yield instance


def _end(process: subprocess.Popen[str]) -> None:
    """As Ctrl-C ends it; what would not end is killed."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise
