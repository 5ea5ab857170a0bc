"""Where an ERP's unit cost of a SKU on a day comes from (kpis.md §5.4, ruling D16; contracts of Bling and UpSeller)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from viang_pipeline.domain.costs import TODAYS, Source, UnitCost
from viang_pipeline.domain.effective import Dated

DUPLICATE = "sku_duplicado"
_AMBIGUOUS = UnitCost(None, None, DUPLICATE)


class ProductPhoto(NamedTuple):
    """A product of an ERP as it stands from ``since`` on. ``sku`` normalised; ``cost`` None = unknown."""

    product: str
    since: date
    sku: str | None
    cost: Decimal | None
    active: bool


class SupplierCost(NamedTuple):
    """What a supplier asks for a product, as known since ``since``; the lowest ``link`` wins among equals."""

    product: str
    link: int
    cost: Decimal
    default: bool
    since: date


def photographed(
    photos: Sequence[ProductPhoto], suppliers: Sequence[SupplierCost], origin: str, supplier_origin: str
) -> Source:
    """An ERP without cost history: each photo is in force from its day on (D16).

    A sale before the first photo takes the first one, and a supplier's cost is only known as it is now: both say so.
    Of several products with one SKU the active ones count, and different costs cannot be told apart.
    """
    wanted = sorted(suppliers, key=lambda each: (not each.default, each.link), reverse=True)
    links = {link.product: link for link in wanted}
    by_product: dict[str, list[ProductPhoto]] = defaultdict(list)
    for photo in sorted(photos, key=lambda each: each.since):
        by_product[photo.product].append(photo)
    carriers: dict[str, dict[str, list[ProductPhoto]]] = defaultdict(dict)
    for photo in photos:
        if photo.sku is not None:
            carriers[photo.sku][photo.product] = by_product[photo.product]
    known = Dated(
        (sku, day, _known_on(sku, day, history, links, origin, supplier_origin))
        for sku, history in carriers.items()
        for day in sorted({photo.since for of_product in history.values() for photo in of_product})
    )

    def cost(sku: str, day: date, order: str) -> UnitCost | None:
        found = known.on(sku, day) or (known.first(sku) or (day, None))[1]
        if found is None or found.cost is None or found.cost.unit is None:
            return found.cost if found else None
        return found.cost if day >= found.since else found.cost._replace(reason=TODAYS)

    return cost


class _Known(NamedTuple):
    cost: UnitCost | None
    since: date


def _known_on(
    sku: str,
    day: date,
    history: Mapping[str, Sequence[ProductPhoto]],
    links: Mapping[str, SupplierCost],
    origin: str,
    supplier_origin: str,
) -> _Known:
    in_force = [
        photo
        for of_product in history.values()
        if (photo := next((each for each in reversed(of_product) if each.since <= day), None)) and photo.sku == sku
    ]
    found: dict[Decimal, _Known] = {}
    for photo in [photo for photo in in_force if photo.active] or in_force:
        link = links.get(photo.product)
        if photo.cost:
            found.setdefault(photo.cost, _Known(UnitCost(photo.cost, origin), day))
        elif link is not None:
            found.setdefault(link.cost, _Known(UnitCost(link.cost, supplier_origin), max(day, link.since)))
    if len(found) > 1:
        return _Known(_AMBIGUOUS, day)
    return next(iter(found.values()), _Known(None, day))


class Listed(NamedTuple):
    """A cost as known since ``since``."""

    cost: Decimal
    since: date


def exported(
    orders: Mapping[tuple[str, str], Decimal],
    lists: Dated[Mapping[str, Decimal]],
    products: Mapping[str, Listed],
    origins: tuple[str, str, str],
) -> Source:
    """An ERP known from exported files: the cost on the order, else the stock list in force, else the purchase cost.

    ``orders``: (order, SKU) → cost of a unit; ``lists``: whole lists, SKU → average cost; ``origins``: names of the
    three. A purchase cost is only known as it is now, and a sale before the first list may take that one: both say so.
    """
    on_order, in_list, on_product = origins
    first_day, first_list = lists.first(None) or (date.max, {})

    def cost(sku: str, day: date, order: str) -> UnitCost | None:
        at_sale = orders.get((order, sku))
        if at_sale is not None:
            return UnitCost(at_sale, on_order)
        listed = (lists.on(None, day) or {}).get(sku)
        if listed is not None:
            return UnitCost(listed, in_list)
        product = products.get(sku)
        if product is not None:
            return UnitCost(product.cost, on_product, TODAYS if day < product.since else None)
        later = first_list.get(sku) if day < first_day else None
        return None if later is None else UnitCost(later, in_list, TODAYS)

    return cost
