"""A run shows that it lives as long as its process does, and run monitoring believes nothing else."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import psycopg
import pytest
from dagster._core.errors import DagsterUserCodeUnreachableError
from dagster._core.launcher import WorkerStatus
from dagster._core.storage.tags import GRPC_INFO_TAG
from dagster._grpc.client import DagsterGrpcClient

import viang_pipeline
from viang_pipeline.instance import alive, launcher, storage
from viang_pipeline.instance.alive import SignOfLife, lives
from viang_pipeline.instance.launcher import WatchedRunLauncher
from viang_pipeline.warehouse.database import Database
from viang_pipeline_tests.topology.waiting import until

RUN = "0c8ad5c8-run"
OTHER = "77ed1a86-run"
SHOW_AND_WAIT = (
    "import sys, time; from viang_pipeline.instance.alive import SignOfLife; "
    "SignOfLife(*sys.argv[1:]); print('shown', flush=True); time.sleep(600)"
)


def test_a_run_lives_until_its_sign_ends(empty_database: Database) -> None:
    sign = SignOfLife(empty_database.url, RUN)
    assert lives(empty_database.url, RUN)
    assert not lives(empty_database.url, OTHER)
    sign.end()
    assert not lives(empty_database.url, RUN)


def test_dagsters_name_of_the_driver_is_understood(empty_database: Database) -> None:
    assert not lives(empty_database.url.replace("postgresql:", "postgresql+psycopg2:"), RUN)


def test_a_killed_process_shows_nothing_any_more(empty_database: Database) -> None:
    root = Path(viang_pipeline.__file__).parents[1]
    process = subprocess.Popen(
        [sys.executable, "-c", SHOW_AND_WAIT, empty_database.url, RUN], stdout=subprocess.PIPE, cwd=root
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"shown\n"
    assert lives(empty_database.url, RUN)
    process.send_signal(signal.SIGKILL)
    process.wait()
    until(lambda: not lives(empty_database.url, RUN), "the end of the lock")


HOLDER = """
    select pid from pg_locks where locktype = 'advisory' and granted
        and database = (select oid from pg_database where datname = current_database())
"""
"""Of this database: the server is shared with other tests."""


def test_a_server_that_cut_the_line_hears_of_the_run_again(
    empty_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alive, "ASKS_EVERY", 0.05)
    sign = SignOfLife(empty_database.url, RUN)
    with psycopg.connect(empty_database.url, autocommit=True) as conn:
        holder = conn.execute(HOLDER).fetchone()
        conn.execute("select pg_terminate_backend(%s)", holder)

        def another() -> bool:
            now = conn.execute(HOLDER).fetchone()
            return now is not None and now != holder

        until(another, "the lock on a new connection")
    assert lives(empty_database.url, RUN)
    sign.end()


@dataclass
class Event:
    """What the storage looks at in an event."""

    run_id: str
    dagster_event_type: dg.DagsterEventType | None


def test_a_process_vouches_for_a_run_from_its_start_to_its_end(empty_database: Database) -> None:
    seen: list[bool] = []
    store: Callable[[Event], None] = storage._showing_life(  # type: ignore[assignment]
        empty_database.url, lambda event: seen.append(lives(empty_database.url, RUN))
    )
    kinds = dg.DagsterEventType
    for kind in (kinds.RUN_STARTING, kinds.RUN_START, None, kinds.STEP_START, kinds.RUN_SUCCESS):
        store(Event(RUN, kind))
    store(Event(OTHER, kinds.RUN_FAILURE))  # of another process: the daemon says that it is dead
    assert seen == [False, True, True, True, True, False]


def test_monitoring_is_told_of_a_death_only_after_some_silence(
    empty_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(launcher, "url_of", lambda instance: empty_database.url)
    monkeypatch.setattr(launcher.time, "monotonic", lambda: now)
    with dg.instance_for_test() as instance:
        watched = WatchedRunLauncher()
        watched.register_instance(instance)
        run = dg.DagsterRun(job_name="daily_update", run_id=RUN)

        def status() -> WorkerStatus:
            return watched.check_run_worker_health(run).status

        sign = SignOfLife(empty_database.url, RUN)
        assert (watched.supports_check_run_worker_health, status()) == (True, WorkerStatus.RUNNING)
        sign.end()
        assert status() == WorkerStatus.RUNNING
        now += launcher.SILENT_SECONDS - 1
        assert status() == WorkerStatus.RUNNING
        sign = SignOfLife(empty_database.url, RUN)
        assert status() == WorkerStatus.RUNNING
        sign.end()
        now += launcher.SILENT_SECONDS - 1
        assert status() == WorkerStatus.RUNNING, "the silence begins anew"
        now += launcher.SILENT_SECONDS
        assert status() == WorkerStatus.NOT_FOUND


def test_a_run_is_not_called_dead_while_nobody_could_retry_it(
    empty_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(launcher, "url_of", lambda instance: empty_database.url)
    monkeypatch.setattr(launcher.time, "monotonic", lambda: now)
    answers = False

    def ping(client: DagsterGrpcClient, echo: str) -> None:
        if not answers:
            raise DagsterUserCodeUnreachableError

    monkeypatch.setattr(DagsterGrpcClient, "ping", ping)
    with dg.instance_for_test() as instance:
        watched = WatchedRunLauncher()
        watched.register_instance(instance)
        run = instance.add_run(
            dg.DagsterRun("daily_update", RUN, tags={GRPC_INFO_TAG: json.dumps({"host": "127.0.0.1", "port": 1})})
        )
        for _ in range(3):
            assert watched.check_run_worker_health(run).status == WorkerStatus.RUNNING
            now += launcher.SILENT_SECONDS
        answers = True
        assert watched.check_run_worker_health(run).status == WorkerStatus.NOT_FOUND
