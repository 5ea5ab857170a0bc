"""Dagster's code server, whose runs are forked from a process that has read everything a run needs.

Dagster has each run begin as a new interpreter: reading its packages and ours and putting the graph together is half of
what a small run costs. Here a process that does nothing else reads them once, when the first run begins, and every run
is a copy of it. It has no thread and no connection that a copy could share, and ends with the code server.

    python -m viang_pipeline.instance.code_server -h HOST -p PORT -m MODULE   (the options of ``dagster api grpc``)
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
from collections.abc import Iterable
from contextlib import suppress
from multiprocessing.process import BaseProcess
from typing import Any

from dagster._cli.api import grpc_command
from dagster._grpc import server

READ_FIRST = "viang_pipeline.instance.read_first"
UNKNOWN = 255
"""What Python says of the end of a process when the one it was forked from is gone: it may well live."""


class ForkingServer(server.DagsterApiServer):
    """Dagster's server, with the one attribute changed that says how the processes of runs begin."""

    _mp_ctx: Any

    def __init__(self, *arguments: Any, **named: Any) -> None:
        # What it loads stays to its end: a collector would walk through it meanwhile, and again and again later.
        gc.disable()
        super().__init__(*arguments, **named)
        gc.freeze()
        gc.enable()
        self._mp_ctx = multiprocessing.get_context("forkserver")
        self._mp_ctx.set_forkserver_preload([READ_FIRST])

    def _check_for_orphaned_runs(self) -> None:
        end_unknown(process for process, _ in list(self._executions.values()))
        super()._check_for_orphaned_runs()


def end_unknown(runs: Iterable[BaseProcess]) -> None:
    """End those whose end would not be noticed: they are about to be taken for dead and tried again."""
    for run in runs:
        if run.exitcode == UNKNOWN and run.pid is not None:
            with suppress(ProcessLookupError):
                os.kill(run.pid, signal.SIGKILL)


def main(arguments: list[str]) -> None:
    """Serve until asked to stop."""
    server.DagsterApiServer = ForkingServer  # type: ignore[misc]  # the command looks it up there
    grpc_command(arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
