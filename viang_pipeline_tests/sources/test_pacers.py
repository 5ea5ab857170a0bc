"""Requests wait for their booked moments, threads never share one, and a refusal drops what was booked before it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest

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


def test_threads_never_share_a_moment() -> None:
    waits: list[float] = []
    paced = BookedPacer(LocalLedger(SCOPES, clock=lambda: 0.0), clock=lambda: 0.0, sleep=waits.append)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: paced.wait(), range(100)))
    assert sorted(waits) == [pytest.approx(n * STEP) for n in range(1, 100)]
