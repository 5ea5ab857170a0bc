"""Claims over the sales of a turbulent shop: disputes, returns that move alone, costs that come late or never, several
orders in one return (kpis.md §5.2 custo_devolucao, §5.7). Same seed, same claims.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from viang_pipeline.sandbox import World
from viang_pipeline.sandbox.truth import Order, Seller
from viang_pipeline_tests.end_to_end.oracle import OUT, day_of, kind_of

ONE = timedelta(days=1)
CONDITIONS = ("saleable", "saleable", "unsaleable", "discard", "missing", None, "burnt")


def claim_wildly(world: World, seller: Seller, seed: int) -> None:
    """A third of the orders that count is complained about, some more than once."""
    random = Random(f"{seed}:claims:{seller.slug}")
    counting = [
        order
        for order in world.orders.values()
        if order.seller_id == seller.seller_id and all(kind_of(order, state) != OUT for state in order.states)
    ]
    before: Order | None = None
    for order in sorted(counting, key=lambda each: each.created_at):
        for _ in range(random.choices([0, 1, 2], [12, 5, 1])[0]):
            _claim(world, order, before, random)
        before = order


def _claim(world: World, order: Order, other: Order | None, random: Random) -> None:
    """Everything happens between 12:00 and 23:00 UTC, far from the nights' readings."""
    noon = datetime.fromisoformat(f"{day_of(order.created_at)}T12:00:00+00:00")

    def later(days: int) -> datetime:
        return noon + days * ONE + timedelta(minutes=random.randint(0, 660))

    book, opened = world.claims, random.randint(2, 25)
    kind = random.choice(["mediations", "return", "returns", "change"])
    resource = random.choice(["order", "order", "order", "shipment"])
    claim = book.open(order, at=later(opened), kind=kind, quantity=random.randint(1, order.quantity), resource=resource)
    if random.random() < 0.3:
        book.move(claim, at=later(opened + 1), stage="dispute")
    if random.random() < 0.7:
        back = opened + random.randint(2, 6)
        also = [(other, 1)] if other is not None and random.random() < 0.4 else []
        book.send_back(claim, at=later(back), also=also)
        arrived = back + random.randint(2, 30)
        book.return_event(claim, at=later(back + 1), status="shipped")
        end = random.choice(["delivered", "delivered", "delivered", "expired", "cancelled"])
        book.return_event(claim, at=later(arrived), status=end, money="refunded")
        inspect = Random(f"{claim.claim_id}:reviews")
        for each, units in ((order, claim.quantity), *also):
            if inspect.random() < 0.7:
                found = inspect.choices(CONDITIONS, k=inspect.choice([1, units]))
                at = noon + timedelta(days=arrived + inspect.randint(-2, 20), minutes=inspect.randint(0, 660))
                book.review(claim, *found, at=at, order=each)
        if random.random() < 0.8:
            book.charge(claim, at=later(back + random.randint(1, 60)), amount=random.randint(1, 50_00))
        if random.random() < 0.7:
            book.move(claim, at=later(arrived + random.randint(-1, 12)), status="closed", resolution="item_returned")
    elif random.random() < 0.7:
        book.move(claim, at=later(opened + random.randint(2, 9)), status="closed", resolution="payment_refunded")
