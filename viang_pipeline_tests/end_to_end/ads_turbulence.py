"""Advertising where almost every figure changes later: everything kpis.md §5.6 has a rule for, at high rates.

Same seed, same figures.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from random import Random

from viang_pipeline.sandbox import World
from viang_pipeline.sandbox.ads_truth import REFRESH_ZONE, AdGroup, Figures
from viang_pipeline.sandbox.truth import Listing, Seller

REPORTS = (0, 1, 2, 3, 5, 8, 13, 14, 15, 20)
"""Days after the day at which its figures may change; the last ones come too late for a nightly reading."""


def advertise_wildly(
    world: World, seller: Seller, seed: int, first: date, days: int, *, until: date | None = None
) -> None:
    """Groups of every kind over the seller's listings, reported and corrected for weeks; ads end at ``until``."""
    random = Random(f"{seed}:ads:{seller.slug}")
    listings = [each for each in world.listings.values() if each.seller_id == seller.seller_id]
    begins = _ten(first - timedelta(days=5))
    world.ads.activate(seller, at=begins, until=_ten(until) if until else None)
    campaign = world.ads.add_campaign(seller, at=begins, lost_by_budget=7)
    listings[2].family_id = 4001
    listings[4].family_id = listings[5].family_id = 4002
    item = [world.ads.add_group(seller, at=begins, listing=each, campaign=campaign) for each in listings[:4]]
    single = world.ads.add_group(seller, at=begins, kind="FAMILY", external_id="4001", campaign=campaign)
    double = world.ads.add_group(seller, at=begins, kind="FAMILY", external_id="4002")
    catalogue = world.ads.add_group(
        seller, at=begins, kind="CATALOG", external_id="MLB19", campaign=campaign, repeats=listings[3:5]
    )
    late = world.ads.add_group(seller, at=_ten(first + timedelta(days=days // 2)), listing=listings[6])
    for group, at in ((item[0], days // 2), (catalogue, days - 3)):
        world.ads.delete_group(group, at=_ten(first + timedelta(days=at)))
    for n in range(days):
        day = first + timedelta(days=n)
        for group in item:
            _tell(world, group, day, random, [])
        _tell(world, single, day, random, listings[2:3])
        _tell(world, double, day, random, listings[4:6])
        _tell(world, catalogue, day, random, random.sample(listings, random.randrange(4)))
        if day >= late.created_at.date():
            _tell(world, late, day, random, [])


def _tell(world: World, group: AdGroup, day: date, random: Random, members: list[Listing]) -> None:
    """A few reports of one group's day; sums of the members and the bill differ now and then."""
    if random.random() < 0.25:
        return
    for after in sorted(random.sample(REPORTS, random.randint(1, 4))):
        items = {each.listing_id: _figures(random) for each in members if random.random() < 0.9}
        bill = sum(items.values(), Figures(cost=random.choice((0, 0, 1, 37)))) if items else _figures(random)
        shown = items if group.kind != "ITEM" else None
        world.ads.report(group, day, at=_ten(day + timedelta(days=after)), group_total=bill, items=shown)


def _figures(random: Random) -> Figures:
    """Spend, with or without impressions and sales; now and then a sale without spend, or nothing at all."""
    kind = random.random()
    cost = random.randrange(1, 3000)
    if kind < 0.08:
        return Figures()
    if kind < 0.2:
        return Figures(cost=cost, clicks=random.randrange(9))
    if kind < 0.3:
        return Figures(direct=random.randrange(20_000), direct_units=1)
    sold, helped = random.randrange(3), random.randrange(2)
    return Figures(
        cost=cost,
        clicks=random.randrange(40),
        prints=random.randrange(5000),
        direct=sold * random.randrange(9_999),
        indirect=helped * random.randrange(9_999),
        direct_units=sold,
        indirect_units=helped,
    )


def _ten(day: date) -> datetime:
    return datetime.combine(day, time(10), REFRESH_ZONE)
