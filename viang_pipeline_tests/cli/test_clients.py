"""``viang clients`` and the registry behind it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
from click.testing import Result
from psycopg import sql
from typer.testing import CliRunner

from viang_pipeline.cli.main import app
from viang_pipeline.failures import UsageError
from viang_pipeline.settings import Settings
from viang_pipeline.warehouse import clients
from viang_pipeline.warehouse.database import Database
from viang_pipeline_tests.conftest import PostgresServer

# 2026-03-11 02:30 UTC is still 2026-03-10 in São Paulo: the last closed day is the 9th.
NOW = "2026-03-11T02:30:00Z"
LOCAL = {"MERCADO_LIVRE_API_URL": "http://127.0.0.1:1", "MERCADO_LIVRE_AUTH_URL": "http://127.0.0.1:1"}


@pytest.fixture
def viang(settings_env: Callable[..., Settings]) -> Callable[..., Result]:
    settings_env(VIANG_NOW=NOW, **LOCAL)
    return lambda *arguments: CliRunner().invoke(app, ["clients", *arguments])


def stored(database: Database) -> list[clients.Client]:
    with database.transaction() as conn:
        return clients.list_all(conn)


def test_a_new_client_covers_the_90_days_before_yesterday(viang: Callable[..., Result], database: Database) -> None:
    assert viang("add", "loja-aurora", "--nome", "Loja Aurora").exit_code == 0
    assert stored(database) == [clients.Client("loja-aurora", "Loja Aurora", "ativo", date(2025, 12, 9), [])]


def test_every_field_can_be_given(viang: Callable[..., Result], database: Database) -> None:
    result = viang(
        "add", "loja-1", "--nome", " Um ", "--inicio-historico", "2026-01-01",
        "--email", "a@exemplo.com.br", "--email", "b@exemplo.com.br",
    )  # fmt: skip
    assert result.exit_code == 0
    expected = clients.Client("loja-1", "Um", "ativo", date(2026, 1, 1), ["a@exemplo.com.br", "b@exemplo.com.br"])
    assert stored(database) == [expected]


def test_adding_again_with_the_same_data_changes_nothing(viang: Callable[..., Result], database: Database) -> None:
    viang("add", "loja-a", "--nome", "A", "--inicio-historico", "2026-01-01")
    before = stored(database)
    result = viang("add", "loja-a", "--nome", "A")
    assert result.exit_code == 0
    assert "já estava cadastrado" in result.stdout
    assert stored(database) == before


def test_adding_again_with_other_data_is_refused_and_says_what_is_stored(
    viang: Callable[..., Result], database: Database
) -> None:
    viang("add", "loja-a", "--nome", "A", "--inicio-historico", "2026-01-01")
    before = stored(database)
    result = viang("add", "loja-a", "--nome", "B", "--inicio-historico", "2026-02-01")
    assert result.exit_code == 2
    assert "nome = A" in result.stderr
    assert "inicio_historico = 2026-01-01" in result.stderr
    assert stored(database) == before


@pytest.mark.parametrize("day", ["2026-03-10", "2030-01-01", "2024-12-31"])
def test_a_history_that_starts_outside_what_can_be_read_is_refused(
    viang: Callable[..., Result], database: Database, day: str
) -> None:
    result = viang("add", "loja-a", "--nome", "A", "--inicio-historico", day)
    assert result.exit_code == 2
    assert stored(database) == []


@pytest.mark.parametrize("slug", ["Loja", "loja_a", "-loja", "loja-", "loja a", "lojá", "", "a" * 64, "a|b"])
def test_an_id_that_is_no_slug_is_refused_by_us_and_by_the_table(database: Database, slug: str) -> None:
    with database.transaction() as conn, pytest.raises(UsageError, match="identificador"):
        clients.add(conn, slug, "A", inicio_historico=None, default_start=date(2026, 1, 1))
    with pytest.raises(psycopg.errors.CheckViolation), database.transaction() as conn:
        conn.execute(
            "insert into dashboard.clients (client_id, nome, inicio_historico) values (%s, 'A', '2026-01-01')", [slug]
        )


@pytest.mark.parametrize("slug", ["a", "1", "loja-a", "a" * 63])
def test_slugs_that_the_table_takes_are_taken(database: Database, slug: str) -> None:
    with database.transaction() as conn:
        client, created = clients.add(conn, slug, "A", inicio_historico=None, default_start=date(2026, 1, 1))
    assert created
    assert client.client_id == slug


def test_an_empty_name_and_a_broken_email_are_refused(viang: Callable[..., Result]) -> None:
    assert viang("add", "loja-a", "--nome", "  ").exit_code == 2
    assert viang("add", "loja-a", "--nome", "A", "--email", "sem-arroba").exit_code == 2


def test_a_paused_client_is_not_active_until_it_is_resumed(viang: Callable[..., Result], database: Database) -> None:
    viang("add", "loja-a", "--nome", "A")
    for command, expected in [("pause", []), ("pause", []), ("resume", ["loja-a"]), ("resume", ["loja-a"])]:
        assert viang(command, "loja-a").exit_code == 0
        with database.transaction() as conn:
            assert [client.client_id for client in clients.active(conn)] == expected


def test_a_paused_client_is_closed_and_stays_closed_with_all_that_is_known_of_it(
    viang: Callable[..., Result], database: Database
) -> None:
    viang("add", "loja-a", "--nome", "A", "--email", "a@exemplo.com.br")
    viang("pause", "loja-a")
    for _ in range(2):
        result = viang("close", "loja-a")
        assert (result.exit_code, result.stdout) == (0, "loja-a está encerrado.\n")
    for command in ("resume", "pause"):
        assert viang(command, "loja-a").exit_code == 2
    assert [(each.client_id, each.status, each.emails) for each in stored(database)] == [
        ("loja-a", "encerrado", ["a@exemplo.com.br"])
    ]


def test_an_active_client_is_not_closed_by_one_slip(viang: Callable[..., Result], database: Database) -> None:
    viang("add", "loja-a", "--nome", "A")
    result = viang("close", "loja-a")
    assert result.exit_code == 2
    assert "viang clients pause loja-a" in result.stderr
    assert stored(database)[0].status == "ativo"
    assert viang("close", "loja-x").exit_code == 2


def test_an_unknown_client_is_named(viang: Callable[..., Result]) -> None:
    result = viang("pause", "loja-x")
    assert result.exit_code == 2
    assert "loja-x" in result.stderr


def test_the_list_shows_names_as_they_are(viang: Callable[..., Result]) -> None:
    assert "Nenhum cliente" in viang("list").stdout
    viang("add", "loja-a", "--nome", "Loja [bold]A[/bold]")
    assert "Loja [bold]A[/bold]" in viang("list").stdout


def test_a_client_gets_a_login_of_its_own_and_no_password_is_shown(
    viang: Callable[..., Result], database: Database, postgres_server: PostgresServer
) -> None:
    client_id = f"loja-{uuid4().hex[:8]}"
    role = f"viang_client_{client_id}"
    viang("add", client_id, "--nome", "Loja")
    try:
        for _ in range(2):  # again: nothing else happens
            result = viang("reader", client_id)
            assert result.exit_code == 0, result.output
            assert f"O login {role} lê" in result.output
            assert f'\\password "{role}"' in result.output
        assert viang("reader", "ninguem").exit_code == 2
    finally:
        with postgres_server.superuser(urlsplit(database.url).path.strip("/")).transaction() as conn:
            conn.execute(sql.SQL("drop owned by {0}; drop role {0}").format(sql.Identifier(role)))


def test_a_name_that_would_break_a_line_or_hide_is_refused(viang: Callable[..., Result], database: Database) -> None:
    for name in ("Loja\nBcc: outro@exemplo.com", "Loja\u202eajoL", "Loja\x1b[2J"):
        result = viang("add", "loja-1", "--nome", name)
        assert result.exit_code == 2
        assert "quebras de linha ou caracteres invisíveis" in result.output
    assert stored(database) == []
