"""Visitors and stock over a turbulent shop: what kpis.md §5.7 and §5.8 have a rule for, at high rates.

Listings that share inventories, user products and SKUs, one that closes on the way, cold ones; visits that grow for two
days. Same seed, same figures.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random

from viang_pipeline.sandbox import World
from viang_pipeline.sandbox.reputation_truth import Rate, ReputationState
from viang_pipeline.sandbox.truth import Listing, Seller

ONE = timedelta(days=1)
INVENTORIES = ("I1", "I2", "I3", "I4")
COLD_VISIT_EVERY = 40


def visit_wildly(world: World, seller: Seller, seed: int, first: date, days: int) -> None:
    """More listings, some sales of theirs, and visits and stock of all listings on ``days`` days from ``first``."""
    random = Random(f"{seed}:traffic:{seller.slug}")
    sold = [each for each in world.listings.values() if each.seller_id == seller.seller_id]
    shared = _listings(world, seller, first + timedelta(days=days // 2))
    cold = [world.add_listing(seller, title="Anúncio", price=50_00, sku=f"FRIO-{n}", stock=n) for n in range(3)]
    for n in range(days):
        day = first + n * ONE
        total = 0
        for listing in (*sold, *shared):
            visits = random.choice([0, 0, random.randint(1, 40)]) if n % 7 else random.randint(1, 9)
            total += visits
            _grow(world.visits.visit, listing.listing_id, day, visits, random)
            if visits and listing in shared and random.random() < 0.1:
                _sell(world, seller, listing, day, random)
        for number, listing in enumerate(cold):
            if n % COLD_VISIT_EVERY == number:
                world.visits.visit(listing.listing_id, day, 3 + n, at=_midnight_after(day))
        _grow(world.visits.visit_account, seller.seller_id, day, total * 9 // 10, random)
        for inventory in INVENTORIES:
            blocked = {random.choice(["damage", "damaged", "transfer"]): random.randint(0, 3)}
            world.inventories.stock(
                seller.seller_id,
                f"{inventory}-{seller.slug}",
                at=_midnight_after(day) - timedelta(hours=12),
                available=random.randint(0, 50),
                blocked=blocked,
            )
    world.reputations[seller.seller_id] = [
        ReputationState(world.start + n * 7 * ONE, random.choice(["5_green", "4_light_green", None]), claims=rate)
        for n, rate in enumerate(Rate(random.randint(0, 80_000), 1) for _ in range(days // 7 + 5))
    ]


def _listings(world: World, seller: Seller, change: date) -> list[Listing]:
    """``change``: the day on which one is paused and the one with two SKUs is closed."""

    def add(**given: object) -> Listing:
        return world.add_listing(seller, title="Anúncio", price=50_00, **given)  # type: ignore[arg-type]

    def inventory(number: int) -> str:
        return f"{INVENTORIES[number]}-{seller.slug}"

    two = [world.variation(name, sku=sku, stock=4) for name, sku in (("um", "CHEIO"), ("outro", "DUPLO"))]
    own = world.variation("Único", sku="unico", inventory_id=inventory(2))
    family = world.new_user_product()
    mixed = add(variations=two)
    shop = [
        add(sku="CHEIO", inventory_id=inventory(0), stock=9),
        add(sku="CHEIO", inventory_id=inventory(0), stock=9),
        add(sku="CHEIO", inventory_id=inventory(1), stock=3),
        add(sku="FAMILIA", user_product_id=family, stock=6),
        add(sku="FAMILIA", user_product_id=family, stock=6),
        mixed,
        add(variations=[own]),
        add(sku="METADE", inventory_id=inventory(3), stock=2),
        add(sku="OUTRA METADE", inventory_id=inventory(3), stock=2),
    ]
    noon = _midnight_after(change) - timedelta(hours=12)
    world.change_listing(shop[2], at=noon, status="paused", stock=0)
    world.change_listing(mixed, at=noon, status="closed")
    return shop


def _grow(verb: object, key: object, day: date, total: int, random: Random) -> None:
    """A part is known at midnight, the rest up to two days later."""
    if total:
        verb(key, day, total // 2, at=_midnight_after(day))  # type: ignore[operator]
        verb(key, day, total, at=_midnight_after(day) + random.choice([17, 41]) * timedelta(hours=1))  # type: ignore[operator]


def _sell(world: World, seller: Seller, listing: Listing, day: date, random: Random) -> None:
    at = _midnight_after(day) - timedelta(minutes=random.randint(1, 900))
    given = {"variation": random.choice(listing.variations)} if listing.variations else {}
    order = world.place_order(seller, listing, at=at, **given)  # type: ignore[arg-type]
    world.pay(order, at=at + timedelta(hours=random.choice([0, 0, 30])))
    if random.random() < 0.2:
        world.cancel(order, at=at + random.choice([2, 5, 20]) * ONE)


def _midnight_after(day: date) -> datetime:
    """The end of a day in São Paulo."""
    return datetime.fromisoformat(f"{day + ONE}T03:00:00+00:00")
