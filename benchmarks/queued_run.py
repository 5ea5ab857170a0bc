"""What the engine asks for one run on a host: waiting in the queue, starting a process, ending.

``viang nightly`` runs in one process and pays nothing of it; the nights a schedule starts pay it once per client. The
job renews the tokens of nobody. Run: python -m benchmarks.queued_run [--runs 5]
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Mapping

import dagster as dg

from benchmarks.harness import environment, home, table
from benchmarks.many_partitions import ask, services
from viang_pipeline.automation.in_process import open_instance
from viang_pipeline.settings import load_settings

RUNS = 7
PATIENCE = 300.0

LAUNCH = """
mutation ($params: ExecutionParams!) {
  launchPipelineExecution(executionParams: $params) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
  }
}
"""
JOB = {
    "repositoryName": "__repository__",
    "repositoryLocationName": "viang_pipeline",
    "pipelineName": "refresh_tokens",
}
STAGES = {
    "in the queue": ("PIPELINE_ENQUEUED", "PIPELINE_STARTING"),
    "until its process runs": ("PIPELINE_STARTING", "PIPELINE_START"),
    "the run itself": ("PIPELINE_START", "PIPELINE_SUCCESS"),
    "all of it": ("PIPELINE_ENQUEUED", "PIPELINE_SUCCESS"),
}


def run(runs: int = RUNS) -> str:
    """Measure and describe."""
    with (
        home() as place,
        environment(VIANG_HOME=str(place)),
        services(daemon=True) as url,
        open_instance(load_settings()) as instance,
    ):
        found = [_stages(instance, _launch(url)) for _ in range(runs)]
    rows = [
        (name, *(f"{pick(one[name] for one in found):.1f}" for pick in (statistics.median, max))) for name in STAGES
    ]
    return table(f"A run through the queue, {runs} one after another", rows, ("seconds", "median", "slowest"))


def _launch(url: str) -> str:
    answer = ask(url, LAUNCH, params={"selector": JOB})[2]["launchPipelineExecution"]
    assert answer["__typename"] == "LaunchRunSuccess", answer
    return str(answer["run"]["runId"])


def _stages(instance: dg.DagsterInstance, run_id: str) -> Mapping[str, float]:
    """Seconds of each stage, from the instants of the run's own events. Fails for a run that does not succeed."""
    deadline = time.monotonic() + PATIENCE
    while not ((record := instance.get_run_by_id(run_id)) and record.is_finished):
        assert time.monotonic() < deadline, f"run {run_id} does not end"
        time.sleep(0.2)
    assert record.is_success, f"run {run_id} ended as {record.status.value}"
    at = {
        entry.get_dagster_event().event_type_value: entry.timestamp
        for entry in instance.all_logs(run_id)
        if entry.is_dagster_event
    }
    return {name: at[end] - at[begin] for name, (begin, end) in STAGES.items()}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS)
    print(run(parser.parse_args().runs))
