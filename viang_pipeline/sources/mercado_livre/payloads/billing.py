"""Billing (contract §12): lines of a period and the summary they must add up to.

Quirks: amounts of credits are written positive, ``detail_type`` says which way they go; times are bare local text
whose zone is not stated, so they stay text; ids of shipments are strings. Who bought is never read.
"""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar, Literal

from viang_pipeline.sources.payloads import Amounts, Payload

Document = Literal["BILL", "CREDIT_NOTE"]


class SaleFee(Amounts):
    """The exact split of an order's selling fee (Brazil only)."""

    ignored: ClassVar[frozenset[str]] = frozenset({"discount_reason"})

    net: Decimal
    gross: Decimal | None = None
    rebate: Decimal | None = None
    discount: Decimal | None = None


class BilledSale(Amounts):
    """An order inside a line."""

    ignored: ClassVar[frozenset[str]] = frozenset(
        {"operation_id", "sale_date_time", "sales_channel", "payer_nickname", "state_name"}
    )

    order_id: int | None = None
    transaction_amount: Decimal | None = None
    financing_fee: Decimal | None = None
    financing_transfer_total: Decimal | None = None
    sale_fee: SaleFee | None = None


class ChargeInfo(Amounts):
    """What is charged, or with ``BONUS`` given back."""

    ignored: ClassVar[frozenset[str]] = frozenset({"legal_document_status", "legal_document_number"})

    detail_id: int
    creation_date_time: str
    detail_amount: Decimal
    detail_type: Literal["CHARGE", "BONUS"]
    detail_sub_type: str
    transaction_detail: str | None = None
    debited_from_operation: str | None = None
    status: str | None = None
    charge_bonified_id: int | None = None


class BilledShipping(Payload):
    """The shipment behind a line."""

    ignored: ClassVar[frozenset[str]] = frozenset({"pack_id", "receiver_shipping_cost"})

    shipping_id: str | None = None


class Currency(Payload):
    """BRL, or the line is not ours (kpis.md R15)."""

    currency_id: str | None = None


class BillingLine(Payload):
    """A line of a document. ``document`` is set by the reader: the answer does not repeat what was asked."""

    ignored: ClassVar[frozenset[str]] = frozenset(
        {"discount_info", "items_info", "document_info", "marketplace_info", "prepaid_info"}
    )

    charge_info: ChargeInfo
    sales_info: tuple[BilledSale, ...] = ()
    shipping_info: BilledShipping | None = None
    currency_info: Currency | None = None
    document: Document | None = None


class SummaryRow(Amounts):
    """The total of one sub type."""

    ignored: ClassVar[frozenset[str]] = frozenset({"label", "group_id", "group_description"})

    type: str
    amount: Decimal


class BillIncludes(Payload):
    """Totals by sub type: charges, and credits as positive amounts."""

    ignored: ClassVar[frozenset[str]] = frozenset({"total_amount", "total_perceptions", "total_perception"})

    charges: tuple[SummaryRow, ...] = ()
    bonuses: tuple[SummaryRow, ...] = ()


class Period(Payload):
    """When a period begins and ends: the day of the month differs from seller to seller."""

    ignored: ClassVar[frozenset[str]] = frozenset({"expiration_date"})

    key: str | None = None
    date_from: str | None = None
    date_to: str | None = None


class BillingSummary(Payload):
    """The platform's own totals of a document; they stand still within a day."""

    ignored: ClassVar[frozenset[str]] = frozenset({"user", "payment_collected", "errors"})

    bill_includes: BillIncludes
    period: Period | None = None
