"""Which ad days a night reads and which groups it looks into (contract §9, kpis.md §7, D20)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from viang_pipeline.collect.ads_plan import ads_plan, members_needed, only_listing, settled_without_reading
from viang_pipeline.domain.business_day import days_between
from viang_pipeline.sources.mercado_livre.payloads.ads import AdGroup, AdMetrics

NOW = datetime(2026, 6, 30, 6, 37, tzinfo=UTC)
TODAY, YESTERDAY = date(2026, 6, 30), date(2026, 6, 29)
EVER = date(2020, 1, 1)


def test_the_night_reads_the_last_fifteen_days_newest_first() -> None:
    plan = ads_plan([YESTERDAY], EVER, NOW)
    assert plan.read == tuple(reversed(days_between(date(2026, 6, 15), YESTERDAY)))
    assert plan.owed == {YESTERDAY}


def test_the_night_of_a_sunday_also_reads_what_its_sweep_does_not_reach() -> None:
    """Together with the sixty days of the sweep: every day the platform still tells."""
    sunday = NOW - timedelta(days=2)
    yesterday = YESTERDAY - timedelta(days=2)
    plan = ads_plan([yesterday], EVER, sunday)
    swept = days_between(yesterday - timedelta(days=59), yesterday)
    assert {*plan.read, *swept} == set(days_between(TODAY - timedelta(days=92), yesterday))
    assert len(set(plan.read) & set(swept)) == 15
    assert plan.owed == {yesterday}


def test_a_first_load_reads_the_range_it_was_given_and_no_more() -> None:
    asked = days_between(date(2026, 5, 1), date(2026, 5, 31))
    assert ads_plan(asked, EVER, NOW).read == tuple(reversed(asked))


def test_the_wall_stands_ninety_days_back() -> None:
    wall = TODAY - timedelta(days=90)
    plan = ads_plan([wall, wall - timedelta(days=1)], EVER, NOW)
    assert (plan.read, plan.beyond) == ((wall,), (wall - timedelta(days=1),))


def test_nothing_before_the_clients_first_day_and_nothing_of_today_is_read() -> None:
    starts = YESTERDAY - timedelta(days=1)
    plan = ads_plan([TODAY, YESTERDAY, starts - timedelta(days=1)], starts, NOW)
    assert plan == ((YESTERDAY, starts), {YESTERDAY}, ())


def test_the_state_of_the_account_settles_what_cannot_be_read() -> None:
    old = TODAY - timedelta(days=91)
    plan = ads_plan([old, YESTERDAY], EVER, NOW)
    assert settled_without_reading(plan, True, None) == {"fora_do_alcance": [old]}
    assert settled_without_reading(plan, False, None)["sem_ads"] == sorted({*plan.read, old})


def test_a_day_on_which_the_account_may_still_have_spent_is_no_zero() -> None:
    plan = ads_plan([YESTERDAY], YESTERDAY - timedelta(days=2), NOW)
    last = YESTERDAY - timedelta(days=1)
    assert settled_without_reading(plan, False, last) == {
        "fora_do_alcance": [YESTERDAY - timedelta(days=2), last],
        "sem_ads": [YESTERDAY],
    }


def group(kind: str, external: str | None, **figures: object) -> AdGroup:
    none = {"clicks": 5, "prints": 9, "cost": 0, "direct_amount": 0, "indirect_amount": 0, "total_amount": 0}
    values = none | {"units_quantity": 0} | figures
    money = ("cost", "direct_amount", "indirect_amount", "total_amount")
    metrics = {name: Decimal(str(value)) if name in money else value for name, value in values.items()}
    return AdGroup(id=1, ad_group_type=kind, ad_group_external_id=external, metrics=AdMetrics(**metrics))  # type: ignore[arg-type]


FAMILIES = {"4001": ["MLB1"], "4002": ["MLB1", "MLB2"]}


@pytest.mark.parametrize(
    ("kind", "external", "listing"),
    [
        ("ITEM", "MLB9", "MLB9"),
        ("FAMILY", "4001", "MLB1"),
        ("FAMILY", "4002", None),
        ("FAMILY", "4003", None),
        ("CATALOG", "4001", None),
        ("NOVO", "MLB9", None),
        ("ITEM", None, None),
    ],
)
def test_which_listing_is_behind_a_group_without_asking(kind: str, external: str | None, listing: str | None) -> None:
    assert only_listing(group(kind, external), FAMILIES) == listing


@pytest.mark.parametrize(
    ("figures", "needed"),
    [({}, False), ({"cost": 1}, True), ({"total_amount": 1}, True), ({"units_quantity": 1}, True)],
)
def test_members_are_asked_for_only_where_there_is_something_to_place(figures: dict[str, object], needed: bool) -> None:
    found = group("CATALOG", "MLB19", **figures)
    assert members_needed(found) is needed
    found.only_listing = "MLB1"
    assert not members_needed(found)
