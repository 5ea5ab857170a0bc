"""Bling's limits (§4): per account three calls a second and a daily quota, per address three counters that block it.

They count real requests, so they run in real seconds unless another clock is given. The log behind them is kept, so
that a test can prove what a client did.
"""

from __future__ import annotations

import math
import time
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import Literal

from viang_pipeline.sandbox.bling.notation import brasilia_day
from viang_pipeline.sandbox.clock import SandboxClock

Refusal = Literal["blocked", "second", "day"]
KEPT_VISITS = 500_000
SHORT_BLOCK, LONG_BLOCK = 600.0, 3600.0


@dataclass(slots=True)
class Visit:
    """A request as the limits see it; ``at`` in seconds of their clock, ``status`` None until it is answered."""

    at: float
    address: str
    account: int | None
    token_call: bool
    refusal: Refusal | None = None
    status: int | None = None


class _Window:
    """Instants of the last ``seconds``."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._instants: deque[float] = deque()

    def count(self, now: float) -> int:
        while self._instants and self._instants[0] <= now - self._seconds:
            self._instants.popleft()
        return len(self._instants)

    def add(self, now: float) -> int:
        self._instants.append(now)
        return self.count(now)

    def clear(self) -> None:
        self._instants.clear()


class _Address:
    """The counters of one IP address."""

    def __init__(self) -> None:
        self.requests, self.errors, self.token_calls = _Window(10.0), _Window(10.0), _Window(60.0)
        self.blocked_until = -math.inf
        self.offences = 0

    def block(self, now: float, seconds: float) -> None:
        """Refuse everything for a while; for ever when it is not the first time."""
        self.offences += 1
        self.blocked_until = math.inf if self.offences > 1 else now + seconds
        for window in (self.requests, self.errors, self.token_calls):
            window.clear()


class BlingLimits:
    """The limits and their log. Each ceiling may be moved; None switches it off.

    ``clock`` gives seconds; real ones at first. The day of the quota is the sandbox's own day in Brasília.
    """

    def __init__(self, sandbox_clock: SandboxClock, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.per_second: int | None = 3
        self.per_day: int | None = 120_000
        self.requests_in_ten_seconds: int | None = 600
        self.errors_in_ten_seconds: int | None = 300
        self.token_calls_in_a_minute: int | None = 20
        self._sandbox_clock = sandbox_clock
        self._lock = Lock()
        self._addresses: dict[str, _Address] = {}
        self._accounts: dict[int, _Window] = {}
        self._today: tuple[date, dict[int, int]] = (date.min, {})
        self._log: deque[Visit] = deque(maxlen=KEPT_VISITS)

    def switch_off(self) -> None:
        """No ceilings; the log goes on."""
        self.per_second = self.per_day = None
        self.requests_in_ten_seconds = self.errors_in_ten_seconds = self.token_calls_in_a_minute = None

    def reset(self) -> None:
        """Forget counters, blocks and the log."""
        with self._lock:
            self._addresses.clear()
            self._accounts.clear()
            self._today = (date.min, {})
            self._log.clear()

    def arrive(self, address: str, account: int | None, *, token_call: bool) -> Visit:
        """A request arrives; ``refusal`` says why it is refused, None takes it. The one that reaches a ceiling is."""
        with self._lock:
            visit = Visit(self.clock(), address, account, token_call)
            visit.refusal = self._refusal(visit)
            self._log.append(visit)
            return visit

    def answer(self, visit: Visit, status: int | None) -> None:
        """Note what a request got (None: the connection was cut); error answers are counted."""
        with self._lock:
            visit.status = status
            now, place = self.clock(), self._addresses.setdefault(visit.address, _Address())
            error = status is not None and status >= 400 and visit.refusal != "blocked"
            if error and _reached(place.errors.add(now), self.errors_in_ten_seconds):
                place.block(now, SHORT_BLOCK)

    @property
    def visits(self) -> list[Visit]:
        """Every request so far, oldest first."""
        with self._lock:
            return list(self._log)

    def counts(self) -> dict[str, object]:
        """What the log proves: the most calls of each account in any second, and of each address in its windows."""
        visits = self.visits
        calls = [v for v in visits if not v.token_call]
        accounts = sorted({v.account for v in calls if v.account is not None})
        addresses = sorted({v.address for v in visits})
        of = {address: [v for v in visits if v.address == address] for address in addresses}
        return {
            "requests": len(visits),
            "refused": sum(v.refusal is not None for v in visits),
            "most_in_a_second": {str(k): most_within((v.at for v in calls if v.account == k), 1.0) for k in accounts},
            "most_token_calls_in_a_minute": {
                address: most_within((v.at for v in seen if v.token_call), 60.0) for address, seen in of.items()
            },
            "most_requests_in_ten_seconds": {
                address: most_within((v.at for v in seen), 10.0) for address, seen in of.items()
            },
            "most_errors_in_ten_seconds": {
                address: most_within((v.at for v in seen if (v.status or 0) >= 400), 10.0)
                for address, seen in of.items()
            },
        }

    def _refusal(self, visit: Visit) -> Refusal | None:
        now, place = visit.at, self._addresses.setdefault(visit.address, _Address())
        if now < place.blocked_until:
            return "blocked"
        if _reached(place.requests.add(now), self.requests_in_ten_seconds):
            place.block(now, SHORT_BLOCK)
            return "blocked"
        if visit.token_call:
            if _reached(place.token_calls.add(now), self.token_calls_in_a_minute):
                place.block(now, LONG_BLOCK)
                return "blocked"
            return None
        return self._over_the_account(visit.account, now) if visit.account is not None else None

    def _over_the_account(self, account: int, now: float) -> Refusal | None:
        """A refused call takes nothing from the account's second or day."""
        today = brasilia_day(self._sandbox_clock.now())
        if self._today[0] != today:
            self._today = (today, {})
        used = self._today[1]
        if self.per_day is not None and used.get(account, 0) >= self.per_day:
            return "day"
        window = self._accounts.setdefault(account, _Window(1.0))
        if self.per_second is not None and window.count(now) >= self.per_second:
            return "second"
        window.add(now)
        used[account] = used.get(account, 0) + 1
        return None


def most_within(instants: Iterable[float], seconds: float) -> int:
    """The most instants that any half-open window of that length holds."""
    ordered = sorted(instants)
    return max((position + 1 - bisect_right(ordered, at - seconds) for position, at in enumerate(ordered)), default=0)


def _reached(count: int, ceiling: int | None) -> bool:
    return ceiling is not None and count >= ceiling
