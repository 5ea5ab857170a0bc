"""Dagster's storage in Postgres over connections that are kept.

Only the webserver keeps connections by itself; every other process opens a new one per statement. A run writes
hundreds of events with three statements each, so that opening connections was most of what a run cost. And a run looks
into the catalogue for tables and columns of Dagster's own some hundred times; what was there once stays there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from dagster_postgres import DagsterPostgresStorage

if TYPE_CHECKING:
    from dagster._serdes import ConfigurableClassData

STATEMENT_MILLISECONDS = 300_000
RECYCLE_SECONDS = 600
MOST_AT_ONCE = 20
LOOKED_UP = ("has_table", "has_asset_key_col")


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
        for question in LOOKED_UP:
            setattr(storage.event_log_storage, question, _until_found(getattr(storage.event_log_storage, question)))
        return storage


def _until_found(ask: Callable[[str], bool]) -> Callable[[str], bool]:
    """``ask``, but not again about what was found; what is missing may still come with a migration."""
    found: set[str] = set()

    def answer(name: str) -> bool:
        if name not in found and ask(name):
            found.add(name)
        return name in found

    return answer
