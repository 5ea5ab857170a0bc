"""How fast we may ask: even spacing below the platform's hourly ceiling, slower for a while after a refusal.

The ceiling is shared by everything that uses one application, so the reservation is a function that can be replaced
by one that all processes share; the in-process one is here.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Protocol

SAFE_SHARE = 0.8
SLOWEST = 1 / 16
RECOVERY = 0.02


class Reserve(Protocol):
    """Books ``n`` requests and says how many seconds to wait before sending them."""

    def __call__(self, n: int) -> float: ...


class Pacer(Protocol):
    """What the HTTP client asks before each attempt, and tells after a refusal."""

    def wait(self) -> None: ...

    def throttled(self) -> None: ...


def interval(per_hour: int) -> float:
    """Seconds between requests at 80 % of ``per_hour`` (contract Mercado Livre §1.2). Raises ValueError below 1."""
    if per_hour < 1:
        raise ValueError("the hourly ceiling must be positive")
    return 3600 / (per_hour * SAFE_SHARE)


class LocalReserve:
    """GCRA within one process, safe between threads: evenly spaced, with a small burst after idleness."""

    def __init__(self, per_hour: int, *, burst: int = 5, clock: Callable[[], float] = time.monotonic) -> None:
        self._interval = interval(per_hour)
        self._tolerance = self._interval * max(burst - 1, 0)
        self._clock = clock
        self._lock = threading.Lock()
        self._next = clock()

    def __call__(self, n: int) -> float:
        """Book ``n`` requests; seconds until they may go."""
        with self._lock:
            now = self._clock()
            start = max(self._next, now)
            self._next = start + n * self._interval
            return max(0.0, start - now - self._tolerance)


class AdaptivePacer:
    """Waits for the reservation, and longer after 429s: each halves the pace, each later request restores 2 %."""

    def __init__(self, reserve: Reserve, per_hour: int, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._reserve = reserve
        self._interval = interval(per_hour)
        self._sleep = sleep
        self._lock = threading.Lock()
        self._pace = 1.0

    @property
    def pace(self) -> float:
        """The present share of full speed, between 1/16 and 1."""
        return self._pace

    def wait(self) -> None:
        """Sleep until the next request may be sent."""
        with self._lock:
            extra = self._interval * (1 / self._pace - 1)
            self._pace = min(1.0, self._pace + RECOVERY)
        seconds = self._reserve(1) + extra
        if seconds > 0:
            self._sleep(seconds)

    def throttled(self) -> None:
        """The platform said "slow down": halve the pace."""
        with self._lock:
            self._pace = max(SLOWEST, self._pace / 2)
