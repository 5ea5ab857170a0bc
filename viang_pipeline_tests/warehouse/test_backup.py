"""Copies between the versions of Postgres that are supported; what comes back is in end_to_end/test_backup.py."""

from __future__ import annotations

from pathlib import Path

from viang_pipeline.warehouse.backup import back_up, restore, update_statistics
from viang_pipeline.warehouse.database import Database
from viang_pipeline.warehouse.revisions import pending
from viang_pipeline_tests.warehouse.servers import Cluster


def clients(database: Database) -> list[tuple[str]]:
    with database.transaction() as conn:
        return conn.execute("select client_id from dashboard.clients").fetchall()


def test_a_copy_of_the_newest_server_comes_back_on_the_oldest_and_is_copied_again_there(
    database: Database, postgres_15: Cluster, tmp_path: Path
) -> None:
    with database.transaction() as conn:
        conn.execute(
            "insert into dashboard.clients (client_id, nome, inicio_historico) values ('a', 'A', '2026-01-01')"
        )
    back_up(database, tmp_path / "new.dump")
    old = postgres_15.database()
    restore(old, tmp_path / "new.dump")
    update_statistics(old)
    assert (clients(old), pending(old)) == ([("a",)], False)

    back_up(old, tmp_path / "old.dump")
    restore(old, tmp_path / "old.dump", replace=True)
    assert (clients(old), pending(old)) == ([("a",)], False)
    postgres_15.drop(old)
