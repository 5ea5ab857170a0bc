"""Bling through the real jobs: a client without it, one with it, and a night on which it is down."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import dagster as dg
import pytest
from typer.testing import CliRunner

from viang_pipeline import partitions
from viang_pipeline.cli.main import app
from viang_pipeline.definitions import build_definitions
from viang_pipeline.resources.bling import BlingResource
from viang_pipeline.resources.supabase import SupabaseResource
from viang_pipeline.sandbox import Fault
from viang_pipeline.warehouse import ledgers
from viang_pipeline_tests.end_to_end.conftest import Install
from viang_pipeline_tests.end_to_end.driver import Installation, utc
from viang_pipeline_tests.end_to_end.erp import OPENED, UNPACED
from viang_pipeline_tests.end_to_end.turbulence import turbulent_world

FIRST = date(2026, 2, 20)
YESTERDAY = FIRST + timedelta(days=9)
NIGHT = utc(f"{YESTERDAY + timedelta(days=1)}T06:30:00Z")
WITH, WITHOUT = "loja-0", "loja-1"
BLING = {f"bling/{name}" for name in ("reference", "orders", "products", "stock", "finance", "invoices")}
SALES = {"mercado_livre/orders", "fact_order_line", "fact_sku_day", "agg_client_day"}


@pytest.fixture
def house(install: Install) -> Installation:
    """Two clients of the marketplace, one of them with Bling."""
    house = install(turbulent_world(11, FIRST, 13), now=NIGHT)
    for seller in house.world.sellers.values():
        house.client(seller.slug, seller, YESTERDAY)
    account = house.world.bling.open_account(house.world.seller(WITH), at=OPENED)
    account.add_product("Camiseta", at=OPENED, code="CAM", cost=2140, stock=12)
    account.sell([account.item(None, at=NIGHT, unit_price=1990)], at=NIGHT - timedelta(hours=10))
    house.connect_bling(WITH, house.world.seller(WITH))
    return house


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions("client", [WITH, WITHOUT])
        yield instance


def nightly(instance: dg.DagsterInstance, client_id: str) -> dg.ExecuteInProcessResult:
    bling = BlingResource(supabase=SupabaseResource(), calls_per_second=UNPACED)
    return (
        build_definitions({"bling": bling})
        .resolve_job_def("daily_update")
        .execute_in_process(
            instance=instance,
            partition_key=partitions.partition_key(client_id, YESTERDAY),
            tags={partitions.CLIENT_TAG: client_id},
            raise_on_error=False,
        )
    )


def materialized(result: dg.ExecuteInProcessResult) -> dict[str, dg.AssetMaterialization]:
    events = result.get_asset_materialization_events()
    return {e.asset_key.to_user_string(): e.step_materialization_data.materialization for e in events if e.asset_key}


def bling_calls(house: Installation) -> int:
    return sum(seen.path.startswith("/Api/v3/") for seen in house.sandbox.requests)


def test_a_client_without_bling_is_skipped_quietly_and_one_with_it_is_read(
    house: Installation, instance: dg.DagsterInstance
) -> None:
    before = bling_calls(house)
    without = nightly(instance, WITHOUT)
    assert without.success
    assert bling_calls(house) == before
    quiet = materialized(without)
    assert set(quiet) >= BLING | SALES
    assert all(quiet[name].metadata["observacoes"].value == ["sem Bling"] for name in BLING)
    assert house.rows("select 1 from dashboard.source_reads where client_id = %s and source = 'bling'", WITHOUT) == []

    read = nightly(instance, WITH)
    assert read.success
    assert all(materialized(read)[name].metadata["chamadas"].value > 0 for name in BLING)
    order = house.column("select dia from raw.bling_orders where client_id = %s", WITH)
    assert order == [YESTERDAY]
    assert "em dia" in CliRunner().invoke(app, ["status", WITH], env={"COLUMNS": "200"}).output


def test_the_night_reads_mercado_livre_then_bling_and_builds_each_day_once_with_both(
    house: Installation, instance: dg.DagsterInstance
) -> None:
    """Marts built before the costs of the night are known would be restated every night."""
    result = nightly(instance, WITH)
    steps = [str(event.step_key) for event in result.all_events if event.is_step_start]
    groups = list(dict.fromkeys(s.split("__")[0] if "__" in s else "marts" for s in steps if "check" not in s))
    assert groups.index("mercado_livre") < groups.index("bling") < groups.index("marts")
    assert groups[-1] == "marts"
    with house.database.transaction() as conn:
        assert ledgers.stale_days(conn, WITH, last_closed=YESTERDAY) == {}


def test_bling_down_is_bling_down_and_the_sales_of_the_night_are_there(
    house: Installation, instance: dg.DagsterInstance
) -> None:
    house.sandbox.faults.add(Fault("status", path="/Api/v3/*", status=503, times=None))
    result = nightly(instance, WITH)
    assert not result.success
    assert not BLING & set(materialized(result))
    assert set(materialized(result)) >= SALES
    days = house.client_days(WITH)
    assert days[YESTERDAY]["pedidos_brutos"] > 0
    said = CliRunner().invoke(app, ["status", WITH], env={"COLUMNS": "250"})
    assert said.exit_code == 3
    assert "nunca lido" in said.output


def test_reprocess_of_bling_alone_asks_the_marketplace_for_nothing(house: Installation) -> None:
    house.night(WITH, NIGHT)
    house.sandbox.clear_requests()
    day = YESTERDAY.isoformat()
    done = CliRunner().invoke(
        app,
        ["reprocess", "--client-id", WITH, "--data-inicio", day, "--data-fim", day, "--fonte", "bling", "--dry-run"],
    )
    assert done.exit_code == 0, done.output
    assert {seen.path.split("/")[1] for seen in house.sandbox.requests} == {"Api"}
    assert house.column("select count(*) from raw.bling_orders") == [0]
