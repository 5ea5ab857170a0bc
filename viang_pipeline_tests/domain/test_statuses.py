"""What an order counts as (kpis.md §3, R15, rulings D5, D17, D22)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from viang_pipeline.domain.sales import Shipment
from viang_pipeline.domain.statuses import cancellation_nature, cancelled_instant, classify, never_paid
from viang_pipeline_tests.domain.builders import LATER, NOON, a_payment, a_shipment, an_order

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("status", "situation", "reason"),
    [
        ("paid", "valida", None),
        ("partially_refunded", "valida", None),
        ("cancelled", "cancelada", None),
        ("pending_cancel", "cancelada", None),
        ("confirmed", "pendente", None),
        ("payment_required", "pendente", None),
        ("payment_in_process", "pendente", None),
        ("partially_paid", "pendente", None),
        ("invalid", "excluida", "invalido"),
        ("something_new", "quarentena", "status_desconhecido"),
        ("", "quarentena", "status_desconhecido"),
    ],
)
def test_every_status_counts_as_the_dictionary_says(status: str, situation: str, reason: str | None) -> None:
    assert classify(an_order(status=status)) == (situation, reason)


@pytest.mark.parametrize(
    ("given", "situation", "reason"),
    [
        ({"status": "cancelled", "cancel_code": "pack_splitted"}, "excluida", "pacote_dividido"),
        ({"status": "cancelled", "cancel_code": "buyer_regretted"}, "cancelada", None),
        ({"tags": frozenset({"test_order", "paid"})}, "excluida", "teste"),
        ({"currency": "USD"}, "quarentena", "moeda"),
        ({"currency": None}, "quarentena", "moeda"),
        ({"site": "MLA"}, "quarentena", "site"),
        ({"site": None}, "valida", None),
    ],
)
def test_orders_that_are_not_sales_of_this_shop_are_left_out_with_a_reason(
    given: dict[str, Any], situation: str, reason: str | None
) -> None:
    assert classify(an_order(**given)) == (situation, reason)


@pytest.mark.parametrize("on", ["order", "payment"])
def test_a_full_refund_to_the_wallet_is_a_cancellation_although_the_order_stays_paid(on: str) -> None:
    tags = {"unfulfilled", "refund_account_money"} if on == "order" else {"unfulfilled"}
    payment = a_payment("refunded", 10_000, wallet_refund=on == "payment")
    assert classify(an_order(tags=frozenset(tags), payments=(payment,))).situacao == "cancelada"


@pytest.mark.parametrize(
    ("tags", "wallet"), [(frozenset({"unfulfilled"}), False), (frozenset(), True), (frozenset({"delivered"}), True)]
)
def test_half_of_the_wallet_marks_is_no_cancellation(tags: frozenset[str], wallet: bool) -> None:
    assert classify(an_order(tags=tags, payments=(a_payment(wallet_refund=wallet),))).situacao == "valida"


@pytest.mark.parametrize(
    ("shipment", "nature"),
    [
        (a_shipment("S", left_at=NOON), "pos_envio"),
        (a_shipment("S", left_at=LATER), "pos_envio"),
        (a_shipment("S", left_at=LATER + SECOND), "pre_envio"),
        (a_shipment("S", left_at=None), "pre_envio"),
        (a_shipment("S", known=False), None),
        (None, None),
    ],
)
def test_whether_the_shipment_had_left_decides_the_nature(shipment: Shipment | None, nature: str | None) -> None:
    order = an_order(status="cancelled", shipment="S", cancelled_at=LATER, changed_at=LATER + timedelta(days=9))
    assert cancellation_nature(order, shipment) == nature


def test_an_order_without_shipment_was_cancelled_before_dispatch() -> None:
    assert cancellation_nature(an_order(status="cancelled", cancelled_at=LATER), None) == "pre_envio"


@pytest.mark.parametrize("status", ["pending_cancel", "paid"])
def test_without_a_settled_cancellation_the_last_change_is_the_instant(status: str) -> None:
    order = an_order(status=status, cancelled_at=NOON, changed_at=LATER)
    assert cancelled_instant(order) == LATER


def test_a_cancelled_order_without_detail_uses_its_last_change() -> None:
    assert cancelled_instant(an_order(status="cancelled", cancelled_at=None, changed_at=LATER)) == LATER


@pytest.mark.parametrize(
    ("payments", "expected"),
    [
        ((), True),
        ((a_payment("rejected"),), True),
        ((a_payment("pending"), a_payment("cancelled")), True),
        ((a_payment("rejected"), a_payment("approved")), False),
        ((a_payment("refunded", 10_000),), False),
    ],
)
def test_never_paid_looks_at_all_payments(payments: tuple[Any, ...], expected: bool) -> None:
    assert never_paid(an_order(payments=payments)) is expected
