"""Shipments, their history and their costs (contract §5).

Quirks: two shapes answer, by request header; costs are per shipment, often a whole pack, not per order; only the
seller's own ``senders[].cost`` is what he pays; addresses and receivers are never named here.
"""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from viang_pipeline.sources.payloads import Amounts, Payload


class Logistic(Payload):
    """How a shipment travels: ``type`` is fulfillment, cross_docking, drop_off, xd_drop_off, self_service…"""

    mode: str | None = None
    type: str | None = None
    direction: str | None = None


class LeadTime(Amounts):
    """Prices and promise of a shipment. ``list_cost`` is not what the seller is charged (§15 trap 8)."""

    ignored: ClassVar[frozenset[str]] = frozenset(
        {
            "option_id",
            "service_id",
            "shipping_method",
            "shipping_method_id",
            "buffering",
            "delivery_type",
            "delivery_promise",
            "estimated_schedule_limit",
            "estimated_delivery_limit",
            "estimated_delivery_final",
            "estimated_delivery_extended",
            "estimated_handling_limit",
            "estimated_delivery_time",
            "priority_class",
            "processing_time",
            "id",
            "name",
        }
    )

    cost: Decimal | None = None
    list_cost: Decimal | None = None
    cost_type: str | None = None
    currency_id: str | None = None


class StatusHistory(Payload):
    """Milestones of the flat shape."""

    ignored: ClassVar[frozenset[str]] = frozenset({"date_first_printed", "date_handling"})

    date_shipped: str | None = None
    date_delivered: str | None = None
    date_not_delivered: str | None = None
    date_cancelled: str | None = None
    date_ready_to_ship: str | None = None
    date_returned: str | None = None


class Sibling(Payload):
    """The shipment this one replaces or completes."""

    ignored: ClassVar[frozenset[str]] = frozenset({"description", "date"})

    sibling_id: int | None = None
    reason: str | None = None


class Shipment(Payload):
    """A shipment, from either shape; the flat names are moved to where the new shape has them. No address is kept."""

    ignored: ClassVar[frozenset[str]] = frozenset(
        {
            "declared_value",
            "tracking_number",
            "tracking_method",
            "source",
            "origin",
            "destination",
            "priority_class",
            "dimensions",
            "snapshot_packing",
            "quotation",
            "external_reference",
            "order_id",
            "order_cost",
            "base_cost",
            "cost_components",
            "site_id",
            "market_place",
            "receiver_address",
            "receiver_id",
            "sender_address",
            "sender_id",
            "service_id",
            "shipping_items",
            "substatus_history",
            "date_first_printed",
            "type",
            "comments",
            "carrier_info",
            "return_details",
            "return_tracking_number",
            "customer_id",
            "created_by",
            "application_id",
            "picking_type",
            "priority",
            "items_types",
        }
    )

    id: int
    status: str | None = None
    substatus: str | None = None
    date_created: str | None = None
    last_updated: str | None = None
    tags: tuple[str, ...] = ()
    logistic: Logistic | None = None
    lead_time: LeadTime | None = None
    sibling: Sibling | None = None
    status_history: StatusHistory | None = None
    logistic_type: str | None = None
    mode: str | None = None
    shipping_option: LeadTime | None = None

    def __post_init__(self) -> None:
        self.tags = tuple(sorted(self.tags))
        if self.logistic is None and (self.logistic_type or self.mode):
            self.logistic = Logistic(mode=self.mode, type=self.logistic_type)
        if self.lead_time is None:
            self.lead_time = self.shipping_option
        self.logistic_type = self.mode = self.shipping_option = None


class ShipmentEvent(Payload):
    """One step of a shipment's life."""

    ignored: ClassVar[frozenset[str]] = frozenset({"tracking", "comments", "service_id"})

    status: str | None = None
    substatus: str | None = None
    date: str | None = None


class ShipmentHistory(Payload):
    """The steps of a shipment, as sent."""

    events: tuple[ShipmentEvent, ...] = ()


class CostDiscount(Amounts):
    """Informational: what reduced a freight side."""

    rate: Decimal | None = None
    type: str | None = None
    promoted_amount: Decimal | None = None


class CostSide(Amounts):
    """One side of the freight. ``cost`` is what that side really pays; the rest is informational (§5.2)."""

    ignored: ClassVar[frozenset[str]] = frozenset({"charges", "cost_details"})

    user_id: int | None = None
    cost: Decimal | None = None
    compensation: Decimal | None = None
    save: Decimal | None = None
    discounts: tuple[CostDiscount, ...] = ()


class ShipmentCosts(Amounts):
    """The freight of one shipment (often a whole pack). In stored records only the seller's own sender remains and the
    receiver has no id."""

    gross_amount: Decimal | None = None
    receiver: CostSide | None = None
    senders: tuple[CostSide, ...] = ()

    @property
    def seller_cost(self) -> Decimal | None:
        """What the seller pays, BRL. 0 is 0; None when the seller has no entry or it carries no cost (kpis R4)."""
        costs = [side.cost for side in self.senders]
        return None if not costs or None in costs else sum((cost for cost in costs if cost is not None), Decimal(0))

    @property
    def buyer_cost(self) -> Decimal | None:
        """What the buyer pays, BRL; None when not stated."""
        return self.receiver.cost if self.receiver else None
