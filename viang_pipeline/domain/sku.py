"""Which SKU a sold line belongs to: the first source that has one, normalised (kpis.md §4.2, ruling D3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

from viang_pipeline.domain.effective import Dated
from viang_pipeline.domain.sales import FrozenSku, Item, Listing

NO_SKU = "__SEM_SKU__:"
PROVISIONAL = "provisorio"
FROM_ORDER = ("pedido", "pedido_campo_proprio")
FROM_LISTING = (*FROM_ORDER, "variacao", "anuncio", "anuncio_campo_proprio")
BUCKET = "sem_sku"
TOLD = "vinculo_cliente"
"""The client's own link table names the SKU."""

Place = tuple[str, str]
"""(listing, variation); the variation is empty for the listing as a whole."""


class Links(NamedTuple):
    """Step 6, for listings that name no SKU themselves.

    ``told``: (account, listing, variation) → SKU, by the client from a day on; ``kept``: what the ERPs say now, with
    its origin.
    """

    told: Dated[str]
    kept: Mapping[Place, tuple[str, str]]


NO_LINKS = Links(Dated(()), {})


def normalise_sku(text: str | None) -> str | None:
    """Trim, collapse inner spaces, upper-case; leading zeros stay. Blank → None."""
    if text is None:
        return None
    collapsed = " ".join(text.split()).upper()
    return collapsed or None


def resolve_sku(item: Item, listing: Listing | None, links: Links = NO_LINKS) -> FrozenSku:
    """The SKU of a line as it is first seen, with its origin.

    1 line seller SKU · 2 line custom field · 3 variation attribute · 4 listing attribute · 5 listing custom field ·
    6 link kept by an ERP · 7 bucket ``__SEM_SKU__:<listing>``. Without a listing to look at, 6 and 7 are only
    ``provisorio``.
    """
    for origin, text in _candidates(item, listing):
        sku = normalise_sku(text)
        if sku is not None:
            return FrozenSku(sku=sku, raw=text, origin=origin)
    sku, origin = (
        links.kept.get((item.listing, item.variation or "")) or links.kept.get((item.listing, "")) or (None, BUCKET)
    )
    origin = origin if listing is not None else PROVISIONAL
    return FrozenSku(sku=sku or NO_SKU + item.listing, raw=sku, origin=origin)


def told_sku(found: FrozenSku, item: Item, account: int | None, day: date, links: Links) -> FrozenSku:
    """The SKU the client's link table names on the day of the sale, where the listing named none; else ``found``.

    The table is dated, so that history moves only when somebody moves it (§4.2): it is asked again at every build.
    """
    if found.origin in FROM_LISTING:
        return found
    place = (str(account), item.listing)
    sku = links.told.on((*place, item.variation or ""), day) or links.told.on((*place, ""), day)
    if sku is not None:
        return FrozenSku(sku=sku, raw=sku, origin=TOLD)
    return found if found.origin != TOLD else FrozenSku(sku=NO_SKU + item.listing, raw=None, origin=BUCKET)


def _candidates(item: Item, listing: Listing | None) -> Iterator[tuple[str, str | None]]:
    yield "pedido", item.seller_sku
    yield "pedido_campo_proprio", item.custom_field
    if listing is not None:
        if item.variation is not None:
            yield "variacao", listing.variation_skus.get(item.variation)
        yield "anuncio", listing.sku
        yield "anuncio_campo_proprio", listing.custom_field
