"""UpSeller's stored suborders as the neutral orders lines are built from (contract UpSeller §2).

Decodes and translates; which of them are sales of ours is decided in ``domain.order_match``. Money of a suborder was
read once when the file was; a fee or freight here is UpSeller's estimate and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

import msgspec

from viang_pipeline.domain.absurd import amount_or_unknown
from viang_pipeline.domain.allocation import allocate
from viang_pipeline.domain.business_day import business_day, parse_instant
from viang_pipeline.domain.channels import channel_of, typed
from viang_pipeline.domain.money import centavos
from viang_pipeline.domain.sales import Item, Listing, Order, Payment, Shipment
from viang_pipeline.sources.upseller.vocabulary import is_returned, known_status

ESTIMATED_FEE, ESTIMATED_FREIGHT = "tarifa_estimada", "frete_estimado"
OTHER_PRODUCTS_TOTAL = "produtos_nao_somam"
NO_PRICE = "preco_nao_informado"
BY_CHANNEL = "canal"
"""Logistics of what another channel sends: not the seller's own courier."""

_TOLERANCE = 2
"""Centavos per item between Σ price × quantity and the total of products (contract §2.2)."""


class _Item(msgspec.Struct, gc=False):
    qty_sold: int
    unit_price: Decimal | None = None
    listing_sku: str | None = None
    listing_id: str | None = None
    variant_id: str | None = None
    listing_name: str | None = None


class _Part(msgspec.Struct, gc=False):
    item: int
    warehouse_sku: str | None = None


class Suborder(msgspec.Struct, gc=False):
    """A stored suborder, as far as sales go."""

    platform: str
    order_external_id: str
    suborder_id: str
    cancelled: bool
    returned: bool
    items: list[_Item]
    components: list[_Part]
    shop: str | None = None
    status: str | None = None
    ordered_at: str | None = None
    paid_at: str | None = None
    shipped_at: str | None = None
    currency: str | None = None
    products_total: Decimal | None = None
    fee_total: Decimal | None = None
    buyer_freight: Decimal | None = None
    freight_total: Decimal | None = None

    @property
    def gone(self) -> bool:
        """Cancelled, or sent back."""
        return self.cancelled or self.sent_back

    @property
    def sent_back(self) -> bool:
        """Returned or refunded, as the after-sale column or the state says."""
        return self.returned or is_returned(self.status)

    @property
    def created(self) -> datetime:
        """When it was ordered; a file without it dates it by its payment."""
        return _instant(self.ordered_at) or parse_instant(self.paid_at or "")


_suborder = msgspec.json.Decoder(Suborder)


class Sale(NamedTuple):
    """An order, its shipment, and the listings its lines name."""

    order: Order
    shipment: Shipment
    listings: tuple[Listing, ...]


def read_suborder(payload: str) -> Suborder:
    """One stored suborder."""
    return _suborder.decode(payload)


def day_of(suborders: Sequence[Suborder]) -> date:
    """The business day of an order: that of its first suborder."""
    return business_day(min(each.created for each in suborders))


def sales_of(suborders: Sequence[Suborder]) -> list[Sale]:
    """The order its suborders are; what of it was cancelled is one of its own beside what was not."""
    found = sorted(suborders, key=lambda each: each.suborder_id)
    created = min(each.created for each in found)
    parts = ([each for each in found if not each.gone], [each for each in found if each.gone])
    sales = [_sale(part, created, apart=all(parts)) for part in parts if part]
    return [sale for sale in sales if sale.order.items]


def _sale(part: list[Suborder], created: datetime, *, apart: bool) -> Sale:
    channel, number = channel_of(part[0].platform), part[0].order_external_id
    purchase = typed(channel, number)
    gone = part[0].gone
    order_id = f"{purchase}#cancelado" if gone and apart else purchase
    priced = [_priced(each) for each in part]
    refused = NO_PRICE if any(found is None for found in priced) else None
    items = tuple(item for found in priced for item in found or ()) if refused is None else _without_price(part)
    seller, buyer = _freight(part)
    notes = [OTHER_PRODUCTS_TOTAL for each, found in zip(part, priced, strict=True) if found and _differs(each, found)]
    notes += [ESTIMATED_FEE] if any(item.line_fee is not None for item in items) else []
    notes += [ESTIMATED_FREIGHT] if seller is not None else []
    paid = any(each.paid_at for each in part)
    order = Order(
        order_id=order_id,
        created_at=created,
        day=business_day(created),
        channel=channel,
        account=None,
        purchase=purchase,
        status="cancelled" if gone else _status(part),
        currency=_currency(part),
        site=None,
        tags=frozenset(),
        buyer=None,
        shipment=order_id,
        items=items,
        payments=(Payment("approved", 0, None),) if paid else (),
        cancel_code=None,
        cancelled_at=None,
        changed_at=None,
        refused=refused,
        notes=tuple(dict.fromkeys(notes)),
    )
    left = [_instant(each.shipped_at) or (each.created if each.sent_back else None) for each in part]
    shipment = Shipment(order_id, BY_CHANNEL, min((at for at in left if at), default=None), True, seller, buyer)
    return Sale(order, shipment, tuple(Listing(item.listing, {}, None, None) for item in items))


def _status(part: Sequence[Suborder]) -> str:
    """Sold, unless a state nobody knows stands there; a template without states tells sales all the same."""
    unknown = [each.status for each in part if each.status and not known_status(each.status)]
    return unknown[0] if unknown else "paid"


def _currency(part: Sequence[Suborder]) -> str:
    told = {(each.currency or "BRL").strip().upper() for each in part}
    return "BRL" if told <= {"BRL", "R$"} else min(told)


def _priced(found: Suborder) -> list[Item] | None:
    """The items of a suborder with their part of its fee; None when what they were sold for is not known."""
    sold = [(at, item) for at, item in enumerate(found.items) if item.qty_sold]
    total = None if found.products_total is None else centavos(found.products_total)
    prices = [None if item.unit_price is None else centavos(item.unit_price) for _, item in sold]
    if not sold:
        return []
    if None in prices and len(sold) == 1 and total is not None and total % sold[0][1].qty_sold == 0:
        prices = [total // sold[0][1].qty_sold]
    known = [price for price in prices if price is not None and price >= 0]
    if len(known) < len(prices):
        return None
    values = [(("", n), price * item.qty_sold) for n, (price, (_, item)) in enumerate(zip(known, sold, strict=True))]
    fees: Sequence[int | None] = [None] * len(sold)
    if found.fee_total is not None:
        fees = allocate(abs(centavos(found.fee_total)), values)
    return [_item(found, at, item, price, fee) for (at, item), price, fee in zip(sold, known, fees, strict=True)]


def _without_price(part: Sequence[Suborder]) -> tuple[Item, ...]:
    found = ((each, at, item) for each in part for at, item in enumerate(each.items) if item.qty_sold)
    return tuple(_item(each, at, item, 0, None) for each, at, item in found)


def _item(found: Suborder, at: int, item: _Item, price: int, fee: int | None) -> Item:
    parts = [part.warehouse_sku for part in found.components if part.item == at]
    listing = item.listing_id or item.listing_sku or item.listing_name or "sem anúncio"
    return Item(
        listing=typed(channel_of(found.platform), listing),
        variation=item.variant_id,
        seller_sku=item.listing_sku,
        custom_field=parts[0] if len(parts) == 1 else None,
        quantity=item.qty_sold,
        price=price,
        fee=None,
        line_fee=fee,
    )


def _differs(found: Suborder, items: Sequence[Item]) -> bool:
    if found.products_total is None:
        return False
    total = sum(item.price * item.quantity for item in items)
    return abs(total - centavos(found.products_total)) > _TOLERANCE * len(found.items)


def _freight(part: Sequence[Suborder]) -> tuple[int | None, int | None]:
    """Centavos the seller and the buyer pay. Nothing says whether ``Total de Frete`` holds the buyer's share, so it is
    the seller's only where the buyer paid none; any other freight is not known."""
    totals, paid = [each.freight_total for each in part], [each.buyer_freight for each in part]
    buyer = _sum(paid)
    return amount_or_unknown(_sum(totals) if buyer == 0 else None), amount_or_unknown(buyer)


def _sum(told: Sequence[Decimal | None]) -> int | None:
    known = [centavos(amount) for amount in told if amount is not None]
    return sum(known) if len(known) == len(told) else None


def _instant(text: str | None) -> datetime | None:
    return parse_instant(text) if text else None
