"""What is done to a running installation, and at which point of a night. A list of named cases, nothing else."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from viang_pipeline_tests.topology.installation import Installation
from viang_pipeline_tests.topology.night import Night
from viang_pipeline_tests.topology.waiting import until

HELD_SECONDS = 8.0
"""How long the call of the night that a disturbance waits for is held up."""

FAILURES_READ = "EVENT_LOG_CONSUMER_CURSOR-PIPELINE_FAILURE"
"""Where Dagster's daemon keeps up to which event it has looked at failures."""

NEVER = 10**15


class Impossible(Exception):
    """This machine cannot do that to an installation; the reason, for people."""


Strike = Callable[[Night], None]


@dataclass(frozen=True)
class Point:
    """Where in a run it strikes: while a call of the held client matching ``path`` is out, or while a mart is written.

    ``answered``: the platform has done its part and only the answer is missing.
    """

    name: str
    path: str = ""
    answered: bool = False

    @contextmanager
    def reached(self, night: Night) -> Iterator[None]:
        """Begin the night; the block runs while its run stands at this point."""
        town = night.house.town
        if not self.path:
            with _written_to(night, "dashboard.fact_sku_day"):
                yield
            return
        town.hold(self.path, HELD_SECONDS, answered=self.answered)
        night.begin()
        until(town.reached, self.name)
        yield
        town.let_go()


@dataclass(frozen=True)
class Disturbance:
    """One row of the matrix."""

    name: str
    point: Point
    strike: Strike


ORDERS = Point("orders are read", "/orders/search")
EXCHANGE = Point("a new token pair is on its way", "/oauth/token", answered=True)
BLING = Point("Bling is read", "/Api/v3/produtos*")
MART = Point("a mart is written")


def nothing(night: Night) -> None:
    """The control."""


def kill(part: str) -> Strike:
    """kill -9 of a service with everything it has started, or of a postmaster."""

    def strike(night: Night) -> None:
        night.house.parts[part].kill()

    return strike


def kill_run(night: Night) -> None:
    """kill -9 of the run's own process."""
    night.kill_run()


def overlook_the_failure(night: Night) -> None:
    """kill -9 of the run's own process, and the daemon has read past its failure: no retry ever comes.

    That is what is left when it reads of a failure before the run's status says so.
    """
    _read_failures_from(night.house, NEVER)
    night.kill_run()


def read_failures_again(house: Installation) -> None:
    """Let the daemon see the failures of later nights."""
    if house.instance.daemon_cursor_storage.get_cursor_values({FAILURES_READ}).get(FAILURES_READ) == str(NEVER):
        _read_failures_from(house, house.instance.event_log_storage.get_maximum_record_id() or 0)


def _read_failures_from(house: Installation, event: int) -> None:
    house.instance.daemon_cursor_storage.set_cursor_values({FAILURES_READ: str(event)})


def kill_server_alone(night: Night) -> None:
    """kill -9 of the code server's process, as the kernel does when memory runs out: its runs are not asked."""
    process = night.house.code.process
    assert process is not None
    process.kill()


def kill_fork_server(night: Night) -> None:
    """kill -9 of the process that the code server has runs forked from, and of nothing else."""
    process = night.house.code.process
    assert process is not None
    (forks,) = (each for each in psutil.Process(process.pid).children() if "forkserver" in " ".join(each.cmdline()))
    forks.kill()


def kill_everything(night: Night) -> None:
    """What a power cut leaves: nothing."""
    for part in night.house.parts.values():
        part.kill()


def restart(part: str) -> Strike:
    """A fast stop and a start of a Postgres, two seconds apart."""

    def strike(night: Night) -> None:
        server = night.house.parts[part]
        server.wanted = False
        server.stop()  # type: ignore[attr-defined]
        time.sleep(2)
        server.start()
        server.wanted = True

    return strike


def redeploy(night: Night) -> None:
    """SIGTERM to the code server, and a new one on the same port once the old one is gone."""
    code = night.house.code
    code.wanted = False
    code.stop()
    code.start()
    code.wanted = True


def fill_logs(night: Night) -> None:
    """Not a byte left where runs write what they print, and where our own log lines go."""
    for folder in _log_folders(night.house):
        folder.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)], capture_output=True, text=True
        )
        if done.returncode:
            raise Impossible(f"no file system can be mounted here ({done.stderr.strip()})")
        try:
            (folder / "full").write_bytes(bytes(1 << 20))
        except OSError:
            continue
        raise Impossible("the file system took more than its size")


def empty_logs(house: Installation) -> None:
    """Give the room back."""
    for folder in _log_folders(house):
        if os.path.ismount(folder):
            subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _log_folders(house: Installation) -> tuple[Path, ...]:
    viang = house.home / "viang"
    return viang / "dagster" / "compute_logs", viang / "logs"


@contextmanager
def _written_to(night: Night, table: str) -> Iterator[None]:
    """Hold a mart's table once all runs are at work, until one waits for it in the middle of a transaction."""
    night.begin()
    until(night.all_started, "all runs of the night")
    with closing(night.house.database.connect()) as conn:
        conn.execute(f"lock table {table} in share row exclusive mode")

        def waited_for() -> bool:
            row = conn.execute(
                "select count(*) from pg_locks where not granted and relation = %s::regclass", [table]
            ).fetchone()
            return row is not None and row[0] > 0

        until(waited_for, f"a run that writes {table}")
        yield
