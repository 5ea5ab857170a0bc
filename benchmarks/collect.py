"""Collection of one seller's year of orders, pacing off, against a loop that only downloads the same answers.

Baseline: bare httpx with the same settings asks the very same URLs and throws the answers away. Run:
python -m benchmarks.collect
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import httpx

from benchmarks.harness import Marketplace, Measure, marketplace, measure, median, postgres, table
from viang_pipeline.collect.order_windows import order_windows
from viang_pipeline.collect.orders import collect_orders
from viang_pipeline.collect.work import Work
from viang_pipeline.domain.business_day import days_between
from viang_pipeline.sandbox import Sandbox
from viang_pipeline.sandbox.generate import generate_world
from viang_pipeline.sandbox.profiles import HOUSEHOLD
from viang_pipeline.sources.connection import TIMEOUT
from viang_pipeline.sources.http import HttpClient
from viang_pipeline.sources.mercado_livre.client import MercadoLivreClient
from viang_pipeline.warehouse.database import Database
from viang_pipeline.warehouse.session import Session

FIRST, LAST = date(2025, 10, 7), date(2026, 9, 30)
DAYS = days_between(FIRST, LAST)
NOW = datetime(2026, 10, 2, 6, 0, tzinfo=UTC)
SALT = "segredo-do-benchmark"
TARGET = 0.70


@dataclass(frozen=True)
class Read:
    """What one run did: calls made, orders read, rows written."""

    requests: int
    orders: int
    written: int = 0


def busy_seller(orders: int) -> Sandbox:
    """One seller with about ``orders`` orders in the year, all of it in the past."""
    profile = replace(HOUSEHOLD, orders_per_day=orders / len(DAYS))
    world = generate_world(1, first_day=FIRST, last_day=LAST, profiles=[profile], days_after=0)
    return Sandbox(world, now=NOW)


def urls(shop: Marketplace) -> list[tuple[str, dict[str, str]]]:
    """Every path and query of a complete read, in its order, as the sandbox saw them."""
    httpx.delete(f"{shop.url}/__sandbox__/requests").raise_for_status()
    read(shop)
    seen = httpx.get(f"{shop.url}/__sandbox__/requests", timeout=60).raise_for_status().json()
    return [(request["path"], request["query"]) for request in seen]


def download(shop: Marketplace, asked: list[tuple[str, dict[str, str]]]) -> Read:
    """The baseline: nothing but the answers, over one kept-alive connection."""
    headers = {"Accept": "application/json", "Authorization": f"Bearer {shop.token}"}
    with httpx.Client(base_url=shop.url, timeout=TIMEOUT, headers=headers) as client:
        for path, query in asked:
            client.get(path, params=query).raise_for_status()
    return Read(len(asked), 0)


def read(shop: Marketplace) -> Read:
    """Both passes of every window: decoded, audited, buyer dropped, hashed. Nothing is stored."""
    orders = 0
    with HttpClient(base_url=shop.url, tokens=shop) as http:
        api = MercadoLivreClient(http, shop.seller_id, buyer_salt=SALT)
        for window in order_windows(DAYS, None, NOW):
            orders += len(api.search_orders(window.field, window.since, window.until).orders)
        return Read(http.requests, orders)


def collect(shop: Marketplace, database: Database, client_id: str) -> Read:
    """What production runs: read and store, one transaction per window, on the one connection of a run."""
    with HttpClient(base_url=shop.url, tokens=shop) as http, Session(database) as session:
        api = MercadoLivreClient(http, shop.seller_id, buyer_salt=SALT)
        done = collect_orders(Work(session, client_id, "benchmark", "benchmark", lambda: NOW), api, DAYS)
        return Read(done.requests, done.read, done.written)


def register(database: Database, client_id: str) -> None:
    """A client without any data."""
    with database.transaction() as conn:
        conn.execute(
            "insert into dashboard.clients (client_id, nome, inicio_historico) values (%s, %s, %s)",
            [client_id, client_id, FIRST],
        )


def run(orders: int, repeats: int) -> str:
    """Measure and describe. The three ways take turns, so that a slow minute of the machine hits all of them."""
    with postgres() as database, marketplace(busy_seller, orders) as shop:
        asked = urls(shop)
        downloads, reads, stored = [], [], []
        for number in range(repeats):
            client = f"loja-{number}"
            register(database, client)
            downloads.append(measure(download, shop, asked))
            reads.append(measure(read, shop))
            stored.append(measure(collect, shop, database, client))
        again = measure(collect, shop, database, "loja-0")
    assert all(m.result.requests == len(asked) for m in (*reads, *stored)), "the baseline asked something else"
    assert all(m.result.written == m.result.orders for m in stored), "an order was not stored"
    assert again.result.written == 0, "a second collection wrote rows"
    base, full = median(downloads), median(stored)
    rows = [
        _row("baseline: download only", base, base),
        _row("read, not stored", median(reads), base),
        _row("read and stored", full, base),
        _row("read and stored again, nothing changed", again, base),
    ]
    return "\n".join(
        [
            table(
                f"Collection of {full.result.orders:,} orders, pacing off",
                rows,
                ("", "throughput, share of baseline", "requests", "seconds", "CPU s", "peak MiB", "rows written"),
            ),
            "",
            f"Target: stored at ≥ {TARGET:.0%} of the baseline's throughput. Measured: "
            f"{_share(full, base):.0%}, {full.result.orders / full.seconds:,.0f} orders per second; "
            f"{1e6 * (full.cpu_seconds - base.cpu_seconds) / full.result.orders:.0f} µs of our own CPU per order.",
        ]
    )


def _share(found: Measure, base: Measure) -> float:
    """Answers per second against the baseline's: a second collection asks fewer of them."""
    return (found.result.requests / found.seconds) / (base.result.requests / base.seconds)


def _row(name: str, found: Measure, base: Measure) -> tuple[str, ...]:
    result: Any = found.result
    return (
        name,
        f"{_share(found, base):.0%}",
        f"{result.requests:,}",
        f"{found.seconds:.1f}",
        f"{found.cpu_seconds:.1f}",
        f"{found.peak_mib:.0f}",
        f"{result.written:,}",
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    print(run(options.orders, options.repeats))
