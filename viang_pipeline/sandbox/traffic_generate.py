"""Believable visits and Full stock for a generated seller, drawn from a chance of their own: sales stay as they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from viang_pipeline.sandbox.truth import Listing, Seller
from viang_pipeline.sandbox.world import World

LOCAL = ZoneInfo("America/Sao_Paulo")
KNOWN = ((timedelta(hours=12), 45), (timedelta(days=1), 94), (timedelta(days=1, hours=15), 100))
"""Time after a day begins → percent of its visits the platform has counted by then."""
REFILL = (60, 160)
REASONS = ("damaged", "transfer", "internal_process")


def attract(world: World, seller: Seller, listings: Sequence[Listing], days: Sequence[date], chance: Random) -> None:
    """Visits of every listing and of the account, day by day, and what lies in Full.

    A buyer looks at a listing some dozens of times before one buys; the account's visitors are fewer than the sum over
    its listings, because many look at two.
    """
    sold = Counter(
        (order.listing_id, order.created_at.astimezone(LOCAL).date())
        for order in world.orders.values()
        if order.seller_id == seller.seller_id
    )
    lying = dict.fromkeys((each.inventory_id for each in listings if each.inventory_id), 0)
    for day in days:
        begins = datetime.combine(day, time.min, LOCAL)
        everywhere = 0
        for listing in listings:
            orders = sold[listing.listing_id, day]
            closed = listing.states[0].status == "closed"
            total = orders * chance.randint(18, 45) + (0 if closed else chance.choice((0, 2, 5, 9, 14)))
            everywhere += total
            for after, percent in KNOWN if total else ():
                world.visits.visit(listing.listing_id, day, total * percent // 100, at=begins + after)
            if listing.inventory_id:
                left = lying[listing.inventory_id] - orders
                lying[listing.inventory_id] = left if left > 0 else chance.randint(*REFILL)
        account = everywhere * chance.randint(82, 95) // 100
        for after, percent in KNOWN:
            world.visits.visit_account(seller.seller_id, day, account * percent // 100, at=begins + after)
        for inventory, available in lying.items():
            blocked = {chance.choice(REASONS): chance.randint(1, 4)} if chance.random() < 0.3 else {}
            world.inventories.stock(
                seller.seller_id, inventory, at=begins + timedelta(hours=1), available=available, blocked=blocked
            )
