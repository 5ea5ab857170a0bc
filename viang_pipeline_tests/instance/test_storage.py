"""What stands in Dagster's storage of a run before it begins, and when the daemon reads that it has failed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import dagster as dg
import pytest
from dagster._core.events import JobFailureData, RunFailureReason
from dagster._core.storage.tags import RUN_FAILURE_REASON_TAG
from dagster._core.test_utils import instance_for_test
from dagster_postgres import DagsterPostgresStorage

from viang_pipeline.instance import storage
from viang_pipeline.instance.storage import PooledPostgresStorage
from viang_pipeline.warehouse.database import Database
from viang_pipeline_tests.conftest import PostgresServer


@pytest.fixture
def instance(empty_database: Database) -> Iterator[dg.DagsterInstance]:
    """An instance that keeps everything in our storage."""
    with opened(PooledPostgresStorage, empty_database) as made:
        yield made


@contextmanager
def opened(kind: type, database: Database) -> Iterator[dg.DagsterInstance]:
    """An instance with a kind of storage."""
    given = {
        "module": kind.__module__,
        "class": kind.__name__,
        "config": {"postgres_url": database.url.replace("postgresql:", "postgresql+psycopg2:")},
    }
    with instance_for_test(overrides={"storage": {"custom": given}}) as made:
        yield made


def test_a_run_has_failed_and_says_why_before_the_event_can_be_read(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The daemon looks at the run of an event once, whatever it finds."""
    run = instance.create_run_for_job(dg.GraphDefinition(name="nothing").to_job(), status=dg.DagsterRunStatus.STARTED)
    store, found = instance.run_storage.handle_run_event, []

    def watched(run_id: str, *given: Any) -> None:
        store(run_id, *given)
        seen = instance.get_run_by_id(run_id)
        assert seen is not None
        told = instance.fetch_run_status_changes(dg.DagsterEventType.RUN_FAILURE, limit=10).records
        found.append((seen.status, seen.tags.get(RUN_FAILURE_REASON_TAG), len(told)))

    monkeypatch.setattr(instance.run_storage, "handle_run_event", watched)
    instance.report_run_failed(run, job_failure_data=JobFailureData(None, RunFailureReason.STEP_FAILURE))
    assert found[0] == (dg.DagsterRunStatus.FAILURE, "STEP_FAILURE", 0)
    assert found[-1][-1] == 1


def test_a_kept_connection_the_server_dropped_while_it_rested_is_replaced_without_an_error(
    instance: dg.DagsterInstance, empty_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The webserver sets its pools up itself; what it is asked first after a restart of the database it answers."""
    monkeypatch.setattr(storage, "REST_SECONDS", -1.0)
    instance.optimize_for_webserver(statement_timeout=5_000, pool_recycle=600, max_overflow=5)
    run = instance.create_run_for_job(dg.GraphDefinition(name="nothing").to_job())
    others = "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()"
    with empty_database.transaction() as conn:
        dropped = conn.execute(f"{others} and pid <> pg_backend_pid()").fetchall()
    assert (True,) in dropped
    assert instance.get_run_by_id(run.run_id) is not None


def test_a_client_is_found_as_soon_as_it_has_a_partition(instance: dg.DagsterInstance) -> None:
    """Only that it is there is remembered."""
    assert not instance.has_dynamic_partition("client", "loja-aurora")
    instance.add_dynamic_partitions("client", ["loja-aurora"])
    assert instance.has_dynamic_partition("client", "loja-aurora")
    assert not instance.has_dynamic_partition("client", "loja-zero")


@dg.asset
def first() -> None:
    """Materialized, and one day of it more."""
    dg.AssetExecutionContext.get().log_event(
        dg.AssetMaterialization("first", partition="2026-03-01", tags={"of": "day"})
    )


@dg.asset(deps=[first])
def second() -> None:
    """Never reached."""
    raise dg.Failure("no")


@dg.asset_check(asset=first)
def looks_good() -> dg.AssetCheckResult:
    """Looked at."""
    return dg.AssetCheckResult(passed=True)


TOLD = "select dagster_event_type, asset_key, step_key, partition from event_logs where run_id = %s order by id"
OF_ASSETS = "select asset_key, last_materialization is null from asset_keys where last_run_id = %s order by 1"
OF_CHECKS = """
    select c.asset_key, c.check_name, c.partition, c.execution_status, e.dagster_event_type
    from asset_check_executions c join event_logs e on e.id = c.evaluation_event_storage_id where c.run_id = %s
"""
OF_TAGS = "select asset_key, key from asset_event_tags order by event_id, key"


@pytest.mark.parametrize("together", ["0", "200"], ids=["one by one", "together"])
def test_a_run_leaves_what_it_would_leave_in_dagsters_own_storage(
    instance: dg.DagsterInstance,
    empty_database: Database,
    postgres_server: PostgresServer,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    together: str,
) -> None:
    job = dg.Definitions(assets=[first, second], asset_checks=[looks_good]).resolve_implicit_global_asset_job_def()

    def left(made: dg.DagsterInstance, database: Database) -> list[list[tuple[Any, ...]]]:
        run = job.execute_in_process(instance=made, raise_on_error=False)
        with database.transaction() as conn:
            found = [conn.execute(query, [run.run_id]).fetchall() for query in (TOLD, OF_ASSETS, OF_CHECKS)]
            return [*found, conn.execute(OF_TAGS).fetchall()]

    other = postgres_server.create()
    with opened(DagsterPostgresStorage, other) as plain:
        expected = left(plain, other)
    postgres_server.drop(other)
    capfd.readouterr()
    monkeypatch.setenv("DAGSTER_EVENT_BATCH_SIZE", together)
    assert left(instance, empty_database) == expected
    assert all(expected)
    assert "Falling back" not in capfd.readouterr().err
