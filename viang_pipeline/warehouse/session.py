"""One connection kept for a run's work: a new one for every transaction would read the catalogue again each time.

A run holds one and keeps none afterwards (contract supabase §0). Transactions come one after the other, never one
inside another: what the inner one committed could still be rolled back by the outer one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import TracebackType

import psycopg
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from viang_pipeline.warehouse.database import Database, DatabaseAway

PATIENCE, ASKS_EVERY = 120.0, 1.0
"""Seconds: a server that is restarted is waited for where a run's work begins, instead of failing all of it."""


class Session:
    """Transactions on one connection, opened with the first and again after the server or the line dropped it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: psycopg.Connection | None = None
        self._in_transaction = False

    @contextmanager
    def transaction(self) -> Iterator[psycopg.Connection]:
        """One transaction: committed at the end of the block, rolled back when it raises.

        Raises RuntimeError inside another transaction of this session; connection failures as ``Database.connect``.
        """
        if self._in_transaction:
            raise RuntimeError("A transaction of this session is still open")
        self._in_transaction = True
        try:
            with ExitStack() as transaction:
                yield self._begun(transaction)
        finally:
            self._in_transaction = False

    def close(self) -> None:
        """Give the connection back; a later transaction opens a new one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _begun(self, transaction: ExitStack) -> psycopg.Connection:
        """The connection, with a transaction begun on it that ends with ``transaction``."""
        if self._connection is not None:
            try:
                transaction.enter_context(self._connection.transaction())
            except psycopg.Error:
                # The line may have been cut while the platform was being read: nothing was done on it yet.
                self.close()
            else:
                return self._connection
        self._connection = self._connected()
        # A pooler between us and the server may hand the next transaction to another backend.
        self._connection.prepare_threshold = None
        transaction.enter_context(self._connection.transaction())
        return self._connection

    def _connected(self) -> psycopg.Connection:
        """A connection as soon as the server takes one. Raises as ``Database.connect``."""
        retrying = Retrying(
            retry=retry_if_exception_type(DatabaseAway),
            wait=wait_fixed(ASKS_EVERY),
            stop=stop_after_delay(PATIENCE),
            reraise=True,
        )
        return retrying(self._database.connect, autocommit=True)
