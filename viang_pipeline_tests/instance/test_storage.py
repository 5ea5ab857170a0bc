"""What Dagster's daemon finds in the storage when it reads that a run has failed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import dagster as dg
import pytest
from dagster._core.events import JobFailureData, RunFailureReason
from dagster._core.storage.tags import RUN_FAILURE_REASON_TAG
from dagster._core.test_utils import instance_for_test

from viang_pipeline.instance.storage import PooledPostgresStorage
from viang_pipeline.warehouse.database import Database


@pytest.fixture
def instance(empty_database: Database) -> Iterator[dg.DagsterInstance]:
    """An instance that keeps everything in our storage."""
    storage = {
        "module": PooledPostgresStorage.__module__,
        "class": PooledPostgresStorage.__name__,
        "config": {"postgres_url": empty_database.url.replace("postgresql:", "postgresql+psycopg2:")},
    }
    with instance_for_test(overrides={"storage": {"custom": storage}}) as made:
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
