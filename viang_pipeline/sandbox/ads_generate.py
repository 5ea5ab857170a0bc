"""Believable Product Ads for a generated seller, drawn from a chance of their own: sales stay as they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from random import Random

from viang_pipeline.sandbox.ads_truth import REFRESH_HOUR, REFRESH_ZONE, AdGroup, Figures
from viang_pipeline.sandbox.truth import Listing, Seller
from viang_pipeline.sandbox.world import World

GROWTH = ((1, 40), (3, 75), (8, 92), (14, 100))
"""Days after → percent of the sales the platform has attributed by then."""
CAMPAIGNS = (
    ("Curva A", "PROFITABILITY", 60_00),
    ("Lançamentos", "VISIBILITY", 30_00),
    ("Teste antigo", "INCREASE", 20_00),
)


def advertise(world: World, seller: Seller, listings: Sequence[Listing], days: Sequence[date], chance: Random) -> None:
    """Campaigns and a group per listing, a catalogue group over the first two; figures of every day.

    The third campaign is deleted half-way, a small early group too (its spend cannot be placed
    any more); attributed sales grow for two weeks.
    """
    if not days:
        return
    begins = _refresh(days[0] - timedelta(days=1))
    middle = _refresh(days[len(days) // 2])
    world.ads.activate(seller, at=world.start)
    campaigns = [
        world.ads.add_campaign(
            seller,
            at=begins,
            name=name,
            strategy=strategy,
            budget=budget,
            lost_by_budget=chance.randint(0, 20),
            lost_by_rank=chance.randint(5, 45),
        )
        for name, strategy, budget in CAMPAIGNS
    ]
    world.ads.set_campaign_status(campaigns[2], at=middle, status="deleted")
    groups = [
        (world.ads.add_group(seller, at=begins, listing=each, campaign=chance.choice(campaigns[:2])), [each])
        for each in listings
        if each.states[0].status == "active"
    ]
    twins = list(listings[:2])
    catalogue = world.ads.add_group(
        seller, at=begins, kind="CATALOG", external_id="MLB19000001", campaign=campaigns[0], repeats=twins[:1]
    )
    early = world.ads.add_group(seller, at=begins, listing=listings[-1], campaign=campaigns[2])
    world.ads.delete_group(early, at=middle)
    groups += [(catalogue, twins), (early, [listings[-1]])]
    for day in days:
        for group, members in groups:
            if group is not early or _refresh(day) < middle:
                _tell_day(world, group, members, day, chance, most_clicks=1 if group is early else 13)


def _tell_day(
    world: World, group: AdGroup, members: Sequence[Listing], day: date, chance: Random, *, most_clicks: int
) -> None:
    """A day of a group: partial at ten, whole spend the next morning, sales later still."""
    if chance.random() < 0.15:
        return
    whole = {each.listing_id: _day_of(each, chance, most_clicks) for each in members}
    extra = chance.randrange(0, 40) if len(members) > 1 else 0
    world.ads.report(group, day, at=_refresh(day), items={k: _part(f, 40, 0) for k, f in whole.items()})
    for after, percent in GROWTH:
        items = {listing: _part(figures, 100, percent) for listing, figures in whole.items()}
        total = sum(items.values(), Figures(cost=extra))
        world.ads.report(group, day, at=_refresh(day + timedelta(days=after)), group_total=total, items=items)


def _day_of(listing: Listing, chance: Random, most_clicks: int) -> Figures:
    clicks = chance.randint(0, most_clicks)
    price = listing.states[0].price
    sold = sum(chance.random() < 0.07 for _ in range(clicks))
    assisted = int(chance.random() < 0.02 * clicks)
    return Figures(
        cost=sum(chance.randint(25, 110) for _ in range(clicks)),
        clicks=clicks,
        prints=clicks * chance.randint(20, 90) + chance.randrange(200),
        direct=sold * price,
        indirect=assisted * 4990,
        direct_units=sold,
        indirect_units=assisted,
    )


def _part(whole: Figures, spend: int, sales: int) -> Figures:
    """Percentages of the spend and of the sales; only whole units, each at its price."""
    direct, indirect = whole.direct_units * sales // 100, whole.indirect_units * sales // 100
    return Figures(
        cost=whole.cost * spend // 100,
        clicks=whole.clicks * spend // 100,
        prints=whole.prints * spend // 100,
        direct=whole.direct // whole.direct_units * direct if direct else 0,
        indirect=whole.indirect // whole.indirect_units * indirect if indirect else 0,
        direct_units=direct,
        indirect_units=indirect,
    )


def _refresh(day: date) -> datetime:
    return datetime.combine(day, time(REFRESH_HOUR), REFRESH_ZONE)
