"""Claims and returns as they really went (contract §6): opened, disputed, sent back, refunded, closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from operator import attrgetter

from viang_pipeline.sandbox.timeline import instant_of
from viang_pipeline.sandbox.truth import Order, last_at

_at = attrgetter("at")


@dataclass(frozen=True, slots=True)
class ClaimState:
    """A claim from ``at`` (its ``last_updated``) on."""

    at: datetime
    status: str = "opened"
    stage: str = "claim"
    resolution: str | None = None
    with_return: bool = False


@dataclass(frozen=True, slots=True)
class ReturnState:
    """A return from ``at`` on. Goods follow ``status``, money follows ``money``."""

    at: datetime
    status: str
    money: str


@dataclass(frozen=True, slots=True)
class Review:
    """What inspecting an order's returned units found, from ``at`` on: one entry each, or one for all of them."""

    at: datetime
    conditions: tuple[str | None, ...]
    missing: int | None = None


@dataclass(slots=True)
class Claim:
    """A buyer's claim about one order, or about the shipment of several (``resource``).

    ``charges``: (from when, centavos) of the return freight. ``also_back``: units of other orders in the same return.
    ``reviews``: order → its inspections.
    """

    claim_id: int
    seller_id: int
    order: Order
    kind: str
    reason: str
    created_at: datetime
    quantity: int
    states: list[ClaimState] = field(default_factory=list)
    returns: list[ReturnState] = field(default_factory=list)
    charges: list[tuple[datetime, int]] = field(default_factory=list)
    resource: str = "order"
    also_back: list[tuple[Order, int]] = field(default_factory=list)
    reviews: dict[int, list[Review]] = field(default_factory=dict)

    def state_at(self, instant: datetime) -> ClaimState | None:
        """How the claim stands; None before it is opened."""
        return last_at(self.states, instant)

    def return_at(self, instant: datetime) -> ReturnState | None:
        """How its return stands; None while there is none."""
        return last_at(self.returns, instant)

    def reviews_at(self, instant: datetime) -> dict[int, Review]:
        """What was found of each order so far."""
        found = {order_id: last_at(states, instant) for order_id, states in self.reviews.items()}
        return {order_id: review for order_id, review in found.items() if review is not None}

    def charge_at(self, instant: datetime) -> int | None:
        """The return freight charged to the seller so far; None while none is known."""
        known = [amount for at, amount in self.charges if at <= instant]
        return known[-1] if known else None


class ClaimBook:
    """Every claim of the marketplace, and the verbs that script it."""

    def __init__(self) -> None:
        self.claims: dict[int, Claim] = {}
        self._ids = count(5_300_000_001)

    def open(
        self,
        order: Order,
        *,
        at: datetime,
        kind: str = "mediations",
        reason: str = "PDD9501",
        quantity: int = 1,
        resource: str = "order",
    ) -> Claim:
        """The buyer complains."""
        when = instant_of(at)
        claim = Claim(next(self._ids), order.seller_id, order, kind, reason, when, quantity, resource=resource)
        claim.states.append(ClaimState(when))
        self.claims[claim.claim_id] = claim
        return claim

    def move(self, claim: Claim, *, at: datetime, **changes: str | bool) -> None:
        """New facts of a claim: ``status``, ``stage``, ``resolution``."""
        claim.states.append(replace(claim.states[-1], at=instant_of(at), **changes))  # type: ignore[arg-type]
        claim.states.sort(key=_at)

    def send_back(self, claim: Claim, *, at: datetime, also: Sequence[tuple[Order, int]] = ()) -> None:
        """A return is created, ``also`` for units of other orders: the claim names it from now on."""
        self.move(claim, at=at, with_return=True)
        claim.also_back.extend(also)
        claim.returns.append(ReturnState(instant_of(at), "label_generated", "retained"))

    def return_event(self, claim: Claim, *, at: datetime, status: str, money: str = "retained") -> None:
        """A step of the return. It does not touch the claim."""
        claim.returns.append(ReturnState(instant_of(at), status, money))
        claim.returns.sort(key=_at)

    def charge(self, claim: Claim, *, at: datetime, amount: int) -> None:
        """The seller is charged ``amount`` centavos for the way back."""
        claim.charges.append((instant_of(at), amount))
        claim.charges.sort()

    def review(
        self,
        claim: Claim,
        *conditions: str | None,
        at: datetime,
        order: Order | None = None,
        missing: int | None = None,
    ) -> None:
        """The returned units of an order (by default the claim's own) are inspected."""
        states = claim.reviews.setdefault((order or claim.order).order_id, [])
        states.append(Review(instant_of(at), conditions, missing))
        states.sort(key=_at)
