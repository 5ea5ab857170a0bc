"""Restarts what dies, as systemd or compose does with ``restart: always``. Knows nothing of what it restarts."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from types import TracebackType
from typing import Protocol

from viang_pipeline.failures import ViangError

log = logging.getLogger(__name__)

LOOKS_EVERY = 0.3
RESTARTS_AFTER = 1.0
"""Seconds."""


class Restartable(Protocol):
    """A process that can be found dead and started again. ``wanted``: whether it should run at all."""

    name: str
    wanted: bool

    def start(self) -> None: ...

    def ended(self) -> bool: ...

    def kill(self) -> None: ...


class Supervisor:
    """Watches from a thread for the length of a ``with`` block."""

    def __init__(self, watched: Sequence[Restartable]) -> None:
        self._watched = watched
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="supervisor", daemon=True)

    def __enter__(self) -> Supervisor:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(LOOKS_EVERY):
            for each in self._watched:
                if each.wanted and each.ended() and not self._over.wait(RESTARTS_AFTER) and each.wanted:
                    each.kill()  # what it had started does not outlive it
                    try:
                        each.start()
                    except ViangError as failure:
                        log.warning("%s does not start: %s", each.name, failure)
