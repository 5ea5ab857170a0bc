"""Wildly advertising shops replayed night by night: after each night every ads number equals the oracle's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

import pytest

from viang_pipeline.collect.access import mercado_livre_client
from viang_pipeline.collect.ads import collect_ads
from viang_pipeline.marts.ads import build_ads
from viang_pipeline.marts.build import build_mart
from viang_pipeline.warehouse import ledgers
from viang_pipeline_tests.end_to_end.ads_turbulence import advertise_wildly
from viang_pipeline_tests.end_to_end.conftest import Install
from viang_pipeline_tests.end_to_end.driver import Installation, utc
from viang_pipeline_tests.end_to_end.oracle import Oracle
from viang_pipeline_tests.end_to_end.oracle_ads import AdsOracle
from viang_pipeline_tests.end_to_end.turbulence import turbulent_world

FIRST = date(2026, 2, 20)
STARTS = FIRST + timedelta(days=3)
DAYS = 40
NIGHTS = (20, 21, 23, 43, 44, 160)
"""Nights after FIRST: 22 is missed, then three weeks, then so much that days fall behind the wall."""
CLIENT_DAYS = 60


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "ends", "case"), [(1, None, "upper"), (2, 30, "lower")], ids=["loyal", "fickle"])
def test_every_ads_number_equals_the_oracle_after_every_night(
    install: Install, seed: int, ends: int | None, case: str
) -> None:
    """The fickle shop gives its advertising up on the way."""
    world = turbulent_world(seed, FIRST, DAYS, sellers=1)
    (seller,) = world.sellers.values()
    until = None if ends is None else FIRST + timedelta(days=ends)
    advertise_wildly(world, seller, seed, FIRST, DAYS, until=until)
    installation = install(world, now=utc(f"{FIRST + timedelta(days=NIGHTS[0])}T05:30:00Z"))
    installation.sandbox.options.ads_group_metrics_case = case
    installation.client(seller.slug, seller, STARTS)
    sales = Oracle(world, seller.seller_id, STARTS)
    oracle = AdsOracle(world, seller.seller_id, STARTS, sales)
    for number in NIGHTS:
        days = night(installation, seller.slug, FIRST + timedelta(days=number))
        sales.night(installation.now)
        oracle.night(installation.now, days)
        found = facts(installation, seller.slug, "fact_ads_client_day", "dia")
        assert found == {(day,): row for day, row in oracle.client_days().items()}, f"night {number}"
        shown = facts(installation, seller.slug, "fact_ads_sku_day", "dia", "sku")
        assert shown == oracle.sku_days(), f"night {number}"
        add_up(found, shown)
    assert len(found) >= CLIENT_DAYS


def night(installation: Installation, client_id: str, day: date) -> list[date]:
    """A night at 03:37 in São Paulo, in the order of the graph; the days it was asked for."""
    installation.at(utc(f"{day}T06:37:12Z"))
    days = installation._days_of_night(client_id)
    installation.collect(client_id, ["orders", "shipments", "listings"], days)
    work = installation.work(client_id)
    with mercado_livre_client(installation.settings, installation.database, client_id) as api:
        collect_ads(work, api, days)
    build_mart(work, "fact_order_line", days)
    with installation.database.transaction() as conn:
        stale = ledgers.stale_days(conn, client_id, last_closed=day - timedelta(days=1)).get(client_id, [])
    build_ads(work, {*days, *stale})
    for mart in ("fact_sku_day", "agg_client_day"):
        build_mart(work, mart, days)
    assert build_ads(work, installation._days_of_night(client_id)).written == 0
    return days


def facts(installation: Installation, client_id: str, table: str, *key: str) -> Mapping[tuple[object, ...], object]:
    """Rows by key, money in centavos."""
    provenance = {"client_id", "versao_metrica", "run_id", "calculado_em", *key}
    rows = installation.rows(f"select * from dashboard.{table} where client_id = %s", client_id)
    return {
        tuple(row[name] for name in key): {
            name: int(value * 100) if isinstance(value, Decimal) else value
            for name, value in row.items()
            if name not in provenance
        }
        for row in rows
    }


def add_up(client_days: Mapping[tuple[object, ...], object], sku_days: Mapping[tuple[object, ...], object]) -> None:
    """I4: Σ SKU spend + remainder = the advertiser's total, to the centavo."""
    for (day,), row in client_days.items():
        if row["estado"] == "lido":  # type: ignore[index]
            on_skus = sum(part["ads_investimento"] for key, part in sku_days.items() if key[0] == day)  # type: ignore[index]
            assert on_skus + row["ads_nao_alocado"] == row["ads_investimento"]  # type: ignore[index]
