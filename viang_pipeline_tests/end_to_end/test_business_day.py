"""The time vectors of kpis.md §2: orders created at these instants land on these days, all the way to the tables."""

from __future__ import annotations

from datetime import date, timedelta

from viang_pipeline.sandbox import World
from viang_pipeline_tests.end_to_end.conftest import Install
from viang_pipeline_tests.end_to_end.driver import utc

VECTORS = {
    "2026-03-09T23:59:59.000-04:00": date(2026, 3, 10),
    "2026-03-10T22:59:59.999-04:00": date(2026, 3, 10),
    "2026-03-10T23:00:00.000-04:00": date(2026, 3, 11),
    "2026-03-10T02:59:59.000Z": date(2026, 3, 9),
    "2026-03-10T03:00:00.000Z": date(2026, 3, 10),
    "2026-03-10T21:30:00.000-03:00": date(2026, 3, 10),
}
SUMMER_TIME = {"2018-12-15T02:30:00.000Z": date(2018, 12, 15)}


def landed(install: Install, vectors: dict[str, date]) -> dict[str, tuple[date, date]]:
    """Instant → the days of its line and its SKU-day; every client-day is the sum of its lines."""
    first = min(vectors.values()) - timedelta(days=2)
    world = World(start=utc(f"{first}T00:00:00Z"))
    seller = world.add_seller("loja")
    skus = {}
    for number, instant in enumerate(sorted(vectors, key=utc), 1):
        listing = world.add_listing(seller, title="Produto", price=number * 100, sku=f"SKU-{number}")
        order = world.place_order(seller, listing, at=utc(instant))
        world.pay(order, at=utc(instant) + timedelta(minutes=1))
        skus[instant] = f"SKU-{number}"
    night = utc(f"{max(vectors.values()) + timedelta(days=1)}T06:00:00Z")
    installation = install(world, now=night - timedelta(hours=1))
    installation.client("loja", seller, first)
    installation.night("loja", night)
    lines = {row["sku"]: row for row in installation.rows("select sku, dia, valor from dashboard.fact_order_line")}
    sku_days = {sku: day for day, sku in installation.sku_days_sold("loja")}
    revenue = {day: row["faturamento"] for day, row in installation.client_days("loja").items()}
    assert sum(revenue.values()) == sum(row["valor"] for row in lines.values())
    for day, total in revenue.items():
        assert total == sum(row["valor"] for row in lines.values() if row["dia"] == day)
    return {instant: (lines[sku]["dia"], sku_days[sku]) for instant, sku in skus.items()}


def test_sales_land_on_the_civil_day_of_sao_paulo(install: Install) -> None:
    assert landed(install, VECTORS) == {instant: (day, day) for instant, day in VECTORS.items()}


def test_sales_in_former_summer_time_land_on_the_civil_day_of_then(install: Install) -> None:
    assert landed(install, SUMMER_TIME) == {instant: (day, day) for instant, day in SUMMER_TIME.items()}
