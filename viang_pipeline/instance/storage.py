"""Dagster's storage in Postgres over connections that are kept.

Only the webserver keeps connections by itself; every other process opens a new one per statement. A run writes
hundreds of events with three statements each, so that opening connections was most of what a run cost.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dagster_postgres import DagsterPostgresStorage

if TYPE_CHECKING:
    from dagster._serdes import ConfigurableClassData

STATEMENT_MILLISECONDS = 300_000
RECYCLE_SECONDS = 600
MOST_AT_ONCE = 20


class PooledPostgresStorage(DagsterPostgresStorage):
    """One kept connection each for runs, events and schedules; more while threads need them."""

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> PooledPostgresStorage:
        """The storage that ``dagster.yaml`` names."""
        storage = cls(config_value["postgres_url"], inst_data=inst_data)
        for part in (storage.run_storage, storage.event_log_storage, storage.schedule_storage):
            part.optimize_for_webserver(STATEMENT_MILLISECONDS, RECYCLE_SECONDS, MOST_AT_ONCE)
        return storage
