"""How a run shows that it lives: as long as its process does, it holds a lock in Dagster's storage.

A lock belongs to a live connection: a process that is killed frees it at once, whatever the host, and no lease has to
run out. It says so of every run recorded here, also of those on a command line, and asks no code server, which may have
been restarted or reloaded since it started the run.
"""

from __future__ import annotations

import logging
import threading
from contextlib import closing

import psycopg

log = logging.getLogger(__name__)

LOCKS = 0x7669616E
"""The first half of every lock's number; "vian" in ASCII. The second half is a hash of the run's id."""

ASKS_EVERY = 2.0
"""Seconds between looks at the connection: how soon the lock is taken again after the server dropped it."""

TAKE = "select pg_try_advisory_lock(%s::int, hashtext(%s))"
HELD = (
    "select exists (select from pg_locks where locktype = 'advisory' and granted and objsubid = 2"
    " and database = (select oid from pg_database where datname = current_database())"
    " and classid = %s::oid and objid::bigint = hashtext(%s)::bigint & 4294967295)"
)


class SignOfLife:
    """Holds a run's lock until ``end`` or the end of the process; takes it again when the server went away."""

    def __init__(self, url: str, run_id: str) -> None:
        self._url = url
        self._run_id = run_id
        self._connection: psycopg.Connection | None = None
        self._over = threading.Event()
        self._show()
        self._thread = threading.Thread(target=self._keep_showing, name="sign of life", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Give the lock back."""
        self._over.set()
        self._thread.join()
        self._drop()

    def _keep_showing(self) -> None:
        while not self._over.wait(ASKS_EVERY):
            self._show()

    def _show(self) -> None:
        """Make sure the lock is held, as far as the server can be reached. A run never fails for its sign of life."""
        try:
            if self._connection is not None:
                self._connection.execute("select")
                return
            self._connection = _connect(self._url)
            if not _answer(self._connection, TAKE, self._run_id):
                self._drop()  # the server still believes in the connection that broke
        except psycopg.Error as failure:
            log.debug("run %s cannot show that it lives: %s", self._run_id, type(failure).__name__)
            self._drop()

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def lives(url: str, run_id: str) -> bool:
    """Whether a run shows a sign of life. Raises psycopg.Error when Dagster's storage does not answer."""
    with closing(_connect(url)) as connection:
        return _answer(connection, HELD, run_id)


def _connect(url: str) -> psycopg.Connection:
    # Dagster's URL names SQLAlchemy's driver, which libpq does not know.
    return psycopg.connect(url.replace("postgresql+psycopg2:", "postgresql:", 1), connect_timeout=15, autocommit=True)


def _answer(connection: psycopg.Connection, question: str, run_id: str) -> bool:
    row = connection.execute(question, [LOCKS, run_id]).fetchone()
    return row is not None and bool(row[0])
