"""What is stored of UpSeller's files, one struct per row of a raw table. Names as in the contract (§2.1).

Amounts are BRL with two decimals, or up to six where a file really has them. A cost of zero means unknown.
"""

from __future__ import annotations

from decimal import Decimal

from viang_pipeline.sources.payloads import Amounts, Payload


class Item(Amounts):
    """A listing item of a suborder; ``unit_price`` has the item's discount, not coupons or freight."""

    qty_sold: int
    unit_price: Decimal | None = None
    listing_sku: str | None = None
    listing_id: str | None = None
    variant_id: str | None = None
    listing_name: str | None = None
    variation: str | None = None


class Component(Amounts):
    """A warehouse part. ``item``: position of its item; ``warehouse_sku`` is the listing's SKU where nothing is mapped,
    None where that is blank too; a cost of zero means unknown."""

    item: int
    warehouse_sku: str | None = None
    product_name: str | None = None
    qty_component: int | None = None
    cost_unit: Decimal | None = None
    cost_line: Decimal | None = None
    warehouse: str | None = None


class Suborder(Amounts):
    """What is sent together. Instants are ISO with the offset of Brasília; fee and profit are UpSeller's estimates."""

    platform: str
    order_external_id: str
    suborder_id: str
    cancelled: bool
    returned: bool
    items: tuple[Item, ...]
    components: tuple[Component, ...]
    order_upseller_id: str | None = None
    shop: str | None = None
    status: str | None = None
    ordered_at: str | None = None
    paid_at: str | None = None
    shipped_at: str | None = None
    currency: str | None = None
    order_total: Decimal | None = None
    products_total: Decimal | None = None
    discounts: Decimal | None = None
    fee_total: Decimal | None = None
    buyer_freight: Decimal | None = None
    freight_total: Decimal | None = None
    est_profit: Decimal | None = None
    shipping_method: str | None = None


def goods(order: Suborder) -> Decimal | None:
    """Σ price × quantity over the items, in BRL; None when a price is missing."""
    if any(item.unit_price is None for item in order.items):
        return None
    return sum((item.unit_price * item.qty_sold for item in order.items if item.unit_price is not None), Decimal(0))


def revenue(order: Suborder) -> Decimal | None:
    """``Valor Total de Produtos``, else the items; ``Valor do Pedido`` has extras and comes last (contract §2.2)."""
    if order.products_total is not None:
        return order.products_total
    found = goods(order)
    return order.order_total if found is None else found


class Stock(Amounts):
    """A SKU in a warehouse. ``available`` is for sale, ``on_hand`` = available + reserved; ``cost_average`` zero means
    unknown. Read over HTTP there is only ``available``."""

    sku: str
    warehouse: str
    available: int
    reserved: int | None = None
    on_hand: int | None = None
    low_level: int | None = None
    incoming_purchase: int | None = None
    incoming_transfer: int | None = None
    cost_average: Decimal | None = None


class Product(Amounts):
    """A SKU of the account. ``purchase_cost`` zero means unknown; ``weight_g`` in grams."""

    sku: str
    title: str | None = None
    spu: str | None = None
    product_code: str | None = None
    active: bool | None = None
    retail_price: Decimal | None = None
    purchase_cost: Decimal | None = None
    weight_g: Decimal | None = None
    ncm: str | None = None


class Link(Payload):
    """A warehouse SKU and the listing of a shop it is sold in. The file knows no platform, only the shop's name.

    ``listing_id`` is without the ``MLB`` some files have and others have not.
    """

    sku: str
    shop: str
    listing_id: str | None = None
    variant_id: str | None = None
    listing_sku: str | None = None
    variation: str | None = None
    updated_at: str | None = None


class KitPart(Payload):
    """A component of a kit: ``qty`` of ``component`` in one ``kit``."""

    kit: str
    component: str
    qty: int
