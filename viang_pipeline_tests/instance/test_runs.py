"""Runs in progress: what counts, how long one waits, and what becomes of those whose code server is gone."""

from __future__ import annotations

from collections.abc import Iterator

import dagster as dg
import pytest
from dagster._core.storage.tags import GRPC_INFO_TAG
from dagster._core.test_utils import create_run_for_test

from viang_pipeline.instance.runs import end_lost_runs, started_runs, wait_until_idle

BY_CODE_SERVER = {GRPC_INFO_TAG: '{"host": "code-server", "port": 4000}'}
NEVER = "nobody may sleep here"


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def run_in(instance: dg.DagsterInstance, status: dg.DagsterRunStatus, **tags: str) -> dg.DagsterRun:
    return create_run_for_test(instance, job_name="daily_update", status=status, tags=tags)


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


def test_runs_of_a_code_server_that_is_gone_end_as_failures(instance: dg.DagsterInstance) -> None:
    lost = run_in(instance, dg.DagsterRunStatus.STARTED, **BY_CODE_SERVER)
    assert end_lost_runs(instance) == [lost.run_id]
    ended = instance.get_run_by_id(lost.run_id)
    assert ended is not None
    assert ended.status is dg.DagsterRunStatus.FAILURE
    assert end_lost_runs(instance) == []


def test_runs_of_the_command_line_are_not_the_code_servers_to_end(instance: dg.DagsterInstance) -> None:
    run_in(instance, dg.DagsterRunStatus.STARTED)
    assert end_lost_runs(instance) == []
    assert len(started_runs(instance)) == 1
