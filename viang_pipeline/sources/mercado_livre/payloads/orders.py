"""Orders, their lines and payments (contract §3.3).

Quirks: ``sale_fee`` is per unit while ``marketplace_fee`` is the order's total; ``date_last_updated`` is what the
search filters by, ``last_updated`` may differ by months; ``payments[0]`` may be the rejected try; a cancelled order's
date is in ``cancel_detail``, ``date_closed`` stays the sale time; ``total_amount`` is goods only.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from viang_pipeline.domain.business_day import parse_instant
from viang_pipeline.sources.mercado_livre.payloads.attributes import Attribute
from viang_pipeline.sources.payloads import Amounts, Payload

CANCELLED = "cancelled"


class Reference(Payload):
    """An object that only points at another one by id."""

    id: int | None = None


class Buyer(Payload):
    """Only what is needed to make the pseudonym; never stored."""

    ignored: ClassVar[frozenset[str]] = frozenset(
        {"nickname", "first_name", "last_name", "email", "phone", "alternative_phone", "billing_info", "address"}
    )

    id: int | None = None


class SoldItem(Payload):
    """The listing of an order line, as it was when sold. ``seller_sku`` first, then ``seller_custom_field``."""

    ignored: ClassVar[frozenset[str]] = frozenset({"warranty", "global_price", "net_weight", "release_date"})

    id: str
    title: str | None = None
    category_id: str | None = None
    variation_id: int | None = None
    seller_sku: str | None = None
    seller_custom_field: str | None = None
    variation_attributes: tuple[Attribute, ...] = ()
    condition: str | None = None
    user_product_id: str | None = None


class DiscountAmounts(Amounts):
    """Per unit: ``full`` is the whole discount, ``seller`` the part the seller pays."""

    full: Decimal | None = None
    seller: Decimal | None = None


class LineDiscount(Payload):
    """A discount on an order line."""

    amounts: DiscountAmounts | None = None


class RequestedQuantity(Amounts):
    """The quantity asked by the buyer, in the unit of the listing."""

    value: Decimal | None = None
    measure: str | None = None


class OrderItem(Amounts):
    """One line. ``unit_price``, ``full_unit_price`` and ``sale_fee`` are per unit; ``gross_price`` is per line."""

    ignored: ClassVar[frozenset[str]] = frozenset(
        {
            "picked_quantity",
            "manufacturing_days",
            "base_exchange_rate",
            "base_currency_id",
            "stock",
            "bundle",
            "kit_instance_id",
            "compat_id",
        }
    )

    item: SoldItem
    quantity: int
    unit_price: Decimal
    full_unit_price: Decimal | None = None
    gross_price: Decimal | None = None
    discounts: tuple[LineDiscount, ...] = ()
    sale_fee: Decimal | None = None
    currency_id: str | None = None
    listing_type_id: str | None = None
    requested_quantity: RequestedQuantity | None = None
    element_id: str | int | None = None


class Payment(Amounts):
    """One payment try. Sum over the statuses that matter, never take the first."""

    ignored: ClassVar[frozenset[str]] = frozenset(
        {
            "payer_id",
            "collector",
            "card_id",
            "reason",
            "site_id",
            "coupon_id",
            "atm_transfer_reference",
            "activation_uri",
            "available_actions",
            "deferred_period",
            "issuer_id",
            "transaction_order_id",
            "authorization_code",
            "installment_amount",
        }
    )

    id: int
    order_id: int | None = None
    status: str | None = None
    status_detail: str | None = None
    payment_type: str | None = None
    payment_method_id: str | None = None
    operation_type: str | None = None
    installments: int | None = None
    currency_id: str | None = None
    transaction_amount: Decimal | None = None
    transaction_amount_refunded: Decimal | None = None
    total_paid_amount: Decimal | None = None
    shipping_cost: Decimal | None = None
    coupon_amount: Decimal | None = None
    taxes_amount: Decimal | None = None
    overpaid_amount: Decimal | None = None
    marketplace_fee: Decimal | None = None
    date_created: str | None = None
    date_approved: str | None = None
    date_last_modified: str | None = None
    tags: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        self.tags = tuple(sorted(self.tags))


class CancelDetail(Payload):
    """Why and when an order was cancelled. Free text (``description``) may name people and is left out."""

    ignored: ClassVar[frozenset[str]] = frozenset({"description", "application_id"})

    group: str | None = None
    code: str | None = None
    requested_by: str | int | None = None
    date: str | None = None

    def __post_init__(self) -> None:
        if not (isinstance(self.requested_by, str) and self.requested_by.replace("_", "").isalpha()):
            self.requested_by = None  # a role ("buyer", "seller") is kept, a person's id is not


class Coupon(Amounts):
    """The coupon of an order."""

    id: str | int | None = None
    amount: Decimal | None = None


class Taxes(Amounts):
    """Taxes stated on the order."""

    ignored: ClassVar[frozenset[str]] = frozenset({"id"})

    amount: Decimal | None = None
    currency_id: str | None = None


class OrderContext(Payload):
    """Where the sale was made."""

    ignored: ClassVar[frozenset[str]] = frozenset({"application"})

    channel: str | None = None
    site: str | None = None
    flows: tuple[str, ...] = ()


class Order(Amounts):
    """An order. ``buyer`` is empty in stored records; ``buyer_key`` is the buyer's pseudonym."""

    ignored: ClassVar[frozenset[str]] = frozenset(
        {
            "status_detail",
            "pickup_id",
            "manufacturing_ending_date",
            "expiration_date",
            "feedback",
            "order_request",
            "comment",
            "comments",
            "internal_tags",
            "application_id",
        }
    )

    id: int
    status: str
    date_created: str
    order_items: tuple[OrderItem, ...]
    date_closed: str | None = None
    last_updated: str | None = None
    date_last_updated: str | None = None
    pack_id: int | None = None
    fulfilled: bool | None = None
    buying_mode: str | None = None
    currency_id: str | None = None
    total_amount: Decimal | None = None
    paid_amount: Decimal | None = None
    shipping_cost: Decimal | None = None
    coupon: Coupon | None = None
    payments: tuple[Payment, ...] = ()
    shipping: Reference | None = None
    seller: Reference | None = None
    taxes: Taxes | None = None
    tags: tuple[str, ...] = ()
    static_tags: tuple[str, ...] = ()
    mediations: tuple[Reference, ...] = ()
    context: OrderContext | None = None
    cancel_detail: CancelDetail | None = None
    discounts: tuple[LineDiscount, ...] = ()
    gross_price: Decimal | None = None
    buyer: Buyer | None = None
    buyer_key: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.tags = tuple(sorted(self.tags))  # a set: its order must not look like a change
        self.static_tags = tuple(sorted(self.static_tags))

    def changed_at(self) -> datetime:
        """The change marker in UTC: ``date_last_updated``, else ``last_updated``, else ``date_created`` (§3.1)."""
        return parse_instant(self.date_last_updated or self.last_updated or self.date_created)

    @property
    def shipment_id(self) -> int | None:
        """The shipment, None while there is none."""
        return self.shipping.id if self.shipping else None
