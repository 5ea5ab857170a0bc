"""One Dagster process of the topology with everything it starts, as a service manager sees it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

STOP_SECONDS = 90.0
"""What a service manager waits for before it kills (systemd's default)."""


@dataclass
class Service:
    """A command in a process group of its own."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(repr=False)
    folder: Path
    wanted: bool = True
    starts: int = 0
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Start it; what it prints goes to a file beside it."""
        with (self.folder / f"{self.name}.out").open("ab") as out:
            self.process = subprocess.Popen(
                self.command,
                env=dict(self.environment),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.starts += 1

    def ended(self) -> bool:
        """Whether its main process is gone."""
        return self.process is None or self.process.poll() is not None

    def kill(self) -> None:
        """kill -9 of the service and all it has started, as the end of its container or control group does."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                return
            self.process.wait()

    def stop(self) -> None:
        """SIGTERM to the main process; whatever is left after STOP_SECONDS is killed."""
        if self.process is not None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(STOP_SECONDS)
            self.kill()
