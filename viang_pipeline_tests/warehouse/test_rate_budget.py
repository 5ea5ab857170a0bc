"""One pace for all processes: every moment is given once, evenly spaced, and idleness saves nothing up."""

from __future__ import annotations

import multiprocessing
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from multiprocessing.connection import Connection

import pytest

from viang_pipeline.sources.pacing import interval
from viang_pipeline.warehouse.database import Database
from viang_pipeline.warehouse.rate_budget import KEPT, SharedReserve

PER_HOUR, SCOPE = 18_000, "mercado_livre:app"
STEP = interval(PER_HOUR)
PROCESSES, THREADS, EACH = 2, 4, 16


def moments(database: Database, count: int) -> list[float]:
    """When each of ``count`` requests of several threads may go, on the clock that all processes share."""
    reserve = SharedReserve(database, SCOPE, PER_HOUR)
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(lambda _: reserve(1) + time.monotonic(), range(count)))


def process(answer: Connection, database: Database) -> None:
    answer.send(moments(database, EACH))


def in_other_processes(database: Database) -> list[float]:
    context = multiprocessing.get_context("spawn")
    ends, workers = [], []
    for _ in range(PROCESSES):
        ours, theirs = context.Pipe()
        workers.append(context.Process(target=process, args=(theirs, database)))
        workers[-1].start()
        ends.append(ours)
    found = [moment for end in ends for moment in end.recv()]
    for worker in workers:
        worker.join()
    return found


def test_processes_and_threads_get_distinct_evenly_spaced_moments(database: Database) -> None:
    found = sorted(in_other_processes(database))
    assert len(found) == PROCESSES * EACH
    gaps = [later - earlier for earlier, later in pairwise(found)]
    assert min(gaps) > STEP / 2
    assert (found[-1] - found[0]) / STEP >= len(found) - 1.5


def test_two_applications_do_not_wait_for_each_other(database: Database) -> None:
    busy, other = SharedReserve(database, "app-1", PER_HOUR), SharedReserve(database, "app-2", PER_HOUR)
    for _ in range(20):
        busy(1)
    assert other(1) < STEP


def test_a_reservation_of_several_requests_waits_for_the_last_of_them(database: Database) -> None:
    reserve = SharedReserve(database, SCOPE, PER_HOUR)
    assert reserve(9) == pytest.approx(8 * STEP, abs=STEP)


def test_an_idle_budget_starts_from_now(database: Database) -> None:
    reserve = SharedReserve(database, SCOPE, PER_HOUR)
    reserve(2)
    with database.transaction() as conn:
        conn.execute("update dashboard.rate_budgets set livre_em = clock_timestamp() - interval '1 hour'")
    waits = [SharedReserve(database, SCOPE, PER_HOUR)(1), *(reserve(1) for _ in range(4))]
    assert waits[0] == pytest.approx(0.0, abs=STEP)
    assert waits[-1] > 4 * STEP


def test_moments_missed_during_a_pause_are_not_made_up_for(database: Database) -> None:
    fast, pause = 10 * PER_HOUR, 0.0
    reserve = SharedReserve(database, SCOPE, fast, clock=lambda: time.monotonic() + pause)
    reserve(1)  # books more than this one
    pause = KEPT + 1.0
    going = [reserve(1) + time.monotonic() for _ in range(15)]
    assert going[-1] - going[0] == pytest.approx(14 * interval(fast), rel=0.3)
