"""Limits the platform does not publish and moves: token buckets per application and per seller (contract §1.2).

A limit is a script, rates from instants on, or a walk drawn from a seed. Both run in real seconds since the limit was
switched on, because it is real requests that they count. Beyond it: 429 with empty body.
"""

from __future__ import annotations

import math
import random
import time
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Literal, get_args

Per = Literal["app", "seller"]
PER = frozenset(get_args(Per))
FAR = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class HiddenLimit:
    """One limit.

    ``per``: ``app`` counts every request, ``seller`` those of each seller (only of ``seller`` when that is given).
    ``script``: (seconds, requests per second) pairs, each rate valid from its instant on; or ``walk``: (lowest,
    highest) requests per second between which the rate takes a random step of about ``stride`` (a share of itself)
    each ``every`` seconds, drawn from ``seed`` and, with several sellers, from each one's id. ``burst``: requests saved
    up while idle. ``retry_after``: the header to send, none by default.
    """

    per: Per
    script: tuple[tuple[float, float], ...] = ()
    walk: tuple[float, float] | None = None
    every: float = 5.0
    stride: float = 0.2
    seed: int = 0
    burst: int = 5
    seller: int | None = None
    retry_after: str | None = None

    def __post_init__(self) -> None:
        if self.per not in PER:
            raise ValueError(f"unknown per {self.per!r}; one of {sorted(PER)}")
        if bool(self.script) == (self.walk is not None):
            raise ValueError("either script or walk")
        if self.script and (self.script[0][0] != 0 or list(self.script) != sorted(self.script)):
            raise ValueError("a script starts at 0 and goes forward")
        if any(rate <= 0 for rate in (*(rate for _, rate in self.script), *(self.walk or ()))):
            raise ValueError("rates are positive")
        if self.walk is not None and self.walk[0] > self.walk[1]:
            raise ValueError("a walk goes from the lowest to the highest rate")
        if self.burst < 1 or self.every <= 0:
            raise ValueError("burst is at least 1 and every is positive")

    def steps(self, seller: int | None = None) -> tuple[tuple[float, float], ...]:
        """The (seconds, rate) pairs of this limit; a walk's last for an hour."""
        if self.walk is None:
            return self.script
        low, high = self.walk
        draw = random.Random(f"{self.seed}:{seller if self.per == 'seller' else ''}")
        rate, found = math.sqrt(low * high), []
        for step in range(int(FAR / self.every)):
            found.append((step * self.every, rate))
            rate = min(high, max(low, rate * math.exp(draw.gauss(0, self.stride))))
        return tuple(found)


def integral(steps: tuple[tuple[float, float], ...], start: float, end: float) -> float:
    """Requests that a limit lets pass between two instants, what was saved up aside."""
    total = 0.0
    instants = [at for at, _ in steps]
    at, index = start, bisect_right(instants, start) - 1
    while at < end:
        until = min(end, instants[index + 1]) if index + 1 < len(steps) else end
        total += steps[index][1] * (until - at)
        at, index = until, index + 1
    return total


@dataclass(slots=True)
class _Bucket:
    steps: tuple[tuple[float, float], ...]
    burst: int
    at: float
    tokens: float = field(init=False)

    def __post_init__(self) -> None:
        self.tokens = float(self.burst)

    def fill(self, now: float) -> bool:
        """Whether a request may pass now."""
        self.tokens = min(self.burst, self.tokens + integral(self.steps, self.at, now))
        self.at = now
        return self.tokens >= 1


class HiddenLimits:
    """The limits switched on. A refused request takes nothing."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._limits: list[tuple[HiddenLimit, float, dict[int | None, _Bucket]]] = []
        self._lock = Lock()

    def add(self, limit: HiddenLimit) -> None:
        """Switch a limit on; its script or walk starts now."""
        with self._lock:
            self._limits.append((limit, self._clock(), {}))

    def clear(self) -> None:
        """Switch all limits off."""
        with self._lock:
            self._limits.clear()

    def refusing(self, seller: int | None) -> HiddenLimit | None:
        """The limit that refuses this request; None lets it pass and takes from all limits. Asking counts."""
        with self._lock:
            now = self._clock()
            taken = []
            for limit, since, buckets in self._limits:
                if limit.per == "seller" and (seller is None or limit.seller not in (None, seller)):
                    continue
                whose = seller if limit.per == "seller" else None
                if whose not in buckets:
                    buckets[whose] = _Bucket(limit.steps(whose), limit.burst, now - since)
                if not buckets[whose].fill(now - since):
                    return limit
                taken.append(buckets[whose])
            for bucket in taken:
                bucket.tokens -= 1
            return None
