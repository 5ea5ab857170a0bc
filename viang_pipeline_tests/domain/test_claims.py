"""A claim at the lines of its order (kpis.md §5.7, custo_devolucao, D14)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viang_pipeline.domain.claims import ClaimFacts, SoldLine, claim_lines, cost_is_read
from viang_pipeline.domain.inspection import Condition, Loss, lost_units

DAY = date(2026, 3, 10)


def facts(**given_: object) -> ClaimFacts:
    values = {
        "claim": "1", "opened": DAY, "status": "opened", "stage": "claim", "kind": "mediations", "order": "O",
        "has_return": True, "return_day": DAY, "return_status": "shipped", "returned": {("O", "MLB1", None): 2},
        "cost": None,
    }  # fmt: skip
    return ClaimFacts(**(values | given_))  # type: ignore[arg-type]


def line(number: int = 1, value: int = 100_00, listing: str = "MLB1", order: str = "O", quantity: int = 3) -> SoldLine:
    return SoldLine(order, number, DAY, f"SKU-{number}", listing, None, quantity, value, Decimal("12.345"))


@pytest.mark.parametrize(
    ("given_", "read"),
    [
        ({"has_return": False}, False),
        ({}, False),
        ({"cost": 0}, True),
        ({"status": "closed"}, True),
    ],
    ids=["open without a return", "open and unread", "charged zero", "closed without a charge"],
)
def test_when_the_cost_of_a_claim_is_known(given_: dict[str, object], read: bool) -> None:
    assert cost_is_read(facts(**given_)) is read


def test_units_are_back_only_once_they_arrived() -> None:
    assert [found.units_back for found in claim_lines(facts(), [line()])] == [0]
    assert [found.units_back for found in claim_lines(facts(return_status="delivered"), [line()])] == [2]


@pytest.mark.parametrize(
    ("returned", "back"),
    [(1, [1, 0]), (3, [2, 1]), (4, [2, 2])],
    ids=["the first line alone", "the second takes the rest", "more than were sold"],
)
def test_units_of_a_listing_sold_on_two_lines_come_back_once(returned: int, back: list[int]) -> None:
    found = facts(return_status="delivered", returned={("O", "MLB1", None): returned})
    lines = [line(1, quantity=2), line(2, quantity=1)]
    assert [each.units_back for each in claim_lines(found, lines)] == back


def test_units_come_back_to_the_order_the_return_names() -> None:
    found = facts(return_status="delivered", returned={("O", "MLB1", None): 1, ("P", "MLB1", None): 2})
    lines = [line(1), line(1, order="P")]
    assert [(each.order, each.units_back) for each in claim_lines(found, lines)] == [("O", 1), ("P", 2)]


def test_a_claim_about_no_known_order_stays_without_sku() -> None:
    (found,) = claim_lines(facts(order=None, cost=5_00), [])
    assert (found.order, found.line_no, found.sku, found.sale_day, found.freight_back) == ("", 0, None, None, 5_00)


def test_an_unread_cost_is_no_zero() -> None:
    assert [found.freight_back for found in claim_lines(facts(), [line()])] == [None]


@given(cost=st.integers(0, 10**6), values=st.lists(st.integers(0, 10**6), min_size=1, max_size=6))
def test_the_way_back_is_spread_to_the_centavo(cost: int, values: list[int]) -> None:
    lines = [line(number, value) for number, value in enumerate(values, 1)]
    assert sum(found.freight_back or 0 for found in claim_lines(facts(cost=cost), lines)) == cost


ONE_BROKEN = {"O": [Condition("unsaleable"), Condition("saleable")]}


@pytest.mark.parametrize(
    ("units", "found", "lost"),
    [
        (2, [], Loss.NOT_INSPECTED),
        (2, [Condition("saleable"), Condition(None)], Loss.NOT_INSPECTED),
        (2, [Condition("saleable")], 0),
        (2, [Condition("unsaleable")], 2),
        (2, [Condition("discard")], 2),
        (2, [Condition("missing")], 2),
        (2, [Condition("missing", 1)], 1),
        (2, [Condition("saleable", 1)], 1),
        (2, [Condition("missing", 9)], 2),
        (2, [Condition("saleable"), Condition("discard")], 1),
        (3, [Condition("saleable"), Condition("discard")], Loss.UNKNOWN),
        (1, [Condition("burnt")], Loss.UNKNOWN),
    ],
)
def test_how_many_units_an_inspection_says_are_lost(units: int, found: list[Condition], lost: int | Loss) -> None:
    assert lost_units(units, found) == lost


def test_lost_units_cost_what_their_line_says_and_join_the_way_back() -> None:
    found = facts(return_status="delivered", cost=5_00, conditions=ONE_BROKEN)
    (at_line,) = claim_lines(found, [line()])
    assert (at_line.units_lost, at_line.loss, at_line.cost, at_line.reason) == (1, 12_35, 17_35, None)


def test_nothing_is_lost_before_it_is_back() -> None:
    found = facts(cost=5_00, conditions={"O": [Condition("missing")]})
    (at_line,) = claim_lines(found, [line()])
    assert (at_line.units_lost, at_line.cost, at_line.reason) == (0, 5_00, None)


@pytest.mark.parametrize(
    ("given_", "unit_cost", "reason"),
    [
        ({}, "1", "devolucao_nao_lida"),
        ({"status": "closed"}, "1", None),
        ({"conditions": {"O": [Condition("burnt")]}, "status": "closed"}, "1", "devolucao_condicao_desconhecida"),
        ({"conditions": ONE_BROKEN}, None, "devolucao_sem_custo"),
        ({"conditions": {"O": [Condition("saleable")]}}, None, None),
    ],
    ids=["open, not inspected", "closed, not inspected", "unheard of", "of unknown cost", "nothing lost"],
)
def test_a_cost_that_is_not_known_says_why(
    given_: dict[str, object], unit_cost: str | None, reason: str | None
) -> None:
    sold = line()._replace(unit_cost=None if unit_cost is None else Decimal(unit_cost))
    (at_line,) = claim_lines(facts(return_status="delivered", cost=5_00, **given_), [sold])
    assert (at_line.reason, at_line.cost) == (reason, None if reason else 5_00)


@given(
    back=st.lists(st.integers(1, 4), min_size=1, max_size=4),
    conditions=st.lists(st.sampled_from(["saleable", "discard"]), min_size=16, max_size=16),
)
def test_units_lost_of_an_order_are_those_found_and_never_more_than_came_back(
    back: list[int], conditions: list[str]
) -> None:
    entries = [Condition(each) for each in conditions[: sum(back)]]
    lines = [line(n, listing=f"MLB{n}", quantity=units) for n, units in enumerate(back, 1)]
    returned = {("O", each.listing, None): each.quantity for each in lines}
    found = claim_lines(facts(return_status="delivered", returned=returned, conditions={"O": entries}), lines)
    assert sum(each.units_lost or 0 for each in found) == conditions[: sum(back)].count("discard")
    assert all((each.units_lost or 0) <= each.units_back for each in found)
