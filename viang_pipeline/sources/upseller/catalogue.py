"""Products, links of SKUs to listings, and kits (contract UpSeller §4 to §6).

A SKU given twice, or a kit with one bad row, is refused with all its rows: which one is right cannot be known.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from viang_pipeline.sources.upseller.cells import (
    BadCell,
    amount,
    identifier,
    instant,
    quantity,
    short_text,
    text,
    yes_or_no,
)
from viang_pipeline.sources.upseller.payloads import KitPart, Link, Product
from viang_pipeline.sources.upseller.reading import Grouped, Reading, grouped, key
from viang_pipeline.sources.upseller.tables import Refused, Row, Table


class _Skip(Exception):
    """A row that is none: left out and counted, not refused."""


class _Taken(NamedTuple):
    line: int
    found: Grouped


def read_products(table: Table, reading: Reading) -> None:
    """Fill ``reading`` with one record per SKU; rows without SKU are skipped."""

    def product(row: Row) -> Grouped:
        sku = row.get("sku", identifier)
        if sku is None:
            raise _Skip
        value = Product(
            sku=sku,
            title=row.get("title", text),
            spu=row.get("spu", identifier),
            product_code=row.get("product_code", identifier),
            active=row.get("active", yes_or_no),
            retail_price=row.get("retail_price", amount),
            purchase_cost=row.get("purchase_cost", amount),
            weight_g=row.get("weight_g", amount),
            ncm=row.get("ncm", identifier),
        )
        return grouped(key(sku), None, value)

    _take(table, reading, product, lambda row: key(row.get("sku", identifier)), "o SKU aparece mais de uma vez")
    _say_skipped(reading, "sem SKU")


def read_links(table: Table, reading: Reading) -> None:
    """Fill ``reading`` with one record per shop, listing, variant and SKU; rows without SKU or shop are skipped."""
    without_listing_sku = 0

    def place(row: Row) -> str:
        listing = row.get("listing_id", identifier)
        plain = None if listing is None else re.sub(r"^MLB-?(?=\d+$)", "", listing)
        return key(row.get("shop", short_text), plain, row.get("variant_id", identifier))

    def link(row: Row) -> Grouped:
        nonlocal without_listing_sku
        sku, shop = row.get("sku", identifier), row.get("shop", short_text)
        if sku is None or shop is None:
            raise _Skip
        listing = row.get("listing_id", identifier)
        value = Link(
            sku=sku,
            shop=shop,
            listing_id=None if listing is None else re.sub(r"^MLB-?(?=\d+$)", "", listing),
            variant_id=row.get("variant_id", identifier),
            listing_sku=row.get("listing_sku", identifier),
            variation=row.get("variation", text),
            updated_at=_iso(row, table.epoch),
        )
        without_listing_sku += value.listing_sku is None
        return grouped(place(row), sku, value)

    _take(table, reading, link, place, "o mesmo SKU está ligado duas vezes ao mesmo anúncio")
    _say_skipped(reading, "sem SKU ou sem loja")
    if without_listing_sku:
        reading.warnings.append(f"{without_listing_sku} linha(s) sem SKU do anúncio")
    reading.shops = sorted({found.found.value.shop for found in reading.records if isinstance(found.found.value, Link)})


def read_kits(table: Table, reading: Reading) -> None:
    """Fill ``reading`` with one record per kit and component."""

    def part(row: Row) -> Grouped:
        kit, component = row.need("kit", identifier), row.need("component", identifier)
        units = row.need("qty", quantity)
        if units <= 0:
            raise BadCell(f"{row.layout.printed('qty')}: deve ser maior que zero")
        return grouped(key(kit), component, KitPart(kit=kit, component=component, qty=units))

    _take(table, reading, part, lambda row: key(row.get("kit", identifier)), "o componente aparece duas vezes no kit")


def _take(
    table: Table, reading: Reading, read: Callable[[Row], Grouped], group_of: Callable[[Row], str], repeated: str
) -> None:
    """Read every row; a group with a bad row or with one key twice is refused as a whole."""
    groups: dict[str, list[_Taken]] = defaultdict(list)
    broken: dict[str, int] = {}
    for row in table.rows:
        try:
            found = read(row)
        except _Skip:
            reading.skipped += 1
            continue
        except BadCell as bad:
            reading.refused.append(Refused(row.line, str(bad)))
            try:
                broken.setdefault(group_of(row), row.line)
            except BadCell:
                continue
            continue
        groups[found.group].append(_Taken(row.line, found))
    for group, taken in groups.items():
        if group in broken:
            reason = f"outra linha do mesmo código foi recusada ({broken[group]})"
            reading.refused += [Refused(each.line, reason) for each in taken]
        elif len({each.found.found.id for each in taken}) < len(taken):
            reading.refused += [Refused(each.line, repeated) for each in taken]
        else:
            reading.records += [each.found for each in taken]


def _say_skipped(reading: Reading, why: str) -> None:
    if reading.skipped:
        reading.warnings.append(f"{reading.skipped} linha(s) {why} foram puladas")


def _iso(row: Row, epoch: datetime) -> str | None:
    at = row.get("updated_at", lambda cell: instant(cell, epoch))
    return None if at is None else at.isoformat()
