"""What a SKU's stock is worth at cost (kpis.md §5.8)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from viang_pipeline.domain.costs import TODAYS, UnitCost
from viang_pipeline.domain.stock_value import stock_value

KNOWN = UnitCost(Decimal("1.2345"), "cliente")
UNKNOWN = UnitCost(None)


def test_the_value_is_rounded_once_after_it_was_multiplied() -> None:
    assert stock_value(10, KNOWN) == (Decimal("12.35"), None)


@pytest.mark.parametrize("stock", [0, -3], ids=["none", "owed"])
@pytest.mark.parametrize("cost", [KNOWN, UNKNOWN], ids=["known", "unknown"])
def test_units_that_are_not_there_are_worth_nothing_whatever_they_cost(stock: int, cost: UnitCost) -> None:
    assert stock_value(stock, cost) == (Decimal("0.00"), None)


def test_an_unknown_cost_is_no_zero() -> None:
    assert stock_value(10, UNKNOWN) == (None, "estoque_sem_custo")


def test_a_cost_that_was_known_only_later_values_nothing() -> None:
    assert stock_value(10, KNOWN._replace(reason=TODAYS)) == (None, "estoque_sem_custo")


def test_unknown_stock_has_a_reason_of_its_own() -> None:
    assert stock_value(None, KNOWN) == (None, None)
