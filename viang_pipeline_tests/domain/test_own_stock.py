"""The seller's own stock per SKU, from one authority's balances (kpis.md §5.8, D11, D12)."""

from __future__ import annotations

import pytest

from viang_pipeline.domain.own_stock import Balance, OwnStock, own_stock, usable

MAIN, FULL_MIRROR = "14800001", "14800002"


def test_deposits_that_count_are_added_and_the_others_are_not() -> None:
    balances = [
        Balance("A", "1", MAIN, 35, 32),
        Balance("A", "1", "14800003", 5, 5),
        Balance("A", "1", FULL_MIRROR, 9, 9),
    ]
    assert own_stock(balances, {FULL_MIRROR}) == {"A": OwnStock(37, 3, None, None)}


def test_a_product_that_lies_only_in_excluded_deposits_is_absent() -> None:
    assert own_stock([Balance("A", "1", FULL_MIRROR, 9, 9)], {FULL_MIRROR}) == {}


def test_a_negative_balance_stays_negative() -> None:
    assert own_stock([Balance("A", "1", MAIN, -2, -2)], ())["A"].available == -2


def test_what_is_in_transit_is_told_apart() -> None:
    assert own_stock([Balance("A", "A", "Galpão", 40, 37, 12)], ()) == {"A": OwnStock(37, 3, 12, None)}


def test_reserved_is_unknown_when_a_deposit_does_not_say_what_is_on_hand() -> None:
    found = own_stock([Balance("A", "1", MAIN, None, 5), Balance("A", "1", "2", 4, 4)], ())
    assert found["A"] == OwnStock(9, None, None, None)


def test_two_products_with_one_sku_are_not_added_up() -> None:
    balances = [Balance("A", "1", MAIN, 5, 5), Balance("A", "2", MAIN, 7, 7)]
    assert own_stock(balances, ()) == {"A": OwnStock(None, None, None, "sku_duplicado")}


def test_a_kit_whose_balance_is_computed_from_its_components_has_none_of_its_own() -> None:
    found = own_stock([Balance("KIT", "9", MAIN, 18, 18, virtual=True)], ())
    assert found["KIT"] == OwnStock(None, None, None, "kit_sem_estoque_proprio")


@pytest.mark.parametrize(
    ("own", "full", "authority", "read", "expected"),
    [
        (OwnStock(5, 0, None, None), 3, True, True, (8, None)),
        (OwnStock(5, 0, None, None), None, True, True, (5, None)),
        (OwnStock(-2, 0, None, None), 3, True, True, (1, None)),
        (None, 3, True, True, (3, None)),
        (None, None, True, True, (None, "sku_fora_do_estoque_proprio")),
        (OwnStock(None, None, None, "sku_duplicado"), 3, True, True, (None, "sku_duplicado")),
        (None, 3, True, False, (None, "estoque_proprio_nao_lido")),
        (None, 3, False, False, (None, "autoridade_de_estoque_nao_definida")),
    ],
)
def test_usable_stock_is_stated_only_when_every_part_of_it_is_known(
    own: OwnStock | None, full: int | None, authority: bool, read: bool, expected: tuple[int | None, str | None]
) -> None:
    assert usable(own, full, authority=authority, read=read, full_read=True) == expected


def test_own_stock_alone_is_not_the_usable_stock_while_full_was_not_read() -> None:
    own = OwnStock(5, 0, None, None)
    assert usable(own, None, authority=True, read=True, full_read=False) == (None, "estoque_full_nao_lido")
