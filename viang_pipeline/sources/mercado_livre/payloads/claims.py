"""Claims and returns (contract §6).

Quirks: ``type = mediations`` is an ordinary claim, a dispute is ``stage = dispute`` (§15 trap 12); quantities of a
return come as text (trap 13); money of a return follows ``status_money``, goods follow ``status``. Who complained is
never read. How the inspection of a return is wrapped is UNSURE: the contract names ``product_condition`` only.
"""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from viang_pipeline.sources.payloads import Amounts, Payload


class Resolution(Payload):
    """How a claim ended."""

    ignored: ClassVar[frozenset[str]] = frozenset({"benefited", "closed_by", "applied_coverage", "decision"})

    reason: str | None = None
    date_created: str | None = None


class Claim(Payload):
    """A claim. ``resource_id`` is an order only where ``resource`` says so."""

    ignored: ClassVar[frozenset[str]] = frozenset({"players", "claim_version", "labels"})

    id: int
    status: str
    date_created: str
    last_updated: str
    resource: str | None = None
    resource_id: int | None = None
    type: str | None = None
    stage: str | None = None
    parent_id: int | None = None
    reason_id: str | None = None
    fulfilled: bool | None = None
    quantity_type: str | None = None
    claimed_quantity: int | None = None
    site_id: str | None = None
    resolution: Resolution | None = None
    related_entities: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.related_entities = tuple(sorted(self.related_entities))

    @property
    def has_return(self) -> bool:
        """Whether a return exists (§6.1)."""
        return any(entity in ("return", "returns") for entity in self.related_entities)


class ReturnedLine(Amounts):
    """What of an order comes back."""

    ignored: ClassVar[frozenset[str]] = frozenset({"total_quantity", "context_type"})

    order_id: int
    return_quantity: Decimal
    item_id: str | None = None
    variation_id: int | None = None


class ClaimReturn(Payload):
    """The return of a claim. Addresses of its shipments are never read."""

    ignored: ClassVar[frozenset[str]] = frozenset(
        {
            "shipments",
            "resources",
            "related_entities",
            "resource_type",
            "resource_id",
            "intermediate_check",
            "warehouse_review",
        }
    )

    id: int
    status: str
    date_created: str
    claim_id: int | None = None
    subtype: str | None = None
    status_money: str | None = None
    refund_at: str | None = None
    date_closed: str | None = None
    last_updated: str | None = None
    orders: tuple[ReturnedLine, ...] = ()


class ReturnCost(Amounts):
    """The way back, charged to the seller."""

    ignored: ClassVar[frozenset[str]] = frozenset({"amount_usd"})

    amount: Decimal
    currency_id: str | None = None


class ReturnReviewEntry(Amounts):
    """What was found of the units of an order. UNSURE: whether an entry is one unit or all of them."""

    ignored: ClassVar[frozenset[str]] = frozenset(
        {"product_destination", "reason_id", "seller_status", "seller_reason", "benefited", "attachments"}
    )

    product_condition: str | None = None
    missing_quantity: Decimal | None = None
    stage: str | None = None
    status: str | None = None


class ReturnReview(Payload):
    """The inspection of what came back of one ``resource``. UNSURE: that it is always an order."""

    ignored: ClassVar[frozenset[str]] = frozenset({"method"})

    resource_id: int
    resource: str | None = None
    date_created: str | None = None
    last_updated: str | None = None
    resource_reviews: tuple[ReturnReviewEntry, ...] = ()


class ReturnReviews(Payload):
    """The inspections of a return."""

    reviews: tuple[ReturnReview, ...] = ()
