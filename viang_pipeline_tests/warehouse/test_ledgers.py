"""The ledgers on a real Postgres: what a reader may conclude after any order of attempts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest

from viang_pipeline.warehouse import ledgers
from viang_pipeline.warehouse.database import Database

T0 = datetime(2026, 3, 11, 6, 0, tzinfo=UTC)
T1 = T0 + timedelta(hours=1)
D1, D2, D3 = date(2026, 3, 8), date(2026, 3, 9), date(2026, 3, 10)
ORDERS = ("loja-a", "mercado_livre", "orders")


@pytest.fixture
def conn(database: Database) -> Iterator[psycopg.Connection]:
    with database.transaction() as connection:
        yield connection


def read_row(conn: psycopg.Connection, day: date) -> tuple[object, ...] | None:
    return conn.execute(
        "select completo, completo_em, tentado_em, motivo from dashboard.source_reads where dia = %s", [day]
    ).fetchone()


def test_a_complete_read_is_noted_per_day(conn: psycopg.Connection) -> None:
    ledgers.mark_read(conn, *ORDERS, [D1, D3, D1], T0)
    assert ledgers.complete_days(conn, *ORDERS, D1, D3) == {D1, D3}
    assert ledgers.complete_days(conn, *ORDERS, D2, D2) == set()
    assert read_row(conn, D1) == (True, T0, T0, None)


def test_a_failed_first_attempt_leaves_the_day_incomplete(conn: psycopg.Connection) -> None:
    ledgers.mark_unread(conn, *ORDERS, [D1], T0, "HTTP 206")
    assert read_row(conn, D1) == (False, None, T0, "HTTP 206")
    assert ledgers.complete_days(conn, *ORDERS, D1, D3) == set()


def test_a_failed_later_attempt_keeps_the_day_complete_and_says_why_it_failed(conn: psycopg.Connection) -> None:
    ledgers.mark_read(conn, *ORDERS, [D1], T0)
    ledgers.mark_unread(conn, *ORDERS, [D1], T1, "HTTP 403 com token=segredo123")
    completo, completo_em, tentado_em, motivo = read_row(conn, D1) or ()
    assert (completo, completo_em, tentado_em) == (True, T0, T1)
    assert "HTTP 403" in str(motivo)
    assert "segredo123" not in str(motivo)


def test_a_complete_read_clears_the_reason_of_the_failure_before(conn: psycopg.Connection) -> None:
    ledgers.mark_unread(conn, *ORDERS, [D1], T0, "HTTP 500")
    ledgers.mark_read(conn, *ORDERS, [D1], T1)
    assert read_row(conn, D1) == (True, T1, T1, None)


def test_reads_of_other_clients_and_resources_are_kept_apart(conn: psycopg.Connection) -> None:
    ledgers.mark_read(conn, "loja-a", "mercado_livre", "shipments", [D1], T0)
    ledgers.mark_read(conn, "loja-b", "mercado_livre", "orders", [D1], T0)
    assert ledgers.complete_days(conn, *ORDERS, D1, D3) == set()


def test_a_cursor_never_moves_backwards(conn: psycopg.Connection) -> None:
    assert ledgers.cursor(conn, *ORDERS) is None
    ledgers.move_cursor(conn, *ORDERS, T1, T1)
    ledgers.move_cursor(conn, *ORDERS, T0, T1 + timedelta(hours=1))
    assert ledgers.cursor(conn, *ORDERS) == T1
    ledgers.move_cursor(conn, *ORDERS, T1 + timedelta(hours=2), T1)
    assert ledgers.cursor(conn, *ORDERS) == T1 + timedelta(hours=2)


def changed(conn: psycopg.Connection, client_id: str, *days: date) -> None:
    """Completely read days whose raw data changed."""
    ledgers.mark_read(conn, client_id, "mercado_livre", "orders", days, T0)
    ledgers.touch_days(conn, client_id, days)


def test_a_day_is_stale_from_the_first_touch_until_every_stage_has_caught_up(conn: psycopg.Connection) -> None:
    changed(conn, "loja-a", D2, D1, D2)
    assert ledgers.stale_days(conn, last_closed=D3) == {"loja-a": [D1, D2]}
    for stage in ("linhas_de = bruto_rev", "sku_de = linhas_rev", "cliente_de = linhas_rev"):
        assert D1 in ledgers.stale_days(conn, "loja-a", last_closed=D3)["loja-a"]
        conn.execute(f"update dashboard.day_state set {stage} where dia = %s", [D1])
    assert ledgers.stale_days(conn, last_closed=D3) == {"loja-a": [D2]}


def test_a_second_touch_makes_a_rebuilt_day_stale_again(conn: psycopg.Connection) -> None:
    changed(conn, "loja-a", D1)
    conn.execute("update dashboard.day_state set linhas_de = bruto_rev, sku_de = linhas_rev, cliente_de = linhas_rev")
    assert ledgers.stale_days(conn, last_closed=D3) == {}
    ledgers.touch_days(conn, "loja-a", [D1])
    assert ledgers.stale_days(conn, last_closed=D3) == {"loja-a": [D1]}


def test_days_after_the_last_closed_one_and_other_clients_are_left_out(conn: psycopg.Connection) -> None:
    changed(conn, "loja-a", D1, D3)
    changed(conn, "loja-b", D1)
    assert ledgers.stale_days(conn, "loja-a", last_closed=D2) == {"loja-a": [D1]}


def test_a_changed_day_waits_until_its_orders_were_read_completely(conn: psycopg.Connection) -> None:
    ledgers.touch_days(conn, "loja-a", [D1])
    ledgers.mark_unread(conn, *ORDERS, [D1], T0, "HTTP 500")
    assert ledgers.stale_days(conn, last_closed=D3) == {}
    ledgers.mark_read(conn, *ORDERS, [D1], T1)
    assert ledgers.stale_days(conn, last_closed=D3) == {"loja-a": [D1]}


def test_ensuring_a_row_does_not_count_as_a_change(conn: psycopg.Connection) -> None:
    ledgers.touch_days(conn, "loja-a", [D1])
    ledgers.ensure_days(conn, "loja-a", [D1, D2, D2])
    rows = conn.execute("select dia, bruto_rev from dashboard.day_state order by dia").fetchall()
    assert rows == [(D1, 1), (D2, 0)]


def test_no_days_is_no_change(conn: psycopg.Connection) -> None:
    ledgers.touch_days(conn, "loja-a", [])
    ledgers.mark_read(conn, *ORDERS, [], T0)
    assert ledgers.stale_days(conn, last_closed=D3) == {}


def test_the_audit_keeps_counts_and_hides_secrets_at_any_depth(conn: psycopg.Connection) -> None:
    detail = {
        "anunciados": 12,
        "dias": [D1],
        "falhas": [{"mensagem": "GET /orders com Authorization: Bearer APP_USR-123-abc de maria@exemplo.com"}],
    }
    ledgers.log_update(
        conn,
        ledgers.UpdateEntry(
            run_id="r1",
            job_name="daily_update",
            status="partial",
            iniciado_em=T0,
            terminado_em=T1,
            client_id="loja-a",
            source="mercado_livre",
            resource="orders",
            janela_inicio=T0,
            janela_fim=T1,
            requisicoes=7,
            linhas_lidas=12,
            linhas_escritas=3,
            linhas_inalteradas=9,
            detail=detail,
        ),
    )
    row = conn.execute("select status, requisicoes, linhas_inalteradas, detail from dashboard.updates_log").fetchone()
    assert row is not None
    assert row[:3] == ("partial", 7, 9)
    assert row[3]["anunciados"] == 12
    assert row[3]["dias"] == ["2026-03-08"]
    assert "APP_USR" not in str(row[3])
    assert "maria" not in str(row[3])
