"""Goodput under the pace we allow ourselves, against platforms that refuse.

First a platform whose only limit is the stated quota, in any second; baseline: the allowed rate, 80 % of it. Then
platforms with hidden limits that move, per seller and per application; baseline: the limit's integral, everything it
would have let pass. Beside both, processes each pacing only itself, as they would without shared budgets.
Run: python -m benchmarks.pacing
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import httpx

from benchmarks.harness import Marketplace, Measure, marketplace, postgres, side_by_side, table
from viang_pipeline.failures import TransientFailure
from viang_pipeline.sandbox import Fault, HiddenLimit, Sandbox, World
from viang_pipeline.sandbox.hidden_limits import integral
from viang_pipeline.sources.http import HttpClient
from viang_pipeline.sources.pacers import BookedPacer, Ledger, LocalLedger
from viang_pipeline.sources.pacing import ACCOUNT_RATE, SAFE_SHARE, Scope, mercado_livre_scopes
from viang_pipeline.warehouse.database import Database
from viang_pipeline.warehouse.rate_budget import SharedLedger

START = datetime(2026, 10, 2, 6, 0, tzinfo=UTC)
PLATFORM, FAST = 18_000, 180_000
GOODPUT, REFUSED = 0.90, 0.02
PROCESSES = 4
LONGER = 4
"""Hidden limits are measured so many times longer: they have to move."""


@dataclass(frozen=True)
class Found:
    """What one process did between two instants of the machine's monotonic clock."""

    answers: int
    refused: int
    requests: int
    start: float
    end: float


@dataclass(frozen=True)
class Case:
    """A hidden limit and who meets it. ``account_rate``: our ceiling per seller, requests per second."""

    title: str
    sellers: int
    limit: HiddenLimit
    account_rate: float
    shared: bool = True


STEP = 30.0
"""Seconds between the steps of a limit, each of about a fifth of it."""

SELLER_WALK = HiddenLimit(per="seller", walk=(10.0, 36.0), every=STEP, seed=2026)
CASES = (
    Case("one seller, its own limit", 1, SELLER_WALK, 40.0),
    Case("one seller, its own limit, each paced alone", 1, SELLER_WALK, 40.0, shared=False),
    Case("one seller, its own low limit", 1, HiddenLimit(per="seller", walk=(2.0, 4.8), every=STEP, seed=2026), 5.0),
    Case(
        "four sellers, the application's limit",
        4,
        HiddenLimit(per="app", walk=(10.0, 36.0), every=STEP, seed=2026),
        40.0,
    ),
    Case(
        "four sellers, each its own limit", 4, HiddenLimit(per="seller", walk=(3.0, 9.0), every=STEP, seed=2026), 40.0
    ),
    Case(
        "one seller, a step every five seconds",
        1,
        HiddenLimit(per="seller", walk=(10.0, 36.0), every=5.0, seed=2026),
        40.0,
    ),
)


def strict_platform(quota: int) -> Sandbox:
    """An account on a platform that refuses every request beyond quota / 3600 within any second."""
    sandbox = platform(quota, 1)
    sandbox.faults.add(Fault("rate_limit", limit=quota // 3600, seconds=1.0, times=None))
    return sandbox


def platform(quota: int, sellers: int) -> Sandbox:
    """Accounts on a platform without any limit yet."""
    world = World(start=START)
    for number in range(sellers):
        world.add_seller(f"loja-{number}")
    sandbox = Sandbox(world)
    sandbox.max_requests_per_hour = quota
    return sandbox


@contextmanager
def ledger(database: Database | None, scopes: tuple[Scope, ...]) -> Iterator[Ledger]:
    """Budgets shared in the database; without one, budgets of this process alone."""
    if database is None:
        yield LocalLedger(scopes)
        return
    with closing(SharedLedger(database, scopes)) as shared:
        yield shared


def ask(
    shop: Marketplace, seconds: float, database: Database | None, app: str, quota: int, account_rate: float
) -> Found:
    """Ask as fast as the pacer lets for ``seconds``. A read that fails is started again."""
    start = time.monotonic()
    answers, refused, requests, end = 0, 0, 0, start + seconds
    with ledger(database, mercado_livre_scopes(app, shop.seller_id, quota, account_rate)) as budgets:
        pacer = BookedPacer(budgets)
        while time.monotonic() < end:
            with HttpClient(base_url=shop.url, tokens=shop, pacer=pacer) as http:
                try:
                    while time.monotonic() < end:
                        http.get("/users/me")
                        answers += time.monotonic() < end
                except TransientFailure:
                    pass
                refused, requests = refused + http.throttled, requests + http.requests
    return Found(answers, refused, requests, start, end)


def run(seconds: float) -> str:
    """Measure and describe."""
    with postgres() as database:
        stated = [_stated(database, quota, seconds) for quota in (PLATFORM, FAST)]
        hidden = [_hidden(database, case, LONGER * seconds) for case in CASES]
    return "\n".join(
        [
            table(
                f"Goodput under the pace, {seconds:.0f} seconds each",
                [row for rows in stated for row in rows],
                (
                    "",
                    "goodput, share of allowed",
                    "429s, share of requests",
                    "quota per hour",
                    "allowed/s",
                    "answers/s",
                ),
            ),
            "",
            table(
                f"Goodput under hidden limits that move, {PROCESSES} processes, {LONGER * seconds:.0f} seconds each",
                hidden,
                ("", "goodput, share of the limit's integral", "429s, share of requests", "limit/s", "answers/s"),
            ),
            "",
            f"Target with shared budgets: goodput ≥ {GOODPUT:.0%}, ≤ {REFUSED:.0%} refused.",
        ]
    )


def _stated(database: Database, quota: int, seconds: float) -> list[tuple[str, ...]]:
    rows = []
    account_rate = max(ACCOUNT_RATE, quota * SAFE_SHARE / 3600)
    with marketplace(strict_platform, quota) as shop:
        for processes, budget in ((1, database), (PROCESSES, database), (PROCESSES, None)):
            each = [(shop, seconds, budget, f"{quota}-{processes}", quota, account_rate)] * processes
            answers, refused, requests = _sums(side_by_side(ask, each))
            allowed = quota / 3600 * SAFE_SHARE
            who = "1 process" if processes == 1 else f"{processes} processes"
            rows.append(
                (
                    f"{who}, {'each paced alone' if budget is None else 'shared budget'}",
                    f"{answers / seconds / allowed:.0%}",
                    f"{refused / requests:.1%}",
                    f"{quota:,}",
                    f"{allowed:.0f}",
                    f"{answers / seconds:.1f}",
                )
            )
            _forget(database)
            time.sleep(1.0)  # the platform's window forgets
    return rows


def _hidden(database: Database, case: Case, seconds: float) -> tuple[str, ...]:
    with marketplace(platform, FAST, case.sellers) as shop:
        shops = (shop, *shop.others)
        budget = database if case.shared else None
        each = [(shops[n % case.sellers], seconds, budget, "hidden", FAST, case.account_rate) for n in range(PROCESSES)]
        since = time.monotonic()
        httpx.post(f"{shop.url}/__sandbox__/limits", json=asdict(case.limit)).raise_for_status()
        measures = side_by_side(ask, each)
    _forget(database)
    answers, refused, requests = _sums(measures)
    start = min(m.result.start for m in measures) - since
    end = max(m.result.end for m in measures) - since
    whose = [s.seller_id for s in shops] if case.limit.per == "seller" else [None]
    passing = sum(integral(case.limit.steps(seller), start, end) for seller in whose)
    return (
        case.title,
        f"{answers / passing:.0%}",
        f"{refused / requests:.1%}",
        f"{passing / (end - start):.1f}",
        f"{answers / (end - start):.1f}",
    )


def _sums(measures: list[Measure]) -> tuple[int, int, int]:
    found: list[Found] = [m.result for m in measures]
    return sum(f.answers for f in found), sum(f.refused for f in found), sum(f.requests for f in found)


def _forget(database: Database) -> None:
    """Each measurement starts from the ceilings."""
    with database.transaction() as connection:
        connection.execute("delete from dashboard.rate_budgets")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0)
    options = parser.parse_args()
    print(run(options.seconds))
