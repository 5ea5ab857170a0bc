"""Discounts of orders beside the one already in the price: coupons and cashback, and who pays them (contract §3.6)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Literal

from viang_pipeline.sandbox.truth import Order

Kind = Literal["coupon", "cashback", "discount"]


@dataclass(frozen=True, slots=True)
class Discount:
    """A discount of a whole line: centavos, of them ``seller`` paid by the seller."""

    kind: Kind
    total: int
    seller: int
    funding_mode: str


@dataclass(slots=True)
class DiscountBook:
    """Order → discounts granted when it was placed."""

    granted: dict[int, list[Discount]] = field(default_factory=lambda: defaultdict(list))

    def grant(
        self, order: Order, *, total: int, seller: int, kind: Kind = "coupon", funding_mode: str = "sale_fee"
    ) -> None:
        """A discount on top of the price."""
        self.granted[order.order_id].append(Discount(kind, total, seller, funding_mode))

    def of(self, order: Order) -> list[Discount]:
        """Every discount of an order; the one in its price first."""
        inside = (order.full_unit_price - order.unit_price) * order.quantity
        own = [Discount("discount", inside, order.seller_discount * order.quantity, "sale_fee")] if inside > 0 else []
        return own + self.granted.get(order.order_id, [])
