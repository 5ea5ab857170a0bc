"""A claim at the lines of its order (kpis.md §5.7, custo_devolucao, D14)."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viang_pipeline.domain.claims import ClaimFacts, SoldLine, claim_lines, cost_is_read

DAY = date(2026, 3, 10)


def facts(**given_: object) -> ClaimFacts:
    values = {
        "claim": "1", "opened": DAY, "status": "opened", "stage": "claim", "kind": "mediations", "order": "O",
        "has_return": True, "return_day": DAY, "return_status": "shipped", "returned": {("O", "MLB1", None): 2},
        "cost": None,
    }  # fmt: skip
    return ClaimFacts(**(values | given_))  # type: ignore[arg-type]


def line(number: int = 1, value: int = 100_00, listing: str = "MLB1") -> SoldLine:
    return SoldLine("O", number, DAY, f"SKU-{number}", listing, None, value)


@pytest.mark.parametrize(
    ("given_", "read"),
    [
        ({"has_return": False}, True),
        ({}, False),
        ({"cost": 0}, True),
        ({"status": "closed"}, True),
    ],
    ids=["no return costs nothing", "open and unread", "charged zero", "closed without a charge"],
)
def test_when_the_cost_of_a_claim_is_known(given_: dict[str, object], read: bool) -> None:
    assert cost_is_read(facts(**given_)) is read


def test_units_are_back_only_once_they_arrived() -> None:
    assert [found.units_back for found in claim_lines(facts(), [line()])] == [0]
    assert [found.units_back for found in claim_lines(facts(return_status="delivered"), [line()])] == [2]


def test_a_claim_about_no_known_order_stays_without_sku() -> None:
    (found,) = claim_lines(facts(order=None, cost=5_00), [])
    assert (found.order, found.line_no, found.sku, found.sale_day, found.freight_back) == ("", 0, None, None, 5_00)


def test_an_unread_cost_is_no_zero() -> None:
    assert [found.freight_back for found in claim_lines(facts(), [line()])] == [None]


@given(cost=st.integers(0, 10**6), values=st.lists(st.integers(0, 10**6), min_size=1, max_size=6))
def test_the_way_back_is_spread_to_the_centavo(cost: int, values: list[int]) -> None:
    lines = [line(number, value) for number, value in enumerate(values, 1)]
    assert sum(found.freight_back or 0 for found in claim_lines(facts(cost=cost), lines)) == cost
