"""Waiting for a client's other writer is longer than waiting for anything else."""

from __future__ import annotations

from viang_pipeline.warehouse.database import Database
from viang_pipeline.warehouse.locks import lock_client


def test_only_the_wait_for_the_client_is_long(database: Database) -> None:
    with database.transaction() as conn:
        before = conn.execute("show lock_timeout").fetchone()
        lock_client(conn, "loja-a")
        assert conn.execute("show lock_timeout").fetchone() == before == ("10s",)


def test_a_clients_lock_is_held_until_its_transaction_ends(database: Database) -> None:
    question = "select pg_try_advisory_xact_lock(hashtextextended('viang:client:loja-a', 0))"
    with database.transaction() as other:
        with database.transaction() as conn:
            lock_client(conn, "loja-a")
            assert other.execute(question).fetchone() == (False,)
        assert other.execute(question).fetchone() == (True,)
