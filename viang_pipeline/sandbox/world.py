"""The scripted timeline of a marketplace: one verb per thing that happens in it.

What is visible is a function of this timeline and an instant.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from operator import attrgetter

from viang_pipeline.sandbox.ads_book import AdsBook
from viang_pipeline.sandbox.billing_truth import BillingBook
from viang_pipeline.sandbox.bling.book import BlingBook
from viang_pipeline.sandbox.claims_truth import ClaimBook
from viang_pipeline.sandbox.discounts_truth import DiscountBook
from viang_pipeline.sandbox.order_verbs import OrderVerbs
from viang_pipeline.sandbox.timeline import instant_of
from viang_pipeline.sandbox.truth import (
    BeforeCosts,
    Order,
    Seller,
    Shipment,
    ShipmentCost,
    ShipmentEvent,
)

_at = attrgetter("at")


class World(OrderVerbs):
    """Everything that ever happens, past and future. What is visible depends only on the instant asked."""

    @cached_property
    def ads(self) -> AdsBook:
        """Product Ads of all sellers."""
        return AdsBook(self.lock)

    @cached_property
    def bling(self) -> BlingBook:
        """The ERP accounts of all sellers."""
        return BlingBook(self.lock)

    @cached_property
    def claims(self) -> ClaimBook:
        """Claims and returns of all sellers."""
        return ClaimBook()

    @cached_property
    def billing(self) -> BillingBook:
        """What all sellers are charged."""
        return BillingBook()

    @cached_property
    def discounts(self) -> DiscountBook:
        """Coupons and cashback of all orders."""
        return DiscountBook()

    def ship(
        self,
        seller: Seller,
        *,
        at: datetime,
        seller_cost: int | None,
        buyer_cost: int = 0,
        gross: int | None = None,
        list_cost: int | None = None,
        costs_at: datetime | None = None,
        logistic_type: str = "drop_off",
        mode: str = "me2",
        before_costs: BeforeCosts = "not_found",
    ) -> Shipment:
        """A pending shipment; its costs are visible from ``costs_at`` on, never when ``seller_cost`` is None."""
        with self.lock:
            when = instant_of(at)
            listed = list_cost if list_cost is not None else (seller_cost or 0) + buyer_cost
            shipment = Shipment(
                next(self._ids["shipment"]), seller.seller_id, when, logistic_type, mode, listed, before_costs
            )
            shipment.events.append(ShipmentEvent(when, "pending"))
            self.shipments[shipment.shipment_id] = shipment
        if seller_cost is not None:
            self.set_costs(shipment, at=costs_at or at, seller_cost=seller_cost, buyer_cost=buyer_cost, gross=gross)
        return shipment

    def set_costs(
        self, shipment: Shipment, *, at: datetime, seller_cost: int, buyer_cost: int = 0, gross: int | None = None
    ) -> None:
        """The costs of a shipment from ``at`` on."""
        whole = gross if gross is not None else 2 * seller_cost + buyer_cost
        with self.lock:
            shipment.costs.append(ShipmentCost(instant_of(at), whole, seller_cost, buyer_cost))
            shipment.costs.sort(key=_at)

    def shipment_event(self, shipment: Shipment, *, at: datetime, status: str, substatus: str | None = None) -> None:
        """A step of a shipment. It does not touch its orders: delivery is not an order status."""
        with self.lock:
            shipment.events.append(ShipmentEvent(instant_of(at), status, substatus))
            shipment.events.sort(key=_at)

    def deliver(
        self,
        shipment: Shipment,
        *,
        ready: datetime | None = None,
        shipped: datetime | None = None,
        delivered: datetime | None = None,
    ) -> None:
        """The usual steps of a shipment that arrives."""
        steps = (("ready_to_ship", ready), ("shipped", shipped), ("delivered", delivered))
        for status, at in steps:
            if at is not None:
                self.shipment_event(shipment, at=at, status=status)

    def attach_shipment(self, orders: Order | Iterable[Order], shipment: Shipment, *, at: datetime) -> None:
        """``shipping.id`` of the orders is null before ``at`` and this shipment from then on."""
        for order in [orders] if isinstance(orders, Order) else orders:
            self._insert(order, at, lambda state: replace(state, shipment_id=shipment.shipment_id))
            shipment.order_ids.append(order.order_id)

    def orders_of_shipment(self, shipment_id: int, instant: datetime) -> list[Order]:
        """The orders that show this shipment at ``instant``."""
        found = []
        for order_id in self.shipments[shipment_id].order_ids:
            state = self.orders[order_id].state_at(instant)
            if state is not None and state.shipment_id == shipment_id:
                found.append(self.orders[order_id])
        return found
