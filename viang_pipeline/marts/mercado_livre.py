"""Stored Mercado Livre payloads as the neutral shapes order lines are built from (contract §3.3, §5, §7.2).

Decodes only what lines need, money as Decimal, straight from the stored JSON. No rule of the dictionary lives here.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from viang_pipeline.domain.absurd import amount_or_unknown
from viang_pipeline.domain.business_day import business_day, parse_instant
from viang_pipeline.domain.channels import MERCADO_LIVRE
from viang_pipeline.domain.money import centavos
from viang_pipeline.domain.sales import Item, Listing, Order, Payment, Shipment

_LEFT = frozenset({"shipped", "delivered", "not_delivered"})


class _Ref(msgspec.Struct, gc=False):
    id: int | str | None = None


class _Site(msgspec.Struct, gc=False):
    site: str | None = None


class _Cancel(msgspec.Struct, gc=False):
    code: str | None = None
    date: str | None = None


class _SoldItem(msgspec.Struct, gc=False):
    id: str
    variation_id: int | str | None = None
    seller_sku: str | None = None
    seller_custom_field: str | None = None


class _Line(msgspec.Struct, gc=False):
    item: _SoldItem
    quantity: int
    unit_price: Decimal
    sale_fee: Decimal | None = None


class _Payment(msgspec.Struct, gc=False):
    status: str
    transaction_amount_refunded: Decimal | None = None
    date_last_modified: str | None = None
    tags: list[str] | None = None


class _Order(msgspec.Struct, gc=False):
    id: int | str
    status: str
    date_created: str
    order_items: list[_Line]
    payments: list[_Payment] | None = None
    last_updated: str | None = None
    date_last_updated: str | None = None
    pack_id: int | str | None = None
    currency_id: str | None = None
    context: _Site | None = None
    shipping: _Ref | None = None
    buyer_key: str | None = None
    seller: _Ref | None = None
    tags: list[str] | None = None
    cancel_detail: _Cancel | None = None


class _Status(msgspec.Struct, gc=False):
    status: str
    date: str | None = None


class _History(msgspec.Struct, gc=False):
    events: list[_Status]


class _Side(msgspec.Struct, gc=False):
    cost: Decimal | None = None


class _Costs(msgspec.Struct, gc=False):
    senders: list[_Side] | None = None
    receiver: _Side | None = None


class _Attribute(msgspec.Struct, gc=False):
    id: str
    value_name: str | None = None


class _Variation(msgspec.Struct, gc=False):
    id: int | str
    attributes: list[_Attribute] | None = None


class _Listing(msgspec.Struct, gc=False):
    id: str
    status: str | None = None
    seller_custom_field: str | None = None
    attributes: list[_Attribute] | None = None
    variations: list[_Variation] | None = None


_order = msgspec.json.Decoder(_Order)
_history = msgspec.json.Decoder(_History)
_costs = msgspec.json.Decoder(_Costs)
_listing = msgspec.json.Decoder(_Listing)


def read_order(payload: bytes | str) -> Order:
    """One stored order."""
    raw = _order.decode(payload)
    created = parse_instant(raw.date_created)
    order_id = str(raw.id)
    changed = raw.date_last_updated or raw.last_updated
    cancel = raw.cancel_detail
    return Order(
        order_id=order_id,
        created_at=created,
        day=business_day(created),
        channel=MERCADO_LIVRE,
        account=int(raw.seller.id) if raw.seller and raw.seller.id is not None else None,
        purchase=f"pack:{raw.pack_id}" if raw.pack_id is not None else f"order:{order_id}",
        status=raw.status,
        currency=raw.currency_id,
        site=raw.context.site if raw.context else None,
        tags=frozenset(raw.tags or ()),
        buyer=raw.buyer_key,
        shipment=str(raw.shipping.id) if raw.shipping and raw.shipping.id is not None else None,
        items=tuple(
            Item(
                listing=line.item.id,
                variation=str(line.item.variation_id) if line.item.variation_id is not None else None,
                seller_sku=line.item.seller_sku,
                custom_field=line.item.seller_custom_field,
                quantity=line.quantity,
                price=centavos(line.unit_price),
                fee=None if line.sale_fee is None else centavos(line.sale_fee),
            )
            for line in raw.order_items
        ),
        payments=tuple(_payment(payment) for payment in raw.payments or ()),
        cancel_code=cancel.code if cancel else None,
        cancelled_at=parse_instant(cancel.date) if cancel and cancel.date else None,
        changed_at=parse_instant(changed) if changed else created,
    )


def _payment(raw: _Payment) -> Payment:
    refunded = raw.transaction_amount_refunded
    return Payment(
        status=raw.status,
        refunded=centavos(refunded) if refunded else 0,
        # only the instant of a refund is ever asked for
        changed_at=parse_instant(raw.date_last_modified) if refunded and raw.date_last_modified else None,
        wallet_refund="refund_account_money" in (raw.tags or ()),
    )


def read_shipment(shipment_id: str, logistic_type: str | None, history: str | None, costs: str | None) -> Shipment:
    """One shipment from its stored payloads of history and costs, each of which may not have been observed.

    The seller's freight is Σ ``senders[].cost`` of the seller's own entries, the only ones stored; no entry or an
    entry without cost is "not observed", never 0 (R4). Without an entry of the seller the answer is the empty form
    of costs that are not known: its zero for the buyer is not an observation either. An absurd amount is none.
    """
    events = _history.decode(history).events if history is not None else None
    cost = _costs.decode(costs) if costs is not None else None
    left = [parse_instant(event.date) for event in events or () if event.status in _LEFT and event.date is not None]
    return Shipment(
        shipment=shipment_id,
        logistic_type=logistic_type,
        left_at=min(left, default=None),
        known=events is not None,
        seller_cost=amount_or_unknown(_total(cost.senders)) if cost else None,
        buyer_cost=amount_or_unknown(_total([cost.receiver])) if cost and cost.senders and cost.receiver else None,
    )


def _total(sides: list[_Side] | None) -> int | None:
    known = [centavos(side.cost) for side in sides or () if side.cost is not None]
    return sum(known) if sides and len(known) == len(sides) else None


def read_listing(payload: bytes | str) -> Listing:
    """SKU texts of one stored listing. A variation's own custom field is not among them (ruling D3): where it was set,
    the order carries it."""
    raw = _listing.decode(payload)
    variations = {str(v.id): _seller_sku(v.attributes) for v in raw.variations or ()}
    return Listing(
        listing=raw.id,
        variation_skus={key: sku for key, sku in variations.items() if sku},
        sku=_seller_sku(raw.attributes),
        custom_field=raw.seller_custom_field,
        variations=tuple(variations),
        status=raw.status,
    )


def _seller_sku(attributes: list[_Attribute] | None) -> str | None:
    return next((a.value_name for a in attributes or () if a.id == "SELLER_SKU" and a.value_name), None)
