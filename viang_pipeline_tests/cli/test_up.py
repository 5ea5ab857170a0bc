"""``viang up`` as a real process with real Dagster children, and Dagster's home as Dagster reads it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import dagster as dg
import httpx
import psutil
import pytest
import sqlalchemy
from dagster._core.run_coordinator import QueuedRunCoordinator
from dagster_postgres import PostgresEventLogStorage
from filelock import FileLock
from typer.testing import CliRunner

from viang_pipeline.cli.main import app
from viang_pipeline.instance import prepare_instance
from viang_pipeline.instance.launcher import WatchedRunLauncher
from viang_pipeline.settings import Settings
from viang_pipeline.warehouse.database import Database

SECONDS = 90


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        found: int = free.getsockname()[1]
        return found


@pytest.fixture
def settings(settings_env: Callable[..., Settings], empty_database: Database) -> Settings:
    return settings_env(DAGSTER_DATABASE_URL=empty_database.url)


@pytest.fixture
def started(settings: Settings, port: int) -> Iterator[subprocess.Popen[str]]:
    """A running ``viang up`` whose interface answers, begun as a script does with ``&``: SIGINT ignored."""
    command = [Path(sys.executable).with_name("viang"), "up", "--port", str(port)]
    handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    finally:
        signal.signal(signal.SIGINT, handler)
    assert process.stdout is not None
    try:
        lines = iter(process.stdout.readline, "")
        assert any(f"http://127.0.0.1:{port}" in line for line in lines), process.stderr
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(SECONDS)
        process.stdout.close()
        if process.stderr is not None:
            process.stderr.close()


def children(process: subprocess.Popen[str]) -> dict[str, psutil.Process]:
    """Code server, webserver and daemon by module name."""
    found = {}
    for child in psutil.Process(process.pid).children():
        arguments = child.cmdline()
        found[arguments[arguments.index("-m") + 1]] = child
    return found


def gone(processes: list[psutil.Process]) -> bool:
    return psutil.wait_procs(processes, timeout=5)[1] == []


@pytest.mark.engine
def test_the_interface_serves_our_definitions_until_ctrl_c_stops_everything_but_the_database(
    started: subprocess.Popen[str], port: int, database: Database
) -> None:
    everything = psutil.Process(started.pid).children(recursive=True)
    query = "{ workspaceOrError { ... on Workspace { locationEntries { name loadStatus } } } }"
    answer = httpx.post(f"http://127.0.0.1:{port}/graphql", json={"query": query}, timeout=30).json()
    entries = answer["data"]["workspaceOrError"]["locationEntries"]
    assert entries == [{"name": "viang_pipeline", "loadStatus": "LOADED"}]
    assert set(children(started)) == {"viang_pipeline.instance.code_server", "dagster_webserver", "dagster._daemon"}
    second = CliRunner().invoke(app, ["up", "--port", str(port)])
    assert second.exit_code == 2
    assert "já está rodando" in second.stderr
    started.send_signal(signal.SIGINT)
    assert started.wait(SECONDS) == 0
    assert gone(everything)
    assert started.stderr is not None
    assert started.stderr.read() == "", "nobody had to be killed"
    with database.transaction() as conn:
        assert conn.execute("select 1").fetchone() == (1,)


def test_a_taken_port_is_wrong_usage(settings: Settings) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = CliRunner().invoke(app, ["up", "--port", str(port)])
    assert result.exit_code == 2
    assert str(port) in result.stderr


@pytest.fixture
def instance(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    """Dagster's own reading of the home we prepare."""
    home = prepare_instance(settings)
    for name, value in home.env.items():
        monkeypatch.setenv(name, value)
    with dg.DagsterInstance.from_config(str(home.path)) as instance:
        yield instance


def test_dagster_reads_its_home_as_we_mean_it(instance: dg.DagsterInstance, viang_home: Path) -> None:
    assert isinstance(instance.event_log_storage, PostgresEventLogStorage)
    assert isinstance(instance.run_coordinator, QueuedRunCoordinator)
    queue = instance.get_concurrency_config().run_queue_config
    assert queue is not None
    assert [limit["key"] for limit in queue.tag_concurrency_limits] == ["dagster/partition/client", "viang/client"]
    assert {limit["limit"] for limit in queue.tag_concurrency_limits} == {1}
    waited_for_code = queue.max_user_code_failure_retries * queue.user_code_failure_retry_delay
    assert waited_for_code >= 300, "seconds; a code server that is replaced is away for ten"
    assert isinstance(instance.run_launcher, WatchedRunLauncher)
    assert instance.run_monitoring_enabled
    assert instance.run_retries_enabled
    assert instance.run_retries_max_retries == 2
    assert instance.run_retries_retry_on_asset_or_op_failure is False
    assert not instance.telemetry_enabled
    logs = instance.compute_log_manager.inst_data
    assert logs is not None
    assert "env: VIANG_COMPUTE_LOGS" in logs.config_yaml
    assert os.environ["VIANG_COMPUTE_LOGS"] == str(viang_home / "dagster" / "compute_logs")


def test_dagster_looks_for_its_own_tables_and_columns_until_it_found_them(instance: dg.DagsterInstance) -> None:
    events = instance.event_log_storage
    statements: list[str] = []
    sqlalchemy.event.listen(events._engine, "before_cursor_execute", lambda *told: statements.append(told[2]))

    def looked(ask: Callable[[str], bool], name: str, answer: bool) -> bool:
        statements.clear()
        assert ask(name) is answer
        return bool(statements)

    for ask, there in ((events.has_table, "asset_keys"), (events.has_asset_key_col, "last_materialization_timestamp")):
        assert [looked(ask, there, True) for _ in range(2)] == [True, False]
        assert [looked(ask, "missing", False) for _ in range(2)] == [True, True]


def test_two_runs_may_be_the_first_to_use_a_pool(instance: dg.DagsterInstance) -> None:
    events = instance.event_log_storage
    assert instance.global_op_concurrency_default_limit == 4
    with events._engine.begin() as other, ThreadPoolExecutor() as threads:
        other.execute(
            sqlalchemy.text(
                'insert into concurrency_limits (concurrency_key, "limit", using_default_limit)'
                " values ('bling', 4, true)"
            )
        )
        mine = threads.submit(events.initialize_concurrency_limit_to_default, "bling")
        while not mine.done() and not _waits_for_a_transaction(other):
            time.sleep(0.02)
        other.commit()
        assert mine.result() is True
    assert instance.event_log_storage.get_concurrency_keys() == {"bling"}


def _waits_for_a_transaction(conn: sqlalchemy.Connection) -> bool:
    return bool(conn.execute(sqlalchemy.text("select exists (select from pg_locks where not granted)")).scalar())


def test_dagsters_home_holds_no_secret_is_private_and_is_written_once(settings: Settings, viang_home: Path) -> None:
    home = prepare_instance(settings, code_server_port=4000)
    assert home.path == viang_home / "dagster"
    assert home.path.stat().st_mode & 0o077 == 0
    storage = home.env["VIANG_DAGSTER_STORAGE_URL"]
    assert storage.startswith("postgresql+psycopg2://")
    assert storage not in repr(home)
    written = {path: (path.read_text(), path.stat().st_mtime_ns) for path in home.path.iterdir()}
    assert {path.name for path in written} == {"dagster.yaml", "workspace.yaml"}
    assert not [path for path, (text, _) in written.items() if "postgresql" in text]
    time.sleep(0.01)
    prepare_instance(settings, code_server_port=4001)
    assert {path: (path.read_text(), path.stat().st_mtime_ns) for path in home.path.iterdir()} == written


def test_only_one_up_per_home(settings: Settings, viang_home: Path, port: int) -> None:
    with FileLock(viang_home / "up.lock"):
        result = CliRunner().invoke(app, ["up", "--port", str(port)])
    assert result.exit_code == 2
    assert "já está rodando" in result.stderr
