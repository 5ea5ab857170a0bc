"""Which SKU a line belongs to (kpis.md §4.2, R13, ruling D3)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from viang_pipeline.domain.effective import Dated
from viang_pipeline.domain.sales import FrozenSku, Item, Listing
from viang_pipeline.domain.sku import Links, normalise_sku, resolve_sku, told_sku
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


ERP = Links(Dated(()), {("MLB1", ""): ("ERP", "vinculo_bling"), ("MLB1", "10"): ("ERP-10", "vinculo_upseller")})
SILENT = Listing("MLB1", {}, None, None)
DAY = date(2026, 3, 10)


def test_what_an_erp_keeps_about_a_listing_comes_after_everything_the_listing_says() -> None:
    item = an_item(seller_sku=None)
    assert resolve_sku(item, LISTING, ERP).sku == "DO-ANUNCIO"
    assert resolve_sku(item, SILENT, ERP) == FrozenSku("ERP", "ERP", "vinculo_bling")
    assert resolve_sku(an_item(seller_sku=None, variation="10"), SILENT, ERP).sku == "ERP-10"
    assert resolve_sku(an_item(seller_sku=None, variation="11"), SILENT, ERP).sku == "ERP"


def test_a_link_of_a_listing_nobody_has_read_is_only_provisional() -> None:
    assert resolve_sku(an_item(seller_sku=None), None, ERP) == FrozenSku("ERP", "ERP", "provisorio")


def told(*links: tuple[str, str, date, str]) -> Links:
    return Links(Dated((("77", listing, variation), day, sku) for listing, variation, day, sku in links), {})


@pytest.mark.parametrize("origin", ["sem_sku", "provisorio", "vinculo_bling", "vinculo_cliente"])
def test_the_clients_link_names_the_sku_of_what_the_listing_left_open(origin: str) -> None:
    links = told(("MLB1", "", DAY, "X"), ("MLB1", "10", DAY, "Y"))
    found = FrozenSku("__SEM_SKU__:MLB1", None, origin)
    assert told_sku(found, an_item(), 77, DAY, links) == FrozenSku("X", "X", "vinculo_cliente")
    assert told_sku(found, an_item(variation="10"), 77, DAY, links).sku == "Y"
    assert told_sku(found, an_item(variation="11"), 77, DAY, links).sku == "X"


@pytest.mark.parametrize("origin", ["pedido", "pedido_campo_proprio", "variacao", "anuncio", "anuncio_campo_proprio"])
def test_the_clients_link_never_overrides_what_order_or_listing_said(origin: str) -> None:
    found = FrozenSku("A", "a", origin)
    assert told_sku(found, an_item(), 77, DAY, told(("MLB1", "", DAY, "X"))) == found


def test_a_link_holds_from_its_day_on_and_for_its_account_only() -> None:
    found, links = FrozenSku("__SEM_SKU__:MLB1", None, "sem_sku"), told(("MLB1", "", DAY, "X"))
    assert told_sku(found, an_item(), 77, DAY - timedelta(days=1), links) == found
    assert told_sku(found, an_item(), 78, DAY, links) == found


def test_a_line_that_had_a_link_of_the_client_is_in_the_bucket_again_without_it() -> None:
    found = FrozenSku("X", "X", "vinculo_cliente")
    assert told_sku(found, an_item(), 77, DAY, told()) == FrozenSku("__SEM_SKU__:MLB1", None, "sem_sku")
