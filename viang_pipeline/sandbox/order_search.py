"""The orders search of the platform, with its traps (contract §3.1), answered from indexes over a World.

An answer is a pure function of timeline, question and instant; only the timeline's shape is kept between questions.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter

from viang_pipeline.sandbox.truth import Order, OrderState
from viang_pipeline.sandbox.world import World

HORIZON = timedelta(days=365)
KEPT_ANSWERS = 64
_instant = attrgetter("created_at")


@dataclass(frozen=True, slots=True)
class Range:
    """Both ends included, each already cut to its hour; None is open."""

    since: datetime | None = None
    until: datetime | None = None

    def holds(self, instant: datetime | None) -> bool:
        """Whether an instant lies inside; nothing lies inside a range when it does not exist."""
        if instant is None:
            return self == Range()
        return (self.since is None or self.since <= instant) and (self.until is None or instant <= self.until)


@dataclass(frozen=True, slots=True)
class OrderQuery:
    """What the search understood of a request."""

    seller_id: int
    statuses: frozenset[str] | None = None
    created: Range = Range()
    updated: Range = Range()
    closed: Range = Range()
    item: str | None = None
    tags: frozenset[str] = frozenset()
    without_tags: frozenset[str] = frozenset()
    text: str | None = None
    newest_first: bool = False


class _SellerIndex:
    """The orders of one seller by creation, and every change of them by instant."""

    def __init__(self, orders: Iterable[Order]) -> None:
        self.created = sorted(orders, key=_instant)
        changes = sorted(
            ((state.at, order.order_id, order) for order in self.created for state in order.states),
            key=lambda change: change[:2],
        )
        self.change_instants = [change[0] for change in changes]
        self.changed = [change[2] for change in changes]


class OrderSearch:
    """Finds orders as a seller's search shows them."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._indexes: dict[int, tuple[int, _SellerIndex]] = {}
        self._answers: dict[tuple[object, ...], list[Order]] = {}

    def find(self, query: OrderQuery, now: datetime) -> list[Order]:
        """Every order that matches at ``now``, sorted by ``date_closed`` (creation for those not closed)."""
        index = self._index(query.seller_id)
        oldest = bisect_left(index.created, now - HORIZON, key=_instant)
        happened = bisect_right(index.change_instants, now)
        key = (query, self._world.version[query.seller_id], oldest, happened)
        known = self._answers.get(key)
        if known is None:
            known = self._search(index, query, now, oldest, happened)
            if len(self._answers) >= KEPT_ANSWERS:
                self._answers.pop(next(iter(self._answers)))
            self._answers[key] = known
        return known

    def _search(self, index: _SellerIndex, query: OrderQuery, now: datetime, oldest: int, happened: int) -> list[Order]:
        found: list[tuple[datetime, int, Order]] = []
        for order in self._candidates(index, query, now, oldest, happened):
            state = order.state_at(now)
            if state is not None and _matches(query, order, state):
                found.append((state.closed_at or order.created_at, order.order_id, order))
        found.sort(key=lambda row: row[:2], reverse=query.newest_first)
        return [order for _, _, order in found]

    @staticmethod
    def _candidates(
        index: _SellerIndex, query: OrderQuery, now: datetime, oldest: int, happened: int
    ) -> Iterable[Order]:
        if query.updated != Range():
            since, until = query.updated.since, query.updated.until
            first = bisect_left(index.change_instants, since) if since else 0
            last = min(happened, bisect_right(index.change_instants, until)) if until else happened
            horizon = now - HORIZON
            distinct = {order.order_id: order for order in index.changed[first:last]}
            return (order for order in distinct.values() if order.created_at >= horizon)
        since, until = query.created.since, query.created.until
        first = bisect_left(index.created, since, key=_instant) if since else 0
        last = bisect_right(index.created, min(until, now) if until else now, key=_instant)
        return index.created[max(first, oldest) : last]

    def _index(self, seller_id: int) -> _SellerIndex:
        version = self._world.version[seller_id]
        kept = self._indexes.get(seller_id)
        if kept is None or kept[0] != version:
            kept = (version, _SellerIndex(o for o in self._world.orders.values() if o.seller_id == seller_id))
            self._indexes[seller_id] = kept
        return kept[1]


def _matches(query: OrderQuery, order: Order, state: OrderState) -> bool:
    if query.statuses is None:
        if state.status == "cancelled":
            return False
    elif state.status not in query.statuses:
        return False
    return (
        query.created.holds(order.created_at)
        and query.updated.holds(state.at)
        and query.closed.holds(state.closed_at)
        and query.item in (None, order.listing_id)
        and query.tags <= set(state.tags)
        and query.without_tags.isdisjoint(state.tags)
        and (query.text is None or _mentions(order, query.text))
    )


def _mentions(order: Order, text: str) -> bool:
    return text in (str(order.order_id), order.listing_id) or text.lower() in order.title.lower()
