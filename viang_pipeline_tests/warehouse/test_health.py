"""``vw_health``: what Metabase says is not in order, and that it is what ``viang status`` says."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from psycopg.rows import dict_row

from viang_pipeline.automation.decisions import newest_expected_day
from viang_pipeline.domain.business_day import days_between
from viang_pipeline.warehouse import clients, ledgers
from viang_pipeline.warehouse.client_status import PATIENCE, read_states
from viang_pipeline.warehouse.database import Database

NOW = datetime.now(UTC)
EXPECTED = newest_expected_day(NOW)
FIRST = EXPECTED - timedelta(days=9)
Health = dict[tuple[str, str], dict[str, Any]]


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    """The view asks the database's clock, and these tests may run hours after they were collected."""
    now = datetime.now(UTC)
    expected = newest_expected_day(now)
    for name, value in {"NOW": now, "EXPECTED": expected, "FIRST": expected - timedelta(days=9)}.items():
        monkeypatch.setattr(f"{__name__}.{name}", value)


def health(database: Database) -> Health:
    with database.transaction() as conn, conn.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute("select * from dashboard.vw_health").fetchall()
    assert len({(row["client_id"], row["tema"]) for row in rows}) == len(rows), "one row per client and subject"
    return {(row["client_id"], row["tema"]): row for row in rows}


def read(
    database: Database, client_id: str, last: date, source: str = "mercado_livre", resource: str = "orders"
) -> None:
    with database.transaction() as conn:
        ledgers.mark_read(conn, client_id, source, resource, days_between(FIRST, last), NOW)


@pytest.fixture
def shops(database: Database) -> Database:
    with database.transaction() as conn:
        for name in ("boa", "tarde", "buraco", "fontes", "nunca"):
            clients.add(conn, name, name, inicio_historico=FIRST, default_start=FIRST)
    for name in ("boa", "buraco", "fontes"):
        read(database, name, EXPECTED)
    read(database, "tarde", EXPECTED - timedelta(days=2))
    read(database, "fontes", EXPECTED - timedelta(days=1), resource="visits")
    with database.transaction() as conn:
        ledgers.mark_unread(conn, "fontes", "mercado_livre", "visits", [EXPECTED], NOW, "HTTP 403")
        ledgers.mark_unread(conn, "nunca", "mercado_livre", "orders", [EXPECTED], NOW, "HTTP 503")
        conn.execute(
            "delete from dashboard.source_reads where client_id = 'buraco' and dia = %s", [FIRST + timedelta(days=3)]
        )
    return database


def test_a_client_read_to_yesterday_is_in_order_and_has_nothing_to_do(shops: Database) -> None:
    found = health(shops)
    for subject in ("pedidos", "fontes", "lacunas", "quarentena", "conferencia"):
        row = found["boa", subject]
        assert (row["situacao"], row["desde"], row["o_que_fazer"]) == ("em ordem", None, None), subject


def test_what_is_late_says_since_when_why_and_what_to_do(shops: Database) -> None:
    found = health(shops)
    late = found["tarde", "pedidos"]
    assert (late["situacao"], late["desde"]) == ("atenção", EXPECTED - timedelta(days=1))
    assert "viang connect mercado-livre tarde" in late["o_que_fazer"]
    assert found["buraco", "pedidos"]["detalhe"] == "1 dias sem leitura"
    assert found["nunca", "pedidos"]["detalhe"] == "nunca lidos: HTTP 503"
    assert found["fontes", "fontes"]["detalhe"] == "1 atrasadas: mercado_livre/visits (HTTP 403)"
    assert found["fontes", "fontes"]["desde"] == EXPECTED
    assert found["fontes", "pedidos"]["situacao"] == "em ordem"


def test_the_view_finds_late_what_status_finds_late(shops: Database) -> None:
    """The rule stands in SQL for Metabase and in Python for everything else."""
    for (source, resource), patience in PATIENCE.items():
        for extra, name in ((0, "paciente"), (1, "impaciente")):
            client_id = f"{name}-{resource}"
            with shops.transaction() as conn:
                clients.add(conn, client_id, name, inicio_historico=FIRST, default_start=FIRST)
                ledgers.mark_read(conn, client_id, source, resource, [EXPECTED - patience - timedelta(days=extra)], NOW)
    with shops.transaction() as conn:
        states = read_states(conn, EXPECTED)
    expected = {
        (state.client_id, "pedidos" if (state.source, state.resource) == ("mercado_livre", "orders") else "fontes")
        for state in states
        if state.lido_em is not None
        or state.motivo is not None  # a client without a row of readings is not in the view
        if state.problem(EXPECTED) is not None
    }
    found = {
        key for key, row in health(shops).items() if key[1] in ("pedidos", "fontes") and row["situacao"] != "em ordem"
    }
    assert found == expected
    assert ("paciente-kits", "fontes") not in found


def test_a_client_nothing_was_read_of_for_five_weeks_is_at_rest_not_an_alarm_of_every_day(database: Database) -> None:
    with database.transaction() as conn:
        ledgers.mark_read(conn, "fechada", "mercado_livre", "orders", [EXPECTED - timedelta(days=36)], NOW)
        ledgers.mark_read(conn, "quase", "mercado_livre", "orders", [EXPECTED - timedelta(days=35)], NOW)
    found = health(database)
    assert (found["fechada", "pedidos"]["situacao"], found["quase", "pedidos"]["situacao"]) == ("parado", "atenção")


def test_gaps_quarantine_and_differences_are_told_with_their_first_day(shops: Database) -> None:
    with shops.transaction() as conn:
        conn.execute(
            """
            insert into dashboard.agg_client_day
                (client_id, dia, faltantes, hash, versao_metrica, run_id, calculado_em, maturidade_vendas,
                 maturidade_ads, maturidade_visitas, maturidade_devolucoes, maturidade_cobranca)
            select 'boa', %(d)s::date - n,
                case when n in (0, 2, 40) then '{custo_desconhecido}' else '{}' end::text[],
                '', 1, 'r', now(), 'final', 'final', 'final', 'final', 'final'
            from generate_series(0, 50) as n
            """,
            {"d": EXPECTED},
        )
        conn.execute(
            "insert into dashboard.fact_quarantine_day"
            " (client_id, dia, motivo, registros, versao_metrica, run_id, calculado_em)"
            " select 'boa', %(d)s::date - n, 'moeda', 2, 1, 'r', now() from unnest(array[1, 6, 7]) as n",
            {"d": EXPECTED},
        )
        conn.execute(
            "insert into dashboard.reconciliation (client_id, fonte, periodo, item, inicio, confere, final,"
            " versao_metrica, run_id, calculado_em)"
            " select 'boa', 'cobranca', '2026-01', item, '2026-01-01', confere, final, 1, 'r', now()"
            " from (values ('a', false, true), ('b', false, false), ('c', true, true)) as i (item, confere, final)"
        )
    found = health(shops)
    gaps, refused, differs = (found["boa", subject] for subject in ("lacunas", "quarentena", "conferencia"))
    assert (gaps["detalhe"], gaps["desde"]) == ("2 dos últimos 30 dias com algo em falta", EXPECTED - timedelta(days=2))
    assert (refused["detalhe"][:9], refused["desde"]) == ("4 pedidos", EXPECTED - timedelta(days=6))
    assert (differs["detalhe"][:8], differs["desde"]) == ("1 itens ", date(2026, 1, 1))
    assert {row["situacao"] for row in (gaps, refused)} == {"atenção"}
    assert differs["situacao"] == "aviso", "as the checks that compare with the platform, it needs nobody at once"
