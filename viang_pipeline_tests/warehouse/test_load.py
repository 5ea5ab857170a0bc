"""Converging writes: what is equal is not touched, what is gone is deleted, what changed is known."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import LiteralString

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.errors import UniqueViolation
from psycopg.types.json import Jsonb

from viang_pipeline.warehouse import load
from viang_pipeline.warehouse.database import Database
from viang_pipeline.warehouse.load import Query, RowChange, WriteCounts, converge

Row = tuple[date, str, Decimal | None, list[str]]

DAY, NEXT_DAY = date(2026, 3, 1), date(2026, 3, 2)
SCOPE: tuple[LiteralString, list[object]] = ("client_id = %s and dia = any(%s)", ["aurora", [DAY, NEXT_DAY]])


@pytest.fixture(params=[load.FEW, 0], ids=["sent", "copied"])
def connection(
    request: pytest.FixtureRequest, empty_database: Database, monkeypatch: pytest.MonkeyPatch
) -> Iterator[psycopg.Connection]:
    """Rows go with the statement, or through a temporary table."""
    monkeypatch.setattr(load, "FEW", request.param)
    with empty_database.connect(autocommit=True) as connection:
        connection.execute(
            """
            create table facts (
                client_id text collate "C", dia date, sku text collate "C", valor numeric(18, 2), faltantes text[],
                hash text not null, run_id text not null, primary key (client_id, dia, sku)
            )
            """
        )
        yield connection


def write(
    connection: psycopg.Connection,
    rows: list[Row] | Query,
    *,
    run_id: str = "run-1",
    scoped: bool = True,
    changes: bool = False,
    touching: tuple[str, ...] = (),
) -> WriteCounts:
    with connection.transaction():
        return converge(
            connection,
            table="public.facts",
            key=("client_id", "dia", "sku"),
            columns=("dia", "sku", "valor", "faltantes"),
            rows=rows,
            constants={"client_id": "aurora", "run_id": run_id},
            volatile=("run_id",),
            hash_column="hash",
            scope=SCOPE if scoped else None,
            changes=changes,
            touching=touching,
        )


def stored(connection: psycopg.Connection) -> list[tuple[object, ...]]:
    return connection.execute("select dia, sku, valor, faltantes from facts order by 1, 2").fetchall()


def versions(connection: psycopg.Connection) -> list[tuple[object, ...]]:
    """Physical place and writers of each row: any write or row lock shows here."""
    return connection.execute("select sku, ctid::text, xmin::text, xmax::text, run_id from facts order by 1").fetchall()


ROWS: list[Row] = [(DAY, "a", Decimal("10.00"), []), (DAY, "b", None, ["frete"]), (NEXT_DAY, "c", Decimal("0.01"), [])]


def counts(result: WriteCounts) -> tuple[int, int, int, int, int]:
    return result.read, result.inserted, result.updated, result.deleted, result.unchanged


def test_the_first_run_inserts_every_row(connection: psycopg.Connection) -> None:
    assert counts(write(connection, ROWS)) == (3, 3, 0, 0, 0)
    assert stored(connection) == ROWS


def test_a_second_run_writes_zero_rows_and_touches_none(connection: psycopg.Connection) -> None:
    write(connection, ROWS)
    before = versions(connection)
    assert counts(write(connection, ROWS, run_id="run-2")) == (3, 0, 0, 0, 3)
    assert versions(connection) == before


def test_only_the_row_that_changed_is_rewritten_and_marked(connection: psycopg.Connection) -> None:
    write(connection, ROWS)
    before = versions(connection)
    changed = [(DAY, "a", Decimal("10.01"), []), *ROWS[1:]]
    assert counts(write(connection, changed, run_id="run-2")) == (3, 0, 1, 0, 2)
    assert versions(connection)[1:] == before[1:]
    runs = connection.execute("select sku, run_id from facts order by 1").fetchall()
    assert runs == [("a", "run-2"), ("b", "run-1"), ("c", "run-1")]


def test_null_and_zero_are_different_values(connection: psycopg.Connection) -> None:
    write(connection, [(DAY, "a", None, [])])
    assert write(connection, [(DAY, "a", Decimal(0), [])]).updated == 1
    assert write(connection, [(DAY, "a", None, [])]).updated == 1


def test_rows_that_are_gone_are_deleted_inside_the_scope_only(connection: psycopg.Connection) -> None:
    write(connection, ROWS)
    connection.execute("insert into facts values ('boreal', %s, 'a', 1, '{}', '', 'r')", [DAY])
    connection.execute("insert into facts values ('aurora', '2026-04-01', 'a', 1, '{}', '', 'r')")
    assert counts(write(connection, ROWS[:1])) == (1, 0, 0, 2, 1)
    others = connection.execute("select client_id, dia from facts where run_id = 'r' order by 1").fetchall()
    assert others == [("aurora", date(2026, 4, 1)), ("boreal", DAY)]


def test_no_rows_empty_the_scope(connection: psycopg.Connection) -> None:
    write(connection, ROWS)
    assert counts(write(connection, [])) == (0, 0, 0, 3, 0)
    assert stored(connection) == []


def test_no_rows_report_what_they_removed_as_any_other_write_does(connection: psycopg.Connection) -> None:
    query = Query("select %s::date, 'a', 1.00, '{}'::text[] where false", [DAY])
    found = []
    for none in ([], query):
        write(connection, ROWS)
        removed = write(connection, none, changes=True)
        write(connection, ROWS)
        found.append((set(map(repr, removed.changes)), write(connection, none, touching=("dia",)).touched))
    assert found[0] == found[1]
    assert found[0][1] == {DAY, NEXT_DAY}


def test_without_a_scope_nothing_is_deleted(connection: psycopg.Connection) -> None:
    write(connection, ROWS)
    assert write(connection, [], scoped=False).deleted == 0
    assert len(stored(connection)) == 3


def test_a_row_outside_the_scope_is_refused(connection: psycopg.Connection) -> None:
    with pytest.raises(ValueError, match=r"1 rows for .* lie outside the scope"):
        write(connection, [(date(2026, 4, 1), "a", None, [])])
    assert stored(connection) == []


def test_a_key_given_twice_is_refused(connection: psycopg.Connection) -> None:
    with pytest.raises(UniqueViolation):
        write(connection, [ROWS[0], ROWS[0]])
    assert stored(connection) == []


def test_rows_can_be_made_by_a_query(connection: psycopg.Connection) -> None:
    query = Query("select %(dia)s::date, 'a', sum(n)::numeric(18, 2), '{}' from generate_series(1, 4) n", {"dia": DAY})
    assert counts(write(connection, query)) == (1, 1, 0, 0, 0)
    assert stored(connection) == [(DAY, "a", Decimal("10.00"), [])]
    assert counts(write(connection, query)) == (1, 0, 0, 0, 1)


def test_changes_name_the_old_and_the_new_value_of_each_written_row(connection: psycopg.Connection) -> None:
    write(connection, ROWS)
    result = write(
        connection, [(DAY, "a", Decimal("9.99"), []), ROWS[1], (DAY, "d", Decimal(1), [])], run_id="2", changes=True
    )

    def key(dia: date, sku: str) -> dict[str, object]:
        return {"client_id": "aurora", "dia": dia, "sku": sku}

    assert sorted(result.changes, key=lambda change: change.kind) == [
        RowChange("deleted", key(NEXT_DAY, "c"), {"valor": Decimal("0.01"), "faltantes": []}, None),
        RowChange("inserted", key(DAY, "d"), None, {"valor": Decimal("1.00"), "faltantes": []}),
        RowChange(
            "updated",
            key(DAY, "a"),
            {"valor": Decimal("10.00"), "faltantes": []},
            {"valor": Decimal("9.99"), "faltantes": []},
        ),
    ]
    assert counts(result) == (3, 1, 1, 1, 1)


def test_touching_names_the_values_of_written_rows_only(connection: psycopg.Connection) -> None:
    assert write(connection, ROWS, touching=("dia",)).touched == {DAY, NEXT_DAY}
    assert write(connection, ROWS, touching=("dia",)).touched == frozenset()
    changed = [(DAY, "a", Decimal("7.00"), []), *ROWS[1:]]
    assert write(connection, changed, touching=("dia",)).touched == {DAY}
    assert write(connection, changed[:2], touching=("dia",)).touched == {NEXT_DAY}


def test_touching_a_business_column_gives_both_its_values(connection: psycopg.Connection) -> None:
    write(connection, ROWS)
    changed = [(DAY, "a", Decimal("7.00"), []), *ROWS[1:]]
    assert write(connection, changed, touching=("valor",)).touched == {Decimal("10.00"), Decimal("7.00")}


def test_values_of_every_type_are_stored_as_they_are(connection: psycopg.Connection) -> None:
    connection.execute(
        "create table kinds (n bigint primary key, at timestamptz, detail jsonb, flag boolean, day date)"
    )
    instant = datetime(2026, 3, 1, 23, 59, 59, 999999, tzinfo=timezone(timedelta(hours=-3)))
    row = (2**62, instant, Jsonb({"é": ["\\", None, 1.5]}), False, date.min)
    columns = ("n", "at", "detail", "flag", "day")
    for inserted in (1, 0):
        with connection.transaction():
            written = converge(connection, table="public.kinds", key=("n",), columns=columns, rows=[row])
        assert written.written == inserted
    assert connection.execute("select * from kinds").fetchone() == (2**62, instant, row[2].obj, False, date.min)


def test_the_hash_follows_the_business_columns(connection: psycopg.Connection) -> None:
    def digest() -> object:
        return connection.execute("select hash from facts").fetchone()

    write(connection, ROWS[:1])
    first = digest()
    write(connection, [(DAY, "a", Decimal(11), [])])
    assert digest() != first
    write(connection, ROWS[:1], run_id="another")
    assert digest() == first


def test_many_rows_stay_fast_on_tables_without_statistics(connection: psycopg.Connection) -> None:
    """The planner knows nothing of new tables; comparing every row with every row would take minutes."""
    many: list[Row] = [(DAY, f"sku-{n}", Decimal(n), []) for n in range(20_000)]
    with connection.transaction():
        connection.execute("set local statement_timeout = '5s'")
        write(connection, many)
        assert write(connection, many).unchanged == 20_000


rows_of_a_day = st.dictionaries(
    st.tuples(st.sampled_from([DAY, NEXT_DAY]), st.text("aB\\\t\n'\"%é ", min_size=1, max_size=3)),
    st.tuples(
        st.none() | st.decimals(-(10**9), 10**9, places=2), st.lists(st.text("x,{}\"'\\ ", max_size=3), max_size=2)
    ),
    max_size=6,
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=rows_of_a_day, second=rows_of_a_day)
def test_the_table_always_ends_equal_to_the_rows(
    connection: psycopg.Connection,
    first: dict[tuple[date, str], tuple[Decimal | None, list[str]]],
    second: dict[tuple[date, str], tuple[Decimal | None, list[str]]],
) -> None:
    write(connection, [(*key, *value) for key, value in first.items()])
    write(connection, [(*key, *value) for key, value in second.items()])
    assert {(dia, sku): (valor, faltantes) for dia, sku, valor, faltantes in stored(connection)} == second
    assert write(connection, [(*key, *value) for key, value in second.items()]).written == 0
