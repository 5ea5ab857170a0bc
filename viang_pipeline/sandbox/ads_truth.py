"""Product Ads as they really ran: advertisers, campaigns, ad groups and what each group did on each day.

Plain data beside truth.py: int centavos, aware UTC instants. Figures of a day are a list of dated reports, because
they arrive late and grow; what is visible is the last report at or before the platform's last refresh.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from viang_pipeline.sandbox.truth import last_at

GroupKind = Literal["ITEM", "FAMILY", "CATALOG"]
CampaignStatus = Literal["active", "paused", "deleted", "error"]

REFRESH_ZONE = ZoneInfo("America/Sao_Paulo")
REFRESH_HOUR = 10


def last_refresh(now: datetime) -> datetime:
    """The last 10:00 GMT-3 at or before ``now``: what happened later is not shown yet (contract §9 Rules)."""
    local = now.astimezone(REFRESH_ZONE)
    today = local.replace(hour=REFRESH_HOUR, minute=0, second=0, microsecond=0)
    return (today if local >= today else today - timedelta(days=1)).astimezone(now.tzinfo)


@dataclass(frozen=True, slots=True)
class Figures:
    """What ads did: money in centavos; ``direct`` and ``indirect`` are attributed sales."""

    cost: int = 0
    clicks: int = 0
    prints: int = 0
    direct: int = 0
    indirect: int = 0
    direct_units: int = 0
    indirect_units: int = 0

    @property
    def units(self) -> int:
        """Units sold, of the clicked listing and of others."""
        return self.direct_units + self.indirect_units

    def __add__(self, other: Figures) -> Figures:
        return Figures(
            self.cost + other.cost,
            self.clicks + other.clicks,
            self.prints + other.prints,
            self.direct + other.direct,
            self.indirect + other.indirect,
            self.direct_units + other.direct_units,
            self.indirect_units + other.indirect_units,
        )


NOTHING = Figures()


@dataclass(frozen=True, slots=True)
class Report:
    """A group's day as known from ``at`` on. ``group`` is the bill; ``items`` need not add up to it."""

    at: datetime
    group: Figures
    items: Mapping[str, Figures] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Advertiser:
    """A seller's Product Ads account, active in [since, until)."""

    advertiser_id: int
    seller_id: int
    since: datetime
    until: datetime | None = None

    def active_at(self, instant: datetime) -> bool:
        """Whether the platform shows the account at ``instant``."""
        return self.since <= instant and (self.until is None or instant < self.until)


@dataclass(frozen=True, slots=True)
class CampaignState:
    """A campaign's status from ``at`` on."""

    at: datetime
    status: CampaignStatus


@dataclass(slots=True)
class Campaign:
    """A campaign. Lost shares are percentages (0-100) of every day it was shown."""

    campaign_id: int
    seller_id: int
    name: str
    strategy: str
    budget: int
    lost_by_budget: int
    lost_by_rank: int
    states: list[CampaignState] = field(default_factory=list)

    def status_at(self, instant: datetime) -> CampaignStatus | None:
        """Its status at ``instant``; None before it exists."""
        state = last_at(self.states, instant)
        return state.status if state else None


@dataclass(slots=True)
class AdGroup:
    """An ad group: the unit that is billed. ``campaign_id`` 0 is outside any campaign.

    ``repeats``: listings whose rows come once more with another status and the same numbers.
    """

    group_id: int
    seller_id: int
    kind: GroupKind
    external_id: str
    campaign_id: int
    title: str
    created_at: datetime
    deleted_at: datetime | None = None
    repeats: frozenset[str] = frozenset()
    reports: dict[date, list[Report]] = field(default_factory=dict)

    def report_at(self, day: date, now: datetime) -> Report | None:
        """The day as the platform shows it at ``now``; None while it shows nothing."""
        return last_at(self.reports.get(day, []), last_refresh(now))

    def figures(self, day: date, now: datetime) -> Figures:
        """The group's own figures of the day, as visible at ``now``."""
        report = self.report_at(day, now)
        return report.group if report else NOTHING

    def listed_at(self, instant: datetime) -> bool:
        """Whether it exists and was not deleted."""
        return self.created_at <= instant and (self.deleted_at is None or instant < self.deleted_at)
