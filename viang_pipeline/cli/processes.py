"""Child processes that live and die together: started in order, watched, stopped with everything they started.

No restarts: when one ends by itself, whoever started us (a terminal, a service manager) decides what happens next.
"""

from __future__ import annotations

import logging
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType

from viang_pipeline.failures import ViangError

log = logging.getLogger(__name__)

START_SECONDS = 180.0
STOP_SECONDS = 20.0
GRANDCHILDREN_STOP_SECONDS = 5.0
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


class ProcessDiedError(ViangError):
    """A child ended by itself or never became ready."""


@dataclass(frozen=True)
class Child:
    """A running process of a group of its own; what it prints goes to our log, scrubbed and rotated like our lines."""

    name: str
    process: subprocess.Popen[str]

    def signal(self, number: int) -> bool:
        """Whether anything of the group was still there to get the signal."""
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            return False
        return True


class Processes:
    """A context whose end, however it comes, leaves no child behind."""

    def __init__(self) -> None:
        self.children: list[Child] = []

    def __enter__(self) -> Processes:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # A second Ctrl-C must not leave processes behind.
        handlers = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)}
        self.stop()
        for number, handler in handlers.items():
            signal.signal(number, handler)

    def start(self, name: str, module_and_arguments: Sequence[str], env: Mapping[str, str]) -> Child:
        """Run ``python -m …`` with this Python and ``env`` on top of our environment."""
        process = subprocess.Popen(
            [sys.executable, "-m", *module_and_arguments],
            env=os.environ | env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,  # Ctrl-C reaches us only; we then stop the children
        )
        child = Child(name, process)
        self.children.append(child)
        threading.Thread(target=_copy_output, args=[child], name=f"output of {name}", daemon=True).start()
        return child

    def check(self) -> None:
        """Raises ProcessDiedError when a child has ended."""
        for child in self.children:
            code = child.process.poll()
            if code is not None:
                raise ProcessDiedError(f"{child.name} terminou sozinho (código {code}); os outros foram encerrados")

    def wait_until(self, ready: Callable[[], bool]) -> None:
        """Raises ProcessDiedError when a child ends first or nothing is ready after START_SECONDS."""
        deadline = time.monotonic() + START_SECONDS
        while not ready():
            self.check()
            if time.monotonic() > deadline:
                raise ProcessDiedError(f"{self.children[-1].name} não respondeu em {START_SECONDS:.0f} segundos")
            time.sleep(0.2)

    def watch(self) -> None:
        """Block until a child ends by itself. Raises ProcessDiedError."""
        while True:
            self.check()
            time.sleep(0.5)

    def stop(self) -> None:
        """Ask every process and what it started to end (running steps record it), then kill the rest."""
        for child in reversed(self.children):
            child.signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for child in reversed(self.children):
            try:
                child.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                log.warning("%s não encerrou em %.0f segundos e foi interrompido", child.name, STOP_SECONDS)
        settled = time.monotonic() + GRANDCHILDREN_STOP_SECONDS
        while time.monotonic() < settled and any(child.signal(0) for child in self.children):
            time.sleep(0.1)
        for child in self.children:
            child.signal(signal.SIGKILL)
            child.process.wait()
        self.children.clear()


def _copy_output(child: Child) -> None:
    lines = logging.getLogger(f"process.{child.name}")
    assert child.process.stdout is not None
    for line in child.process.stdout:
        lines.info("%s", COLOURS.sub("", line.rstrip()))
