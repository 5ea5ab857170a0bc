"""What the instrument takes for a boundary, and what it does there."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from contextlib import nullcontext
from datetime import date
from pathlib import Path

import psycopg
import pytest

from viang_pipeline.collect.work import Rehearsal
from viang_pipeline.warehouse import ledgers
from viang_pipeline.warehouse.database import Database
from viang_pipeline.warehouse.session import Session
from viang_pipeline_tests.crashes.boundaries import DIED, Instrument, Point

DAYS = [date(2026, 3, 1)]


def touch(conn: psycopg.Connection) -> None:
    ledgers.touch_days(conn, "loja", DAYS)


def labels(instrument: Instrument) -> list[str]:
    return [str(point) for point in instrument.passed]


def test_a_commit_is_named_by_the_tables_written_in_it_and_by_no_earlier_one(database: Database) -> None:
    instrument = Instrument()
    with instrument.watching(), Session(database) as session:
        with session.transaction() as conn:
            touch(conn)
        with session.transaction() as conn:
            ledgers.move_cursor(conn, "loja", "bling", "orders", *[_instant(conn)] * 2)
    found = [f"{side} commit: {table} #1" for table in ("day_state", "source_cursors") for side in ("before", "after")]
    assert labels(instrument) == found


def _instant(conn: psycopg.Connection) -> object:
    row = conn.execute("select now()").fetchone()
    assert row is not None
    return row[0]


@pytest.mark.parametrize("how", ["read", "savepoint", "rolled back", "rehearsed"])
def test_what_leaves_nothing_behind_is_no_boundary(database: Database, how: str) -> None:
    instrument = Instrument()
    with instrument.watching(), Session(database) as session:
        if how == "read":
            with session.transaction() as conn:
                ledgers.stale_days(conn, last_closed=DAYS[0])
        elif how == "rehearsed":
            with Rehearsal.over(database) as rehearsal, rehearsal.transaction() as inner:
                touch(inner)
        else:
            with pytest.raises(RuntimeError):
                _fail(session, inside=how == "savepoint")
    assert labels(instrument) == []


def _fail(session: Session, *, inside: bool) -> None:
    with session.transaction() as conn:
        with conn.transaction() if inside else nullcontext():
            touch(conn)
        raise RuntimeError


def test_files_count_below_the_home_only(tmp_path: Path) -> None:
    home, instrument = tmp_path / "home", Instrument()
    (home / "done").mkdir(parents=True)
    with instrument.watching(home):
        (tmp_path / "elsewhere.txt").write_text("x")
        (home / "done" / "a.part").write_text("x")
        (home / "done" / "a.part").rename(home / "done" / "a.pdf")
        (home / "done" / "a.pdf").unlink()
    assert [point.label for point in instrument.passed if point.side == "after"] == [
        "file: open done/*.part",
        "file: rename done/*.pdf",
        "file: unlink done/*.pdf",
    ]


def die(url: str, side: str) -> None:
    fatal = Point("commit: day_state", 1, side)  # type: ignore[arg-type]
    try:
        with Instrument(fatal).watching(), Database(url).transaction() as conn:
            touch(conn)
    finally:
        raise SystemExit("unwound")


@pytest.mark.parametrize(("side", "stored"), [("before", 0), ("after", 1)])
def test_a_death_unwinds_nothing_and_keeps_what_was_committed(
    database: Database, side: str, stored: int, count: Callable[[Database], int]
) -> None:
    process = multiprocessing.get_context("spawn").Process(target=die, args=(database.url, side))
    process.start()
    process.join()
    assert process.exitcode == DIED
    assert count(database) == stored


@pytest.fixture
def count() -> Callable[[Database], int]:
    def rows(database: Database) -> int:
        with database.transaction() as conn:
            row = conn.execute("select count(*) from dashboard.day_state").fetchone()
        assert row is not None
        return int(row[0])

    return rows
