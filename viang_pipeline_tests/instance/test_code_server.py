"""The process that runs are forked from: what it has read, and what becomes of runs when it is killed."""

from __future__ import annotations

import importlib
import multiprocessing
import os
import signal
import sys
import time
from multiprocessing import forkserver

import psutil
import pytest

from viang_pipeline.instance.code_server import READ_FIRST, end_unknown


def test_it_has_the_graph_and_the_storage_before_the_first_run() -> None:
    """Python's fork server says nothing when a module it is told to read is missing."""
    importlib.import_module(READ_FIRST)
    assert {"viang_pipeline.definitions", "viang_pipeline.instance.storage", "dagster._grpc.impl"} <= sys.modules.keys()


@pytest.mark.parametrize("forked_from_the_dead", [True, False])
def test_a_run_whose_end_would_not_be_noticed_is_ended_and_no_other(forked_from_the_dead: bool) -> None:
    run = multiprocessing.get_context("forkserver").Process(target=time.sleep, args=(60,))
    run.start()
    process = psutil.Process(run.pid)
    try:
        if forked_from_the_dead:
            os.kill(forkserver._forkserver._forkserver_pid, signal.SIGKILL)  # type: ignore[attr-defined]
            run.join()
        end_unknown([run])
        (gone, _) = psutil.wait_procs([process], timeout=5 if forked_from_the_dead else 0.2)
        assert bool(gone) is forked_from_the_dead
    finally:
        if process.is_running():
            process.kill()
        run.join()
