"""Children live and die together; their output is logged without secrets."""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from viang_pipeline.cli import processes as module
from viang_pipeline.cli.processes import ProcessDiedError, Processes

SLEEPER = ["timeit", "-n", "1", "-r", "1", "import time; time.sleep(600)"]


@pytest.fixture
def processes() -> Iterator[Processes]:
    before = signal.getsignal(signal.SIGINT)
    with Processes() as started:
        yield started
    assert signal.getsignal(signal.SIGINT) is before


def test_when_one_ends_by_itself_it_is_named_with_its_code(processes: Processes) -> None:
    processes.start("dorminhoco", SLEEPER, {})
    processes.start("apressado", ["timeit", "-n", "1", "-r", "1", "import os; os._exit(7)"], {})
    with pytest.raises(ProcessDiedError, match=r"apressado terminou sozinho \(código 7\)"):
        processes.watch()


def test_stopping_takes_everything_a_child_started_along(processes: Processes) -> None:
    parent = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(600)'])"
    child = processes.start("pai", ["timeit", "-n", "1", "-r", "1", parent], {})
    watched = psutil.Process(child.process.pid)
    processes.wait_until(lambda: bool(watched.children()))
    family = [watched, *watched.children()]
    processes.stop()
    assert psutil.wait_procs(family, timeout=5)[1] == []


def test_a_child_that_ignores_the_request_to_end_is_killed(
    processes: Processes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(module, "STOP_SECONDS", 0.3)
    monkeypatch.setattr(module, "GRANDCHILDREN_STOP_SECONDS", 0.1)
    ready = tmp_path / "ready"
    stubborn = f"import signal, time, pathlib; signal.signal(15, signal.SIG_IGN); pathlib.Path({str(ready)!r}).touch()"
    child = processes.start("teimoso", ["timeit", "-n", "1", "-r", "1", f"{stubborn}; time.sleep(600)"], {})
    processes.wait_until(ready.exists)
    processes.stop()
    assert child.process.returncode == -signal.SIGKILL


def test_what_never_becomes_ready_is_a_failure(processes: Processes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "START_SECONDS", 0.3)
    processes.start("lento", SLEEPER, {})
    with pytest.raises(ProcessDiedError, match="lento não respondeu"):
        processes.wait_until(lambda: False)


def test_output_is_logged_line_by_line_without_colours(processes: Processes, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    script = "import os; print('\\x1b[32mum\\x1b[0m'); print(os.environ['NOME'])"
    child = processes.start("falante", ["timeit", "-n", "1", "-r", "1", script], {"NOME": "dois"})
    child.process.wait(30)
    deadline = time.monotonic() + 5
    while len(caplog.records) < 3 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [record.getMessage() for record in caplog.records][:2] == ["um", "dois"]
    assert caplog.records[0].name == "process.falante"


def test_standard_input_is_closed_so_that_no_child_waits_for_an_answer(processes: Processes) -> None:
    child = processes.start(
        "curioso", ["timeit", "-n", "1", "-r", "1", "import os, sys; os._exit(len(sys.stdin.read()))"], {}
    )
    assert child.process.wait(30) == 0
