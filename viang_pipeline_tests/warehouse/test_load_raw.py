"""Raw payloads: keys and digests first, the newest version wins, every touched day is reported."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b

import psycopg
import pytest

from viang_pipeline.warehouse.database import Database
from viang_pipeline.warehouse.load import RawRow, RawWrite, upsert_raw

TABLE = "raw.mercado_livre_orders"
DAY, NEXT_DAY = date(2026, 3, 1), date(2026, 3, 2)
FIRST_READ = datetime(2026, 3, 3, 6, tzinfo=UTC)
LATER = FIRST_READ + timedelta(days=1)


def row(chave: str, *, dia: date = DAY, **content: object) -> RawRow:
    payload = json.dumps({"id": chave, **content}).encode()
    return RawRow(dia, chave, payload, blake2b(payload, digest_size=16).digest())


def written(result: RawWrite) -> tuple[int, int, int]:
    return result.inserted, result.updated, result.unchanged


@pytest.fixture
def connection(database: Database) -> Iterator[psycopg.Connection]:
    with database.transaction() as connection:
        yield connection


def stored(connection: psycopg.Connection) -> dict[str, list[object]]:
    found = connection.execute(
        "select chave, dia, payload, visto_em, lido_em from raw.mercado_livre_orders where client_id = 'aurora'"
    )
    return {chave: rest for chave, *rest in found}


def test_new_payloads_are_stored_as_they_are(connection: psycopg.Connection) -> None:
    odd = 'aspas " barra \\ tab \t linha \n ação 🛒 \\N'
    result = upsert_raw(connection, TABLE, "aurora", [row("1", titulo=odd), row("2", dia=NEXT_DAY)], read_at=FIRST_READ)
    assert written(result) == (2, 0, 0)
    assert result.changed_days == {DAY, NEXT_DAY}
    assert result.changed_keys == {"1", "2"}
    assert stored(connection)["1"] == [DAY, {"id": "1", "titulo": odd}, FIRST_READ, FIRST_READ]


def test_money_keeps_every_digit(connection: psycopg.Connection) -> None:
    exact = RawRow(DAY, "1", b'{"valor": 99999999999999.99, "tarifa": 1.005}', b"h")
    upsert_raw(connection, TABLE, "aurora", [exact])
    texts = connection.execute("select payload ->> 'valor', payload ->> 'tarifa' from raw.mercado_livre_orders")
    assert texts.fetchone() == ("99999999999999.99", "1.005")


def test_reading_the_same_again_writes_nothing(connection: psycopg.Connection) -> None:
    records = [row(str(n)) for n in range(5)]
    upsert_raw(connection, TABLE, "aurora", records, read_at=FIRST_READ)
    place = "select chave, ctid::text, xmin::text, xmax::text from raw.mercado_livre_orders order by 1"
    before = connection.execute(place).fetchall()
    result = upsert_raw(connection, TABLE, "aurora", records, read_at=LATER)
    assert written(result) == (0, 0, 5)
    assert result.changed_days == frozenset()
    assert connection.execute(place).fetchall() == before


def test_a_changed_payload_replaces_the_stored_one_and_keeps_when_it_was_first_seen(
    connection: psycopg.Connection,
) -> None:
    upsert_raw(connection, TABLE, "aurora", [row("1", status="paid"), row("2")], read_at=FIRST_READ)
    result = upsert_raw(connection, TABLE, "aurora", [row("1", status="cancelled"), row("2")], read_at=LATER)
    assert written(result) == (0, 1, 1)
    assert result.changed_days == {DAY}
    assert result.changed_keys == {"1"}
    assert stored(connection)["1"] == [DAY, {"id": "1", "status": "cancelled"}, FIRST_READ, LATER]


def test_an_order_that_moves_to_another_day_changes_both_days(connection: psycopg.Connection) -> None:
    upsert_raw(connection, TABLE, "aurora", [row("1")], read_at=FIRST_READ)
    result = upsert_raw(connection, TABLE, "aurora", [row("1", dia=NEXT_DAY)], read_at=LATER)
    assert written(result) == (0, 1, 0)
    assert result.changed_days == {DAY, NEXT_DAY}
    assert stored(connection)["1"][0] == NEXT_DAY


def test_a_version_read_earlier_never_replaces_a_newer_one(connection: psycopg.Connection) -> None:
    upsert_raw(connection, TABLE, "aurora", [row("1", status="cancelled")], read_at=LATER)
    result = upsert_raw(connection, TABLE, "aurora", [row("1", status="paid")], read_at=FIRST_READ)
    assert written(result) == (0, 0, 1)
    assert stored(connection)["1"][1] == {"id": "1", "status": "cancelled"}


def test_of_a_key_given_twice_the_last_one_counts(connection: psycopg.Connection) -> None:
    result = upsert_raw(connection, TABLE, "aurora", [row("1", n=1), row("1", n=2)])
    assert written(result) == (1, 0, 0)
    assert stored(connection)["1"][1] == {"id": "1", "n": 2}


def test_the_same_key_of_two_clients_are_two_rows(connection: psycopg.Connection) -> None:
    upsert_raw(connection, TABLE, "aurora", [row("1", n=1)])
    assert written(upsert_raw(connection, TABLE, "boreal", [row("1", n=2)])) == (1, 0, 0)
    assert stored(connection)["1"][1] == {"id": "1", "n": 1}


def test_a_client_statistics_do_not_know_yet_is_looked_up_key_by_key(connection: psycopg.Connection) -> None:
    """They promise next to no rows of it; then any index of the client seems to do, and each key reads all of it."""
    upsert_raw(connection, TABLE, "aurora", [row(str(n)) for n in range(500)])
    connection.execute("analyze raw.mercado_livre_orders")
    for _ in range(2):
        upsert_raw(connection, TABLE, "nova", [row(str(n)) for n in range(100)])
    read = connection.execute(
        "select indexrelname, pg_stat_get_xact_tuples_returned(indexrelid) as entries from pg_stat_user_indexes"
        " where relid = 'raw.mercado_livre_orders'::regclass and pg_stat_get_xact_tuples_returned(indexrelid) > 0"
    )
    assert read.fetchall() == [("mercado_livre_orders_pkey", 100)]


def test_nothing_read_writes_nothing(connection: psycopg.Connection) -> None:
    assert upsert_raw(connection, TABLE, "aurora", []) == RawWrite(0, 0, 0, frozenset(), frozenset())


def test_a_read_that_is_rolled_back_leaves_no_payload(database: Database) -> None:
    def fail() -> None:
        with database.transaction() as connection:
            upsert_raw(connection, TABLE, "aurora", [row("1")])
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with database.transaction() as connection:
        assert stored(connection) == {}


def test_two_reads_of_the_same_orders_at_once_store_them_once(database: Database) -> None:
    def read() -> RawWrite:
        with database.transaction() as connection:
            return upsert_raw(connection, TABLE, "aurora", [row("1")], read_at=LATER)

    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as connection:
            upsert_raw(connection, TABLE, "aurora", [row("1")], read_at=FIRST_READ)
            second = pool.submit(read)
            with pytest.raises(TimeoutError):
                second.result(timeout=0.3)
        assert written(second.result(timeout=10)) == (0, 0, 1)
