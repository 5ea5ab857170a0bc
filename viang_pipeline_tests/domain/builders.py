"""Orders, shipments and listings for domain tests: every field has a plain default, a test names only what matters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from viang_pipeline.domain.business_day import business_day
from viang_pipeline.domain.costs import Costs, OwnCost
from viang_pipeline.domain.effective import Dated
from viang_pipeline.domain.margin import NOTHING_TOLD, Terms
from viang_pipeline.domain.order_lines import OrderLine, build_lines
from viang_pipeline.domain.sales import FrozenSku, Item, Listing, Order, Payment, Shipment
from viang_pipeline.domain.sku import NO_LINKS, Links

NOON = datetime(2026, 3, 10, 15, tzinfo=UTC)
LATER = datetime(2026, 3, 12, 15, tzinfo=UTC)


def an_item(**given: Any) -> Item:
    defaults: dict[str, Any] = {
        "listing": "MLB1",
        "variation": None,
        "seller_sku": "A",
        "custom_field": None,
        "quantity": 1,
        "price": 10_000,
        "fee": 1_200,
    }
    return Item(**defaults | given)


def a_payment(
    status: str = "approved", refunded: int = 0, changed_at: datetime | None = LATER, **given: Any
) -> Payment:
    return Payment(status=status, refunded=refunded, changed_at=changed_at, **given)


def an_order(order_id: str = "1", *items: Item, **given: Any) -> Order:
    created = given.pop("created_at", NOON)
    defaults: dict[str, Any] = {
        "order_id": order_id,
        "created_at": created,
        "day": business_day(created),
        "channel": "mercado_livre",
        "account": 77,
        "purchase": f"order:{order_id}",
        "status": "paid",
        "currency": "BRL",
        "site": "MLB",
        "tags": frozenset(),
        "buyer": f"comprador-{order_id}",
        "shipment": None,
        "items": items or (an_item(),),
        "payments": (a_payment(),),
        "cancel_code": None,
        "cancelled_at": None,
        "changed_at": created,
    }
    return Order(**defaults | given)


def a_shipment(
    shipment: str = "S",
    seller_cost: int | None = 2_000,
    *,
    left_at: datetime | None = None,
    known: bool = True,
    logistic_type: str | None = "drop_off",
) -> Shipment:
    return Shipment(
        shipment=shipment,
        logistic_type=logistic_type,
        left_at=left_at,
        known=known,
        seller_cost=seller_cost,
        buyer_cost=None if seller_cost is None else 500,
    )


EVER = date(2020, 1, 1)


def terms_of(
    costs: Mapping[str, str | None] | None = None,
    rate: str | None = None,
    courier: int | None = None,
    links: Links = NO_LINKS,
    *,
    tax_on_freight: bool = False,
) -> Terms:
    """What the client told, for ever: unit costs in BRL by SKU, one tax rate, centavos of an own-courier shipment."""
    table = [(sku, EVER, OwnCost(Decimal(unit))) for sku, unit in (costs or {}).items() if unit is not None]
    days = [NOON.date() + timedelta(days=n) for n in range(-5, 5)]
    return Terms(
        Costs(Dated(table), Dated(()), {}, ()),
        {} if rate is None else dict.fromkeys(days, Decimal(rate)),
        Dated(() if courier is None else [(None, EVER, courier)]),
        tax_on_freight,
        links,
    )


def lines_of(
    *orders: Order,
    siblings: Iterable[Order] = (),
    shipments: Iterable[Shipment] = (),
    listings: Iterable[Listing] = (),
    frozen: dict[tuple[str, int], FrozenSku] | None = None,
    terms: Terms = NOTHING_TOLD,
) -> dict[tuple[str, int], OrderLine]:
    """The built lines by (order, line number)."""
    built = build_lines(
        orders,
        siblings,
        {shipment.shipment: shipment for shipment in shipments},
        {listing.listing: listing for listing in listings},
        frozen or {},
        terms,
    )
    return {(line.order_id, line.line_no): line for line in built}
