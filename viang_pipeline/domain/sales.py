"""The shapes order lines are built from: one vocabulary for every channel, no source's field names.

Readers in ``marts`` translate stored payloads into these. Money is int centavos, instants are aware.
"""

from __future__ import annotations

from datetime import date, datetime

import msgspec


class Payment(msgspec.Struct, frozen=True, gc=False):
    """One payment attempt. ``refunded`` in centavos, accumulated; ``changed_at`` when a refund last changed it."""

    status: str
    refunded: int
    changed_at: datetime | None
    wallet_refund: bool = False

    @property
    def approved(self) -> bool:
        """Whether money ever arrived (kpis.md §3: sum approved and refunded ones, never take the first)."""
        return self.status in ("approved", "refunded", "charged_back", "partially_refunded", "in_mediation")


class Item(msgspec.Struct, frozen=True, gc=False):
    """What was bought on one line. ``price`` per unit, ``fee`` per unit or None when the source did not say.

    ``line_fee``: the fee of all units together, from sources that tell one of the whole order.
    """

    listing: str
    variation: str | None
    seller_sku: str | None
    custom_field: str | None
    quantity: int
    price: int
    fee: int | None
    line_fee: int | None = None


class Order(msgspec.Struct, frozen=True, gc=False):
    """One order of any channel, as last seen.

    ``changed_at``: its last change, None where the source tells no instants of changes; ``refused``: why it cannot be
    counted; ``notes``: what is to be said of its lines, as codes.
    """

    order_id: str
    created_at: datetime
    day: date
    channel: str
    account: int | None
    purchase: str
    status: str
    currency: str | None
    site: str | None
    tags: frozenset[str]
    buyer: str | None
    shipment: str | None
    items: tuple[Item, ...]
    payments: tuple[Payment, ...]
    cancel_code: str | None
    cancelled_at: datetime | None
    changed_at: datetime | None
    refused: str | None = None
    notes: tuple[str, ...] = ()


class Shipment(msgspec.Struct, frozen=True, gc=False):
    """One shipment. ``seller_cost``/``buyer_cost`` in centavos, None = not observed; ``left_at`` when it was first
    shipped, delivered or not delivered; ``known`` whether its status history was read."""

    shipment: str
    logistic_type: str | None
    left_at: datetime | None
    known: bool
    seller_cost: int | None
    buyer_cost: int | None


class Listing(msgspec.Struct, frozen=True, gc=False):
    """SKU texts of one listing: per variation, of the listing, its custom field. ``variations``: ids of all of them."""

    listing: str
    variation_skus: dict[str, str]
    sku: str | None
    custom_field: str | None
    variations: tuple[str, ...] = ()
    status: str | None = None


class FrozenSku(msgspec.Struct, frozen=True, gc=False):
    """A line's SKU as settled when the order was first seen (kpis.md §4.2)."""

    sku: str
    raw: str | None
    origin: str
