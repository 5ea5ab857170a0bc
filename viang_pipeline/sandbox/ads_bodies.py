"""Product Ads as JSON (contract §9.1-§9.7)."""

from __future__ import annotations

from collections.abc import Iterable

from viang_pipeline.sandbox.ads_truth import AdGroup, Campaign, CampaignStatus, Figures
from viang_pipeline.sandbox.answers import Json, money, zulu_time


def metrics(figures: Figures, asked: Iterable[str], salt: int = 0) -> Json:
    """The metrics asked for, lower-case names. Ratios are percentages; an undefined one is 0, as the platform says."""
    revenue = figures.direct + figures.indirect
    every: Json = {
        "clicks": figures.clicks,
        "prints": figures.prints,
        "cost": money(figures.cost, salt),
        "direct_amount": money(figures.direct, salt),
        "indirect_amount": money(figures.indirect, salt),
        "total_amount": money(revenue, salt),
        "direct_units_quantity": figures.direct_units,
        "indirect_units_quantity": figures.indirect_units,
        "units_quantity": figures.units,
        "acos": round(100 * figures.cost / revenue, 2) if revenue else 0,
        "roas": round(revenue / figures.cost, 2) if figures.cost else 0,
        "ctr": round(100 * figures.clicks / figures.prints, 2) if figures.prints else 0,
    }
    return {name: every[name] for name in asked if name in every}


def campaign_body(campaign: Campaign, advertiser_id: int, status: CampaignStatus) -> Json:
    """A campaign without its figures."""
    first, last = campaign.states[0].at, campaign.states[-1].at
    return {
        "id": campaign.campaign_id,
        "name": campaign.name,
        "status": status,
        "strategy": campaign.strategy,
        "budget": money(campaign.budget),
        "automatic_budget": False,
        "roas_target": 8,
        "channel": "marketplace",
        "advertiser_id": advertiser_id,
        "date_created": zulu_time(first),
        "last_updated": zulu_time(last),
    }


def shares(campaign: Campaign, figures: Figures, asked: Iterable[str]) -> Json:
    """Auction metrics, only on the campaign's own route; zero where it was not shown."""
    lost = (campaign.lost_by_budget, campaign.lost_by_rank) if figures.prints else (0, 0)
    every: Json = {
        "impression_share": 100 - sum(lost) if figures.prints else 0,
        "lost_impression_share_by_budget": lost[0],
        "lost_impression_share_by_ad_rank": lost[1],
    }
    return {name: every[name] for name in asked if name in every}


def group_body(group: AdGroup, advertiser_id: int, status: str) -> Json:
    """An ad group without its figures; member listings are never in it."""
    return {
        "id": group.group_id,
        "ad_group_type": group.kind,
        "ad_group_external_id": group.external_id,
        "campaign_id": group.campaign_id,
        "status": status,
        "title": group.title,
        "catalog_listing": group.kind == "CATALOG",
        "current_advertiser_id": advertiser_id,
        "date_created": zulu_time(group.created_at),
    }


def member_body(group: AdGroup, listing_id: str, status: str) -> Json:
    """A listing inside a group."""
    return {
        "item_id": listing_id,
        "ad_group_id": group.group_id,
        "campaign_id": group.campaign_id,
        "status": status,
        "price": 10,
        "title": group.title,
        "catalog_listing": group.kind == "CATALOG",
        "logistic_type": "drop_off",
        "listing_type_id": "gold_special",
        "family_id": int(group.external_id) if group.kind == "FAMILY" else None,
        "user_product_id": None,
        "buy_box_winner": False,
    }
