"""Stock per SKU from a night's photo (kpis.md §4.2 traps, §5.8): what is shared is counted once, never per listing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from viang_pipeline.domain.sku import NO_SKU, normalise_sku

SHARED = "inventario_de_varios_skus"


class Announced(NamedTuple):
    """A quantity a listing or variation announces. ``unit``: what shares one stock (user product, or the listing)."""

    listing: str
    sku: str | None
    unit: str
    inventory: str | None
    quantity: int


class Inventory(NamedTuple):
    """What lies in Full under one inventory id."""

    available: int
    blocked: int


class SkuStock(NamedTuple):
    """``full``/``blocked`` None = no Full inventory, or one that several SKUs share (``reason``)."""

    full: int | None
    blocked: int | None
    announced: int
    reason: str | None


def sku_stock(announced: Iterable[Announced], inventories: Mapping[str, Inventory]) -> dict[str, SkuStock]:
    """SKU → stock. An inventory id, and a stock unit, counts once per SKU however many listings show it.

    An inventory id under which several SKUs are sold cannot be split (R17): their Full stock is NULL with a reason,
    and only the client's total has it.
    """
    units: dict[str, dict[str, int]] = defaultdict(dict)
    of_sku: dict[str, set[str]] = defaultdict(set)
    owners: dict[str, set[str]] = defaultdict(set)
    for each in announced:
        sku = normalise_sku(each.sku) or NO_SKU + each.listing
        units[sku][each.unit] = max(each.quantity, units[sku].get(each.unit, 0))
        if each.inventory is not None and each.inventory in inventories:
            of_sku[sku].add(each.inventory)
            owners[each.inventory].add(sku)
    found = {}
    for sku in sorted(units):
        total = sum(units[sku].values())
        if any(len(owners[inventory]) > 1 for inventory in of_sku[sku]):
            found[sku] = SkuStock(None, None, total, SHARED)
        elif of_sku[sku]:
            own = [inventories[inventory] for inventory in of_sku[sku]]
            found[sku] = SkuStock(sum(i.available for i in own), sum(i.blocked for i in own), total, None)
        else:
            found[sku] = SkuStock(None, None, total, None)
    return found
