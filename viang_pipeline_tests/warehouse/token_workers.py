"""What other processes run in the vault's tests; imports little, because each process starts anew."""

from __future__ import annotations

import multiprocessing
import os
from base64 import urlsafe_b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Barrier
from typing import Any

from viang_pipeline.warehouse.database import Database
from viang_pipeline.warehouse.token_store import TokenStore
from viang_pipeline.warehouse.tokens import TokenVault
from viang_pipeline_tests.warehouse.token_issuer import IssuerClient, Pair

SHOP, ML = "loja-aurora", "mercado_livre"
START = datetime(2026, 3, 11, 6, tzinfo=UTC)
KEY = urlsafe_b64encode(b"k" * 32).decode()  # the same in every process
PROCESSES, THREADS, EXPIRIES = 4, 16, 2
DIED = 9


def clock_of(hours: Synchronized) -> Callable[[], datetime]:
    return lambda: START + timedelta(hours=hours.value)


def work(database: Database, url: str, hours: Synchronized, gate: Barrier, results: multiprocessing.Queue) -> None:
    """Sixteen threads, each with a source of its own: one round of access_token() and one of renew() per expiry."""
    vault = TokenVault(database, (KEY,), clock_of(hours))

    def thread(_: int) -> None:
        source = vault.source(SHOP, ML, IssuerClient(url))
        for _ in range(EXPIRIES):
            gate.wait()
            token = source.access_token()
            gate.wait()
            results.put((token, source.renew(token)))
            gate.wait()

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(thread, range(THREADS)))


class DyingStore(TokenStore):
    """The process ends at ``step`` of the first renewal."""

    step = ""

    def announce(self, *args: Any, **more: Any) -> bool:
        die_at("before the intent", self.step)
        return super().announce(*args, **more)

    def store_renewed(self, *args: Any, **more: Any) -> bool:
        die_at("before the store", self.step)
        done = super().store_renewed(*args, **more)
        die_at("after the store", self.step)
        return done


def die_at(here: str, step: str) -> None:
    if here == step:
        os._exit(DIED)


def dying_renewal(database: Database, url: str, step: str) -> None:
    client = IssuerClient(url)

    def refresh(token: str) -> Pair:
        die_at("before the send", step)
        pair = client(token)
        die_at("after the send", step)
        return pair

    vault = TokenVault(database, (KEY,), lambda: START + timedelta(hours=7))
    vault._store = DyingStore(database, (KEY,))
    vault._store.step = step
    vault.source(SHOP, ML, refresh).access_token()
