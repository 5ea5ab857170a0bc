"""Product Ads: campaigns, ad groups, member listings and their figures (contract §9).

Quirks: money carries noise; percentages are 0-100; a ratio without denominator is 0 at the source and is never kept
(kpis R6). The unit that is billed is the ad group. ``cost`` is the spend, ``prints`` the impressions.
"""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from viang_pipeline.sources.payloads import Amounts, Payload

RATIOS = frozenset({"acos", "roas", "ctr", "cpc", "cvr", "sov", "tacos", "acos_benchmark"})
"""Recomputed from sums, never kept."""
DETAILS = frozenset(
    {
        "direct_units_quantity",
        "indirect_units_quantity",
        "direct_items_quantity",
        "indirect_items_quantity",
        "advertising_items_quantity",
        "organic_units_quantity",
        "organic_units_amount",
        "organic_items_quantity",
    }
)
"""Metrics of the platform no number of ours is made of."""


class AdMetrics(Amounts):
    """Figures of one row. Every field named here is asked for and has to be there: missing is not zero (§15 trap 20).

    ``total_amount`` is direct + indirect.
    """

    ignored: ClassVar[frozenset[str]] = RATIOS | DETAILS

    clicks: int
    prints: int
    cost: Decimal
    direct_amount: Decimal
    indirect_amount: Decimal
    total_amount: Decimal
    units_quantity: int


class Advertiser(Payload):
    """A Product Ads account of one site; its name is left out."""

    ignored: ClassVar[frozenset[str]] = frozenset({"advertiser_name", "account_name"})

    advertiser_id: int
    site_id: str | None = None


class AdCampaign(Amounts):
    """A campaign as it is now; its figures are not kept here."""

    ignored: ClassVar[frozenset[str]] = frozenset({"metrics", "acos_target", "currency_id", "acos_top_search_target"})

    id: int
    name: str | None = None
    status: str | None = None
    strategy: str | None = None
    budget: Decimal | None = None
    automatic_budget: bool | None = None
    roas_target: Decimal | None = None
    channel: str | None = None
    advertiser_id: int | None = None
    date_created: str | None = None
    last_updated: str | None = None


class AuctionMetrics(Amounts):
    """Impression shares of a campaign's day, in percent, as given: never averaged (kpis §5.6)."""

    ignored: ClassVar[frozenset[str]] = (
        RATIOS | DETAILS | {"clicks", "direct_amount", "indirect_amount", "total_amount", "units_quantity"}
    )

    prints: int
    cost: Decimal
    impression_share: Decimal | None = None
    top_impression_share: Decimal | None = None
    lost_impression_share_by_budget: Decimal | None = None
    lost_impression_share_by_ad_rank: Decimal | None = None


class AdGroup(Payload):
    """An ad group and its figures of one day. ``ad_group_external_id``: the listing (ITEM), the family (FAMILY) or the
    catalogue page (CATALOG).

    ``only_listing`` is ours: the one listing behind the group when it was read, None when its members had to be asked
    for. Kept with the day, because a family may grow later. ``status`` is today's, not the day's, and is left out.
    """

    ignored: ClassVar[frozenset[str]] = frozenset(
        {"title", "status", "current_advertiser_id", "date_created", "last_updated"}
    )

    id: int
    ad_group_type: str
    metrics: AdMetrics
    ad_group_external_id: str | None = None
    campaign_id: int | None = None
    catalog_listing: bool | None = None
    only_listing: str | None = None


class AdMember(Payload):
    """A listing inside an ad group and its figures of one day. Its status is left out: the same row comes once per
    status."""

    ignored: ClassVar[frozenset[str]] = frozenset(
        {
            "status",
            "price",
            "title",
            "thumbnail",
            "permalink",
            "catalog_listing",
            "logistic_type",
            "listing_type_id",
            "buy_box_winner",
            "ad_group_id",
            "campaign_id",
            "family_id",
            "user_product_id",
        }
    )

    item_id: str
    metrics: AdMetrics


class AdMembers(Payload):
    """All listings of one ad group on one day, each once, by id."""

    ad_group_id: int
    items: tuple[AdMember, ...] = ()


class AdDay(Payload):
    """What is known of an account's day: ``estado`` lido (with the advertiser's own figures, the control total),
    sem_ads or fora_do_alcance."""

    estado: str
    advertiser_id: int | None = None
    metrics: AdMetrics | None = None


class AdAccount(Payload):
    """The account as found on one night: ``estado`` com_ads or sem_ads."""

    estado: str
    advertiser_id: int | None = None


class CampaignDay(Payload):
    """A campaign's auction figures of one day."""

    campaign_id: int
    metrics: AuctionMetrics
