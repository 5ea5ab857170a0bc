"""The timeline itself: states over time, and generated worlds."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from viang_pipeline.sandbox import World
from viang_pipeline.sandbox.generate import SAO_PAULO, generate_world
from viang_pipeline.sandbox.profiles import DEMO_PROFILES, HOUSEHOLD, Habits

FIRST, LAST = date(2026, 2, 1), date(2026, 3, 2)
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def demo() -> World:
    return generate_world(1, first_day=FIRST, last_day=LAST)


def test_an_order_has_no_state_before_its_creation() -> None:
    world = World(start=NOON)
    seller = world.add_seller("a")
    order = world.place_order(seller, world.add_listing(seller, title="A", price=100), at=NOON)
    assert order.state_at(NOON - timedelta(milliseconds=1)) is None
    state = order.state_at(NOON)
    assert state is not None
    assert state.status == "confirmed"


def test_a_shipment_attached_between_two_states_is_in_every_later_one() -> None:
    world = World(start=NOON)
    seller = world.add_seller("a")
    order = world.place_order(seller, world.add_listing(seller, title="A", price=100), at=NOON)
    world.pay(order, at=NOON + timedelta(minutes=1))
    world.cancel(order, at=NOON + timedelta(hours=2))
    shipment = world.ship(seller, at=NOON, seller_cost=10)
    world.attach_shipment(order, shipment, at=NOON + timedelta(hours=1))
    assert [(s.status, s.shipment_id is not None) for s in order.states] == [
        ("confirmed", False),
        ("paid", False),
        ("paid", True),
        ("cancelled", True),
    ]
    assert world.orders_of_shipment(shipment.shipment_id, NOON) == []
    assert world.orders_of_shipment(shipment.shipment_id, NOON + timedelta(days=1)) == [order]


def test_verbs_out_of_time_order_or_without_offset_are_refused() -> None:
    world = World(start=NOON)
    seller = world.add_seller("a")
    order = world.place_order(seller, world.add_listing(seller, title="A", price=100), at=NOON)
    with pytest.raises(ValueError, match="before its last change"):
        world.pay(order, at=NOON - timedelta(seconds=1))
    with pytest.raises(ValueError, match="without offset"):
        world.pay(order, at=NOON.replace(tzinfo=None))


def test_the_same_seed_gives_the_same_world(demo: World) -> None:
    again = generate_world(1, first_day=FIRST, last_day=LAST)
    assert list(again.orders.values()) == list(demo.orders.values())
    assert list(again.shipments.values()) == list(demo.shipments.values())
    assert list(generate_world(2, first_day=FIRST, last_day=LAST).orders.values()) != list(demo.orders.values())


def test_a_demo_has_four_sellers_of_different_size_and_some_days_to_come(demo: World) -> None:
    by_seller = Counter(order.seller_id for order in demo.orders.values())
    assert len(by_seller) == len(DEMO_PROFILES) == 4
    days = (LAST - FIRST).days + 15
    assert 25 * days < sum(by_seller.values()) < 60 * days
    assert max(by_seller.values()) > 4 * min(by_seller.values())
    last_sale = max(order.created_at for order in demo.orders.values()).astimezone(SAO_PAULO).date()
    assert last_sale > LAST


def test_a_demo_contains_every_ordinary_fate(demo: World) -> None:
    ends = [order.states[-1] for order in demo.orders.values()]
    assert {"paid", "cancelled", "partially_refunded"} <= {state.status for state in ends}
    groups = {state.cancel.group for state in ends if state.cancel}
    assert {"buyer", "mediations"} <= groups
    assert any(len(shipment.order_ids) > 1 for shipment in demo.shipments.values())
    assert any(not shipment.costs for shipment in demo.shipments.values())
    assert {"self_service", "fulfillment", "cross_docking", "drop_off"} <= {
        shipment.logistic_type for shipment in demo.shipments.values()
    }
    assert any(state.payments and state.payments[0].status == "rejected" for state in ends)


def test_money_and_time_are_consistent_in_every_state(demo: World) -> None:
    for order in demo.orders.values():
        assert all(a.at <= b.at for a, b in pairwise(order.states))
        assert order.states[0].at == order.created_at
        for state in order.states:
            paid = [p for p in state.payments if p.approved_at is not None]
            assert all(0 <= p.refunded <= p.amount for p in state.payments)
            if state.status in ("paid", "partially_refunded"):
                assert sum(p.amount for p in paid) >= order.total
                assert sum(p.fee for p in paid) == order.sale_fee * order.quantity


def test_sales_follow_the_day_and_reach_midnight(demo: World) -> None:
    hours = Counter(order.created_at.astimezone(SAO_PAULO).hour for order in demo.orders.values())
    assert hours[20] > 3 * hours[4]
    assert hours[0] > 0
    assert hours[23] > 0


def test_habits_can_be_turned_up() -> None:
    habits = Habits(unknown_status=0.2, foreign_currency=0.2, invalid=0.1, pack=0.4, pack_split=0.5)
    world = generate_world(
        3,
        first_day=FIRST,
        last_day=FIRST,
        profiles=[replace(HOUSEHOLD, orders_per_day=60, habits=habits)],
        days_after=1,
    )
    ends = [order.states[-1] for order in world.orders.values()]
    assert {"under_review", "invalid"} <= {state.status for state in ends}
    assert "USD" in {order.currency for order in world.orders.values()}
    assert "pack_splitted" in {state.cancel.code for state in ends if state.cancel}
