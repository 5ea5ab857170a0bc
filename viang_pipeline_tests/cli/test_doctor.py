"""``viang doctor``: one line per precondition, and exit 1 exactly when one of them is a fault."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import Result
from cryptography.fernet import Fernet
from typer.testing import CliRunner

from viang_pipeline.cli.main import app
from viang_pipeline.settings import Settings
from viang_pipeline.warehouse.database import Database, token_keys
from viang_pipeline.warehouse.token_cipher import TokenCipher
from viang_pipeline_tests.mail.servers import SENDER, Mailbox, serving
from viang_pipeline_tests.metabase.fake import DATABASE, KEY, FakeMetabase, served


class Answering(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(404)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None: ...


@pytest.fixture(scope="module")
def marketplace() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def settings(settings_env: Callable[..., Settings], database: Database, marketplace: str) -> Settings:
    return settings_env(
        DAGSTER_DATABASE_URL=database.url,
        MERCADO_LIVRE_API_URL=marketplace,
        MERCADO_LIVRE_APP_ID="1",
        MERCADO_LIVRE_APP_SECRET="segredo",
        MERCADO_LIVRE_REDIRECT_URI="http://localhost:8080/retorno",
    )


def doctor() -> Result:
    return CliRunner().invoke(app, ["doctor"])


def lines(result: Result, level: str) -> list[str]:
    return [line for line in result.stdout.splitlines() if line.startswith(level)]


def run(database: Database, statement: str) -> None:
    with database.transaction() as conn:
        conn.execute(statement.encode())


def test_a_healthy_installation_has_no_fault_and_no_warning(settings: Settings) -> None:
    result = doctor()
    assert (result.exit_code, lines(result, "falha"), lines(result, "aviso")) == (0, [], []), result.output
    assert len(lines(result, "ok")) == len(result.stdout.splitlines())
    assert "segredo" not in result.output


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("alter table dashboard.api_tokens disable row level security", "dashboard.api_tokens"),
        ("grant usage on schema raw to anon; grant select on raw.mercado_livre_orders to anon", "anon: SELECT"),
        ("alter view dashboard.vw_sku_day set (security_invoker = false)", "dashboard.vw_sku_day"),
        ("create function dashboard.f() returns int language sql as 'select 1';"
         "grant execute on function dashboard.f() to anon", "dashboard.f()"),
        ("update dashboard.alembic_version set version_num = '0001'", "migrações pendentes"),
    ],
)  # fmt: skip
def test_what_would_expose_or_break_the_database_is_a_fault(
    settings: Settings, database: Database, damage: str, said: str
) -> None:
    run(database, f"set role viang_pipeline; {damage}")
    result = doctor()
    assert result.exit_code == 1
    assert said in "\n".join(lines(result, "falha"))


def test_a_token_no_key_opens_is_a_fault_and_a_dead_one_a_warning(settings: Settings, database: Database) -> None:
    good, lost = TokenCipher(token_keys(settings)), TokenCipher([Fernet.generate_key().decode()])
    with database.transaction() as conn:
        for client_id, cipher, status in [
            ("boa", good, "ativo"),
            ("perdida", lost, "ativo"),
            ("morta", good, "reautorizar"),
        ]:
            conn.execute(
                "insert into dashboard.api_tokens"
                " (client_id, platform, access_token, refresh_token, expires_at, status)"
                " values (%s, 'mercado_livre', %s, %s, '2020-01-01', %s)",
                [client_id, cipher.encrypt("a"), cipher.encrypt("b"), status],
            )
    result = doctor()
    assert result.exit_code == 1
    assert [line for line in lines(result, "falha") if "perdida" in line] == lines(result, "falha")
    assert "morta" in "\n".join(lines(result, "aviso"))
    assert "abrem 1 de 3" in result.stdout


def test_a_service_role_key_in_the_environment_or_in_dotenv_is_a_fault(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SUPABASE_SERVICE_ROLE_KEY", "eyJ-chave")
    result = doctor()
    assert result.exit_code == 1
    assert "eyJ-chave" not in result.output
    monkeypatch.delenv("SUPABASE_SERVICE_ROLE_KEY")
    (tmp_path / ".env").write_text("SUPABASE_SERVICE_ROLE_KEY=eyJ-chave\n")
    monkeypatch.chdir(tmp_path)
    assert "SUPABASE_SERVICE_ROLE_KEY" in "\n".join(lines(doctor(), "falha"))


def test_an_unreachable_database_is_one_fault_and_the_other_checks_go_on(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIANG_DATABASE_URL", "postgresql://quem:senha-secreta@127.0.0.1:1/nada")
    result = doctor()
    assert result.exit_code == 1
    assert len(lines(result, "falha")) == 1
    assert "127.0.0.1:1/nada" in lines(result, "falha")[0]
    assert "alcance do Mercado Livre" in result.stdout
    assert "senha-secreta" not in result.output


def test_an_unreachable_marketplace_is_a_fault_once_an_application_is_configured(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MERCADO_LIVRE_API_URL", "http://127.0.0.1:1")
    assert "alcance do Mercado Livre" in lines(doctor(), "falha")[0]
    monkeypatch.delenv("MERCADO_LIVRE_APP_ID")
    result = doctor()
    assert result.exit_code == 0
    assert "MERCADO_LIVRE_APP_ID" in "\n".join(lines(result, "aviso"))


def test_bling_and_metabase_are_optional_and_half_an_application_is_a_warning(
    settings: Settings, marketplace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = doctor().stdout
    assert "aplicativo do Bling: não configurado" in plain
    assert "Metabase: não configurado" in plain
    monkeypatch.setenv("BLING_CLIENT_ID", "abc")
    half = doctor()
    assert half.exit_code == 0
    assert "BLING_CLIENT_SECRET" in "\n".join(lines(half, "aviso"))
    monkeypatch.setenv("BLING_CLIENT_SECRET", "segredo")
    unreachable = doctor()
    assert unreachable.exit_code == 1
    assert "alcance do Bling" in lines(unreachable, "falha")[0]
    monkeypatch.setenv("BLING_API_URL", marketplace)
    whole = doctor()
    assert (whole.exit_code, lines(whole, "aviso")) == (0, [])
    assert "alcance do Bling" in whole.stdout
    assert "segredo" not in whole.output


def test_a_configured_metabase_must_take_the_key_and_reach_the_database(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(FakeMetabase()) as fake:
        monkeypatch.setenv("METABASE_URL", fake.url)
        half = doctor()
        assert (half.exit_code, "METABASE_API_KEY, METABASE_DATABASE_ID" in half.stdout) == (0, True)
        monkeypatch.setenv("METABASE_API_KEY", KEY)
        monkeypatch.setenv("METABASE_DATABASE_ID", str(DATABASE))
        whole = doctor()
        assert (whole.exit_code, "responde e alcança o banco" in whole.stdout) == (0, True)
        fake.reachable = False
        assert "não alcança o banco 3: connection refused" in lines(doctor(), "falha")[0]
        monkeypatch.setenv("METABASE_API_KEY", "outra")
        assert "METABASE_API_KEY" in lines(doctor(), "falha")[0]


def test_mail_that_can_be_handed_in_is_fine_and_a_server_that_refuses_is_a_fault(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIANG_MAIL_FROM", SENDER)
    with serving(Mailbox(password="certa")) as port:
        for password, level in (("certa", "ok"), ("errada", "falha")):
            monkeypatch.setenv("SMTP_URL", f"smtp://viang:{password}@127.0.0.1:{port}")
            result = doctor()
            assert [line for line in lines(result, level) if "e-mail" in line], result.output
            assert f"viang:{password}" not in result.output
