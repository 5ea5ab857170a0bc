"""The same nights through the real Dagster jobs: wiring, partitions, checks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import dagster as dg
import pytest

from viang_pipeline import partitions
from viang_pipeline.automation.in_process import run_range
from viang_pipeline.definitions import build_definitions
from viang_pipeline.sandbox import Fault
from viang_pipeline_tests.end_to_end.comparison import Comparison, compare
from viang_pipeline_tests.end_to_end.conftest import Install
from viang_pipeline_tests.end_to_end.driver import Installation, utc
from viang_pipeline_tests.end_to_end.oracle import Oracle
from viang_pipeline_tests.end_to_end.turbulence import turbulent_world

FIRST = date(2026, 2, 20)
CLIENTS = ("loja-0", "loja-1")
MARTS = {"fact_order_line", "fact_sku_day", "agg_client_day"}


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


@pytest.fixture
def shops(install: Install, instance: dg.DagsterInstance) -> Installation:
    """Two turbulent shops, connected on the morning of day 10."""
    instance.add_dynamic_partitions("client", CLIENTS)
    world = turbulent_world(11, FIRST, 13)
    installation = install(world, now=utc(f"{FIRST + timedelta(days=10)}T06:30:00Z"))
    for seller in world.sellers.values():
        installation.client(seller.slug, seller, FIRST)
    return installation


def nightly(instance: dg.DagsterInstance, client_id: str, day: date) -> dg.ExecuteInProcessResult:
    """One run as the schedule asks for it: one client, yesterday."""
    return (
        build_definitions()
        .resolve_job_def("daily_update")
        .execute_in_process(
            instance=instance,
            partition_key=partitions.partition_key(client_id, day),
            tags={partitions.CLIENT_TAG: client_id},
            raise_on_error=False,
        )
    )


@pytest.mark.slow
def test_first_load_and_night_through_the_jobs_show_the_oracles_numbers(
    shops: Installation, instance: dg.DagsterInstance
) -> None:
    for client_id in CLIENTS:
        reports = run_range(
            instance, "reprocess", client_id, FIRST, FIRST + timedelta(days=9), starts=FIRST, now=shops.now
        )
        assert [report.failures for report in reports] == [[]]
    oracles = {seller.slug: Oracle(shops.world, seller.seller_id, FIRST) for seller in shops.world.sellers.values()}
    compared = Comparison()
    for client_id, oracle in oracles.items():
        oracle.night(shops.now)
        compared += compare(shops, client_id, oracle)
    assert not compared.differences, f"first load: {compared}"

    shops.at(utc(f"{FIRST + timedelta(days=11)}T06:00:00Z"))
    results = {client_id: nightly(instance, client_id, FIRST + timedelta(days=10)) for client_id in CLIENTS}
    compared = Comparison()
    for client_id, oracle in oracles.items():
        oracle.night(shops.now)
        compared += compare(shops, client_id, oracle)

    assert not compared.differences, f"night: {compared}"
    for result in results.values():
        assert result.success
        checks = result.get_asset_check_evaluations()
        assert checks
        failed = [each for each in checks if not each.passed and each.severity == dg.AssetCheckSeverity.ERROR]
        assert [check.check_name for check in failed] == []


@pytest.mark.slow
def test_a_night_whose_orders_fail_is_red_and_builds_nothing_of_that_client_only(
    shops: Installation, instance: dg.DagsterInstance
) -> None:
    for client_id in CLIENTS:
        shops.night(client_id, shops.now)
    before = {client_id: shops.client_days(client_id) for client_id in CLIENTS}
    shops.at(utc(f"{FIRST + timedelta(days=11)}T06:00:00Z"))
    seller = shops.world.seller("loja-0").seller_id
    shops.sandbox.faults.add(Fault("status", path="/orders/search", status=500, seller=seller, times=None))

    failed, good = (nightly(instance, client_id, FIRST + timedelta(days=10)) for client_id in CLIENTS)

    assert (failed.success, good.success) == (False, True)
    materialized = {
        event.asset_key.to_user_string() for event in failed.get_asset_materialization_events() if event.asset_key
    }
    assert not materialized & MARTS
    assert shops.client_days("loja-0") == before["loja-0"]
    assert shops.client_days("loja-1") != before["loja-1"]
