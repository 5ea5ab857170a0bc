"""The order search is complete whatever happens while it is read (contract §3.1, §15 traps 1, 2, 3)."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest

from viang_pipeline.failures import PermanentFailure, TransientFailure
from viang_pipeline.sources.http import HttpClient
from viang_pipeline.sources.mercado_livre import orders_search
from viang_pipeline.sources.mercado_livre.client import MercadoLivreClient, OrdersRead
from viang_pipeline.sources.mercado_livre.payloads import Order
from viang_pipeline_tests.sources.search_server import SELLER, Sale, SearchServer

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
FIRST = 2_000_000_000_000_000


def client(server: SearchServer) -> MercadoLivreClient:
    http = HttpClient(base_url="https://api.test", transport=server.transport(), sleep=lambda _: None)
    return MercadoLivreClient(http, SELLER, buyer_salt="sal")


def filled(count: int, *, every: timedelta = timedelta(minutes=7), start: datetime = NOON - DAY) -> SearchServer:
    """``count`` paid orders, one ``every`` so often from ``start``."""
    moments = [start + n * every for n in range(count)]
    return SearchServer({FIRST + n: Sale(FIRST + n, moment, moment, moment) for n, moment in enumerate(moments)})


def ids(read: OrdersRead) -> list[int]:
    return sorted(order.value.id for order in read.orders)


def test_cancelled_orders_are_read_by_a_second_pass_although_the_first_hides_them() -> None:
    server = filled(3)
    server.sales[FIRST + 1].status = "cancelled"
    read = client(server).search_orders("date_last_updated", NOON - DAY, NOON)
    assert ids(read) == [FIRST, FIRST + 1, FIRST + 2]
    assert [request.get("order.status") for request in server.requests] == [None, "cancelled"]


def test_the_second_pass_does_no_harm_where_cancelled_orders_are_not_hidden() -> None:
    server = filled(3)
    server.hides_cancelled = False
    server.sales[FIRST + 1].status = "cancelled"
    assert ids(client(server).search_orders("date_last_updated", NOON - DAY, NOON)) == [FIRST, FIRST + 1, FIRST + 2]


@pytest.mark.parametrize("field", ["date_created", "date_last_updated"])
def test_only_filters_that_work_are_sent_and_by_whole_hours(field: str) -> None:
    server = filled(1)
    since, until = NOON - timedelta(minutes=90, seconds=3), NOON + timedelta(microseconds=1)
    client(server).search_orders(field, since, until)  # type: ignore[arg-type]
    assert server.requests[0] == {
        "seller": str(SELLER),
        f"order.{field}.from": "2026-03-10T10:00:00.000-00:00",
        f"order.{field}.to": "2026-03-10T13:00:00.000-00:00",
        "sort": "date_asc",
        "offset": "0",
        "limit": "50",
    }


def test_the_window_is_cut_exactly_although_the_platform_filters_by_hours() -> None:
    server = filled(0)
    since, until = NOON.replace(minute=20), NOON.replace(hour=14, minute=40)
    moments = (
        since - timedelta(milliseconds=1),
        since,
        until - timedelta(milliseconds=1),
        until,
        NOON,
        NOON.replace(hour=14, minute=59),
    )
    server.sales = {FIRST + n: Sale(FIRST + n, moment, moment, moment) for n, moment in enumerate(moments)}
    for inclusive in (True, False):
        server.inclusive_to = inclusive
        assert ids(client(server).search_orders("date_last_updated", since, until)) == [FIRST + 1, FIRST + 2]


def test_windows_given_in_brasilia_time_are_asked_in_whole_utc_hours() -> None:
    server = filled(1)
    brasilia = NOON.astimezone(datetime.fromisoformat("2026-03-10T00:00:00-03:00").tzinfo)
    client(server).search_orders("date_created", brasilia - timedelta(hours=2), brasilia)
    assert server.requests[0]["order.date_created.from"] == "2026-03-10T10:00:00.000-00:00"


def test_announced_equals_collected_on_a_still_window() -> None:
    server = filled(173)
    server.sales[FIRST + 5].status = "cancelled"
    read = client(server).search_orders("date_created", NOON - DAY, NOON)
    assert (len(read.orders), read.announced, read.collected) == (173, 173, 173)
    assert len(server.requests) == 4 + 1


@pytest.mark.parametrize("count", [0, 1, 49, 50, 51, 98, 99, 100, 148])
def test_every_page_boundary_is_read_completely(count: int) -> None:
    server = filled(count)
    assert len(client(server).search_orders("date_created", NOON - DAY, NOON).orders) == count


def test_windows_too_large_to_page_are_split_and_still_complete(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders_search, "CEILING", 40)
    server = filled(200)
    read = client(server).search_orders("date_created", NOON - DAY, NOON)
    assert ids(read) == list(range(FIRST, FIRST + 200))
    assert max(int(request["offset"]) for request in server.requests) < 40


def test_ten_thousand_orders_are_read_without_meeting_the_offset_ceiling() -> None:
    server = filled(10_200, every=timedelta(seconds=8))
    read = client(server).search_orders("date_created", NOON - DAY, NOON)
    assert len(read.orders) == 10_200
    assert max(int(request["offset"]) for request in server.requests) + 50 <= 10_000


def test_an_hour_with_more_orders_than_paging_reaches_fails_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders_search, "CEILING", 40)
    server = filled(90, every=timedelta(seconds=30))
    with pytest.raises(PermanentFailure, match="Mais de 40 pedidos em uma única hora"):
        client(server).search_orders("date_created", NOON - DAY, NOON)


def test_a_total_that_cannot_be_reached_fails_instead_of_returning_a_part() -> None:
    server = filled(120)
    server.page_limit = 50

    def swallow(server: SearchServer) -> None:
        server.page_limit = 50 if server.requests and server.requests[-1]["offset"] == "0" else 20

    honest = server._answer
    server.between = swallow

    def lying(request):  # type: ignore[no-untyped-def]
        answer = honest(request)
        return type(answer)(answer.status_code, content=answer.content.replace(b'"total": 120', b'"total": 121'))

    server._answer = lying  # type: ignore[method-assign]
    with pytest.raises(TransientFailure, match="incompleta em 6 leituras"):
        client(server).search_orders("date_created", NOON - DAY, NOON)


def test_an_order_cancelled_between_two_pages_makes_nobody_disappear() -> None:
    """The removal moves every later row one place to the left: plain offset paging would skip the row at the edge."""
    server = filled(200)

    def cancel_one(server: SearchServer) -> None:
        if len(server.requests) == 2:
            sale = server.sales[FIRST + 3]
            sale.status, sale.updated = "cancelled", NOON + timedelta(seconds=5)

    server.between = cancel_one
    read = client(server).search_orders("date_created", NOON - DAY, NOON)
    assert ids(read) == list(range(FIRST, FIRST + 200))
    assert next(order.value.status for order in read.orders if order.value.id == FIRST + 3) == "cancelled"


def test_removals_hidden_behind_arrivals_that_keep_the_total_are_noticed() -> None:
    """Two orders leave, two arrive, one of these leaves and one appears in front: the total never moves and as many
    distinct orders come as announced, yet plain paging has skipped the fifty-first order."""
    server = filled(200)

    def disguise(server: SearchServer) -> None:
        late = NOON + timedelta(seconds=5)
        if len(server.requests) == 1:
            server.sales[FIRST + 3].status = server.sales[FIRST + 4].status = "cancelled"
            for identity in (FIRST + 900, FIRST + 901):
                server.sales[identity] = Sale(identity, NOON - timedelta(minutes=1), late, late)
        elif len(server.requests) == 2:
            server.sales[FIRST + 901].status = "cancelled"
            server.sales[FIRST + 902] = Sale(FIRST + 902, NOON - DAY, NOON - 2 * DAY, late)

    server.between = disguise
    read = client(server).search_orders("date_created", NOON - DAY, NOON)
    assert set(range(FIRST, FIRST + 200)) <= set(ids(read))


def test_two_readings_that_disagree_about_a_settled_order_are_not_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """Equal times in no stable order on a busy shop: both readings miss order 6, the second one shows that the first
    had missed order 5, so a third is made. Orders above 100 arrived meanwhile."""
    monkeypatch.setattr(orders_search, "PAGE", 5)
    script = [
        (6, [1, 2, 3, 4, 101]),
        (7, [101, 102, 103]),
        (7, [1, 2, 3, 4, 5]),
        (8, [5, 101, 102, 103]),
        (9, [1, 2, 3, 4, 5]),
        (9, [5, 6, 101, 102, 103]),
    ]
    pages = iter(script)

    def fetch(start: datetime, end: datetime, offset: int) -> orders_search.Page[int]:
        return orders_search.Page(*next(pages))

    hour = NOON, NOON + timedelta(hours=1)
    read = orders_search.read_window(fetch, an_order, *hour, settled=lambda order: order.id < 100)
    assert set(read.orders) == {1, 2, 3, 4, 5, 6, 101, 102, 103}


def test_the_next_page_is_asked_for_while_the_rows_of_the_last_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders_search, "PAGE", 5)
    next_is_asked_for = Event()

    def fetch(start: datetime, end: datetime, offset: int) -> orders_search.Page[int]:
        if offset:
            next_is_asked_for.set()
        return orders_search.Page(8, list(range(1 + offset, min(6 + offset, 9))))

    def read(row: int) -> Order:
        assert next_is_asked_for.wait(30), "the rows are read first, and the next page waits for them"
        return an_order(row)

    found = orders_search.read_window(fetch, read, NOON, NOON + timedelta(hours=1), settled=lambda order: True)
    assert set(found.orders) == set(range(1, 9))


def test_an_older_version_read_later_does_not_replace_a_newer_one() -> None:
    known = {1: an_order(1, updated="2026-03-10T12:00:01Z")}
    orders_search.merge(known, {1: an_order(1, updated="2026-03-10T12:00:00.999Z")})
    assert known[1].date_last_updated == "2026-03-10T12:00:01Z"


def an_order(identity: int, updated: str = "2026-03-10T12:00:00Z") -> Order:
    return Order(id=identity, status="paid", date_created=updated, order_items=(), date_last_updated=updated)


def test_orders_keep_the_version_changed_last() -> None:
    server = filled(120)

    def refund(server: SearchServer) -> None:
        if len(server.requests) == 1:
            server.sales[FIRST + 49].status = "partially_refunded"
            server.sales[FIRST + 49].updated = NOON + timedelta(seconds=5)

    server.between = refund
    read = client(server).search_orders("date_created", NOON - DAY, NOON)
    assert next(order.value.status for order in read.orders if order.value.id == FIRST + 49) == "partially_refunded"


def test_a_window_that_never_rests_is_still_complete_when_two_readings_agree() -> None:
    server = filled(300, every=timedelta(minutes=4))
    server.between = Schedule(random.Random(1), chance=1.0, kinds=("insert",))
    read = client(server).search_orders("date_last_updated", NOON - 2 * DAY, NOON)
    assert set(ids(read)) == {identity for identity in server.sales if identity < FIRST + 300}
    assert read.announced == read.collected


class Schedule:
    """What happens between requests: sales, payments, refunds, cancellations, seconds that pass."""

    def __init__(self, chance_of: random.Random, chance: float, kinds: tuple[str, ...]) -> None:
        self.random = chance_of
        self.chance = chance
        self.kinds = kinds
        self.now = NOON
        self.active = True
        self.swaps = 3

    def __call__(self, server: SearchServer) -> None:
        if not self.active:
            return
        self.now += timedelta(seconds=self.random.choice((1, 1, 2, 30, 900)))
        for _ in range(self.random.randint(1, 3)):
            if self.random.random() < self.chance:
                getattr(self, self.random.choice(self.kinds))(server)

    def insert(self, server: SearchServer) -> None:
        identity = max(server.sales, default=FIRST) + 1
        closed = self.random.choice((self.now, self.now, self.now.replace(minute=0, second=0)))
        server.sales[identity] = Sale(identity, self.now, closed, self.now)

    def touch(self, server: SearchServer) -> None:
        self._any(server).updated = self.now

    def pay(self, server: SearchServer) -> None:
        sale = self._any(server)
        sale.closed = sale.updated = self.now

    def cancel(self, server: SearchServer) -> None:
        sale = self._any(server)
        sale.status, sale.updated = "cancelled", self.now

    def swap(self, server: SearchServer) -> None:
        """As many orders leave as appear, so that the total never moves: in front for some at the end, which skips rows
        behind the reader, or one at the end for one in front, which makes up for the number of rows. Few, to end."""
        shown = sorted(
            (sale for sale in server.sales.values() if sale.status == "paid"), key=lambda s: (s.closed, s.id)
        )
        if self.swaps == 0 or len(shown) < 6:
            return
        self.swaps -= 1
        forwards = self.random.random() < 0.5
        for sale in shown[: self.random.randint(2, 3)] if forwards else shown[-1:]:
            sale.status, sale.updated = "cancelled", self.now
            identity = max(server.sales) + 1
            closed = self.now if forwards else shown[0].closed - timedelta(seconds=self.random.randint(0, 1))
            server.sales[identity] = Sale(identity, NOON - timedelta(minutes=1), closed, self.now)

    def _any(self, server: SearchServer) -> Sale:
        return self.random.choice(list(server.sales.values()))


def a_shop(seed: int) -> SearchServer:
    """A few dozen orders around noon, many with equal times (packs), some already cancelled."""
    chance = random.Random(seed)
    server = SearchServer(random=chance, inclusive_to=chance.random() < 0.5, page_limit=5)
    ticks = [NOON - timedelta(minutes=chance.randint(1, 300)) for _ in range(chance.randint(1, 8))]
    for identity in range(FIRST, FIRST + chance.randint(0, 28)):
        moment = chance.choice(ticks)
        updated = moment + timedelta(seconds=chance.choice((0, 0, 60, 1800)))
        status = "cancelled" if chance.random() < 0.15 else "paid"
        server.sales[identity] = Sale(identity, moment, moment, min(updated, NOON - timedelta(seconds=1)), status)
    return server


SCHEDULES = (
    (("insert", "cancel", "cancel"), 0.3),
    (("insert", "touch", "cancel", "pay"), 0.3),
    (("swap",), 0.4),
)
"""What may happen, and how likely an event is: removals, every change, and removals hidden behind arrivals."""


@pytest.mark.parametrize("field", ["date_created", "date_last_updated"])
@pytest.mark.parametrize("part", range(5))
def test_a_thousand_paging_schedules_lose_nothing_and_repeat_nothing(
    part: int, field: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A first read while the shop is busy, then the change window that starts where it began: what is stored by then
    is exactly the truth, every order once and in its last version."""
    monkeypatch.setattr(orders_search, "PAGE", 5)
    for seed in range(100 * part, 100 * (part + 1)):
        server = a_shop(seed)
        kinds, chance = SCHEDULES[seed % len(SCHEDULES)]
        schedule = Schedule(server.random, chance, kinds=kinds if server.sales else ("insert",))
        untouched = {identity: sale.updated for identity, sale in server.sales.items()}
        server.between = schedule
        first = client(server).search_orders(field, NOON - DAY, NOON)  # type: ignore[arg-type]
        schedule.active = False
        still = {identity for identity, updated in untouched.items() if server.sales[identity].updated == updated}
        assert still <= set(ids(first)), f"seed {seed} lost an order that never changed"
        second = client(server).search_orders("date_last_updated", NOON, schedule.now + timedelta(seconds=1))
        stored = {order.value.id: order.value.status for order in (*first.orders, *second.orders)}
        assert stored == {sale.id: sale.status for sale in server.sales.values()}, f"seed {seed}"
        for read in (first, second):
            assert len(ids(read)) == len(set(ids(read))), f"seed {seed} repeated an order"


def test_equal_times_in_no_stable_order_end_complete_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders_search, "PAGE", 5)
    complete = 0
    for seed in range(150):
        server = a_shop(seed)
        server.stable_ties = False
        try:
            read = client(server).search_orders("date_created", NOON - DAY, NOON)
        except TransientFailure:
            continue
        complete += 1
        assert set(ids(read)) == set(server.sales), f"seed {seed}"
    assert complete > 100
