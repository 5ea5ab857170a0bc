"""What every collection shares: where to write, for whom, on whose behalf, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, Protocol

import psycopg

from viang_pipeline.settings import Clock
from viang_pipeline.warehouse.database import Database


class Transactions(Protocol):
    """Anything that opens one transaction at a time: the database, or a rehearsal that never commits."""

    def transaction(self) -> AbstractContextManager[psycopg.Connection]: ...


class Within:
    """Transactions inside one that is open: they end with it, and what it has locked stays locked between them."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    @contextmanager
    def transaction(self) -> Iterator[psycopg.Connection]:
        """A savepoint."""
        with self._connection.transaction():
            yield self._connection


class Rehearsal(Within):
    """Runs every transaction for real and keeps nothing: the exact prediction behind ``reprocess --dry-run``."""

    @classmethod
    @contextmanager
    def over(cls, database: Database) -> Iterator[Rehearsal]:
        """One connection whose one transaction always ends in a rollback, however long the platform takes to answer."""
        with closing(database.connect()) as connection, cls.on(connection) as rehearsal:
            connection.execute("set local idle_in_transaction_session_timeout = 0")
            yield rehearsal

    @classmethod
    @contextmanager
    def on(cls, connection: psycopg.Connection) -> Iterator[Rehearsal]:
        """The same inside whatever transaction the connection is in: nothing done in the block stays."""
        with connection.transaction(force_rollback=True):
            yield cls(connection)


@dataclass(frozen=True)
class Work:
    """One client's collection or build within one run."""

    store: Transactions
    client_id: str
    run_id: str
    job_name: str
    clock: Clock


@dataclass
class Outcome:
    """What a collection or build did, for metadata, ``updates_log`` and the command line.

    ``days_done``: requested days that are now complete; ``days_changed``: every day whose stored data changed.
    """

    requests: int = 0
    read: int = 0
    written: int = 0
    unchanged: int = 0
    days_done: set[date] = field(default_factory=set)
    days_changed: set[date] = field(default_factory=set)
    unknown_fields: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)

    def add(self, other: Outcome) -> None:
        """Take another outcome into this one."""
        self.requests += other.requests
        self.read += other.read
        self.written += other.written
        self.unchanged += other.unchanged
        self.days_done |= other.days_done
        self.days_changed |= other.days_changed
        self.unknown_fields |= other.unknown_fields
        self.notes += other.notes


class PartialCollectionError(Exception):
    """A collection stopped by a failure after part of it was done and stored.

    ``outcome`` is what stands; ``__cause__`` the failure.
    """

    def __init__(self, outcome: Outcome, failure: Exception) -> None:
        super().__init__(str(failure))
        self.outcome = outcome
        self.failure = failure


@dataclass(frozen=True)
class ReadWindow:
    """A half-open window [since, until) asked of a source by ``field``, and the days a complete answer settles."""

    field: Literal["date_created", "date_last_updated"]
    since: datetime
    until: datetime
    days: tuple[date, ...]
    moves_cursor_to: datetime | None = None
