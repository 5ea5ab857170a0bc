"""Believable bills for the orders a seller already has, drawn from a chance of their own."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from viang_pipeline.sandbox.billing_truth import BilledLine, BilledSale
from viang_pipeline.sandbox.truth import Order, OrderState, Seller
from viang_pipeline.sandbox.world import World

OTHER_FEE = 0.05
"""Share of orders billed with a fee that is not the one announced."""
SURCHARGE, WITHDRAWN, IN_THE_BILL = 0.15, 0.03, 0.3


def bill_seller(world: World, seller: Seller, until: datetime) -> None:
    """Bill every order of the seller: fee, freight, surcharges, credits; and what belongs to no order up to ``until``.

    The same world gives the same bills, and nothing else of it changes.
    """
    chance = Random(f"{world.seed}:billing:{seller.slug}")
    world.billing.cuts[seller.seller_id] = chance.randint(5, 25)
    orders = sorted((o for o in world.orders.values() if o.seller_id == seller.seller_id), key=lambda o: o.order_id)
    shipped: set[int] = set()
    for order in orders:
        paid = next((state for state in order.states if state.closed_at is not None), None)
        if paid is None or paid.closed_at is None:
            continue
        fee = _bill_fee(world, order, paid.closed_at + timedelta(minutes=chance.randint(1, 400)), chance)
        _bill_freight(world, order, order.states[-1], fee, shipped)
        _give_back(world, order, fee, chance)
    at = world.start
    while at < until:
        world.billing.charge(seller, at=at, sub_type="PADS", amount=chance.randint(500, 90_000))
        if at.day <= 7:
            world.billing.charge(
                seller, at=at + timedelta(hours=9), sub_type="CFWA", amount=chance.randint(100, 30_000)
            )
        at += timedelta(days=7)


def _bill_fee(world: World, order: Order, at: datetime, chance: Random) -> BilledLine:
    book, announced = world.billing, order.sale_fee * order.quantity
    if chance.random() < WITHDRAWN:
        wrong = book.sale_fee(order, at=at, net=announced + chance.randint(1, 900))
        at += timedelta(hours=chance.randint(20, 60))
        book.withdraw(wrong, at=at)
    net = announced + chance.randint(-announced // 5, 300) if chance.random() < OTHER_FEE else announced
    line = book.sale_fee(order, at=at, net=net, rebate=chance.choice([0, 0, 0, 230]))
    if chance.random() < SURCHARGE:
        extra = max(1, order.total // 20)
        book.charge(order.seller_id, at=at, sub_type="CFONPN", amount=extra, sales=[BilledSale(order, net)])
    return line


def _bill_freight(world: World, order: Order, last: OrderState, fee: BilledLine, shipped: set[int]) -> None:
    """Once per shipment, on one line that names every order in it and repeats their fees."""
    shipment = world.shipments.get(last.shipment_id or 0)
    if shipment is None or not shipment.costs or shipment.shipment_id in shipped:
        return
    shipped.add(shipment.shipment_id)
    cost = shipment.costs[-1]
    if cost.seller:
        inside = [world.orders[order_id] for order_id in shipment.order_ids]
        world.billing.charge(
            order.seller_id,
            at=max(cost.at, fee.at),
            sub_type="CXD",
            amount=cost.seller,
            sales=[BilledSale(each, each.sale_fee * each.quantity) for each in inside],
            shipment_id=shipment.shipment_id,
        )


def _give_back(world: World, order: Order, fee: BilledLine, chance: Random) -> None:
    last = order.states[-1]
    refunded = sum(payment.refunded for payment in last.payments)
    if not refunded:
        return
    amount = fee.amount if last.status == "cancelled" else fee.amount * min(refunded, order.total) // order.total
    if amount:
        at = max(last.at, fee.at) + timedelta(hours=chance.randint(1, 30))
        inside = chance.random() < IN_THE_BILL
        world.billing.credit(fee, at=at, amount=amount, document="BILL" if inside else "CREDIT_NOTE")
