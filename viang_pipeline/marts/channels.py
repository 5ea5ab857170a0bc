"""Sales of other channels than Mercado Livre, from UpSeller's files and the Bling stores a client listed (R14, D19)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

import msgspec
import psycopg

from viang_pipeline.domain.absurd import without_absurd
from viang_pipeline.domain.channels import MERCADO_LIVRE, channel_of
from viang_pipeline.domain.order_match import BLING, SOLD, UPSELLER, ErpOrder, Match, Sold, match_orders
from viang_pipeline.domain.sales import Listing, Order, Shipment
from viang_pipeline.marts.bling_orders import BlingOrder, read_bling_order, sale_of
from viang_pipeline.marts.upseller_orders import Sale, Suborder, day_of, read_suborder, sales_of


class ChannelSales(NamedTuple):
    """What lines of other channels are built from."""

    orders: list[Order]
    shipments: dict[str, Shipment]
    listings: dict[str, Listing]


class _Channel(msgspec.Struct, gc=False):
    id: int
    tipo: str | None = None


class Stores(NamedTuple):
    """How a client's stores are told apart. ``types``: Bling's store → channel; ``listed``: those that bring sales;
    ``shops``: UpSeller's shop → channel."""

    types: Mapping[int, str]
    listed: Collection[str]
    shops: Mapping[str, str]


class Found(NamedTuple):
    """Orders of the ERPs, and what stands behind each: (source, key) → what was stored."""

    orders: list[ErpOrder]
    suborders: dict[str, list[Suborder]]
    of_bling: dict[str, BlingOrder]


def channel_sales(conn: psycopg.Connection, client_id: str, days: Sequence[date]) -> ChannelSales:
    """The sales of other channels on these days. Which of several copies of an order counts does not depend on which
    days are asked for: every order with one of their numbers is looked at."""
    of_days = {"client_id": client_id, "days": list(days)}
    numbers = {number for (number,) in conn.execute(_UPSELLER_NUMBERS, of_days)}
    listed: dict[str, str | None] = dict(conn.execute(_LISTED_IN_BLING, of_days).fetchall())
    numbers |= {number for number in listed.values() if number}
    if not numbers and not listed:
        return ChannelSales([], {}, {})
    found = read_found(conn, client_id, read_stores(conn, client_id), (sorted(numbers), sorted(listed)))
    sales = [
        sale
        for match in match_orders(found.orders, read_sold(conn, client_id, sorted(numbers)))
        if match.standing == SOLD and match.order.day in set(days)
        for sale in _sales_behind(match, found)
    ]
    return ChannelSales(
        [without_absurd(sale.order) for sale in sales],
        {sale.shipment.shipment: sale.shipment for sale in sales},
        {listing.listing: listing for sale in sales for listing in sale.listings},
    )


def read_stores(conn: psycopg.Connection, client_id: str) -> Stores:
    """The client's stores in both ERPs."""
    row = conn.execute(
        "select canais_bling, lojas_upseller from dashboard.clients where client_id = %s", [client_id]
    ).fetchone()
    assert row is not None
    rows = conn.execute("select payload::text from raw.bling_channels where client_id = %s", [client_id])
    channels = (msgspec.json.decode(payload, type=_Channel) for (payload,) in rows.fetchall())
    types = {channel.id: channel_of(channel.tipo) for channel in channels if channel.tipo}
    return Stores(types, frozenset(row[0]), row[1])


def read_found(
    conn: psycopg.Connection, client_id: str, stores: Stores, only: tuple[list[str], list[str]] | None = None
) -> Found:
    """Stored orders of both ERPs: all of them, or only those with one of the numbers, and of Bling those with a key."""
    numbers, keys = only or ([], [])
    wanted = {"client_id": client_id, "every": only is None, "numbers": numbers, "keys": keys}
    suborders: dict[str, list[Suborder]] = defaultdict(list)
    for key, payload in conn.execute(_UPSELLER_ORDERS, wanted).fetchall():
        suborders[key.rpartition("|")[0]].append(read_suborder(payload))
    of_bling: dict[str, BlingOrder] = {}
    orders = [_upseller_order(key, found, stores) for key, found in suborders.items()]
    for key, day, payload in conn.execute(_BLING_ORDERS, wanted).fetchall():
        of_bling[key] = read_bling_order(payload)
        if not of_bling[key].typing:
            orders.append(_bling_order(key, day, of_bling[key], stores))
    return Found(orders, suborders, of_bling)


def _upseller_order(key: str, found: Sequence[Suborder], stores: Stores) -> ErpOrder:
    first = found[0]
    elsewhere = any(stores.shops.get(each.shop or "") == MERCADO_LIVRE for each in found)
    channel = MERCADO_LIVRE if elsewhere else channel_of(first.platform)
    alive = any(not each.gone for each in found)
    return ErpOrder(UPSELLER, key, day_of(found), channel, first.order_external_id, True, alive)


def _bling_order(key: str, day: date, found: BlingOrder, stores: Stores) -> ErpOrder:
    store = found.loja.id if found.loja else None
    channel = stores.types.get(store) if store is not None else None
    return ErpOrder(BLING, key, day, channel, found.number or None, str(store) in stores.listed, not found.cancelled)


def _sales_behind(match: Match, found: Found) -> Iterable[Sale]:
    order = match.order
    if order.source == UPSELLER:
        return sales_of(found.suborders[order.key])
    assert order.channel is not None  # an unknown one is no sale
    sale = sale_of(found.of_bling[order.key], order.channel, order.day)
    return [] if sale is None else [sale]


def read_sold(conn: psycopg.Connection, client_id: str, numbers: list[str]) -> Sold:
    """Mercado Livre's orders and packs with these numbers."""
    orders: set[str] = set()
    packs: dict[str, list[str]] = defaultdict(list)
    for order_id, pack in conn.execute(_SOLD, {"client_id": client_id, "numbers": numbers}):
        orders.add(order_id)
        if pack is not None:
            packs[pack].append(order_id)
    return Sold(orders, packs)


_UPSELLER_NUMBERS = b"""
    select payload ->> 'order_external_id' from raw.upseller_orders
    where client_id = %(client_id)s and dia = any(%(days)s) and payload ->> 'platform' <> 'mercado_livre'
"""
_LISTED_IN_BLING = b"""
    select pedido.chave, pedido.payload ->> 'numeroLoja' from raw.bling_orders as pedido
    join dashboard.clients as cliente using (client_id)
    where pedido.client_id = %(client_id)s and pedido.dia = any(%(days)s)
      and pedido.payload #>> '{loja,id}' = any(cliente.canais_bling)
"""
_UPSELLER_ORDERS = b"""
    select chave, payload::text from raw.upseller_orders
    where client_id = %(client_id)s
      and (%(every)s or payload ->> 'order_external_id' = any(%(numbers)s))
    order by chave
"""
_BLING_ORDERS = b"""
    select chave, dia, payload::text from raw.bling_orders
    where client_id = %(client_id)s and not payload ? 'excluido'
      and (%(every)s or chave = any(%(keys)s) or payload ->> 'numeroLoja' = any(%(numbers)s))
    order by chave
"""
_SOLD = b"""
    select chave, payload ->> 'pack_id' from raw.mercado_livre_orders
    where client_id = %(client_id)s and chave = any(%(numbers)s)
    union
    select chave, payload ->> 'pack_id' from raw.mercado_livre_orders
    where client_id = %(client_id)s and payload ->> 'pack_id' = any(%(numbers)s)
"""
