"""Sales orders and invoices of a Bling account over time. Money in centavos."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from viang_pipeline.sandbox.truth import last_at


@dataclass(frozen=True, slots=True)
class SaleItem:
    """A line. ``unit_price`` is net of ``discount`` (percent); ``product_id`` 0 is free text."""

    code: str
    description: str
    quantity: Decimal
    unit_price: int
    product_id: int = 0
    discount: Decimal = Decimal(0)
    item_id: int = 0

    @property
    def total(self) -> int:
        """The line in centavos, halves up."""
        return int((self.unit_price * self.quantity).quantize(Decimal(1), ROUND_HALF_UP))


@dataclass(frozen=True, slots=True)
class Fees:
    """``taxas``: the marketplace's fee, the seller's freight, the base value. All zero: not known yet (§6.2)."""

    commission: int = 0
    freight: int = 0
    base: int = 0


@dataclass(frozen=True, slots=True)
class SaleState:
    """A sales order from ``at`` on. ``changed_at`` is what change filters see, and may stay behind ``at``.

    ``discount`` is in centavos, or in hundredths of a percent when ``discount_in_percent``.
    """

    at: datetime
    changed_at: datetime
    status_id: int
    items: tuple[SaleItem, ...]
    discount: int = 0
    discount_in_percent: bool = False
    freight: int = 0
    other_costs: int = 0
    fees: Fees = Fees()
    invoice_id: int = 0
    dispatched_on: date | None = None
    deleted: bool = False

    @property
    def goods(self) -> int:
        """``totalProdutos``."""
        return sum(item.total for item in self.items)

    @property
    def total(self) -> int:
        """``total`` by the rule of §6.2."""
        discount = self.discount
        if self.discount_in_percent:
            discount = int((Decimal(self.goods * self.discount) / 10_000).quantize(Decimal(1), ROUND_HALF_UP))
        return self.goods - discount + self.freight + self.other_costs


@dataclass(slots=True)
class Sale:
    """A sales order. ``store_number`` is the marketplace's order or pack, "" at the counter (``channel_id`` 0)."""

    sale_id: int
    number: int
    store_number: str
    day: date
    channel_id: int
    buyer_id: int
    states: list[SaleState] = field(default_factory=list)

    def state_at(self, instant: datetime) -> SaleState | None:
        """How the order stands at ``instant``; None before it exists."""
        return last_at(self.states, instant)


InvoiceStatus = Literal[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]


@dataclass(frozen=True, slots=True)
class InvoiceState:
    """An NF-e in ``status`` (§10.1) from ``at`` on."""

    at: datetime
    status: InvoiceStatus


@dataclass(slots=True)
class Invoice:
    """An NF-e. ``direction`` 0 in, 1 out; ``purpose`` 1 normal, 4 return."""

    invoice_id: int
    number: int
    issued_at: datetime
    buyer_id: int
    channel_id: int
    store_number: str
    items: tuple[SaleItem, ...]
    freight: int
    value: int
    access_key: str
    direction: Literal[0, 1] = 1
    purpose: int = 1
    states: list[InvoiceState] = field(default_factory=list)

    def state_at(self, instant: datetime) -> InvoiceState | None:
        """Its status at ``instant``; None before its issue."""
        return last_at(self.states, instant)
