"""Windows of orders are read while an earlier one is stored; each is counted, stored and failed by itself."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import psycopg
import pytest

from viang_pipeline.collect.orders import collect_orders
from viang_pipeline.collect.work import Outcome, PartialCollectionError, Work
from viang_pipeline.domain.business_day import day_start, days_between
from viang_pipeline.sources.http import HttpClient
from viang_pipeline.sources.mercado_livre.client import MercadoLivreClient
from viang_pipeline.sources.side_by_side import AHEAD
from viang_pipeline.warehouse.database import Database
from viang_pipeline_tests.sources.search_server import SELLER, Sale, SearchServer

FIRST, LAST = date(2026, 1, 1), date(2026, 2, 4)
DAYS = days_between(FIRST, LAST)
NOW = datetime(2026, 2, 5, 6, tzinfo=UTC)
WINDOWS = 5
FIRST_ID = 2_000_000_000_000_000


def busy() -> SearchServer:
    """Three orders a day for five weeks, every third cancelled and without its detail in the search."""
    server = SearchServer()
    for number, day in enumerate(day for day in DAYS for _ in range(3)):
        at = day_start(day) + timedelta(hours=10, minutes=number)
        status = "paid" if number % 3 else "cancelled"
        server.sales[FIRST_ID + number] = Sale(FIRST_ID + number, at, at, at, status)
    return server


class House:
    """One client in a real database, and a marketplace of which every call passes ``answer``."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.server = busy()
        self.calls: list[httpx.Request] = []
        self.refused_from: datetime | None = None
        self.patient, self.together = False, threading.Event()
        self._turn, self._under_way = threading.Lock(), 0
        with database.transaction() as conn:
            conn.execute(
                "insert into dashboard.clients (client_id, nome, inicio_historico) values ('loja', 'Loja', %s)", [FIRST]
            )

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.calls.append(request)
        start = request.url.params.get("order.date_created.from")
        if start is not None and self.refused_from is not None and datetime.fromisoformat(start) == self.refused_from:
            return httpx.Response(400, json={"message": "m", "error": "e", "status": 400, "cause": []})
        if request.url.path.startswith("/orders/2"):
            self._wait_for_another()
        answer: httpx.Response = self.server._answer(request)
        if request.url.path == "/orders/search":
            rows = answer.json()
            for row in rows["results"]:
                row.pop("cancel_detail")
            return httpx.Response(200, json=rows)
        return answer

    def _wait_for_another(self) -> None:
        """A cancelled order is answered once another was asked for meanwhile, if only its reader does so."""
        if self.patient:
            with self._turn:
                self._under_way += 1
                if self._under_way > 1:
                    self.together.set()
            self.together.wait(5)
            with self._turn:
                self._under_way -= 1

    def starts(self) -> list[str]:
        """The windows asked for so far, in the order of their first call."""
        asked = (call.url.params.get("order.date_created.from") for call in list(self.calls))
        return list(dict.fromkeys(start for start in asked if start))

    def collect(self, store: Any = None, days: Sequence[date] = DAYS) -> Outcome:
        work = Work(store or self.database, "loja", "corrida", "teste", lambda: NOW)
        with HttpClient(
            base_url="https://api.test", transport=httpx.MockTransport(self.answer), sleep=lambda _: None
        ) as http:
            return collect_orders(work, MercadoLivreClient(http, SELLER, buyer_salt="sal"), days)

    def ask(self, statement: Any) -> list[tuple[Any, ...]]:
        with self.database.transaction() as conn:
            return conn.execute(statement).fetchall()


@pytest.fixture
def house(database: Database) -> House:
    return House(database)


class Waiting:
    """The database; the first window is stored only after ``calls`` shows what must have been asked meanwhile."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._transactions = 0
        self.asked_meanwhile = threading.Event()

    @contextmanager
    def transaction(self) -> Iterator[psycopg.Connection]:
        self._transactions += 1
        if self._transactions == 2:  # the first one asks what is known
            for _ in range(1_000):
                if len(self._house.starts()) >= 1 + AHEAD:
                    self.asked_meanwhile.set()
                    break
                threading.Event().wait(0.01)
        with self._house.database.transaction() as conn:
            yield conn


def test_the_next_windows_are_read_while_one_is_stored(house: House) -> None:
    store = Waiting(house)
    outcome = house.collect(store)
    assert store.asked_meanwhile.is_set()
    assert outcome.written == len(house.server.sales)


def test_each_window_counts_its_own_calls_whatever_is_asked_meanwhile(house: House) -> None:
    outcome = house.collect()
    logged = [calls for (calls,) in house.ask("select requisicoes from dashboard.updates_log order by janela_inicio")]
    # Each window: both searches and seven cancelled orders asked for by themselves.
    assert logged == [2 + 7] * WINDOWS
    assert outcome.requests == sum(logged) == len(house.calls)


def test_the_cancelled_orders_of_a_window_are_asked_for_side_by_side(house: House) -> None:
    house.patient = True
    house.collect(days=DAYS[:7])
    assert house.together.is_set()


def test_a_window_that_fails_ends_the_read_and_what_was_read_ahead_is_not_stored(house: House) -> None:
    newest = day_start(LAST - timedelta(days=6))
    house.refused_from = newest - timedelta(days=7)
    with pytest.raises(PartialCollectionError) as partial:
        house.collect()
    stored = {day for (day,) in house.ask("select distinct dia from raw.mercado_livre_orders")}
    assert stored == set(DAYS[-7:])
    status = house.ask("select status, janela_inicio from dashboard.updates_log order by janela_inicio desc")
    assert status == [("success", newest), ("error", house.refused_from)]
    assert partial.value.outcome.requests == len(house.calls)
    assert len(house.starts()) <= 2 + AHEAD
