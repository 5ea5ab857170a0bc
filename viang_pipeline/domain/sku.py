"""Which SKU a sold line belongs to: the first source that has one, normalised (kpis.md §4.2, ruling D3)."""

from __future__ import annotations

from collections.abc import Iterator

from viang_pipeline.domain.sales import FrozenSku, Item, Listing

NO_SKU = "__SEM_SKU__:"
PROVISIONAL = "provisorio"
FROM_ORDER = ("pedido", "pedido_campo_proprio")


def normalise_sku(text: str | None) -> str | None:
    """Trim, collapse inner spaces, upper-case; leading zeros stay. Blank → None."""
    if text is None:
        return None
    collapsed = " ".join(text.split()).upper()
    return collapsed or None


def resolve_sku(item: Item, listing: Listing | None) -> FrozenSku:
    """The SKU of a line, with its origin.

    1 line seller SKU · 2 line custom field · 3 variation attribute · 4 listing attribute · 5 listing custom field ·
    6 bucket ``__SEM_SKU__:<listing>``. Without a listing to look at, the bucket is only ``provisorio``.
    """
    for origin, text in _candidates(item, listing):
        sku = normalise_sku(text)
        if sku is not None:
            return FrozenSku(sku=sku, raw=text, origin=origin)
    origin = "sem_sku" if listing is not None else PROVISIONAL
    return FrozenSku(sku=NO_SKU + item.listing, raw=None, origin=origin)


def _candidates(item: Item, listing: Listing | None) -> Iterator[tuple[str, str | None]]:
    yield "pedido", item.seller_sku
    yield "pedido_campo_proprio", item.custom_field
    if listing is not None:
        if item.variation is not None:
            yield "variacao", listing.variation_skus.get(item.variation)
        yield "anuncio", listing.sku
        yield "anuncio_campo_proprio", listing.custom_field
