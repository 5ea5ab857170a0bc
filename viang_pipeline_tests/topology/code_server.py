"""The code server, whose runs and sensors take their instant from a file that can be rewritten while it runs."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from datetime import datetime

from viang_pipeline.instance.ports import listens
from viang_pipeline_tests.topology.service import Service


@dataclass
class CodeServer(Service):
    """``VIANG_NOW`` stands in the ``.env`` of its folder, which each run and each tick reads anew.

    While it starts there is none: ``dagster`` takes a ``.env`` it finds then into its environment, and the
    clock would stand still.
    """

    port: int = 0
    now: datetime | None = None
    _file_is: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _starting: int = 0

    def at(self, now: datetime) -> None:
        """The instant from now on."""
        with self._file_is:
            self.now = now
            if not self._starting:
                self._write()

    def start(self) -> None:
        """Start it; the instant is back as soon as it listens."""
        with self._file_is:
            self._starting += 1
            (self.folder / ".env").unlink(missing_ok=True)
        super().start()
        threading.Thread(target=self._tell_when_it_listens, name="clock of the code server", daemon=True).start()

    def _tell_when_it_listens(self) -> None:
        process = self.process
        while process is not None and process.poll() is None and not listens(self.port):
            time.sleep(0.02)
        with self._file_is:
            self._starting -= 1
            if not self._starting:
                self._write()

    def _write(self) -> None:
        if self.now is not None and self.folder.is_dir():
            unfinished = self.folder / ".env.new"
            unfinished.write_text(f"VIANG_NOW={self.now.isoformat()}\n")
            unfinished.replace(self.folder / ".env")
