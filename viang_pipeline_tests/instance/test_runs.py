"""Runs in progress: what counts, and how long one waits for them."""

from __future__ import annotations

from collections.abc import Iterator

import dagster as dg
import pytest
from dagster._core.test_utils import create_run_for_test

from viang_pipeline.instance.runs import started_runs, wait_until_idle

NEVER = "nobody may sleep here"


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def run_in(instance: dg.DagsterInstance, status: dg.DagsterRunStatus) -> dg.DagsterRun:
    return create_run_for_test(instance, job_name="daily_update", status=status)


@pytest.mark.parametrize("status", ["STARTING", "STARTED", "CANCELING"])
def test_a_run_a_process_holds_is_in_progress(instance: dg.DagsterInstance, status: str) -> None:
    run = run_in(instance, dg.DagsterRunStatus[status])
    assert [found.run_id for found in started_runs(instance)] == [run.run_id]


@pytest.mark.parametrize("status", ["NOT_STARTED", "SUCCESS", "FAILURE", "CANCELED"])
def test_a_run_nobody_executes_is_not(instance: dg.DagsterInstance, status: str) -> None:
    run_in(instance, dg.DagsterRunStatus[status])
    assert started_runs(instance) == []


def test_waiting_ends_when_the_last_run_does(instance: dg.DagsterInstance) -> None:
    runs = [run_in(instance, dg.DagsterRunStatus.STARTED) for _ in range(2)]
    slept = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        instance.report_run_failed(runs.pop())

    assert wait_until_idle(instance, 60, interval=7, sleep=sleep, monotonic=lambda: 0) == []
    assert slept == [7, 7]


def test_waiting_ends_at_its_limit_and_says_what_is_left(instance: dg.DagsterInstance) -> None:
    run = run_in(instance, dg.DagsterRunStatus.STARTED)
    clock = [0.0]

    def sleep(seconds: float) -> None:
        clock[0] += seconds

    left = wait_until_idle(instance, 60, interval=25, sleep=sleep, monotonic=lambda: clock[0])
    assert [found.run_id for found in left] == [run.run_id]
    assert clock == [75.0]


def test_an_idle_installation_waits_for_nothing(instance: dg.DagsterInstance) -> None:
    assert wait_until_idle(instance, 60, sleep=lambda _: pytest.fail(NEVER)) == []
