"""Which SKUs a listing carries (kpis.md §4.2, D3, D9)."""

from __future__ import annotations

import pytest

from viang_pipeline.domain.listing_skus import carried_skus
from viang_pipeline.domain.sales import Listing


@pytest.mark.parametrize(
    ("listing", "carried"),
    [
        (Listing("MLB1", {}, " gar  1l ", "campo"), ("GAR 1L",)),
        (Listing("MLB1", {}, None, "campo"), ("CAMPO",)),
        (Listing("MLB1", {}, "  ", None), ("__SEM_SKU__:MLB1",)),
        (Listing("MLB1", {"2": "az", "1": "vd"}, None, None, variations=("1", "2")), ("AZ", "VD")),
        (Listing("MLB1", {"1": "az"}, "geral", None, variations=("1", "2")), ("AZ", "GERAL")),
        (Listing("MLB1", {"1": "az", "2": "az"}, None, None, variations=("1", "2")), ("AZ", "AZ")),
        (Listing("MLB1", {"1": "az"}, None, None, variations=("1", "2")), ("AZ", "__SEM_SKU__:MLB1")),
    ],
    ids=["own SKU", "custom field", "none", "variations", "variation without", "same SKU twice", "partly unknown"],
)
def test_a_listing_carries_one_sku_per_variation(listing: Listing, carried: tuple[str, ...]) -> None:
    assert carried_skus(listing) == carried
