"""The verbs that script Product Ads: one per thing an advertiser does or the platform reports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from itertools import count
from operator import attrgetter
from threading import RLock

from viang_pipeline.sandbox.ads_truth import (
    NOTHING,
    AdGroup,
    Advertiser,
    Campaign,
    CampaignState,
    CampaignStatus,
    Figures,
    GroupKind,
    Report,
)
from viang_pipeline.sandbox.timeline import instant_of
from viang_pipeline.sandbox.truth import Listing, Seller

_at = attrgetter("at")


class AdsBook:
    """All advertising of a world; ``lock`` is the world's own."""

    def __init__(self, lock: RLock) -> None:
        self.advertisers: dict[int, Advertiser] = {}
        self.campaigns: dict[int, Campaign] = {}
        self.groups: dict[int, AdGroup] = {}
        self._lock = lock
        self._ids = {"advertiser": count(90_001), "campaign": count(350_001), "group": count(779_000_001)}

    def activate(self, seller: Seller, *, at: datetime, until: datetime | None = None) -> Advertiser:
        """The seller has Product Ads from ``at`` on, and loses it again at ``until``."""
        with self._lock:
            ends = instant_of(until) if until else None
            found = Advertiser(next(self._ids["advertiser"]), seller.seller_id, instant_of(at), ends)
            self.advertisers[seller.seller_id] = found
            return found

    def add_campaign(
        self,
        seller: Seller,
        *,
        at: datetime,
        name: str = "Curva A",
        strategy: str = "PROFITABILITY",
        budget: int = 60_00,
        lost_by_budget: int = 0,
        lost_by_rank: int = 0,
    ) -> Campaign:
        """An active campaign from ``at`` on; lost shares in percent."""
        with self._lock:
            identity = next(self._ids["campaign"])
            found = Campaign(identity, seller.seller_id, name, strategy, budget, lost_by_budget, lost_by_rank)
            found.states.append(CampaignState(instant_of(at), "active"))
            self.campaigns[identity] = found
            return found

    def set_campaign_status(self, campaign: Campaign, *, at: datetime, status: CampaignStatus) -> None:
        """A campaign in another status from ``at`` on; in ``error`` no list shows it."""
        with self._lock:
            campaign.states.append(CampaignState(instant_of(at), status))
            campaign.states.sort(key=_at)

    def add_group(
        self,
        seller: Seller,
        *,
        at: datetime,
        kind: GroupKind = "ITEM",
        external_id: str | None = None,
        listing: Listing | None = None,
        campaign: Campaign | None = None,
        repeats: Iterable[Listing] = (),
    ) -> AdGroup:
        """An ad group: of one ``listing``, or of a family or catalogue page named by ``external_id``."""
        external = listing.listing_id if listing is not None else external_id
        if external is None:
            raise ValueError("a group is of a listing, a family or a catalogue page")
        with self._lock:
            identity = next(self._ids["group"])
            found = AdGroup(
                identity,
                seller.seller_id,
                kind,
                external,
                campaign.campaign_id if campaign else 0,
                f"Grupo {external}",
                instant_of(at),
                repeats=frozenset(each.listing_id for each in repeats),
            )
            self.groups[identity] = found
            return found

    def delete_group(self, group: AdGroup, *, at: datetime) -> None:
        """A group nobody lists from ``at`` on; what it spent stays in the advertiser's total."""
        with self._lock:
            group.deleted_at = instant_of(at)

    def report(
        self,
        group: AdGroup,
        day: date,
        *,
        at: datetime,
        group_total: Figures | None = None,
        items: Mapping[str, Figures] | None = None,
    ) -> None:
        """What is known of a group's day from ``at`` on.

        Without ``group_total`` the bill is the sum of the items; without ``items`` an ITEM group's listing has it all.
        """
        with self._lock:
            if items is None:
                items = {group.external_id: group_total or NOTHING} if group.kind == "ITEM" else {}
            total = group_total if group_total is not None else sum(items.values(), NOTHING)
            reports = group.reports.setdefault(day, [])
            reports.append(Report(instant_of(at), total, dict(items)))
            reports.sort(key=_at)

    def groups_of(self, seller_id: int) -> list[AdGroup]:
        """Every group of a seller, deleted ones included."""
        return [group for group in self.groups.values() if group.seller_id == seller_id]

    def total(self, seller_id: int, day: date, now: datetime) -> Figures:
        """The advertiser's whole day as visible at ``now``: every group counts, listed or not."""
        return sum((group.figures(day, now) for group in self.groups_of(seller_id)), NOTHING)
