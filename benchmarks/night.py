"""A full night for 20 clients against the sandbox, as ``viang nightly`` runs it: calls against the contract's plan,
wall time against the time the calls alone take at the allowed pace.

The history before it is read without pacing and not measured. Run: python -m benchmarks.night [--clients 3]
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import dagster as dg
import httpx

from benchmarks.call_plan import Counts, count, planned, remember
from benchmarks.harness import environment, home, marketplace, measure, table
from viang_pipeline.automation.in_process import open_instance, run_range
from viang_pipeline.cli.runs import written_rows
from viang_pipeline.collect.access import MercadoLivreRun, mercado_livre_client
from viang_pipeline.collect.authorization import finish_authorization, start_authorization
from viang_pipeline.collect.order_windows import OVERLAP
from viang_pipeline.collect.work import Work
from viang_pipeline.domain.business_day import day_end, days_between
from viang_pipeline.marts.build import BUILDERS, build_mart
from viang_pipeline.marts.rehearse import COLLECTORS
from viang_pipeline.sandbox import Sandbox
from viang_pipeline.sandbox.generate import generate_world
from viang_pipeline.sandbox.profiles import DEMO_PROFILES, Product, Profile
from viang_pipeline.sandbox.server import APP_ID, APP_SECRET, REDIRECT_URI
from viang_pipeline.settings import load_settings
from viang_pipeline.sources.pacing import safe_rate
from viang_pipeline.warehouse import clients
from viang_pipeline.warehouse.database import Database, open_database
from viang_pipeline.warehouse.session import Session

FIRST = date(2026, 3, 2)
CLIENTS, HISTORY, QUOTA = 20, 14, 180_000
"""Sellers, days read before the night, and requests per hour the platform grants to the application."""

DOCUMENTED = 18_000
"""Requests per hour in the documentation's sample (contract §1.2)."""

UNPACED = 10**9


@dataclass(frozen=True)
class Size:
    """A class of sellers: orders per day and listings of each."""

    name: str
    orders: float
    listings: int


SMALL, MEDIUM, LARGE = Size("small", 15, 8), Size("medium", 60, 40), Size("large", 250, 150)
MIX = (SMALL, MEDIUM, LARGE) * 3 + (SMALL, MEDIUM) * 4 + (SMALL,) * 3
"""Of twenty sellers: ten small ones, seven medium, three large."""


@dataclass(frozen=True)
class Run:
    """One client's run: wall seconds, those inside the bodies of assets and checks, calls and rows written per
    resource."""

    seconds: float
    bodies: float
    calls: Mapping[str, int]
    written: Mapping[str, int]
    failures: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        """Calls of all resources."""
        return sum(self.calls.values())


@dataclass(frozen=True)
class Nights:
    """The same night twice: each the measure of ``night``; and what the contract counts for each client."""

    first: Any
    again: Any
    counts: Mapping[str, Counts]


Shops = Sequence[tuple[Size, Profile]]


def shops(number: int, mix: Sequence[Size] = MIX) -> Shops:
    """That many sellers, each of a class and of one of the demo's trades."""
    sizes = [mix[n % len(mix)] for n in range(number)]
    return [(size, _grown(DEMO_PROFILES[n % len(DEMO_PROFILES)], n, size)) for n, size in enumerate(sizes)]


def _grown(profile: Profile, number: int, size: Size) -> Profile:
    """The same trade with more goods and more sales."""
    copies = -(-size.listings // len(profile.products))
    products = [_copy(product, n) for n in range(copies) for product in profile.products]
    return replace(
        profile,
        slug=f"{profile.slug}-{number:02}",
        orders_per_day=size.orders,
        products=tuple(products[: size.listings]),
    )


def _copy(product: Product, number: int) -> Product:
    def of(code: str | None) -> str | None:
        return code if code is None else f"{code}-{number}"

    return replace(
        product,
        sku=of(product.sku),
        custom_field=of(product.custom_field),
        variations=tuple((name, of(sku)) for name, sku in product.variations),
    )


def town(sellers: Shops, last: date, quota: int) -> Sandbox:
    """A marketplace of those sellers, at its beginning."""
    profiles = [profile for _, profile in sellers]
    sandbox = Sandbox(generate_world(1, first_day=FIRST, last_day=last, profiles=profiles, days_after=1))
    sandbox.max_requests_per_hour = quota
    return sandbox


def onboard(sellers: Shops) -> None:
    """Register every client and let its seller consent."""
    settings = load_settings()
    database = open_database(settings)
    for _, profile in sellers:
        with database.transaction() as connection:
            clients.add(connection, profile.slug, profile.name, inicio_historico=FIRST, default_start=FIRST)
        address, _ = start_authorization(settings, database, profile.slug)
        answer = httpx.get(f"{address}&seller={profile.slug}")
        back = parse_qs(urlsplit(answer.headers["location"]).query)
        finish_authorization(settings, database, profile.slug, code=back["code"][0], state=back["state"][0])


def read_history(sellers: Shops, last: date) -> None:
    """The first load of every client, without waiting for any pace."""
    settings = load_settings()
    database = open_database(settings)
    days = days_between(FIRST, last)
    for _, profile in sellers:
        account = mercado_livre_client(settings, database, profile.slug, run=MercadoLivreRun(quotas={APP_ID: UNPACED}))
        with Session(database) as session, account as api:
            work = Work(session, profile.slug, "history", "benchmark", settings.clock())
            for collect in COLLECTORS.values():
                collect(work, api, days)
            for mart in BUILDERS:
                build_mart(work, mart, days)
    with database.transaction() as connection:
        connection.execute("delete from dashboard.rate_budgets")
    with database.connect(autocommit=True) as connection:
        connection.execute("vacuum analyze")


def night(sellers: Shops, last: date) -> dict[str, Run]:
    """``daily_update`` of every client, one after another as ``viang nightly`` does it."""
    settings = load_settings()
    database, now = open_database(settings), settings.clock()()
    runs = {}
    with open_instance(settings) as instance:
        for _, profile in sellers:
            start = time.perf_counter()
            reports = run_range(instance, "daily_update", profile.slug, last, last, starts=FIRST, now=now)
            seconds = time.perf_counter() - start
            rows = written_rows(database, [report.run_id for report in reports])
            runs[profile.slug] = Run(
                seconds,
                sum(_inside_bodies(instance, report.run_id) for report in reports),
                {name.removeprefix("mercado_livre/"): row[0] for name, row in rows.items()},
                {name: row[2] for name, row in rows.items() if row[2]},
                [failure for report in reports for failure in report.failures],
            )
    return runs


def _inside_bodies(instance: dg.DagsterInstance, run_id: str) -> float:
    """Seconds between a step's start and its first output: the engine does its own work before and after."""
    kinds = {dg.DagsterEventType.STEP_START, dg.DagsterEventType.STEP_OUTPUT}
    begun: dict[str, float] = {}
    total = 0.0
    for entry in instance.all_logs(run_id, of_type=kinds):
        event, step = entry.get_dagster_event(), str(entry.step_key)
        if event.event_type == dg.DagsterEventType.STEP_START:
            begun[step] = entry.timestamp
        elif step in begun:
            total += entry.timestamp - begun.pop(step)
    return total


def run(number: int = CLIENTS, history: int = HISTORY, quota: int = QUOTA) -> str:
    """Measure and describe."""
    sellers = shops(number)
    found = rehearse(sellers, history, quota)
    return "\n".join(
        [
            _by_client(sellers, found.counts, found.first.result),
            "",
            _whole(found.first, found.again, found.counts, quota),
        ]
    )


def rehearse(sellers: Shops, history: int, quota: int) -> Nights:
    """Read the history, then live the night after it twice. Fails when a step failed or the second night wrote."""
    last = FIRST + timedelta(days=history)
    before, tonight = (datetime(day.year, day.month, day.day, 6, tzinfo=UTC) for day in (last, last + timedelta(1)))
    with (
        home() as place,
        marketplace(town, sellers, last, quota) as market,
        environment(
            VIANG_HOME=str(place),
            MERCADO_LIVRE_API_URL=market.url,
            MERCADO_LIVRE_AUTH_URL=market.url,
            MERCADO_LIVRE_APP_ID=APP_ID,
            MERCADO_LIVRE_APP_SECRET=APP_SECRET,
            MERCADO_LIVRE_REDIRECT_URI=REDIRECT_URI,
            BLING_API_URL=market.url,
            BLING_TOKEN_URL=market.url,
            BLING_AUTH_URL=market.url,
        ),
    ):
        database = open_database(load_settings())
        with _at(market.url, before):
            onboard(sellers)
            read_history(sellers, last - timedelta(days=1))
        remember(database)
        with _at(market.url, tonight):
            first = measure(night, sellers, last)
            again = measure(night, sellers, last)
        counts = _counts(database, last, tonight)
    for found in (*first.result.values(), *again.result.values()):
        assert not found.failures, found.failures
    written = {client: found.written for client, found in again.result.items() if found.written}
    assert not written, f"a second run of the night wrote rows: {written}"
    return Nights(first, again, counts)


def _counts(database: Database, last: date, tonight: datetime) -> dict[str, Counts]:
    """The night reads changes from the end of the last day known before, two hours earlier (contract §0, pull plan)."""
    since = day_end(last - timedelta(days=1)) - OVERLAP
    return count(database, since=since, night=tonight, last=last)


@contextmanager
def _at(url: str, instant: datetime) -> Iterator[None]:
    """Platform and pipeline at one instant."""
    httpx.post(f"{url}/__sandbox__/clock", json={"now": instant.isoformat()}).raise_for_status()
    with environment(VIANG_NOW=instant.isoformat()):
        yield


def _by_client(sellers: Shops, counts: Mapping[str, Counts], runs: Mapping[str, Run]) -> str:
    rows = []
    for size, profile in sellers:
        found, numbers = runs[profile.slug], counts[profile.slug]
        plan = sum(planned(numbers).values())
        rows.append(
            (
                profile.slug,
                size.name,
                f"{numbers.orders + numbers.cancelled:,}",
                f"{numbers.listings:,}",
                f"{found.total:,}",
                f"{plan:,}",
                f"{found.total / plan:.0%}",
                f"{found.seconds:.1f}",
            )
        )
    return table(
        f"A night of {len(sellers)} clients, call by call",
        rows,
        ("", "size", "orders changed", "listings", "calls", "plan", "calls, share of plan", "seconds"),
    )


def _whole(first: Any, again: Any, counts: Mapping[str, Counts], quota: int) -> str:
    plan: Counter[str] = Counter()
    for numbers in counts.values():
        plan.update(planned(numbers))
    made: Counter[str] = Counter()
    for found in first.result.values():
        made.update(found.calls)
    over = [client for client, found in first.result.items() if found.total > sum(planned(counts[client]).values())]
    by_resource = table(
        "The same night by source",
        [(name, f"{made[name]:,}", f"{plan[name]:,}") for name in plan],
        ("", "calls", "plan"),
    )
    whole = table(
        "The whole night",
        [_night("the night", first, quota), _night("the same night again", again, quota)],
        (
            "",
            "calls",
            "seconds",
            "seconds of the calls alone at the pace",
            "× the calls alone",
            "seconds outside the bodies of assets and checks",
            "CPU s",
            "peak MiB",
            "rows written",
        ),
    )
    slow = sum(made.values()) / safe_rate(DOCUMENTED)
    return "\n".join(
        [
            by_resource,
            "",
            whole,
            "",
            f"The pace is 80 % of {quota:,} requests per hour, {safe_rate(quota):.0f} per second. At the documented "
            f"{DOCUMENTED:,} per hour the night's calls alone take {slow / 60:.0f} minutes.",
            "",
            f"Target: calls ≤ plan for each client, 0 rows in the second run. Clients over their plan: "
            f"{', '.join(over) or 'none'}.",
        ]
    )


def _night(name: str, found: Any, quota: int) -> tuple[str, ...]:
    runs = found.result.values()
    calls = sum(one.total for one in runs)
    alone = calls / safe_rate(quota)
    outside = sum(one.seconds - one.bodies for one in runs)
    return (
        name,
        f"{calls:,}",
        f"{found.seconds:.1f}",
        f"{alone:.1f}",
        f"{found.seconds / alone:.1f}",
        f"{outside:.1f}",
        f"{found.cpu_seconds:.1f}",
        f"{found.peak_mib:.0f}",
        f"{sum(sum(one.written.values()) for one in runs):,}",
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=CLIENTS)
    parser.add_argument("--history", type=int, default=HISTORY, help="days read before the night")
    parser.add_argument("--quota", type=int, default=QUOTA, help="requests per hour the platform grants")
    options = parser.parse_args()
    print(run(options.clients, options.history, options.quota))
