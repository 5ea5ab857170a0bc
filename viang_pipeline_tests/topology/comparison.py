"""Whether two databases hold the same, byte for byte, apart from what names a run or an instant of ours.

``NOT_COMPARED`` and ``JOURNALS`` are all that is left out; everything else of both schemas is compared, new tables and
columns too.
"""

from __future__ import annotations

from collections import Counter
from datetime import date

import psycopg
from psycopg import sql

from viang_pipeline.warehouse.database import Database

RUNS_AND_INSTANTS = frozenset(
    {
        "id",  # numbers that Postgres gives
        "run_id",
        "calculado_em",
        "visto_em",
        "lido_em",
        "lido_ate",
        "completo_em",
        "tentado_em",
        "capturado_em",
        "registrado_em",
        "atualizado_em",
        "primeira_linha_em",
    }
)
"""Columns that say which run wrote a row, and when something was read, seen or built."""

REVISIONS = frozenset({"bruto_rev", "linhas_de", "linhas_rev", "sku_de", "cliente_de", "mart_de"})
"""Counters of writes: a run that begins again may count further. What they must say is held by ``stale``."""

NOT_COMPARED = RUNS_AND_INSTANTS | REVISIONS
JOURNALS = {
    "dashboard.updates_log": "one line per attempt",
    "dashboard.order_reads": "one line per search made",
    "dashboard.api_tokens": "each side holds grants of its own; they are used instead",
    "dashboard.oauth_states": "consents begun",
    "dashboard.rate_budgets": "the pace of calls",
    "dashboard.report_outbox": "mail goes out once, on one side only; it is counted at the server instead",
}
"""Tables that tell of attempts and not of what came of them, and why each is not compared."""

SCHEMAS = ("dashboard", "raw")


def differing_rows(one: Database, other: Database) -> Counter[tuple[str, str, str]]:
    """Rows that only one of the two has: (table, which of the two, the row). All tables of both schemas."""
    found: Counter[tuple[str, str, str]] = Counter()
    with one.transaction() as left, other.transaction() as right:
        names = compared_tables(left)
        if names != compared_tables(right):
            raise AssertionError("the two databases have different tables")
        for name in names:
            mine, theirs = _rows(left, name), _rows(right, name)
            for side, rows in (("first", mine - theirs), ("second", theirs - mine)):
                found.update({(name, side, row): number for row, number in rows.items()})
    return found


def compared_tables(conn: psycopg.Connection) -> list[str]:
    """Every table of both schemas but the journals."""
    rows = conn.execute(
        "select schemaname || '.' || tablename from pg_tables where schemaname = any(%s) order by 1", [list(SCHEMAS)]
    )
    return [name for (name,) in rows if name not in JOURNALS]


def stale(conn: psycopg.Connection, last_closed: date) -> int:
    """Days whose tables have not followed the raw data, and billing periods. A day still open is not built yet."""
    row = conn.execute(
        "select (select count(*) from dashboard.day_state where dia <= %s"
        " and (bruto_rev > linhas_de or linhas_rev > sku_de or linhas_rev > cliente_de))"
        " + (select count(*) from dashboard.billing_readings where bruto_rev > mart_de)",
        [last_closed],
    ).fetchone()
    assert row is not None  # an aggregate always gives one row
    return int(row[0])


def _rows(conn: psycopg.Connection, name: str) -> Counter[str]:
    """Each row as Postgres writes it down, without the columns that are not compared."""
    columns = conn.execute(
        "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 and not attisdropped"
        " order by attnum",
        [name],
    ).fetchall()
    wanted = sql.SQL(", ").join(sql.Identifier(column) for (column,) in columns if column not in NOT_COMPARED)
    query = sql.SQL("select row({})::text from {}").format(wanted, sql.Identifier(*name.split(".")))
    return Counter(text for (text,) in conn.execute(query))
