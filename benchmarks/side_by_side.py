"""One seller's orders collected by us, by dlt and by the script an agency starts with: what each costs and gets wrong.

Costs: a year of orders, pace off, then again with nothing changed. Errors: a shop of ordinary habits, a month of
history and nights in which the platform refuses, breaks off, leaves blocks out and moves while it is read; then
everybody's days against the sandbox's own truth.

Needs the extra ``bench``. Run: python -m benchmarks --only side_by_side [--orders 2000] [--nights 3]
"""

from __future__ import annotations

import ast
import inspect
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any

import httpx
from psycopg.rows import dict_row

from benchmarks.collect import FIRST, LAST, NOW, busy_seller
from benchmarks.harness import Marketplace, marketplace, measure, nothing, postgres, table
from benchmarks.rivals import ours, script, with_dlt
from benchmarks.rivals.score import MEASURES, Day, Score, Shown, score
from viang_pipeline.domain.business_day import days_between
from viang_pipeline.sandbox import Fault, Sandbox, World
from viang_pipeline.sandbox.generate import generate_world
from viang_pipeline.sandbox.profiles import HOUSEHOLD
from viang_pipeline.warehouse.database import Database
from viang_pipeline_tests.end_to_end.oracle import CANCELLED, VALID, Oracle

ORDERS = 20_000
OPENED = date(2026, 3, 2)
HISTORY, NIGHTS, PER_DAY = 30, 14, 60
"""Days before the first night, nights, and orders a day."""

NIGHT = time(6, 30, tzinfo=UTC)
"""Half past three in São Paulo, where a server in UTC has the same date."""

PAGE_TAKES = timedelta(seconds=30)
"""How far the shop's clock moves with each page on nights when it moves."""

OUTAGE, TWICE = 6, 10
"""The night the search is down, and the one somebody runs a second time."""

BOOKS = (
    *("updates_log", "source_reads", "source_cursors", "order_reads", "day_state"),
    *("_dlt_loads", "_dlt_version", "_dlt_pipeline_state"),
)
"""Tables about the run itself: every run of ours and of dlt writes there, and nobody reads numbers from them."""

Year = Callable[[Marketplace, Database, date, date, datetime, Path], None]
Night = Callable[[Marketplace, Database, date, datetime, Path], None]


@dataclass(frozen=True)
class Way:
    """One way to do it: a year at once and what it runs after that, a night, the question for its days, and where it
    keeps its tables."""

    year: Year
    again: Year
    night: Night
    days: str
    schemas: tuple[str, ...]


# --- the same night, four times ---------------------------------------------------------------------------------------


def _ours(shop: Marketplace, database: Database, first: date, now: datetime, home: Path) -> None:
    yesterday = now.date() - timedelta(days=1)
    ours.night(shop, database, days_between(first, yesterday), now)


def _guide(shop: Marketplace, database: Database, first: date, now: datetime, home: Path) -> None:
    with_dlt.night(shop, database, OPENED, now, home, told=False)


def _told(shop: Marketplace, database: Database, first: date, now: datetime, home: Path) -> None:
    with_dlt.night(shop, database, OPENED, now, home, told=True)


def _script(shop: Marketplace, database: Database, first: date, now: datetime, home: Path) -> None:
    script.night(shop, database, first, script.yesterday(now))


WAYS = {
    "ours": Way(ours.year, ours.again, _ours, ours.DAYS, ours.SCHEMAS),
    "dlt, by its guide": Way(
        with_dlt.year_by_guide, with_dlt.year_by_guide, _guide, with_dlt.GUIDE, (with_dlt.schema(False),)
    ),
    "dlt, told our rules": Way(with_dlt.year_told, with_dlt.year_told, _told, with_dlt.TOLD, (with_dlt.schema(True),)),
    "script": Way(script.year, script.year, _script, script.DAYS, script.SCHEMAS),
}


# --- what each gets wrong ---------------------------------------------------------------------------------------------


def shop_of(per_day: float, nights: int) -> World:
    """An ordinary shop: the demo's household goods and the demo's habits, with more sales."""
    profile = replace(HOUSEHOLD, orders_per_day=per_day, advertises=False, keeps_books=False)
    last = OPENED + timedelta(days=HISTORY + nights)
    return generate_world(7, first_day=OPENED, last_day=last, profiles=[profile], days_after=0)


def trouble(sandbox: Sandbox, number: int) -> list[Fault]:
    """What goes wrong in a night; drawn alike for everybody, since each is given its own copy."""
    if number == OUTAGE:
        return [Fault("status", path="/orders/search", status=503, times=None)]
    moves = Fault("hook", path="/orders/search", times=None, hook=lambda world, now: sandbox.clock.advance(PAGE_TAKES))
    return [
        *([moves] if number % 2 else []),
        *([Fault("status", status=429, probability=0.05, seed=number, times=3)] if number % 3 == 0 else []),
        *([Fault("status", status=502, probability=0.05, seed=number, times=3)] if number % 3 == 1 else []),
        *([Fault("reset", probability=0.05, seed=number, times=3)] if number % 3 == 2 else []),
        *([Fault("partial", path="/orders/search", missing=("payments", "shipping"))] if number % 4 == 3 else []),
    ]


@dataclass(frozen=True)
class Fared:
    """How one way fared: its score, the nights it failed with the exception's name, and its requests in all."""

    score: Score
    failed: list[str]
    requests: int


def fare(name: str, world: World, database: Database, nights: int, home: Path) -> Fared:
    """Live through the history and the nights with a shop of one's own; the last night goes without trouble."""
    way = WAYS[name]
    (seller,) = world.sellers.values()
    failed = []
    with Sandbox(world) as sandbox:
        for number in range(nights + 1):
            day = OPENED + timedelta(days=HISTORY + number)
            now = datetime.combine(day, NIGHT)
            first = OPENED if number == 0 else day - timedelta(days=1)
            for _ in range(2 if number == TWICE else 1):
                sandbox.clock.set(now)
                shop = Marketplace(sandbox.url, seller.seller_id, sandbox.tokens(seller).access_token)
                for fault in trouble(sandbox, number) if 0 < number < nights else ():
                    sandbox.faults.add(fault)
                try:
                    way.night(shop, database, first, now, home)
                except Exception as problem:  # noqa: BLE001 - whatever stops a rival stops its night, as a cron job's
                    failed.append(f"{number} ({type(problem).__name__})")
                sandbox.faults.clear()
        requests = len(sandbox.requests)
    return Fared(score(shown(database, way.days, day), truth(world, seller.seller_id, now)), failed, requests)


def truth(world: World, seller_id: int, at: datetime) -> Shown:
    """What the sandbox knows at an instant, each shipment at what it costs by then."""
    oracle = Oracle(world, seller_id, OPENED)
    oracle.night(at)
    today = at.date()
    days = {day: Day(*(int(row[name] or 0) for name in TRUE_NAMES)) for day, row in oracle.client_days().items()}
    sales = [line for line in oracle.lines() if line.kind in (VALID, CANCELLED) and line.day < today]
    return Shown(days, Counter(line.order.order_id for line in sales))


TRUE_NAMES = ("vendas_brutas", "pedidos_brutos", "unidades_brutas", "comissao", "frete_vendedor")


def shown(database: Database, query: str, today: date) -> Shown:
    """What the tables of one way say about closed days; NULL is compared as zero."""
    with database.transaction() as connection:
        rows = connection.cursor(row_factory=dict_row).execute(query, prepare=False).fetchall()
    rows = [row for row in rows if row["dia"] < today]
    days = {
        row["dia"]: Day(
            centavos(row["gross"]),
            int(row["orders"]),
            int(row["units"]),
            centavos(row["fee"]),
            centavos(row["freight"]),
        )
        for row in rows
    }
    return Shown(days, Counter(order for row in rows for order in row["ids"]))


def centavos(amount: Any) -> int:
    """An amount of reais; what a float lost below half a centavo is forgiven."""
    return round((amount or 0) * 100)


# --- what each costs --------------------------------------------------------------------------------------------------


def cost(work: Year, way: Way, shop: Marketplace, database: Database, home: Path) -> tuple[str, ...]:
    """One run over the year: seconds, CPU seconds, peak, requests, rows that stay written."""
    httpx.delete(f"{shop.url}/__sandbox__/requests").raise_for_status()
    before = written(database, way.schemas)
    found = measure(work, shop, database, FIRST, LAST, NOW, home)
    requests = len(httpx.get(f"{shop.url}/__sandbox__/requests", timeout=120).raise_for_status().json())
    return (
        f"{found.seconds:.1f}",
        f"{found.cpu_seconds:.1f}",
        f"{found.peak_mib:.0f}",
        f"{requests:,}",
        f"{written(database, way.schemas) - before:,}",
    )


def written(database: Database, schemas: Sequence[str]) -> int:
    """Rows ever inserted, changed or deleted in what stays, the tables about runs left out."""
    with database.transaction() as connection:
        connection.execute("select pg_stat_clear_snapshot()")
        row = connection.execute(
            "select coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) from pg_stat_user_tables"
            " where schemaname = any(%s) and not relname = any(%s)",
            [list(schemas), list(BOOKS)],
        ).fetchone()
    return int(row[0])  # type: ignore[index]


# --- in words ---------------------------------------------------------------------------------------------------------


OURS = (
    *(f"collect.{name}" for name in ("orders", "order_windows", "shipments", "shipment_plan", "work")),
    *(f"sources.{name}" for name in ("http", "connection", "bounded", "conduct", "payloads", "side_by_side")),
    *(f"sources.mercado_livre.{name}" for name in ("client", "payloads")),
    *(f"warehouse.{name}" for name in ("database", "session", "load", "ledgers", "locks")),
    *(f"marts.{name}" for name in ("build", "lines", "mercado_livre", "aggregates", "blocks")),
    *(f"domain.{name}" for name in ("order_lines", "allocation", "statuses", "sku", "sales", "business_day", "money")),
)
"""The modules an order of ours passes on its way to a day; their other sources and marts are in some of them too."""


def lines_of(module: ModuleType) -> int:
    """Lines of code, without comments, docstrings and empty lines."""
    source = inspect.getsource(module)
    texts = {
        line
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    return sum(
        bool(line.strip()) and not line.strip().startswith("#") and number not in texts
        for number, line in enumerate(source.splitlines(), 1)
    )


def run(orders: int, nights: int = NIGHTS, per_day: float = PER_DAY) -> str:
    """Measure and describe."""
    logging.disable(logging.CRITICAL)
    with TemporaryDirectory(prefix="viang-bench-") as folder:
        cost = _costs(orders, Path(folder) / "costs")
        wrong = _wrong(nights, per_day, Path(folder) / "nights")
    logging.disable(logging.NOTSET)
    return f"{cost}\n\n{wrong}"


def _costs(orders: int, home: Path) -> str:
    alone = measure(nothing)
    rows: list[tuple[str, ...]] = [("a process that does nothing", "", "", f"{alone.peak_mib:.0f}", "", "")]
    with postgres() as database, marketplace(busy_seller, orders) as shop:
        ours.register(database, FIRST)
        _make_schema(database)
        for name, way in WAYS.items():
            rows.append((name, *cost(way.year, way, shop, database, home)))
            rows.append((f"{name}, next run", *cost(way.again, way, shop, database, home)))
            if name == "ours":
                rows.append(("ours, every day asked again", *cost(way.year, way, shop, database, home)))
    return table(
        f"A year of about {orders:,} orders into Postgres, freight left out",
        rows,
        ("", "seconds", "CPU s", "peak MiB", "requests", "rows written"),
    )


def _wrong(nights: int, per_day: float, home: Path) -> str:
    found = {}
    for name in WAYS:
        with postgres() as database:
            ours.register(database, OPENED)
            _make_schema(database)
            found[name] = fare(name, shop_of(per_day, nights), database, nights, home)
    rows = [
        (
            name,
            f"{one.score.any_wrong} of {one.score.days}",
            *(str(one.score.wrong[measure]) for measure in MEASURES),
            f"{one.score.lost:,}",
            f"{one.score.repeated:,}",
            f"{one.score.invented:,}",
        )
        for name, one in found.items()
    ]
    money = [
        (
            name,
            *(f"{one.score.off[measure]:,}" for measure in one.score.off),
            ", ".join(one.failed) or "none",
            f"{one.requests:,}",
        )
        for name, one in found.items()
    ]
    ours_lines = sum(lines_of(import_module(f"viang_pipeline.{name}")) for name in OURS)
    return "\n\n".join(
        [
            table(
                f"Days wrong after {nights} nights and {HISTORY} days of history, {per_day:.0f} orders a day",
                rows,
                (
                    "",
                    "any measure",
                    *MEASURES,
                    "orders lost",
                    "orders counted twice",
                    "orders that were no sale",
                ),
            ),
            table(
                "The same in centavos",
                money,
                ("", *(f"{name}, centavos off" for name in found["ours"].score.off), "nights failed", "requests"),
            ),
            f"Lines of code, without comments: dlt {lines_of(with_dlt)} for both variants, script {lines_of(script)}; "
            f"ours {ours_lines:,}, in the {len(OURS)} modules an order passes.",
        ]
    )


def _make_schema(database: Database) -> None:
    """The script's; dlt makes its own."""
    with database.transaction() as connection:
        connection.execute(f"create schema if not exists {script.SCHEMA}")
