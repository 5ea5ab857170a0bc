"""What an UpSeller account really holds, as plain data: int centavos, aware instants cut to seconds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Part:
    """A warehouse part of an item: ``quantity`` of it for all units sold. ``sku`` None: the listing is not mapped."""

    sku: str | None
    name: str | None
    quantity: int
    unit_cost: int | None
    warehouse: str | None = "Galpão"

    @property
    def cost(self) -> int | None:
        """Of all its units."""
        return None if self.unit_cost is None else self.unit_cost * self.quantity


@dataclass(frozen=True, slots=True)
class Item:
    """A listing sold in an order; a kit has several parts."""

    sku: str | None
    name: str | None
    quantity: int
    unit_price: int
    parts: tuple[Part, ...]
    listing_id: str | None = None
    variant_id: str | None = None
    variation: str | None = None


@dataclass(frozen=True, slots=True)
class SaleOrder:
    """An order, or the part of it that is sent together. ``fee`` and ``profit`` are UpSeller's estimates."""

    platform: str
    order_id: str
    upseller_id: str
    shop: str
    ordered_at: datetime
    items: tuple[Item, ...]
    buyer_id: int
    suborder: str | None = None
    paid_at: datetime | None = None
    shipped_at: datetime | None = None
    status: str = "Enviado"
    after_sale: str | None = None
    cancel_reason: str | None = None
    discounts: int = 0
    fee: int | None = None
    buyer_freight: int = 0
    freight: int = 0
    profit: int | None = None
    extras: int = 0
    shipping: str = "Shopee Xpress"

    @property
    def products_total(self) -> int:
        """Goods only."""
        return sum(item.unit_price * item.quantity for item in self.items)

    @property
    def total(self) -> int:
        """``Valor do Pedido``: with freight and whatever the platform adds, without coupons."""
        return self.products_total - self.discounts + self.buyer_freight + self.extras


@dataclass(frozen=True, slots=True)
class StockLine:
    """A SKU in a warehouse."""

    sku: str
    warehouse: str
    available: int
    reserved: int = 0
    low_level: int | None = 10
    incoming_purchase: int = 0
    incoming_transfer: int = 0
    average_cost: int | None = None
    title: str = "Produto"

    @property
    def on_hand(self) -> int:
        """What is free and what is reserved."""
        return self.available + self.reserved


@dataclass(frozen=True, slots=True)
class Product:
    """A SKU of the account."""

    sku: str
    title: str
    retail_price: int | None
    purchase_cost: int | None
    spu: str | None = None
    active: bool = True
    weight_g: int | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A SKU and the listing it is sold in."""

    sku: str
    shop: str
    listing_id: str
    listing_sku: str | None
    variant_id: str | None = None
    variation: str | None = None


@dataclass(frozen=True, slots=True)
class Kit:
    """A kit and its components: SKU and units."""

    sku: str
    components: tuple[tuple[str, int], ...]
