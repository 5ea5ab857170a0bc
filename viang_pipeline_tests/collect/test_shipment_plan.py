"""Which shipments are read tonight, and what of each."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from viang_pipeline.collect.shipment_plan import Seen, ToRead, has_ended, next_look, to_read

SOLD = date(2026, 3, 1)


def seen(**given: Any) -> Seen:
    """A shipment that was read, whose cost is known, that ended and whose orders stand."""
    defaults: dict[str, Any] = {
        "shipment": "1",
        "first_day": SOLD,
        "cancelled": 0,
        "read": True,
        "cost_observed": True,
        "terminal": True,
        "cancelled_when_read": 0,
        "next_on": None,
    }
    return Seen(**defaults | given)


def unread(**given: Any) -> Seen:
    return seen(read=False, cost_observed=False, terminal=False, **given)


def asked(item: Seen, age: int) -> ToRead | None:
    return to_read(item, SOLD + timedelta(days=age))


def test_a_new_shipment_is_read_with_its_cost() -> None:
    assert asked(unread(), 1) == ToRead("1", status=True, costs=True, history=False)


def test_a_new_shipment_of_a_cancelled_order_is_read_with_its_history() -> None:
    assert asked(unread(cancelled=1), 1) == ToRead("1", status=True, costs=True, history=True)


def test_a_shipment_is_never_too_old_to_be_read_once() -> None:
    assert asked(unread(), 400) is not None


@pytest.mark.parametrize("age", [2, 30])
def test_a_missing_cost_is_asked_for_until_thirty_days_after_the_sale(age: int) -> None:
    assert asked(seen(cost_observed=False), age) == ToRead("1", status=False, costs=True, history=False)


def test_a_cost_that_never_came_is_given_up_after_thirty_days() -> None:
    assert asked(seen(cost_observed=False), 31) is None


def test_a_new_cancellation_is_looked_at_once() -> None:
    assert asked(seen(cancelled=1), 40) == ToRead("1", status=True, costs=True, history=True)
    assert asked(seen(cancelled=1, cancelled_when_read=1), 40) is None


def test_a_second_cancelled_order_of_the_shipment_is_looked_at_again() -> None:
    found = asked(seen(cancelled=2, cancelled_when_read=1), 40)
    assert found is not None
    assert found.history


def test_a_cancellation_that_changed_is_looked_at_again() -> None:
    changed = seen(cancelled=1, cancelled_when_read=1, cancellation_changed=True)
    assert asked(changed, 40) == ToRead("1", status=True, costs=True, history=True)


def test_a_shipment_on_its_way_is_read_when_it_is_due() -> None:
    moving = seen(terminal=False, next_on=SOLD + timedelta(days=7))
    assert asked(moving, 6) is None
    assert asked(moving, 7) == ToRead("1", status=True, costs=False, history=False)
    assert asked(moving, 9) is not None


def test_a_shipment_that_ended_rests() -> None:
    assert asked(seen(next_on=SOLD), 9) is None


def test_a_shipment_on_its_way_without_a_next_date_rests() -> None:
    assert asked(seen(terminal=False), 9) is None


@pytest.mark.parametrize(("age", "expected"), [(0, 3), (2, 3), (3, 7), (7, 14), (14, 30), (29, 30)])
def test_the_next_look_is_at_the_next_age(age: int, expected: int) -> None:
    assert next_look(SOLD, SOLD + timedelta(days=age)) == SOLD + timedelta(days=expected)


def test_after_the_last_age_nobody_looks_again() -> None:
    assert next_look(SOLD, SOLD + timedelta(days=30)) is None


@pytest.mark.parametrize(
    ("status", "substatus", "ended"),
    [
        ("delivered", None, True),
        ("cancelled", None, True),
        ("not_delivered", "returned", True),
        ("not_delivered", "lost", True),
        ("not_delivered", "returned_to_hub", True),
        ("not_delivered", None, False),
        ("not_delivered", "receiver_absent", False),
        ("shipped", "out_for_delivery", False),
        ("ready_to_ship", None, False),
        (None, None, False),
    ],
)
def test_a_shipment_ends_when_nothing_more_can_happen(status: str | None, substatus: str | None, ended: bool) -> None:
    assert has_ended(status, substatus) is ended
