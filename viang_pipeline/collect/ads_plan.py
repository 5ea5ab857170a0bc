"""Which ad days to read tonight, and what of each group: pure decisions (contract §9, kpis.md §7, ruling D20)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple

from viang_pipeline.domain.business_day import business_day, days_between, last_closed_day
from viang_pipeline.sources.mercado_livre.ads import REACH_DAYS
from viang_pipeline.sources.mercado_livre.payloads.ads import AdGroup

READ, WITHOUT_ADS, BEYOND = "lido", "sem_ads", "fora_do_alcance"
READ_AGAIN = 15
"""The last days read again every night: sales are attributed for 14 days after the click."""


SWEPT = 60
"""Days the sweep of a Sunday asks for anyway; the older ones, up to the wall, the night of that Sunday reads again."""

SUNDAY = 6


class AdsPlan(NamedTuple):
    """``read``: days to ask for, newest first; ``owed``: those of them this run was asked for; ``beyond``: days asked
    for that lie behind the 90-day wall."""

    read: tuple[date, ...]
    owed: frozenset[date]
    beyond: tuple[date, ...]


def ads_plan(days: Iterable[date], starts: date, now: datetime) -> AdsPlan:
    """The closed days asked for and, with yesterday among them, the last fifteen; on a Sunday also what its sweep does
    not reach, so that all ninety days are read again every week (kpis.md §7). None before ``starts``."""
    yesterday = last_closed_day(now)
    wall = business_day(now) - timedelta(days=REACH_DAYS)
    asked = {day for day in days if starts <= day <= yesterday}
    owed = frozenset(day for day in asked if day >= wall)
    again = days_between(max(starts, yesterday - timedelta(days=READ_AGAIN - 1)), yesterday)
    if business_day(now).weekday() == SUNDAY:
        again += days_between(max(starts, wall), yesterday - timedelta(days=SWEPT))
    read = owed | set(again) if yesterday in owed else owed
    return AdsPlan(tuple(sorted(read, reverse=True)), owed, tuple(sorted(asked - owed)))


def settled_without_reading(plan: AdsPlan, has_ads: bool, last_with_ads: date | None) -> dict[str, list[date]]:
    """``estado`` → days about which the account's state says all there is to know.

    With ads, days behind the wall are out of reach (D20). Without, a day is a zero only if the account had no ads: one
    up to the last night that still found some (``last_with_ads``) may have spent, and cannot be asked for any more.
    """
    if has_ads:
        return {BEYOND: list(plan.beyond)}
    every = sorted({*plan.read, *plan.beyond})
    lost = [day for day in every if last_with_ads is not None and day <= last_with_ads]
    return {BEYOND: lost, WITHOUT_ADS: [day for day in every if day not in lost]}


def only_listing(group: AdGroup, families: Mapping[str, Collection[str]]) -> str | None:
    """The one listing behind a group, without asking: the listing of an ITEM group, the only one of a FAMILY."""
    external = group.ad_group_external_id
    if external is None:
        return None
    if group.ad_group_type == "ITEM":
        return external
    members = families.get(external, ()) if group.ad_group_type == "FAMILY" else ()
    return next(iter(members)) if len(members) == 1 else None


def members_needed(group: AdGroup) -> bool:
    """Whether a group's listings must be asked for: it did something worth placing and they are not known."""
    figures = group.metrics
    return group.only_listing is None and bool(figures.cost or figures.total_amount or figures.units_quantity)
