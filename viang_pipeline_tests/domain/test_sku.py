"""Which SKU a line belongs to (kpis.md §4.2, R13, ruling D3)."""

from __future__ import annotations

import pytest

from viang_pipeline.domain.sales import FrozenSku, Item, Listing
from viang_pipeline.domain.sku import normalise_sku, resolve_sku
from viang_pipeline_tests.domain.builders import an_item

LISTING = Listing(listing="MLB1", variation_skus={"10": "da-variacao"}, sku="do-anuncio", custom_field="campo-anuncio")


@pytest.mark.parametrize(
    ("text", "sku"),
    [
        ("  abc-1 ", "ABC-1"),
        ("kit   2  un", "KIT 2 UN"),
        ("tab\tlinha\nfim", "TAB LINHA FIM"),
        ("000123", "000123"),
        ("ação", "AÇÃO"),
        ("", None),
        ("   ", None),
        (None, None),
    ],
)
def test_a_sku_is_trimmed_collapsed_and_upper_case(text: str | None, sku: str | None) -> None:
    assert normalise_sku(text) == sku


@pytest.mark.parametrize(
    ("item", "listing", "expected"),
    [
        (an_item(seller_sku=" a1 ", custom_field="b", variation="10"), LISTING, ("A1", " a1 ", "pedido")),
        (an_item(seller_sku="  ", custom_field="b", variation="10"), LISTING, ("B", "b", "pedido_campo_proprio")),
        (an_item(seller_sku=None, variation="10"), LISTING, ("DA-VARIACAO", "da-variacao", "variacao")),
        (an_item(seller_sku=None, variation="99"), LISTING, ("DO-ANUNCIO", "do-anuncio", "anuncio")),
        (an_item(seller_sku=None), LISTING, ("DO-ANUNCIO", "do-anuncio", "anuncio")),
        (
            an_item(seller_sku=None, variation="99"),
            Listing("MLB1", {}, " ", "campo-anuncio"),
            ("CAMPO-ANUNCIO", "campo-anuncio", "anuncio_campo_proprio"),
        ),
        (an_item(seller_sku=None), Listing("MLB1", {}, None, None), ("__SEM_SKU__:MLB1", None, "sem_sku")),
        (an_item(seller_sku=None), None, ("__SEM_SKU__:MLB1", None, "provisorio")),
    ],
)
def test_the_first_source_that_has_a_sku_wins(
    item: Item, listing: Listing | None, expected: tuple[str, str | None, str]
) -> None:
    assert resolve_sku(item, listing) == FrozenSku(*expected)
