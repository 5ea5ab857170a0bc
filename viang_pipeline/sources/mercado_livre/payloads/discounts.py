"""Discounts of an order (contract §3.6).

Quirk: ``amounts`` are totals of the line, not per unit; what ``seller`` leaves is paid by the platform.
"""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from viang_pipeline.sources.payloads import Amounts, Payload


class DiscountAmounts(Amounts):
    """The whole discount of a line and the part the seller pays."""

    total: Decimal
    seller: Decimal


class DiscountedItem(Payload):
    """A line that got cheaper."""

    ignored: ClassVar[frozenset[str]] = frozenset({"element_id"})

    amounts: DiscountAmounts
    id: str | None = None
    quantity: int | None = None


class DiscountSupplier(Payload):
    """Who offered it."""

    ignored: ClassVar[frozenset[str]] = frozenset({"meli_campaign", "offer_id", "campaign_id"})

    funding_mode: str | None = None


class DiscountDetail(Payload):
    """One discount. Coupon and cashback ids may lead to a buyer and are never read."""

    ignored: ClassVar[frozenset[str]] = frozenset({"coupon", "cashback"})

    type: str | None = None
    supplier: DiscountSupplier | None = None
    items: tuple[DiscountedItem, ...] = ()


class OrderDiscounts(Payload):
    """Every discount of an order."""

    details: tuple[DiscountDetail, ...]
