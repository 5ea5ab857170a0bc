"""Which SKUs a listing carries, one entry per variation (kpis.md §4.2, rulings D3 and D9)."""

from __future__ import annotations

from viang_pipeline.domain.sales import Listing
from viang_pipeline.domain.sku import NO_SKU, normalise_sku


def carried_skus(listing: Listing) -> tuple[str, ...]:
    """Normalised SKUs of a listing, sorted: one per variation, or one for a listing without variations.

    A variation's own attribute comes first, then the listing's attribute, then the listing's custom field; what has
    none of them is in the bucket ``__SEM_SKU__:<listing>``.
    """
    own = normalise_sku(listing.sku) or normalise_sku(listing.custom_field) or NO_SKU + listing.listing
    found = [normalise_sku(listing.variation_skus.get(variation)) or own for variation in listing.variations]
    return tuple(sorted(found)) or (own,)
