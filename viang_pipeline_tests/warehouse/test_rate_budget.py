"""One budget for all processes: moments are given once, a refusal slows all, a crash costs the others nothing."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import closing
from itertools import pairwise
from multiprocessing.connection import Connection
from typing import Any

import pytest

from viang_pipeline.failures import TransientFailure
from viang_pipeline.sources.pacers import BookedPacer
from viang_pipeline.sources.pacing import (
    BLING_ADDRESS,
    BOOK_AHEAD,
    Booking,
    Scope,
    bling_day,
    bling_scopes,
    mercado_livre_scopes,
)
from viang_pipeline.warehouse.database import Database
from viang_pipeline.warehouse.rate_budget import SharedLedger

PER_HOUR = 180_000
RATE = 20.0
STEP = 1 / RATE
PROCESSES, THREADS, EACH = 2, 4, 24
SPAWN = multiprocessing.get_context("spawn")

Refused = Callable[[int, float | None], None]


def scopes(seller: int = 1, app: str = "77") -> tuple[Scope, ...]:
    return mercado_livre_scopes(app, seller, PER_HOUR, account_rate=RATE)


@pytest.fixture
def ledger(database: Database) -> Iterator[Callable[..., SharedLedger]]:
    """Opens ledgers, each with a connection of its own as another process would have."""
    opened: list[SharedLedger] = []

    def open_ledger(*given: Any) -> SharedLedger:
        opened.append(SharedLedger(database, scopes(*given)))
        return opened[-1]

    yield open_ledger
    for one in opened:
        one.close()


@pytest.fixture(scope="module")
def _another_process() -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(1, SPAWN) as process:
        yield process


@pytest.fixture
def refused_elsewhere(database: Database, _another_process: ProcessPoolExecutor) -> Refused:
    """``refused_elsewhere(seller, retry_after)``: another process met a 429."""
    return lambda seller, retry_after: _another_process.submit(
        refuse_once, Database(database.url), seller, retry_after
    ).result()


def wait(booking: Booking) -> float:
    """Seconds until the first moment of a booking, at its time."""
    return booking.moments[0] - booking.booked_at


def rates(database: Database) -> dict[str, float | None]:
    with database.transaction() as conn:
        return dict(conn.execute("select escopo, ritmo from dashboard.rate_budgets").fetchall())


def take_moments(answer: Connection, database: Database) -> None:
    """When the requests of several threads went, on the clock that all processes share."""
    with closing(SharedLedger(database, scopes())) as ledger:
        pacer = BookedPacer(ledger)

        def go(_: int) -> float:
            pacer.wait()
            return time.monotonic()

        with ThreadPoolExecutor(THREADS) as pool:
            answer.send(list(pool.map(go, range(EACH))))


def refuse_once(database: Database, seller: int, retry_after: float | None) -> None:
    with closing(SharedLedger(database, scopes(seller))) as ledger:
        pacer = BookedPacer(ledger)
        pacer.wait()
        pacer.throttled(retry_after)


def book_and_hang(answer: Connection, database: Database) -> None:
    """Take moments and never use them."""
    ledger = SharedLedger(database, scopes())
    answer.send(ledger.book())
    time.sleep(600)


def hang_with_rows_locked(answer: Connection, database: Database) -> None:
    with closing(database.connect()) as conn:
        conn.execute("select 1 from dashboard.rate_budgets for update")
        answer.send(None)
        time.sleep(600)


def start(work: Callable[..., None], *arguments: Any) -> tuple[multiprocessing.process.BaseProcess, Connection]:
    ours, theirs = SPAWN.Pipe()
    process = SPAWN.Process(target=work, args=(theirs, *arguments))
    process.start()
    return process, ours


def kill(process: multiprocessing.process.BaseProcess) -> None:
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()


def test_processes_and_threads_together_stay_at_the_rate(database: Database) -> None:
    started = [start(take_moments, database) for _ in range(PROCESSES)]
    found = sorted(moment for _, answer in started for moment in answer.recv())
    for process, _ in started:
        process.join()
    assert len(found) == PROCESSES * EACH
    assert (found[-1] - found[0]) / STEP >= len(found) - 1 - RATE * BOOK_AHEAD


def test_no_moment_is_given_twice(ledger: Callable[..., SharedLedger]) -> None:
    one, other = ledger(), ledger()
    moments = sorted(moment for _ in range(10) for source in (one, other) for moment in source.book().moments)
    assert min(later - earlier for earlier, later in pairwise(moments)) > STEP * 0.9


def test_one_request_takes_from_application_account_and_address(
    database: Database, ledger: Callable[..., SharedLedger]
) -> None:
    ledger().book()
    assert set(rates(database)) == {"mercado_livre:app:77", "mercado_livre:conta:1", "mercado_livre:ip"}


def test_sellers_share_the_application(ledger: Callable[..., SharedLedger]) -> None:
    other = ledger(2)
    other.book()
    last = ledger(1).book().moments[-1]
    assert other.book().moments[0] >= last + STEP * 0.9


def test_few_statements_are_needed_while_nobody_else_asks(ledger: Callable[..., SharedLedger]) -> None:
    assert len(ledger().book().moments) == RATE * BOOK_AHEAD


def test_an_idle_budget_starts_from_now(database: Database, ledger: Callable[..., SharedLedger]) -> None:
    one = ledger()
    one.book()
    with database.transaction() as conn:
        conn.execute("update dashboard.rate_budgets set livre_em = clock_timestamp() - interval '1 hour'")
    assert wait(one.book()) == 0.0


def test_a_429_in_one_process_slows_the_other(ledger: Callable[..., SharedLedger], refused_elsewhere: Refused) -> None:
    here = ledger()
    here.book()
    refused_elsewhere(1, None)
    time.sleep(1.5 * BOOK_AHEAD)
    moments = here.book().moments
    assert min(later - earlier for earlier, later in pairwise(moments)) >= STEP / 0.86


def test_retry_after_met_by_one_process_holds_the_other_back(
    ledger: Callable[..., SharedLedger], refused_elsewhere: Refused
) -> None:
    here = ledger()
    here.book()
    refused_elsewhere(1, 30.0)
    assert wait(here.book()) == pytest.approx(30.0, abs=5.0)


def test_after_retry_after_the_waiting_processes_do_not_start_together(
    ledger: Callable[..., SharedLedger], refused_elsewhere: Refused
) -> None:
    refused_elsewhere(1, 30.0)
    moments = sorted(moment for _ in range(6) for moment in ledger().book().moments)
    assert min(later - earlier for earlier, later in pairwise(moments)) >= STEP


def test_a_sellers_own_limit_does_not_slow_other_sellers(
    database: Database, ledger: Callable[..., SharedLedger], refused_elsewhere: Refused
) -> None:
    for _ in range(3):
        refused_elsewhere(1, 20.0)
        with database.transaction() as conn:
            conn.execute("update dashboard.rate_budgets set livre_em = clock_timestamp()")
    found = rates(database)
    assert found["mercado_livre:conta:1"] is not None
    assert (found["mercado_livre:app:77"], found["mercado_livre:ip"]) == (None, None)
    assert wait(ledger(2).book()) < BOOK_AHEAD


def test_another_application_learns_nothing_from_a_429(
    ledger: Callable[..., SharedLedger], refused_elsewhere: Refused
) -> None:
    refused_elsewhere(1, 30.0)
    time.sleep(BOOK_AHEAD)
    assert wait(ledger(2, "88").book()) < BOOK_AHEAD


def test_a_process_killed_with_moments_booked_costs_the_others_no_more_than_those(
    database: Database, ledger: Callable[..., SharedLedger]
) -> None:
    process, answer = start(book_and_hang, database)
    booked = answer.recv()
    kill(process)
    after = ledger().book()
    assert after.moments[0] <= max(booked.moments[-1] + 2 * STEP, after.booked_at)


def test_a_process_killed_while_it_holds_the_rows_blocks_nobody(
    database: Database, ledger: Callable[..., SharedLedger]
) -> None:
    here = ledger()
    here.book()
    process, answer = start(hang_with_rows_locked, database)
    answer.recv()
    kill(process)
    began = time.monotonic()
    here.book()
    assert time.monotonic() - began < 2.0


def test_a_cut_connection_is_opened_again(database: Database, ledger: Callable[..., SharedLedger]) -> None:
    here = ledger()
    here.book()
    with database.transaction() as conn:
        conn.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
    assert here.book().moments


def test_a_database_that_stays_away_is_a_transient_failure_without_password() -> None:
    away = SharedLedger(Database("postgresql://viang:segredo@127.0.0.1:1/x"), scopes())
    with pytest.raises(TransientFailure) as failure:
        away.book()
    assert "segredo" not in str(failure.value)


def test_a_closed_budget_stops_every_process_that_shares_it(database: Database) -> None:
    first, second = (SharedLedger(database, bling_scopes(company)) for company in ("a" * 32, "b" * 32))
    with closing(first), closing(second):
        assert wait(second.book()) < 1
        first.shut(BLING_ADDRESS, 600.0)
        for ledger in (first, second):
            booking = ledger.book()
            assert booking.moments == []
            assert booking.closed_until is not None
            assert 590 < booking.closed_until - booking.booked_at <= 600
        other = SharedLedger(database, scopes())
        with closing(other):
            assert other.book().moments, "another platform goes on"


def test_the_day_of_one_account_does_not_close_another(database: Database) -> None:
    first, second = (SharedLedger(database, bling_scopes(company)) for company in ("a" * 32, "b" * 32))
    with closing(first), closing(second):
        first.shut(bling_day("a" * 32), 3600.0)
        assert first.book().moments == []
        assert second.book().moments
