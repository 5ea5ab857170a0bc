"""Shops where almost everything changes later, replayed night by night: every column equals the oracle's.

Sales, freight, fees, costs, taxes, ads, visits, stock, claims, returns and bills of the same clients at once, with what
is missing and how final each number is; nights that were missed, nights on which one family could not be read, and a
week read again long after.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest

from viang_pipeline.collect.work import PartialCollectionError
from viang_pipeline.marts.build import BUILDERS, build_mart
from viang_pipeline.sandbox import Fault, World
from viang_pipeline.sandbox.billing_generate import bill_seller
from viang_pipeline.sandbox.truth import Seller
from viang_pipeline_tests.end_to_end.ads_turbulence import advertise_wildly
from viang_pipeline_tests.end_to_end.claims_turbulence import claim_wildly
from viang_pipeline_tests.end_to_end.comparison import compare_everything
from viang_pipeline_tests.end_to_end.conftest import Install
from viang_pipeline_tests.end_to_end.driver import COLLECTORS, Installation, utc
from viang_pipeline_tests.end_to_end.oracle_all import WholeOracle
from viang_pipeline_tests.end_to_end.told_turbulence import Teller
from viang_pipeline_tests.end_to_end.traffic_turbulence import visit_wildly
from viang_pipeline_tests.end_to_end.turbulence import turbulent_world

FIRST = date(2026, 2, 1)
ONE = timedelta(days=1)
STARTS = FIRST + 3 * ONE
"""Three days after the shops opened: earlier sales are not the client's."""
DAYS = 128
CLIENT_DAYS = 500


@dataclass(frozen=True)
class Story:
    """One shop. ``nights`` after FIRST on which it was read; ``failed``: night → the family that did not answer."""

    seed: int
    nights: tuple[int, ...]
    failed: dict[int, str]
    options: dict[str, object]
    ads: bool = True
    ads_end: int | None = None


STORIES = {
    "first load, missed nights, months": Story(
        1, (100, 101, 103, 127, 128, 175), {}, {"ads_group_metrics_case": "upper"}
    ),
    "families that fail": Story(
        2, (110, 111, 112, 113, 114, 127, 128),
        {111: "claims", 112: "ads", 113: "visits", 114: "stock", 127: "billing"},
        {"cancel_detail_in_search": True, "expired_status": 403, "old_access_token_survives": True},
    ),
    "advertising given up": Story(
        3, (60, 61, 90, 127, 128), {60: "ads"}, {"ads_group_metrics_case": "lower"}, ads_end=80
    ),
    "no advertising": Story(4, (124, 125, 126, 128, 190), {124: "visits", 126: "claims"}, {}, ads=False),
}  # fmt: skip
ROUTES = {
    "claims": "/post-purchase/*",
    "ads": "*/product_ads/*",
    "visits": "/users/*/items_visits/*",
    "stock": "/inventories/*",
    "billing": "/billing/*",
}


REASONS = {
    "claims": "reclamacoes_nao_lidas",
    "ads": "ads_nao_lidos",
    "visits": "visitas_nao_lidas",
    "stock": "estoque_sem_foto",
    "billing": "faturas_nao_lidas",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", STORIES)
def test_every_column_equals_the_oracle_after_every_night(install: Install, name: str) -> None:
    story = STORIES[name]
    world, seller = shop(story)
    installation = install(world, now=at_night(story.nights[0]) - timedelta(hours=1))
    for option, value in story.options.items():
        setattr(installation.sandbox.options, option, value)
    installation.client(seller.slug, seller, STARTS)
    oracle = WholeOracle(world, seller.seller_id, STARTS)
    teller = Teller(installation, seller.slug, oracle.sales.told, story.seed, STARTS, DAYS)
    teller.begin()
    seen: set[str] = set()
    for number in story.nights:
        if number != story.nights[0]:
            teller.more()
        asked = night(installation, seller.slug, at_night(number), story.failed.get(number))
        oracle.night(installation.now, asked, periods_asked(installation), frozenset({story.failed.get(number, "")}))
        found = compare_everything(installation, seller.slug, oracle)
        assert not found.differences, f"night {number}: {found}"
        seen |= reasons(installation, seller.slug)
    assert found.client_days * len(STORIES) >= CLIENT_DAYS, str(found)
    assert seen >= {REASONS[family] for family in story.failed.values()}

    last = story.nights[-1]
    covered = [row["mc"] for row in installation.client_days(seller.slug).values()]
    assert sum(margin is not None for margin in covered) > len(covered) // 4, "margins worth comparing"
    again = installation.night(seller.slug, at_night(last) + timedelta(seconds=20), asked)
    assert again.written == {}

    week = [FIRST + (last - 75 + n) * ONE for n in range(7)]
    installation.sandbox.clear_requests()
    installation.night(seller.slug, at_night(last) + timedelta(seconds=40), week)
    oracle.read_again(installation.now, week, periods_asked(installation))
    found = compare_everything(installation, seller.slug, oracle)
    assert not found.differences, f"a week read again: {found}"


def night(installation: Installation, client_id: str, at: datetime, failed: str | None) -> list[date]:
    """A night on which one family may not answer; the others are read and everything is built. The days asked for."""
    installation.at(at)
    installation.sandbox.clear_requests()
    asked = installation._days_of_night(client_id)
    installation.collect(client_id, [step for step in COLLECTORS if step != failed], asked)
    if failed is not None:
        installation.sandbox.faults.add(Fault("status", path=ROUTES[failed], status=403, times=None))
        with pytest.raises(PartialCollectionError):
            installation.collect(client_id, [failed], asked)
        installation.sandbox.faults.clear()
    work = installation.work(client_id)
    for mart in BUILDERS:
        build_mart(work, mart, asked)
    return asked


def reasons(installation: Installation, client_id: str) -> set[str]:
    """Every reason shown for a missing number of a client-day."""
    return {reason for row in installation.client_days(client_id).values() for reason in row["faltantes"]}


def shop(story: Story) -> tuple[World, Seller]:
    """A turbulent shop with everything that can happen to it."""
    world = turbulent_world(story.seed, FIRST, DAYS, sellers=1)
    (seller,) = world.sellers.values()
    if story.ads:
        until = None if story.ads_end is None else FIRST + story.ads_end * ONE
        advertise_wildly(world, seller, story.seed, FIRST, DAYS, until=until)
    visit_wildly(world, seller, story.seed, FIRST, DAYS + 1)
    claim_wildly(world, seller, story.seed)
    bill_seller(world, seller, at_night(story.nights[-1]))
    return world, seller


def periods_asked(installation: Installation) -> list[date]:
    """The billing periods asked for since the night began; what was asked of them was answered, or the night failed."""
    paths = [request.path.split("/") for request in installation.sandbox.requests if "/key/" in request.path]
    return sorted({date.fromisoformat(path[5]) for path in paths})


def at_night(n: int) -> datetime:
    """03:37 in São Paulo, ``n`` nights after FIRST."""
    return utc(f"{FIRST + n * ONE}T06:37:12Z")
