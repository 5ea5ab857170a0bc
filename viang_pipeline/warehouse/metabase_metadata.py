"""Keeps ``dashboard._metabase_metadata`` equal to what the declared views say (contract Metabase §4)."""

from __future__ import annotations

import psycopg

from viang_pipeline.warehouse.schema import metadata_rows


def sync_metabase_metadata(conn: psycopg.Connection) -> int:
    """Write new and changed rows and remove those of columns that are gone; rows touched, 0 when nothing changed."""
    rows = metadata_rows()
    gone = conn.execute("delete from dashboard._metabase_metadata where keypath <> all(%s)", [list(rows)]).rowcount
    written = conn.execute(
        "insert into dashboard._metabase_metadata as m (keypath, value)"
        " select * from unnest(%s::text[], %s::text[])"
        " on conflict (keypath) do update set value = excluded.value where m.value is distinct from excluded.value",
        [list(rows), list(rows.values())],
    ).rowcount
    return gone + written
