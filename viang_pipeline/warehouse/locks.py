"""Transaction-level advisory locks: they work in every pooling mode and die with their transaction."""

from __future__ import annotations

import psycopg


def lock_client(conn: psycopg.Connection, client_id: str) -> None:
    """Writers of one client's raw data and marts queue here, so that they never deadlock over days.

    The wait may outlast the connection's lock timeout: another run may be rebuilding a year of the same client. Most of
    the time nobody is there, and asking is enough.
    """
    key = f"viang:client:{client_id}"
    row = conn.execute(
        "select pg_try_advisory_xact_lock(hashtextextended(%s, 0)), current_setting('lock_timeout')", [key]
    ).fetchone()
    assert row is not None  # a select without FROM always gives one row
    taken, timeout = row
    if not taken:
        conn.execute("select set_config('lock_timeout', '15min', true)")
        conn.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
        conn.execute("select set_config('lock_timeout', %s, true)", [timeout])


def lock_insight(conn: psycopg.Connection, client_id: str, key: str) -> None:
    """Whoever wants the same text at the same time waits here for the one that is asking, however long it asks."""
    conn.execute("select set_config('lock_timeout', '15min', true)")
    conn.execute("set local idle_in_transaction_session_timeout = '15min'")
    conn.execute(
        "select pg_advisory_xact_lock(hashtextextended('viang:insight:' || %s || ':' || %s, 0))", [client_id, key]
    )
