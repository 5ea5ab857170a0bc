"""Requests wait for their booked moments, threads never share one, and a refusal drops what was booked before it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest

from viang_pipeline.failures import SourcePaused
from viang_pipeline.sources.pacers import KEPT, BookedPacer, LocalLedger
from viang_pipeline.sources.pacing import Scope

SCOPES = (Scope("conta", 20.0, common=False),)
STEP = 0.05


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def pacer(time: Time) -> BookedPacer:
    return BookedPacer(LocalLedger(SCOPES, clock=time), clock=time, sleep=time.sleep)


def going(time: Time, paced: BookedPacer, count: int) -> list[float]:
    moments = []
    for _ in range(count):
        paced.wait()
        moments.append(time.now)
    return moments


def gaps(moments: list[float]) -> list[float]:
    return [later - earlier for earlier, later in pairwise(moments)]


def test_requests_go_evenly_spaced() -> None:
    time = Time()
    assert gaps(going(time, pacer(time), 40)) == [pytest.approx(STEP)] * 39


def test_a_pause_does_not_end_in_a_burst() -> None:
    time = Time()
    paced = pacer(time)
    going(time, paced, 1)
    time.now += KEPT + 1
    assert gaps(going(time, paced, 20)) == [pytest.approx(STEP)] * 19


def test_after_a_refusal_the_next_request_goes_at_the_slower_pace() -> None:
    time = Time()
    paced = pacer(time)
    going(time, paced, 1)
    paced.throttled(None)
    assert min(gaps(going(time, paced, 5))) > STEP * 1.1


def test_retry_after_holds_the_next_request_back() -> None:
    time = Time()
    paced = pacer(time)
    paced.wait()
    refused_at = time.now
    paced.throttled(7.0)
    paced.wait()
    assert time.now >= refused_at + 7.0


def test_while_a_budget_is_closed_nothing_waits_and_nothing_goes() -> None:
    time = Time()
    scopes = (*SCOPES, Scope("ip", 40.0, common=True, closes=True))
    paced = BookedPacer(LocalLedger(scopes, clock=time), source="Bling", clock=time, sleep=time.sleep)
    going(time, paced, 3)
    paced.throttled(1.5)
    paced.wait()  # a refusal of pace closes nothing
    paced.close("ip", 600.0)
    before = time.now
    with pytest.raises(SourcePaused, match="Bling não está sendo lido por mais 10 min"):
        paced.wait()
    assert time.now == before
    time.now += 599.0
    with pytest.raises(SourcePaused, match="mais 1 min"):
        paced.wait()
    time.now += 1.0
    paced.wait()


def test_a_longer_closing_is_not_shortened_by_a_later_one() -> None:
    time = Time()
    scopes = (*SCOPES, Scope("ip", 40.0, common=True, closes=True))
    paced = BookedPacer(LocalLedger(scopes, clock=time), clock=time, sleep=time.sleep)
    paced.close("ip", 3600.0)
    paced.close("ip", 600.0)
    time.now += 700.0
    with pytest.raises(SourcePaused):
        paced.wait()


def test_a_wait_longer_than_there_is_patience_for_is_not_begun() -> None:
    time = Time()
    ledger = LocalLedger((Scope("token", 0.1, common=False),), clock=time)
    hasty = BookedPacer(ledger, source="Bling", patience=15.0, clock=time, sleep=time.sleep)
    for _ in range(3):
        ledger.book()
    before = time.now
    with pytest.raises(SourcePaused, match="na fila do Bling"):
        hasty.wait()
    assert time.now == before


def test_threads_never_share_a_moment() -> None:
    waits: list[float] = []
    paced = BookedPacer(LocalLedger(SCOPES, clock=lambda: 0.0), clock=lambda: 0.0, sleep=waits.append)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: paced.wait(), range(100)))
    assert sorted(waits) == [pytest.approx(n * STEP) for n in range(1, 100)]
