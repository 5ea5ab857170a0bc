"""What really happened in a World, as plain data: int centavos, aware UTC instants cut to milliseconds.

The HTTP faces render it and an oracle computes numbers from it. No rule of the pipeline lives here.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import Literal, Protocol, TypeVar

BeforeCosts = Literal["not_found", "empty"]


class _Dated(Protocol):
    @property
    def at(self) -> datetime: ...


D = TypeVar("D", bound=_Dated)
_at = attrgetter("at")


def last_at(states: Sequence[D], instant: datetime) -> D | None:
    """The last of the ascending ``states`` that began at or before ``instant``."""
    position = bisect_right(states, instant, key=_at)
    return states[position - 1] if position else None


@dataclass(frozen=True, slots=True)
class Seller:
    """A seller account."""

    seller_id: int
    slug: str
    name: str
    created_at: datetime
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Variation:
    """A variation of a listing in the older item model. ``sku`` is its SELLER_SKU attribute."""

    variation_id: int
    name: str
    sku: str | None
    custom_field: str | None
    price: int | None
    stock: int
    user_product_id: str | None = None
    inventory_id: str | None = None


@dataclass(frozen=True, slots=True)
class ListingState:
    """A listing from ``at`` on. ``sku`` is the item's SELLER_SKU attribute."""

    at: datetime
    title: str
    price: int
    status: str
    sub_status: tuple[str, ...]
    stock: int
    sku: str | None
    custom_field: str | None


@dataclass(slots=True)
class Listing:
    """A listing. With ``variations`` it is of the older model, with ``user_product_id`` of the newer one."""

    listing_id: str
    seller_id: int
    created_at: datetime
    category_id: str
    listing_type: str
    fee_rate: Decimal
    logistic_type: str
    user_product_id: str | None
    inventory_id: str | None
    variations: tuple[Variation, ...]
    states: list[ListingState] = field(default_factory=list)
    family_id: int | None = None

    def state_at(self, instant: datetime) -> ListingState | None:
        """How the listing stands at ``instant``; None before it exists."""
        return last_at(self.states, instant)

    def variation(self, variation_id: int | None) -> Variation | None:
        """The variation with this id."""
        return next((v for v in self.variations if v.variation_id == variation_id), None)


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment as it stands in one state of an order. ``fee`` is its marketplace_fee, a total, not per unit."""

    payment_id: int
    status: str
    amount: int
    refunded: int
    fee: int
    method: str
    created_at: datetime
    approved_at: datetime | None
    changed_at: datetime
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CancelDetail:
    """Why and when an order was cancelled."""

    date: datetime
    group: str
    code: str
    requested_by: str


@dataclass(frozen=True, slots=True)
class OrderState:
    """An order from ``at`` (its ``date_last_updated``) on."""

    at: datetime
    status: str
    closed_at: datetime | None = None
    pack_id: int | None = None
    shipment_id: int | None = None
    payments: tuple[Payment, ...] = ()
    cancel: CancelDetail | None = None
    tags: tuple[str, ...] = ()


@dataclass(slots=True)
class Order:
    """An order: one listing or variation in ``quantity`` units. Prices and ``sale_fee`` are per unit.

    ``seller_discount`` is the seller's part of ``full_unit_price - unit_price``.
    """

    order_id: int
    seller_id: int
    buyer_id: int
    created_at: datetime
    listing_id: str
    variation_id: int | None
    title: str
    category_id: str
    seller_sku: str | None
    seller_custom_field: str | None
    quantity: int
    unit_price: int
    full_unit_price: int
    seller_discount: int
    sale_fee: int
    currency: str
    listing_type: str
    user_product_id: str | None
    states: list[OrderState] = field(default_factory=list)

    @property
    def total(self) -> int:
        """Goods only, in centavos."""
        return self.unit_price * self.quantity

    def state_at(self, instant: datetime) -> OrderState | None:
        """How the order stands at ``instant``; None before its creation."""
        return last_at(self.states, instant)


@dataclass(frozen=True, slots=True)
class ShipmentEvent:
    """A step of a shipment."""

    at: datetime
    status: str
    substatus: str | None = None


@dataclass(frozen=True, slots=True)
class ShipmentCost:
    """What a shipment costs from ``at`` on: whole price, the seller's part, the buyer's part."""

    at: datetime
    gross: int
    seller: int
    buyer: int


@dataclass(slots=True)
class Shipment:
    """A shipment, often of a whole pack. ``costs`` is empty until they are known, and may stay so."""

    shipment_id: int
    seller_id: int
    created_at: datetime
    logistic_type: str
    mode: str
    list_cost: int
    before_costs: BeforeCosts
    events: list[ShipmentEvent] = field(default_factory=list)
    costs: list[ShipmentCost] = field(default_factory=list)
    order_ids: list[int] = field(default_factory=list)

    def state_at(self, instant: datetime) -> ShipmentEvent | None:
        """The step reached at ``instant``; None before the shipment exists."""
        return last_at(self.events, instant)

    def history_at(self, instant: datetime) -> list[ShipmentEvent]:
        """Every step up to ``instant``."""
        return [event for event in self.events if event.at <= instant]

    def costs_at(self, instant: datetime) -> ShipmentCost | None:
        """The costs visible at ``instant``; None while there are none."""
        return last_at(self.costs, instant)
