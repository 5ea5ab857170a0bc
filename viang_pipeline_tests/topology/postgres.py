"""One Postgres server of the topology: a postmaster of its own, killed, stopped and started from outside."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass, field
from pathlib import Path

from viang_pipeline.warehouse import embedded
from viang_pipeline.warehouse.postgres_process import postmaster_of

SETTINGS = {
    # Files of a killed process stay what the kernel has; only a machine that loses power needs fsync. Nothing else may
    # be switched off: what was committed must be there after the kill.
    "fsync": "off",
    "shared_buffers": "64MB",
    "max_connections": "300",
}


@dataclass
class Postgres:
    """A server in a home of its own, on the port of its first start."""

    name: str
    home: Path
    server: embedded.EmbeddedServer = field(init=False)
    wanted: bool = True
    starts: int = 0

    def start(self) -> None:
        """Create it when missing, start it when it does not run."""
        self.server = embedded.ensure_running(self.home, extra_settings=SETTINGS)
        self.starts += 1

    def ended(self) -> bool:
        """Whether its postmaster is gone."""
        return postmaster_of(self._pgdata) is None

    def kill(self) -> None:
        """kill -9 of the postmaster; its children notice by themselves."""
        running = postmaster_of(self._pgdata)
        if running is not None:
            os.kill(running[0], signal.SIGKILL)

    def stop(self) -> None:
        """A fast stop: open transactions are rolled back, connections are cut."""
        embedded.stop(self.home)

    @property
    def _pgdata(self) -> Path:
        return embedded.data_folder(self.home) / "pgdata"
