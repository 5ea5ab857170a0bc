"""What benchmarks share: a throw-away Postgres, a sandbox and measured runs in processes of their own."""

from __future__ import annotations

import multiprocessing
import os
import re
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

from viang_pipeline.sandbox import Sandbox
from viang_pipeline.warehouse import embedded
from viang_pipeline.warehouse.database import Database
from viang_pipeline.warehouse.migrate import upgrade

SPAWN = multiprocessing.get_context("spawn")


@dataclass(frozen=True)
class Measure:
    """One measured run. ``cpu_seconds`` and ``peak_mib`` (highest resident memory) are those of its own process alone;
    ``result`` is what it returned."""

    seconds: float
    cpu_seconds: float
    peak_mib: float
    result: Any


@contextmanager
def postgres() -> Iterator[Database]:
    """An embedded server with production settings and a migrated database, removed afterwards."""
    with home() as place:
        yield Database(embedded.ensure_running(place).viang_url)


@contextmanager
def home() -> Iterator[Path]:
    """A VIANG_HOME whose embedded server runs with production settings and a migrated database, removed afterwards."""
    place = Path(tempfile.mkdtemp(prefix="viang-bench-"))
    place.chmod(0o711)
    try:
        upgrade(Database(embedded.ensure_running(place).viang_url))
        yield place
    finally:
        embedded.stop(place)
        shutil.rmtree(embedded.data_folder(place), ignore_errors=True)
        shutil.rmtree(place, ignore_errors=True)


@contextmanager
def environment(**variables: str) -> Iterator[None]:
    """Settings for this process and those it starts, and for nobody afterwards."""
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@dataclass(frozen=True)
class Marketplace:
    """A sandbox that runs in another process: its address, one seller and a bearer token that stays valid.

    ``others``: the same for its further sellers.
    """

    url: str
    seller_id: int
    token: str = field(repr=False)
    others: tuple[Marketplace, ...] = ()

    def access_token(self) -> str:
        """The token (the interface of a TokenSource)."""
        return self.token

    def renew(self, rejected: str) -> str:
        """Never needed: the sandbox's clock stands still."""
        raise AssertionError("the token was refused")


@contextmanager
def marketplace(make: Callable[..., Sandbox], *arguments: Any) -> Iterator[Marketplace]:
    """The sandbox that ``make`` builds, served from a process of its own: its work is not counted as the client's."""
    ours, theirs = SPAWN.Pipe()
    process = SPAWN.Process(target=_serve, args=(theirs, make, arguments))
    process.start()
    theirs.close()
    try:
        yield ours.recv()
    finally:
        ours.close()
        process.join()


def _serve(parent: Connection, make: Callable[..., Sandbox], arguments: tuple[Any, ...]) -> None:
    with make(*arguments) as sandbox:
        first, *others = (
            Marketplace(sandbox.url, seller.seller_id, sandbox.tokens(seller).access_token)
            for seller in sandbox.world.sellers.values()
        )
        parent.send(replace(first, others=tuple(others)))
        with suppress(EOFError):
            parent.recv()  # the parent closes its end when it is done


def measure(work: Callable[..., Any], *arguments: Any, given: Callable[[], Any] | None = None) -> Measure:
    """Run ``work`` in a process of its own and measure it from inside, imports excluded.

    ``given`` makes a last argument inside that process, before the measurement starts.
    """
    return side_by_side(work, [arguments], given)[0]


def nothing() -> None:
    """Work whose measure is what any process here takes by itself."""


def together(processes: int, work: Callable[..., Any], *arguments: Any) -> list[Measure]:
    """Run ``work`` in several processes that start at the same moment, each measured from inside."""
    return side_by_side(work, [arguments] * processes)


def side_by_side(
    work: Callable[..., Any], each: Sequence[tuple[Any, ...]], given: Callable[[], Any] | None = None
) -> list[Measure]:
    """The same with arguments of its own for each process."""
    barrier = SPAWN.Barrier(len(each))
    started = []
    for arguments in each:
        ours, theirs = SPAWN.Pipe()
        process = SPAWN.Process(target=_measured, args=(theirs, barrier, work, arguments, given))
        process.start()
        theirs.close()
        started.append((process, ours))
    try:
        return [ours.recv() for _, ours in started]
    finally:
        for process, _ in started:
            process.join()


def _measured(
    answer: Connection,
    barrier: Barrier,
    work: Callable[..., Any],
    arguments: tuple[Any, ...],
    given: Callable[[], Any] | None,
) -> None:
    if given is not None:
        arguments = (*arguments, given())
    barrier.wait()
    start, cpu = time.perf_counter(), time.process_time()
    result = work(*arguments)
    seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu
    answer.send(Measure(seconds, cpu_seconds, _peak_mib(), result))


def _peak_mib() -> float:
    """Highest resident memory of this process since its exec; getrusage would inherit the parent's."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.search(r"VmHWM:\s+(\d+) kB", status).group(1)) / 1024  # type: ignore[union-attr]


def median(measures: list[Measure]) -> Measure:
    """The run with the median time."""
    middle = statistics.median_low([m.seconds for m in measures])
    return next(m for m in measures if m.seconds == middle)


def table(title: str, rows: list[tuple[str, ...]], header: tuple[str, ...]) -> str:
    """A Markdown table."""
    lines = [f"### {title}", "", "| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines)
