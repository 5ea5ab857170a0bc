"""What claims and returns must amount to after each night, from the sandbox's truth alone (kpis.md §5.2, §5.7, §7).

Every change of a claim is seen the night after it. A return moves without its claim and is looked at again while it or
its claim is open or no charge is known, for sixty days from the opening; later it stays as it was last seen. One that
arrived is asked for its inspection until every order of it has one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TypeVar

from viang_pipeline.sandbox import World
from viang_pipeline.sandbox.claims_truth import Claim, ClaimState, ReturnState, Review
from viang_pipeline.sandbox.truth import Order
from viang_pipeline_tests.end_to_end.oracle import day_of, spread
from viang_pipeline_tests.end_to_end.oracle_told import to_centavos

ENDED = ("delivered", "cancelled", "expired", "failed", "not_delivered")
FOLLOWED = timedelta(days=60)
Key = TypeVar("Key", bound=Hashable)


@dataclass
class Claimed:
    """Claims of a day (and SKU) by number, so that one seen from two orders counts once; ``cost`` in centavos: None
    without any charge or loss; ``unknown``: why more may still come."""

    returns: set[int] = field(default_factory=set)
    returns_opened: set[int] = field(default_factory=set)
    units_back: int = 0
    opened: set[int] = field(default_factory=set)
    disputes: set[int] = field(default_factory=set)
    cost: int | None = None
    unknown: set[str] = field(default_factory=set)

    @property
    def cost_unread(self) -> bool:
        return bool(self.unknown)


@dataclass
class Seen:
    """A claim as last read."""

    state: ClaimState
    back: ReturnState | None = None
    charge: int | None = None
    reviews: dict[int, Review] = field(default_factory=dict)


class ClaimsOracle:
    """Claims of one seller opened since the first day of the client."""

    def __init__(self, world: World, seller_id: int, first: date, unit_cost: Callable[[Order], Decimal | None]) -> None:
        """``unit_cost``: BRL of a unit of what an order sold, None when unknown."""
        self.unit_cost = unit_cost
        self.claims = [c for c in world.claims.claims.values() if c.seller_id == seller_id and opened(c) >= first]
        self.first = first
        self.seen: dict[int, Seen] = {}

    def night(self, now: datetime) -> None:
        """A complete reading at ``now``."""
        for claim in self.claims:
            state = claim.state_at(now)
            if state is None:
                continue
            before = self.seen.get(claim.claim_id)
            changed = before is None or before.state != state
            seen = Seen(state)
            if before is not None:
                seen.back, seen.charge, seen.reviews = before.back, before.charge, before.reviews
            self.seen[claim.claim_id] = seen
            followed = day_of(now) - opened(claim) <= FOLLOWED
            ended = settled(before) and not changed
            if state.with_return and (changed or (followed and not ended)):
                seen.back = claim.return_at(now) or seen.back
            if state.with_return and (changed or (followed and not (ended and seen.charge is not None))):
                known = claim.charge_at(now)
                seen.charge = seen.charge if known is None else known
            if state.with_return and (changed or (followed and not _inspected(claim, seen))):
                _look_at_reviews(claim, seen, now)

    def read_again(self, now: datetime, days: Collection[date]) -> None:
        """The claims opened on the days were read once more, their returns and costs with them."""
        for claim in self.claims:
            seen = self.seen.get(claim.claim_id)
            if seen is not None and seen.state.with_return and opened(claim) in days:
                seen.back = claim.return_at(now) or seen.back
                known = claim.charge_at(now)
                seen.charge = seen.charge if known is None else known
                _look_at_reviews(claim, seen, now)

    def days(self) -> dict[date, Claimed]:
        """Numbers per client-day; a claim about no known order has its own days only."""
        return self._grouped(lambda day, order: day)

    def sku_days(self, sku_of: Callable[[Order], str]) -> dict[tuple[date, str], Claimed]:
        """Numbers per SKU-day; a claim about no known order has none."""
        grouped = self._grouped(lambda day, order: None if order is None else (day, sku_of(order)))
        return {key: found for key, found in grouped.items() if key is not None}

    def orders(self) -> dict[int, Claimed]:
        """Numbers per order; of what is known of it, ``cost`` and ``cost_unread`` are of use."""
        grouped = self._grouped(lambda day, order: None if order is None else order.order_id)
        return {key: found for key, found in grouped.items() if key is not None}

    def _grouped(self, key: Callable[[date, Order | None], Key]) -> dict[Key, Claimed]:
        found: dict[Key, Claimed] = defaultdict(Claimed)
        for claim in self.claims:
            if claim.claim_id in self.seen:
                self._add(claim, key, found)
        return dict(found)

    def _add(self, claim: Claim, key: Callable[[date, Order | None], Key], found: dict[Key, Claimed]) -> None:
        number, seen, about = claim.claim_id, self.seen[claim.claim_id], self._orders(claim)
        orders = [order for order, _ in about]
        places: Iterable[Order | None] = orders or [None]
        for place in places:
            found[key(opened(claim), place)].opened.add(number)
            if seen.state.stage == "dispute":
                found[key(opened(claim), place)].disputes.add(number)
            if seen.back is not None:
                found[key(day_of(claim.returns[0].at), place)].returns_opened.add(number)
        for order, units in about:
            sale = found[key(day_of(order.created_at), order)]
            if seen.state.with_return:
                sale.returns.add(number)
            if seen.back is not None and seen.back.status == "delivered":
                sale.units_back += units
        parts: list[int | None] = [None] * len(orders)
        if seen.charge is not None and orders:
            parts = list(spread(seen.charge, [each.total for each in orders]))
        for (order, units), part in zip(about, parts, strict=True):
            sale = found[key(day_of(order.created_at), order)]
            loss = self._loss(seen, order, units)
            if seen.charge is None and seen.state.status != "closed":
                loss = "devolucao_nao_lida"
            if isinstance(loss, str):
                sale.unknown.add(loss)
            elif part is not None or loss:
                sale.cost = (part or 0) + loss + (sale.cost or 0)

    def _loss(self, seen: Seen, order: Order, units: int) -> int | str:
        """Centavos of the units that cannot be sold again, or why nobody knows."""
        if seen.back is None or seen.back.status != "delivered":
            return 0
        review = seen.reviews.get(order.order_id)
        if review is None or None in review.conditions:
            return 0 if seen.state.status == "closed" else "devolucao_nao_lida"
        each = list(review.conditions) if len(review.conditions) == units else None
        if each is None and len(set(review.conditions)) == 1:
            each = [review.conditions[0]] * units
        if each is None or not {*each} <= {"saleable", "unsaleable", "discard", "missing"}:
            return "devolucao_condicao_desconhecida"
        lost = sum(condition != "saleable" for condition in each)
        cost = self.unit_cost(order)
        if lost and cost is None:
            return "devolucao_sem_custo"
        return to_centavos(cost * lost) if cost is not None else 0

    def _orders(self, claim: Claim) -> list[tuple[Order, int]]:
        """The orders a claim is known to be about: its own if it names one, its return's once that is read. Without
        those from before the client's first day, in the order in which ties are broken (§4.3)."""
        known: list[tuple[Order, int]] = []
        if self.seen[claim.claim_id].back is not None:
            known = [(claim.order, claim.quantity), *claim.also_back]
        elif claim.resource == "order":
            known = [(claim.order, claim.quantity)]
        counted = [(order, units) for order, units in known if day_of(order.created_at) >= self.first]
        return sorted(counted, key=lambda each: str(each[0].order_id))


def _look_at_reviews(claim: Claim, seen: Seen, now: datetime) -> None:
    if seen.back is not None and seen.back.status == "delivered":
        seen.reviews = claim.reviews_at(now) or seen.reviews


def _inspected(claim: Claim, seen: Seen) -> bool:
    """Whether every order of its return has been looked into."""
    return all(
        order.order_id in seen.reviews and None not in seen.reviews[order.order_id].conditions
        for order in (claim.order, *(other for other, _ in claim.also_back))
    )


def settled(seen: Seen | None) -> bool:
    """Whether return and claim are over."""
    return seen is not None and seen.back is not None and seen.back.status in ENDED and seen.state.status == "closed"


def opened(claim: Claim) -> date:
    """The day it was opened on."""
    return day_of(claim.created_at)
