"""What was refused is counted by day and reason (kpis.md §3, §5.10, R15)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from viang_pipeline.domain.absurd import without_absurd
from viang_pipeline.domain.order_lines import build_lines
from viang_pipeline.domain.quarantine import Refused, refused
from viang_pipeline.domain.sales import Item
from viang_pipeline_tests.domain.builders import an_item, an_order

DAY = date(2026, 3, 10)


def refusals(*orders: Any) -> list[Refused]:
    return refused(build_lines(orders, [], {}, {}, {}))


def test_an_order_is_one_record_however_many_lines_it_has() -> None:
    assert refusals(an_order("1", an_item(price=10_00), an_item(price=5_00, quantity=2), status="new")) == [
        Refused(DAY, "status_desconhecido", 1, 20_00)
    ]


def test_amounts_in_another_currency_are_counted_and_not_added() -> None:
    assert refusals(an_order("1", currency="USD"), an_order("2", currency="ARS")) == [Refused(DAY, "moeda", 2, None)]


def test_an_absurd_order_is_one_record_without_a_value() -> None:
    """Nothing is known of it: an absurd number is no amount."""
    much = without_absurd(an_order("1", an_item(price=10**15, quantity=10**6), an_item(price=5_00)))
    assert refused(build_lines([much], [], {}, {}, {})) == [Refused(DAY, "valor_absurdo", 1, None)]


@pytest.mark.parametrize(
    "item",
    [
        an_item(price=100_000, quantity=1_000_000),
        an_item(price=10**11, quantity=1),
        an_item(price=1, quantity=1_000_000, fee=100_000),
    ],
)
def test_up_to_a_billion_reais_and_a_million_units_an_order_is_what_it_says(item: Item) -> None:
    order = an_order("1", item)
    assert without_absurd(order) is order
    assert without_absurd(an_order("1", replace(item, quantity=item.quantity + 1))).refused == "valor_absurdo"


def test_orders_the_platform_calls_invalid_are_counted_too() -> None:
    assert refusals(an_order("1", an_item(price=10_00), status="invalid")) == [Refused(DAY, "invalido", 1, 10_00)]


def test_what_counts_and_what_is_left_out_on_purpose_is_no_refusal() -> None:
    left_out = an_order("3", status="cancelled", cancel_code="pack_splitted")
    assert (
        refusals(
            an_order("1"), an_order("2", status="cancelled"), left_out, an_order("4", tags=frozenset({"test_order"}))
        )
        == []
    )
