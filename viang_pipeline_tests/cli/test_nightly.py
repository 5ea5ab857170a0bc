"""Where ``viang nightly`` begins: at the first day that nobody was shown."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import pytest

from viang_pipeline.automation.state import ClientState
from viang_pipeline.cli.nightly import first_day
from viang_pipeline.domain.business_day import days_between
from viang_pipeline.warehouse import clients, ledgers
from viang_pipeline.warehouse.database import Database

STARTS, YESTERDAY = date(2026, 1, 1), date(2026, 1, 31)
READ_AT = datetime(2026, 2, 1, 6, tzinfo=UTC)


def day(n: int) -> date:
    return STARTS + timedelta(days=n - 1)


def begins(database: Database, *, read: Iterable[date], shown: Iterable[date]) -> date:
    complete = frozenset(read)
    with database.transaction() as conn:
        clients.add(conn, "loja", "Loja", inicio_historico=STARTS, default_start=STARTS)
        ledgers.touch_days(conn, "loja", complete)
        ledgers.mark_read(conn, "loja", "mercado_livre", "orders", complete, READ_AT)
        conn.execute("update dashboard.day_state set cliente_de = 0 where dia = any(%s)", [list(shown)])
        return first_day(conn, ClientState("loja", STARTS, complete), YESTERDAY)


@pytest.mark.parametrize(
    ("read", "shown", "first"),
    [
        ((), (), 1),
        ((1, 30), (1, 30), 31),
        ((1, 31), (1, 31), 31),
        ((1, 27), (1, 27), 28),
        ((25, 31), (), 1),
        ((1, 31), (), 1),
        ((1, 31), (1, 20), 21),
    ],
    ids=[
        "a new client",
        "an ordinary night",
        "the same night again",
        "nights were missed",
        "a first load died behind its newest orders",
        "a first load died behind all its orders",
        "a night over several days died behind its orders",
    ],
)
def test_a_night_begins_behind_the_last_day_that_was_shown(
    database: Database, read: tuple[int, ...], shown: tuple[int, ...], first: int
) -> None:
    ranges = [days_between(day(part[0]), day(part[1])) if part else [] for part in (read, shown)]
    assert begins(database, read=ranges[0], shown=ranges[1]) == day(first)
