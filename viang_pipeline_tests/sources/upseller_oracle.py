"""What a reader should know of an UpSeller account, written from the contract and from the sandbox's truth alone."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from viang_pipeline.sandbox.upseller import Item, SaleOrder
from viang_pipeline.sources.payloads import decode
from viang_pipeline.sources.upseller import Reading

PLATFORMS = {"Mercado Livre": "mercado_livre", "Mercado Libre": "mercado_livre", "TikTok Shop": "tiktok_shop"}
LISTING_IDS = {34}
"""Widths of the templates that print ids of listings, suborders and units of each part, but no product names."""


def stored(reading: Reading) -> dict[str, dict[str, Any]]:
    """Key → payload of everything a file gives."""
    return {found.found.id: decode(found.found.payload, where="test") for found in reading.records}


def suborders(orders: Iterable[SaleOrder], width: int) -> dict[str, dict[str, Any]]:
    """Key → facts of every order, as a template of this width can tell them."""
    return {key(order, width): facts(order, width) for order in orders}


def key(order: SaleOrder, width: int) -> str:
    return f"{platform(order)}|{order.order_id}|{suborder(order, width)}"


def platform(order: SaleOrder) -> str:
    return PLATFORMS.get(order.platform, order.platform.lower())


def suborder(order: SaleOrder, width: int) -> str:
    return (order.suborder if width in LISTING_IDS else None) or order.upseller_id


def facts(order: SaleOrder, width: int) -> dict[str, Any]:
    """Everything that counts for a sale, in reais; blank is absent."""
    found = {
        "platform": platform(order),
        "order_external_id": order.order_id,
        "order_upseller_id": order.upseller_id,
        "suborder_id": suborder(order, width),
        "shop": order.shop,
        "status": order.status,
        "cancelled": order.status.startswith("Cancelad") or bool(order.after_sale or order.cancel_reason),
        "returned": False,
        "ordered_at": local(order.ordered_at),
        "paid_at": local(order.paid_at),
        "shipped_at": local(order.shipped_at),
        "currency": "BRL",
        "order_total": reais(order.total),
        "products_total": reais(order.products_total),
        "discounts": reais(order.discounts),
        "fee_total": reais(order.fee),
        "buyer_freight": reais(order.buyer_freight),
        "freight_total": reais(order.freight),
        "est_profit": reais(order.profit),
        "shipping_method": order.shipping,
        "items": sorted((item_facts(item, width) for item in order.items), key=_canonical),
        "components": sorted((part for item in order.items for part in part_facts(item, width)), key=_canonical),
    }
    return {name: value for name, value in found.items() if value is not None}


def comparable(payload: dict[str, Any]) -> dict[str, Any]:
    """A stored payload with the parts beside the item they belong to, in an order of their own."""
    items = payload["items"]
    parts = [{**part, "item": items[part["item"]]} for part in payload["components"]]
    return {**payload, "items": sorted(items, key=_canonical), "components": sorted(parts, key=_canonical)}


def item_facts(item: Item, width: int) -> dict[str, Any]:
    ids = width in LISTING_IDS
    found = {
        "qty_sold": item.quantity,
        "unit_price": reais(item.unit_price),
        "listing_sku": item.sku,
        "listing_id": item.listing_id if ids else None,
        "variant_id": item.variant_id if ids else None,
        "listing_name": item.name,
        "variation": item.variation,
    }
    return {name: value for name, value in found.items() if value is not None}


def part_facts(item: Item, width: int) -> list[dict[str, Any]]:
    found = [
        {
            "item": item_facts(item, width),
            "warehouse_sku": part.sku or item.sku,
            "product_name": (None if width in LISTING_IDS else part.name) or item.name,
            "qty_component": part.quantity if width in LISTING_IDS else None,
            "cost_unit": reais(part.unit_cost),
            "cost_line": reais(part.cost),
            "warehouse": part.warehouse,
        }
        for part in item.parts
    ]
    return [{name: value for name, value in part.items() if value is not None} for part in found]


def _canonical(told: dict[str, Any]) -> str:
    return json.dumps(told, sort_keys=True, default=str)


def reais(centavos: int | None) -> Decimal | None:
    return None if centavos is None else Decimal(centavos).scaleb(-2)


def local(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(ZoneInfo("America/Sao_Paulo")).isoformat()
