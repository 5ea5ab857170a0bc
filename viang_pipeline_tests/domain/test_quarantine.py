"""What was refused is counted by day and reason (kpis.md §3, §5.10, R15)."""

from __future__ import annotations

from datetime import date
from typing import Any

from viang_pipeline.domain.order_lines import build_lines
from viang_pipeline.domain.quarantine import Refused, refused
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
