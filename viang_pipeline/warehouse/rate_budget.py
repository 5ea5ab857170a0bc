"""One pace for all processes of an application: requests are booked in a Postgres row (contract Mercado Livre §1.2)."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import datetime

from viang_pipeline.sources.pacing import interval
from viang_pipeline.warehouse.database import Database

BOOK_AHEAD = 0.5
"""Seconds of requests booked at once: few statements, little lost when a process ends."""

KEPT = 2.0
"""Seconds a booked moment stays good: slow answers may fall behind it, a pause must not end in a burst."""

_BOOK = """
    insert into dashboard.rate_budgets as orcamento (escopo, livre_em)
    values (%(scope)s, clock_timestamp() + %(length)s * interval '1 second')
    on conflict (escopo) do update set
        livre_em = greatest(orcamento.livre_em, clock_timestamp()) + %(length)s * interval '1 second'
    returning livre_em - %(length)s * interval '1 second', clock_timestamp()
"""


class SharedReserve:
    """Books requests of ``scope`` at 80 % of ``per_hour``, whatever the number of processes. Safe between threads."""

    def __init__(
        self, database: Database, scope: str, per_hour: int, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._database = database
        self._scope = scope
        self._interval = interval(per_hour)
        self._batch = max(1, min(1000, int(BOOK_AHEAD / self._interval)))
        self._clock = clock
        self._lock = threading.Lock()
        self._slots: deque[float] = deque()

    def __call__(self, n: int) -> float:
        """Book ``n`` requests; seconds until the last of them may go."""
        with self._lock:
            slot = 0.0
            for _ in range(n):
                while self._slots and self._slots[0] < self._clock() - KEPT:
                    self._slots.popleft()
                if not self._slots:
                    self._book()
                slot = self._slots.popleft()
            return max(0.0, slot - self._clock())

    def _book(self) -> None:
        values = {"scope": self._scope, "length": self._batch * self._interval}
        with self._database.transaction() as conn:
            row = conn.execute(_BOOK, values).fetchone()
            answered = self._clock()
        assert row is not None  # the statement always returns its row
        start: datetime
        now: datetime
        start, now = row
        begin = answered + (start - now).total_seconds()
        self._slots.extend(begin + i * self._interval for i in range(self._batch))
