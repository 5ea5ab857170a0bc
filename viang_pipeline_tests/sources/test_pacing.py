"""Requests stay below 80 % of the hourly ceiling, slow down after a refusal and recover (contract §1.2)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viang_pipeline.sources.pacing import AdaptivePacer, LocalReserve, interval


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def test_18000_per_hour_is_paced_to_four_per_second() -> None:
    assert interval(18_000) == 0.25


@given(per_hour=st.integers(60, 100_000), burst=st.integers(1, 10))
def test_no_hour_holds_more_than_80_percent_of_the_ceiling_plus_the_burst(per_hour: int, burst: int) -> None:
    time = Time()
    pacer = AdaptivePacer(LocalReserve(per_hour, burst=burst, clock=time), per_hour, sleep=time.sleep)
    for _ in range(60):
        pacer.wait()
    elapsed = time.now - 1000.0
    assert elapsed / interval(per_hour) + burst + 1e-6 >= 60


def test_idleness_saves_no_more_than_the_burst() -> None:
    time = Time()
    reserve = LocalReserve(3600, burst=3, clock=time)
    time.now += 10_000
    assert [reserve(1) for _ in range(4)] == [0.0, 0.0, 0.0, pytest.approx(1.25)]


def test_a_reservation_of_several_requests_pushes_the_next_one_back() -> None:
    time = Time()
    reserve = LocalReserve(3600, burst=1, clock=time)
    assert reserve(10) == 0.0
    assert reserve(1) == pytest.approx(12.5)


def test_threads_never_share_a_slot() -> None:
    reserve = LocalReserve(3600, burst=1, clock=lambda: 0.0)
    with ThreadPoolExecutor(8) as pool:
        waits = sorted(pool.map(lambda _: reserve(1), range(200)))
    assert waits == [pytest.approx(n * 1.25) for n in range(200)]


def test_refusals_halve_the_pace_down_to_a_floor_and_requests_restore_it() -> None:
    time = Time()
    pacer = AdaptivePacer(lambda n: 0.0, 3600, sleep=time.sleep)
    pacer.throttled()
    assert pacer.pace == 0.5
    before = time.now
    pacer.wait()
    assert time.now - before == pytest.approx(1.25)
    for _ in range(20):
        pacer.throttled()
    assert pacer.pace == 1 / 16
    for _ in range(50):
        pacer.wait()
    assert pacer.pace == 1.0


def test_a_ceiling_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="positive"):
        interval(0)
