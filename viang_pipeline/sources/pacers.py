"""What the HTTP client waits for: moments booked from a ledger of rate budgets, a few at a time."""

from __future__ import annotations

import math
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from viang_pipeline.failures import SourcePaused
from viang_pipeline.sources.pacing import Booking, Budget, Scope, book, close, refuse

KEPT = 2.0
"""Seconds a booked moment stays good: slow answers may fall behind it, a pause must not end in a burst."""


class Pacer(Protocol):
    """What the HTTP client asks before each attempt, and tells after a 429."""

    def wait(self) -> None: ...

    def throttled(self, retry_after: float | None) -> None: ...

    def close(self, scope: str, seconds: float) -> None: ...


class Ledger(Protocol):
    """Where budgets are kept. Instants are those of its own clock."""

    def book(self) -> Booking:
        """The next moments, taken from every budget of a request."""

    def refuse(self, booking: Booking, retry_after: float | None) -> None:
        """Slow down after a 429 to a request of ``booking``; ``retry_after`` in seconds, None when not given."""

    def shut(self, scope: str, seconds: float) -> None:
        """Book nothing from the budget ``scope`` for so many seconds."""


class LocalLedger:
    """Budgets of this process alone. Not safe between threads: its pacer is."""

    def __init__(self, scopes: Sequence[Scope], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._scopes = scopes
        self._budgets = [Budget() for _ in scopes]
        self._clock = clock

    def book(self) -> Booking:
        """The next moments."""
        booking, self._budgets = book(self._scopes, self._budgets, self._clock())
        return booking

    def refuse(self, booking: Booking, retry_after: float | None) -> None:
        """Slow down."""
        self._budgets = refuse(
            self._scopes,
            self._budgets,
            booking,
            now=self._clock(),
            retry_after=retry_after,
            jitter=random.random(),
        )

    def shut(self, scope: str, seconds: float) -> None:
        """Book nothing for a while."""
        self._budgets = close(self._scopes, self._budgets, scope, seconds, now=self._clock())


@dataclass(frozen=True, slots=True)
class _Slot:
    at: float
    booking: Booking


class BookedPacer:
    """Sends each request at a moment booked in ``ledger``. Safe between threads.

    ``source`` names the platform in what is raised while a budget is closed; ``patience``: a longer wait than so many
    seconds is not begun.
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        source: str = "A plataforma",
        patience: float = math.inf,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._ledger = ledger
        self._source = source
        self._patience = patience
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._slots: deque[_Slot] = deque()
        self._used = threading.local()

    def wait(self) -> None:
        """Sleep until the next request may be sent.

        Raises SourcePaused, at once, while a budget is closed or when the wait would be too long.
        """
        with self._lock:
            slot = self._next()
            seconds = slot.at - self._clock()
        if seconds > self._patience:
            raise SourcePaused(
                f"Há chamadas demais na fila do {self._source}",
                where="rate_budgets",
                action="Nada foi feito; tente de novo em alguns minutos.",
            )
        self._used.booking = slot.booking
        if seconds > 0:
            self._sleep(seconds)

    def throttled(self, retry_after: float | None) -> None:
        """The platform refused this thread's last request: slow down, and forget moments booked at the old rate."""
        with self._lock:
            self._slots.clear()
            self._ledger.refuse(self._used.booking, retry_after)

    def close(self, scope: str, seconds: float) -> None:
        """The platform shut a budget of ours: nobody asks for so many seconds."""
        with self._lock:
            self._slots.clear()
            self._ledger.shut(scope, seconds)

    def _next(self) -> _Slot:
        while self._slots and self._slots[0].at < self._clock() - KEPT:
            self._slots.popleft()
        if not self._slots:
            booking = self._ledger.book()
            if booking.closed_until is not None:
                raise self._paused(booking.closed_until - booking.booked_at)
            # Counted from the answer: the booking's own way there and back only makes us later.
            offset = self._clock() - booking.booked_at
            self._slots.extend(_Slot(moment + offset, booking) for moment in booking.moments)
        return self._slots.popleft()

    def _paused(self, seconds: float) -> SourcePaused:
        minutes = math.ceil(seconds / 60)
        wait = f"{minutes} min" if minutes < 120 else f"{math.ceil(minutes / 60)} h"
        return SourcePaused(
            f"{self._source} não está sendo lido por mais {wait}, porque recusou chamadas por excesso",
            where="rate_budgets",
            action="Nada foi gravado; a leitura volta sozinha depois disso.",
        )
