"""Goodput under the pace we allow ourselves, against a platform that refuses what exceeds its quota in any second.

Baseline: the allowed rate, 80 % of the quota. Beside it, the same processes each pacing only itself, as they would
without the shared budget. Run: python -m benchmarks.pacing
"""

from __future__ import annotations

import argparse
import time
from datetime import UTC, datetime

from benchmarks.harness import Marketplace, Measure, marketplace, postgres, table, together
from viang_pipeline.failures import TransientFailure
from viang_pipeline.sandbox import Fault, Sandbox, World
from viang_pipeline.sources.http import HttpClient
from viang_pipeline.sources.pacing import SAFE_SHARE, AdaptivePacer, LocalReserve, Reserve
from viang_pipeline.warehouse.database import Database
from viang_pipeline.warehouse.rate_budget import SharedReserve

START = datetime(2026, 10, 2, 6, 0, tzinfo=UTC)
PLATFORM, FAST = 18_000, 180_000
GOODPUT, REFUSED = 0.90, 0.02


def strict_platform(quota: int) -> Sandbox:
    """An account on a platform that refuses every request beyond quota / 3600 within any second."""
    world = World(start=START)
    world.add_seller("loja-aurora")
    sandbox = Sandbox(world)
    sandbox.max_requests_per_hour = quota
    sandbox.faults.add(Fault("rate_limit", limit=quota // 3600, seconds=1.0, times=None))
    return sandbox


def ask(shop: Marketplace, quota: int, seconds: float, database: Database | None, scope: str) -> tuple[int, int, int]:
    """Ask as fast as the pacer lets for ``seconds``: answers, refusals, requests. No database: paced alone."""
    reserve: Reserve = SharedReserve(database, scope, quota) if database else LocalReserve(quota)
    answers, end = 0, time.monotonic() + seconds
    with HttpClient(base_url=shop.url, tokens=shop, pacer=AdaptivePacer(reserve, quota)) as http:
        while time.monotonic() < end:
            try:
                http.get("/users/me")
            except TransientFailure:
                continue
            answers += time.monotonic() < end
        return answers, http.throttled, http.requests


def run(seconds: float) -> str:
    """Measure and describe."""
    rows = []
    with postgres() as database:
        for quota in (PLATFORM, FAST):
            with marketplace(strict_platform, quota) as shop:
                for processes, budget in ((1, database), (4, database), (4, None)):
                    scope = f"{quota}:{processes}"
                    found = together(processes, ask, shop, quota, seconds, budget, scope)
                    rows.append(_row(processes, budget is not None, quota, seconds, found))
                    time.sleep(1.0)  # the platform's window forgets
    return "\n".join(
        [
            table(
                f"Goodput under the pace, {seconds:.0f} seconds each",
                rows,
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
            f"Target with the shared budget: ≥ {GOODPUT:.0%} of the allowed rate, ≤ {REFUSED:.0%} refused.",
        ]
    )


def _row(processes: int, shared: bool, quota: int, seconds: float, found: list[Measure]) -> tuple[str, ...]:
    answers, refused, requests = (sum(m.result[n] for m in found) for n in range(3))
    allowed = quota / 3600 * SAFE_SHARE
    who = "1 process" if processes == 1 else f"{processes} processes"
    return (
        f"{who}, {'shared budget' if shared else 'each paced alone'}",
        f"{answers / seconds / allowed:.0%}",
        f"{refused / requests:.1%}",
        f"{quota:,}",
        f"{allowed:.0f}",
        f"{answers / seconds:.1f}",
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0)
    options = parser.parse_args()
    print(run(options.seconds))
