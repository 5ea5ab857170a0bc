"""Visits of a SKU from the visits of its listings (kpis.md §5.7, rulings D1 and D2). Never an allocation (§4.3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import NamedTuple, Protocol

from viang_pipeline.domain.sku import NO_SKU

MULTI_SKU = "anuncio_multi_sku"
NOT_READ = "visita_nao_lida"
CLOSED = "closed"


class Carried(Protocol):
    """What a listing carried on the day: its status, and one SKU per variation."""

    @property
    def status(self) -> str | None:
        """As the platform says it; None when it was not seen."""

    @property
    def skus(self) -> Collection[str]:
        """One per variation; twins appear twice."""


class SkuVisits(NamedTuple):
    """``visits`` None = cannot be said, then ``reason`` says why; ``orders``: valid orders on the same listings."""

    visits: int | None
    orders: int | None
    reason: str | None


def sku_visits(
    listings: Mapping[str, Carried], visits: Mapping[str, int], orders: Mapping[tuple[str, str], int]
) -> dict[str, SkuVisits]:
    """SKU → its visits of one day, for every SKU some listing carries; the ``__SEM_SKU__`` bucket has none.

    ``visits``: observed listings, zeros included; ``orders``: valid orders by (SKU, listing). Σ over the listings that
    carry only this SKU; NULL when an open listing carries it beside others, when an open one was not observed, or when
    none was.
    """
    alone: dict[str, list[str]] = defaultdict(list)
    shared: set[str] = set()
    for listing, carried in listings.items():
        distinct = set(carried.skus)
        if len(distinct) == 1:
            alone[next(iter(distinct))].append(listing)
        elif carried.status != CLOSED:
            shared |= distinct
    found = {}
    for sku in sorted(alone.keys() | shared):
        if sku.startswith(NO_SKU):
            continue
        own = alone[sku]
        if sku in shared:
            found[sku] = SkuVisits(None, None, MULTI_SKU)
            continue
        seen = [listing for listing in own if listing in visits]
        if not seen or any(listing not in visits and listings[listing].status != CLOSED for listing in own):
            found[sku] = SkuVisits(None, None, NOT_READ)
        else:
            found[sku] = SkuVisits(
                sum(visits[listing] for listing in seen), sum(orders.get((sku, listing), 0) for listing in seen), None
            )
    return found
