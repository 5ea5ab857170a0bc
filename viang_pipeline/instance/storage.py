"""Dagster's storage in Postgres over connections that are kept.

Only the webserver keeps connections by itself; every other process opens a new one per statement. A run writes
hundreds of events with three statements each, so that opening connections was most of what a run cost. And a run looks
into the catalogue for tables and columns of Dagster's own, and for its client among the partitions, some hundred times;
what was there once stays there: no client's partition is ever removed. What a run intends to do, some fifty events, is
stored together before it is queued, and not each with five statements.

A process that records the start of a run shows from then on that the run lives. The status of a failed run is stored
before the event that tells of it: Dagster's daemon reads the event once, and where the status did not say so yet, the
run was never tried again. Two runs that are the first to use a pool make it at the same moment: Dagster lets one of
them crash.

A kept connection that has rested is asked before it is used: after a restart of the database the webserver would answer
the first click with an error.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import dagster as dg
from dagster._core.events import ASSET_CHECK_EVENTS, ASSET_EVENTS
from dagster._core.storage.event_log.migration import ASSET_KEY_INDEX_COLS
from dagster._core.storage.event_log.schema import AssetKeyTable, SqlEventLogStorageTable
from dagster_postgres import DagsterPostgresStorage
from sqlalchemy.dialects import postgresql
from sqlalchemy.event import listen
from sqlalchemy.exc import DisconnectionError, InternalError

from viang_pipeline.instance.alive import SignOfLife

if TYPE_CHECKING:
    from dagster._core.storage.runs import RunStorage
    from dagster._serdes import ConfigurableClassData
    from dagster_postgres import PostgresEventLogStorage
    from sqlalchemy.pool import ConnectionPoolEntry

STATEMENT_MILLISECONDS = 300_000
RECYCLE_SECONDS = 600
MOST_AT_ONCE = 20
REST_SECONDS = 2.0
LOOKED_UP = ("has_table", "has_asset_key_col", "has_dynamic_partition")
CHECK_INTENDED = dg.DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED
INTENTS = {dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED, CHECK_INTENDED}
ENDS = (dg.DagsterEventType.RUN_SUCCESS, dg.DagsterEventType.RUN_FAILURE, dg.DagsterEventType.RUN_CANCELED)
IN_FAILED_TRANSACTION = "25P02"

Store = Callable[[dg.EventLogEntry], None]


class PooledPostgresStorage(DagsterPostgresStorage):
    """One kept connection each for runs, events and schedules; more while threads need them."""

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> PooledPostgresStorage:
        """The storage that ``dagster.yaml`` names."""
        storage = cls(config_value["postgres_url"], inst_data=inst_data)
        parts: tuple[Any, ...] = (storage.run_storage, storage.event_log_storage, storage.schedule_storage)
        for part in parts:
            part.optimize_for_webserver = _asking_after_rest(part)  # the webserver does it again, in its own way
            part.optimize_for_webserver(STATEMENT_MILLISECONDS, RECYCLE_SECONDS, MOST_AT_ONCE)
        for question in LOOKED_UP:
            setattr(storage.event_log_storage, question, _until_found(getattr(storage.event_log_storage, question)))
        events: Any = storage.event_log_storage
        events.store_event = _failing_first(
            storage.run_storage, _showing_life(events.postgres_url, _unannounced(events))
        )
        events.store_event_batch = _intents_together(events)
        events.initialize_concurrency_limit_to_default = _made_once(events.initialize_concurrency_limit_to_default)
        return storage


def url_of(instance: dg.DagsterInstance) -> str:
    """Where an instance with this storage keeps its events."""
    return cast("PostgresEventLogStorage", instance.event_log_storage).postgres_url


def _asking_after_rest(part: Any) -> Callable[..., None]:
    """``part.optimize_for_webserver`` with a pool that asks a connection unused for a while whether it still is one."""
    optimize = part.optimize_for_webserver

    def optimize_and_ask(*given: Any, **named: Any) -> None:
        optimize(*given, **named)
        listen(part._engine, "checkin", note_time)
        listen(part._engine, "checkout", ask)

    def note_time(connection: Any, record: ConnectionPoolEntry) -> None:
        record.info["used_at"] = time.monotonic()

    def ask(connection: Any, record: ConnectionPoolEntry, proxy: object) -> None:
        if time.monotonic() - record.info.get("used_at", math.inf) > REST_SECONDS:
            try:
                part._engine.dialect.do_ping(connection)
            except part._engine.dialect.loaded_dbapi.Error as gone:
                raise DisconnectionError from gone  # the pool opens another

    return optimize_and_ask


def _made_once(make: Callable[[str], bool]) -> Callable[[str], bool]:
    """``make``, where a pool that another run has made meanwhile is as good as one of our own."""

    def make_or_find(pool: str) -> bool:
        try:
            return make(pool)
        except InternalError as failure:
            # Dagster answers a row that is already there with a statement in the transaction that this has ended.
            if getattr(failure.orig, "pgcode", None) != IN_FAILED_TRANSACTION:
                raise
            return True

    return make_or_find


def _showing_life(url: str, store: Store) -> Store:
    """``store``; from before a run's start is recorded until its end is, this process shows that the run lives."""
    shown: dict[str, SignOfLife] = {}

    def store_event(event: dg.EventLogEntry) -> None:
        kind = event.dagster_event_type
        if kind == dg.DagsterEventType.RUN_START:
            shown[event.run_id] = SignOfLife(url, event.run_id)
        store(event)
        if kind in ENDS and event.run_id in shown:
            shown.pop(event.run_id).end()

    return store_event


def _failing_first(runs: RunStorage, store: Store) -> Store:
    """``store``; a run has failed, and says why, before anybody can read that it has. Dagster stores both again."""

    def store_event(event: dg.EventLogEntry) -> None:
        if event.dagster_event_type == dg.DagsterEventType.RUN_FAILURE:
            runs.handle_run_event(event.run_id, event.get_dagster_event(), datetime.fromtimestamp(event.timestamp, UTC))
        store(event)

    return store_event


def _unannounced(events: PostgresEventLogStorage) -> Store:
    """``events.store_event`` without a notification per event, to which nobody listens since Dagster polls."""

    def store_event(event: dg.EventLogEntry) -> None:
        with events._connect() as conn:
            number = conn.execute(
                events.prepare_insert_event(event).returning(SqlEventLogStorageTable.c.id)
            ).scalar_one()
        kind = event.dagster_event_type
        if kind in ASSET_EVENTS and event.get_dagster_event().asset_key is not None:
            with events.index_transaction() as conn:
                events._store_asset_event_tags(conn, [event], [number])
                events._store_asset_event(conn, event, number)
        if kind in ASSET_CHECK_EVENTS:
            events.store_asset_check_event(event, number)

    return store_event


def _intents_together(events: PostgresEventLogStorage) -> Callable[[Sequence[dg.EventLogEntry]], None]:
    """``events.store_event_batch``, which takes only materializations together, for intended ones too."""
    store = events.store_event_batch

    def store_event_batch(batch: Sequence[dg.EventLogEntry]) -> None:
        if not {event.dagster_event_type for event in batch} <= INTENTS:
            store(batch)
            return
        statement = events.prepare_insert_event_batch(batch).returning(SqlEventLogStorageTable.c.id)
        with events._connect() as conn:
            numbered = list(zip(batch, (number for (number,) in conn.execute(statement)), strict=True))
        assets: dict[str, dict[str, Any]] = {}
        for event, number in numbered:
            key = event.get_dagster_event().asset_key
            if event.dagster_event_type == CHECK_INTENDED:
                events.store_asset_check_event(event, number)
            elif key is not None:
                values = events._get_asset_entry_values(event, number, events.has_secondary_index(ASSET_KEY_INDEX_COLS))
                assets[key.to_string()] = values
        if assets:
            insert = postgresql.insert(AssetKeyTable).values([{"asset_key": key, **assets[key]} for key in assets])
            anew = {name: insert.excluded[name] for values in assets.values() for name in values}
            with events.index_transaction() as conn:
                conn.execute(insert.on_conflict_do_update(index_elements=["asset_key"], set_=anew))

    return store_event_batch


def _until_found(ask: Callable[..., bool]) -> Callable[..., bool]:
    """``ask``, but not again about what was found; what is missing may still come, with a migration or a new client."""
    found: set[tuple[str, ...]] = set()

    def answer(*names: str) -> bool:
        if names not in found and ask(*names):
            found.add(names)
        return names in found

    return answer
