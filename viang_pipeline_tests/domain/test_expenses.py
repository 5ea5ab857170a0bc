"""Bills by month of competence and category, and which of them are fixed expenses (kpis.md §5.5)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from viang_pipeline.domain.expenses import Bill, Categories, Expense, expenses

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
TOLD = Categories({"1": "Aluguel", "2": "Mercadoria"}, [("1", MARCH, True), ("  mercadoria ", MARCH, False)])


def bill(**given: Any) -> Bill:
    """R$ 900,00 of rent for March, due in April."""
    return Bill(
        **{"due": date(2026, 4, 5), "status": 1, "amount": 900_00, "competence": MARCH, "category": "1"} | given
    )


def only(*bills: Bill, categories: Categories = TOLD) -> Expense:
    (found,) = expenses(bills, categories)
    return found


def test_a_bill_counts_in_its_month_of_competence_and_not_when_it_is_due() -> None:
    assert only(bill(), bill(competence=date(2026, 3, 31), amount=1)) == Expense(
        MARCH, "1", "Aluguel", True, 900_01, 2, 0
    )


def test_every_status_counts_but_the_cancelled() -> None:
    assert only(*(bill(status=status) for status in range(1, 8))).bills == 6
    assert expenses([bill(status=5)], TOLD) == []


@pytest.mark.parametrize(
    "told", [{"competence": None}, {"amount": None}, {"status": 8}, {"status": None}], ids=lambda each: next(iter(each))
)
def test_a_bill_that_cannot_be_placed_is_unread_in_the_month_it_is_due_and_never_a_zero(told: dict[str, Any]) -> None:
    found = only(bill(**told))
    assert (found.month, found.amount, found.bills, found.unread) == (APRIL, None, 1, 1)


def test_one_unread_bill_leaves_the_whole_of_its_category_unknown() -> None:
    found = only(bill(competence=APRIL), bill(competence=None))
    assert (found.amount, found.bills, found.unread) == (None, 2, 1)


def test_a_category_is_told_by_its_id_or_by_its_name() -> None:
    assert (only(bill()).fixed, only(bill(category="2")).fixed) == (True, False)


def test_what_is_in_force_on_the_first_day_of_the_month_counts() -> None:
    late = Categories({}, [("1", date(2026, 3, 2), True)])
    assert (only(bill(), categories=late).fixed, only(bill(competence=APRIL), categories=late).fixed) == (None, True)


def test_a_bill_without_category_is_neither_fixed_nor_not() -> None:
    found = only(bill(category=None))
    assert (found.category, found.fixed, found.amount) == ("", None, 900_00)
