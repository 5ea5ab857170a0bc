"""Stock per SKU from a night's photo (kpis.md §4.2 traps, §5.8): what is shared is counted once, never per listing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from viang_pipeline.domain.sku import NO_SKU, normalise_sku

SHARED = "inventario_de_varios_skus"


class StockUnit(NamedTuple):
    """A listing without variations, or one variation. ``twins``: units the platform says have the same stock."""

    key: str
    user_product: str | None
    inventory: str | None
    twins: tuple[str, ...] = ()


def shared_stocks(units: Collection[StockUnit]) -> dict[str, str]:
    """Unit → the name of its stock, the same for all units that share one (contract §7.2, §15 trap 16).

    Units share a stock when they have a user product, an inventory id or a twin in common, directly or through others.
    """
    parent = {unit.key: unit.key for unit in units}

    def root(key: str) -> str:
        while parent[key] != key:
            key = parent[key]
        return key

    first_with: dict[tuple[str, str], str] = {}
    for unit in sorted(units):
        links = [twin for twin in unit.twins if twin in parent]
        for kind, mark in (("user product", unit.user_product), ("inventory", unit.inventory)):
            if mark is not None:
                links.append(first_with.setdefault((kind, mark), unit.key))
        for link in links:
            ends = sorted((root(unit.key), root(link)))
            parent[ends[1]] = ends[0]
    return {key: root(key) for key in parent}


class Announced(NamedTuple):
    """What a listing or variation announces. ``unit``: the stock it shares; ``quantity`` None = it is not on sale."""

    listing: str
    sku: str | None
    unit: str
    inventory: str | None
    quantity: int | None


class Inventory(NamedTuple):
    """What lies in Full under one inventory id. ``reasons``: reason → quantity of what is blocked."""

    available: int
    blocked: int
    reasons: Mapping[str, int] = {}


class SkuStock(NamedTuple):
    """``full``/``blocked``/``blocked_for`` (reason → quantity) None = no Full inventory, or one that several SKUs share
    (``reason``); ``announced`` None = nothing is on sale."""

    full: int | None
    blocked: int | None
    announced: int | None
    reason: str | None
    blocked_for: dict[str, int] | None = None


def sku_stock(announced: Iterable[Announced], inventories: Mapping[str, Inventory]) -> dict[str, SkuStock]:
    """SKU → stock. An inventory id, and a stock unit, counts once per SKU however many listings show it.

    An inventory id under which several SKUs are sold cannot be split (R17): their Full stock is NULL with a reason,
    and only the client's total has it.
    """
    carried: set[str] = set()
    units: dict[str, dict[str, int]] = defaultdict(dict)
    of_sku: dict[str, set[str]] = defaultdict(set)
    owners: dict[str, set[str]] = defaultdict(set)
    for each in announced:
        sku = normalise_sku(each.sku) or NO_SKU + each.listing
        carried.add(sku)
        if each.quantity is not None:
            units[sku][each.unit] = max(each.quantity, units[sku].get(each.unit, 0))
        if each.inventory is not None and each.inventory in inventories:
            of_sku[sku].add(each.inventory)
            owners[each.inventory].add(sku)
    found = {}
    for sku in sorted(carried):
        total = sum(units[sku].values()) if units[sku] else None
        if any(len(owners[key]) > 1 for key in of_sku[sku]):
            found[sku] = SkuStock(None, None, total, SHARED)
        elif of_sku[sku]:
            own = [inventories[key] for key in of_sku[sku]]
            reasons: Counter[str] = Counter()
            for inventory in own:
                reasons.update(inventory.reasons)
            full, blocked = sum(i.available for i in own), sum(i.blocked for i in own)
            found[sku] = SkuStock(full, blocked, total, None, dict(reasons))
        else:
            found[sku] = SkuStock(None, None, total, None)
    return found
