"""The golden day, built, and a way to run checks on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import dagster as dg
import pytest

from viang_pipeline.checks import invariants, lateness
from viang_pipeline.resources.supabase import SupabaseResource
from viang_pipeline.settings import Settings
from viang_pipeline.warehouse.dictionary import sync_metric_definitions
from viang_pipeline_tests.conftest import Connected, PostgresServer, copied, filled
from viang_pipeline_tests.marts.shop import DAY, NOW, Shop, golden

CHECKS = dg.load_asset_checks_from_modules([invariants, lateness])

RunChecks = Callable[..., dict[str, dg.AssetCheckResult]]


@pytest.fixture(scope="module")
def golden_template(postgres_server: PostgresServer, migrated_template: str) -> Iterator[str]:
    """Name of a database with the golden day, built, and the dictionary."""

    def fill(database: Connected) -> None:
        shop = Shop(database)
        golden(shop)
        shop.build(DAY)
        with database.transaction() as conn:
            sync_metric_definitions(conn)

    with filled(postgres_server, migrated_template, fill) as name:
        yield name


@pytest.fixture
def database(postgres_server: PostgresServer, golden_template: str) -> Iterator[Connected]:
    """A copy of the golden day: making it is most of what a check costs."""
    with copied(postgres_server, golden_template) as created:
        yield created


@pytest.fixture
def shop(database: Connected) -> Shop:
    """The golden day, built, in a database that knows the dictionary."""
    return Shop(database)


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


@pytest.fixture
def run_checks(settings_env: Callable[..., Settings], instance: dg.DagsterInstance) -> RunChecks:
    """Runs the named checks (default: all) in one run with the given tags; evaluations by name."""
    settings_env(
        VIANG_NOW=NOW.isoformat(),
        MERCADO_LIVRE_API_URL="http://127.0.0.1:9",
        MERCADO_LIVRE_AUTH_URL="http://127.0.0.1:9",
    )

    def run(*names: str, tags: dict[str, str] | None = None) -> dict[str, dg.AssetCheckResult]:
        chosen = [check for check in CHECKS if not names or {key.name for key in check.check_keys} & set(names)]
        definitions = dg.Definitions(
            asset_checks=chosen,
            jobs=[dg.define_asset_job("checks", selection=dg.AssetSelection.checks(*chosen))],
            resources={"supabase": SupabaseResource()},
        )
        result = definitions.resolve_job_def("checks").execute_in_process(
            instance=instance, tags=tags, raise_on_error=False
        )
        evaluations = {found.check_name: found for found in result.get_asset_check_evaluations()}
        assert len(evaluations) == len(chosen), [event.message for event in result.all_events if event.is_failure]
        return evaluations

    return run
