"""Stored UpSeller files as sources of unit costs, kits and links (contract UpSeller §2 to §6).

Decodes only what lines need. No rule of the dictionary lives here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from importlib.resources import files

import msgspec
import psycopg

from viang_pipeline.domain.channels import MERCADO_LIVRE, channel_of
from viang_pipeline.domain.cost_sources import Listed, exported
from viang_pipeline.domain.costs import Source, unit_cost
from viang_pipeline.domain.effective import Dated
from viang_pipeline.domain.kits import Component, Kit
from viang_pipeline.domain.sales import Order
from viang_pipeline.domain.sku import Place, normalise_sku
from viang_pipeline.marts.bling_catalogue import listing_id, unambiguous

ORIGINS = ("upseller_pedido", "upseller_estoque", "upseller_produto")
LINK = "vinculo_upseller"


class _Item(msgspec.Struct, gc=False):
    qty_sold: int
    listing_sku: str | None = None


class _Part(msgspec.Struct, gc=False):
    item: int
    warehouse_sku: str | None = None
    qty_component: int | None = None
    cost_unit: Decimal | None = None
    cost_line: Decimal | None = None


class _Suborder(msgspec.Struct, gc=False):
    platform: str
    order_external_id: str
    items: list[_Item]
    components: list[_Part]


class _Product(msgspec.Struct, gc=False):
    sku: str
    purchase_cost: Decimal | None = None


class _Link(msgspec.Struct, gc=False):
    sku: str
    shop: str
    listing_id: str | None = None
    variant_id: str | None = None


class _KitPart(msgspec.Struct, gc=False):
    kit: str
    component: str
    qty: int


def costs(conn: psycopg.Connection, client_id: str, orders: Sequence[Order], days: Sequence[date]) -> Source:
    """Unit costs on the orders, in the stock lists around the days, and of the products."""
    products = {}
    for since, payload in _rows(conn, client_id, "products"):
        product = msgspec.json.decode(payload, type=_Product)
        sku, cost = normalise_sku(product.sku), unit_cost(product.purchase_cost)
        if sku is not None and cost is not None:
            products[sku] = Listed(cost, since)
    return exported(_on_orders(conn, client_id, orders), _lists(conn, client_id, days), products, ORIGINS)


def kits(conn: psycopg.Connection, client_id: str) -> dict[str, Kit]:
    """SKU of a kit → its components."""
    found: dict[str, list[Component]] = defaultdict(list)
    for _, payload in _rows(conn, client_id, "kits"):
        part = msgspec.json.decode(payload, type=_KitPart)
        sku = normalise_sku(part.kit)
        if sku is not None:
            found[sku].append(Component(normalise_sku(part.component), Decimal(part.qty)))
    return {sku: tuple(parts) for sku, parts in found.items()}


def links(conn: psycopg.Connection, client_id: str, channels: Mapping[str, str]) -> dict[Place, str]:
    """Listing and variation → SKU in the shops of the marketplace; ``channels``: shop → channel."""
    found: dict[Place, set[str]] = defaultdict(set)
    for _, payload in _rows(conn, client_id, "links"):
        link = msgspec.json.decode(payload, type=_Link)
        sku = normalise_sku(link.sku)
        if sku is not None and link.listing_id and channels.get(link.shop) == MERCADO_LIVRE:
            found[listing_id(link.listing_id), link.variant_id or ""].add(sku)
    return unambiguous(found)


def _rows(conn: psycopg.Connection, client_id: str, resource: str) -> Iterable[tuple[date, str]]:
    return conn.execute(
        f"select dia, payload::text from raw.upseller_{resource} where client_id = %s order by chave",
        [client_id],
    ).fetchall()


def _lists(conn: psycopg.Connection, client_id: str, days: Sequence[date]) -> Dated[Mapping[str, Decimal]]:
    statement = files("viang_pipeline.marts").joinpath("sql", "upseller_average_costs.sql").read_bytes()
    lists: dict[date, dict[str, Decimal]] = defaultdict(dict)
    for day, text, average in conn.execute(statement, {"client_id": client_id, "first": min(days), "last": max(days)}):
        sku, cost = normalise_sku(text), unit_cost(average)
        if sku is not None and cost is not None:
            lists[day][sku] = cost
    return Dated((None, day, listed) for day, listed in lists.items())


def _on_orders(conn: psycopg.Connection, client_id: str, orders: Sequence[Order]) -> dict[tuple[str, str], Decimal]:
    """(order, SKU) → cost of a unit. UpSeller knows a sale by its order or by its pack, whatever day it dates it by."""
    numbers = {order.order_id: _numbers(order) for order in orders}
    rows = conn.execute(
        "select payload::text from raw.upseller_orders"
        " where client_id = %s and payload ->> 'order_external_id' = any(%s) order by chave",
        [client_id, sorted({number for found in numbers.values() for number in found})],
    ).fetchall()
    told: dict[tuple[str, str], dict[str, Decimal]] = defaultdict(dict)
    for (payload,) in rows:
        found = msgspec.json.decode(payload, type=_Suborder)
        told[channel_of(found.platform), found.order_external_id] |= dict(_of_suborder(found))
    return {
        (order.order_id, sku): cost
        for order in orders
        for number in numbers[order.order_id]
        for sku, cost in told.get((order.channel, number), {}).items()
    }


def _numbers(order: Order) -> tuple[str, ...]:
    """What an order may be called by in its channel, the surest last."""
    if order.channel == MERCADO_LIVRE:
        return order.purchase.removeprefix("pack:"), order.order_id
    return (order.purchase.partition(":")[2],)


def _of_suborder(found: _Suborder) -> Iterator[tuple[str, Decimal]]:
    """Costs of the warehouse's parts, and of what was sold: the parts of an item together."""
    for position, item in enumerate(found.items):
        total: Decimal | None = Decimal(0)
        for part in found.components:
            if part.item != position:
                continue
            whole = _whole(part)
            total = None if total is None or whole is None else total + whole
            sku = normalise_sku(part.warehouse_sku)
            unit = part.cost_unit or (whole / part.qty_component if whole and part.qty_component else None)
            if sku is not None and (cost := unit_cost(unit)) is not None:
                yield sku, cost
        sold = normalise_sku(item.listing_sku)
        if sold is not None and total and item.qty_sold and (cost := unit_cost(total / item.qty_sold)) is not None:
            yield sold, cost


def _whole(part: _Part) -> Decimal | None:
    """What all units of a part cost; None when unknown."""
    if part.cost_line:
        return part.cost_line
    return part.cost_unit * part.qty_component if part.cost_unit and part.qty_component else None
