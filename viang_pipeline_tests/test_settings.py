"""Configuration: what is refused, with which one line, and that no secret shows."""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from viang_pipeline.settings import Settings, SettingsError, checked_dsn, is_loopback, load_settings

ROOT = Path(__file__).parent.parent
KEY = urlsafe_b64encode(bytes(range(32))).decode()
Configure = Callable[..., Settings]


@pytest.fixture
def configure(monkeypatch: pytest.MonkeyPatch) -> Configure:
    def set_all(**variables: str) -> Settings:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return load_settings()

    return set_all


def test_nothing_has_to_be_configured(configure: Configure) -> None:
    settings = configure()
    assert settings.database_url is None
    assert settings.home == Path(".viang")
    assert settings.mercado_livre_api_url == "https://api.mercadolibre.com"
    assert settings.bling_api_url == "https://api.bling.com.br/Api/v3"
    assert settings.bling_token_url == "https://api.bling.com.br/Api/v3/oauth/token"
    assert settings.bling_auth_url == "https://www.bling.com.br/Api/v3/oauth/authorize"


def test_empty_means_not_set(configure: Configure) -> None:
    assert configure(VIANG_DATABASE_URL="", VIANG_NOW=" ", MERCADO_LIVRE_API_URL="") == configure()


def test_a_dotenv_file_is_read_and_the_environment_wins(
    configure: Configure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("MERCADO_LIVRE_APP_ID=do-arquivo\nMERCADO_LIVRE_APP_SECRET=do-arquivo\n")
    monkeypatch.chdir(tmp_path)
    settings = configure(MERCADO_LIVRE_APP_ID="do-ambiente")
    assert settings.require("mercado_livre_app_id") == "do-ambiente"
    assert settings.require("mercado_livre_app_secret") == "do-arquivo"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("VIANG_DATABASE_URL", "mysql://u:segredo@h/b"),
        ("VIANG_DATABASE_URL", "postgresql://u:segredo@h"),
        ("VIANG_DATABASE_URL", "postgresql://u:segredo@h:6543/b"),
        ("VIANG_DATABASE_URL", "postgresql://u:segredo@h:porta/b"),
        ("DAGSTER_DATABASE_URL", "segredo"),
        ("VIANG_TOKEN_KEYS", f"{KEY},segredo"),
        ("MERCADO_LIVRE_API_URL", "segredo"),
        ("BLING_API_URL", "segredo"),
        ("BLING_TOKEN_URL", "ftp://segredo"),
        ("BLING_AUTH_URL", "https:///segredo"),
        ("VIANG_LOG_FORMAT", "segredo"),
        ("VIANG_NOW", "segredo"),
        ("VIANG_NOW", "2026-03-11T06:00:00"),
    ],
)
def test_a_wrong_value_is_one_line_that_names_the_variable_and_hides_the_value(
    configure: Configure, name: str, value: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        configure(**{name: value})
    message = str(caught.value)
    assert message.startswith(f"{name}: ")
    assert "\n" not in message
    assert "segredo" not in message


def test_every_wrong_variable_is_named_at_once(configure: Configure) -> None:
    with pytest.raises(SettingsError, match=r"VIANG_DATABASE_URL: .*; MERCADO_LIVRE_AUTH_URL: "):
        configure(VIANG_DATABASE_URL="x", MERCADO_LIVRE_AUTH_URL="x")


def test_a_hosted_database_needs_token_keys(configure: Configure) -> None:
    with pytest.raises(SettingsError, match=r"^VIANG_TOKEN_KEYS: obrigatório"):
        configure(VIANG_DATABASE_URL="postgresql://u:p@db.exemplo.com/b")
    assert len(configure(VIANG_TOKEN_KEYS=f"{KEY}, {KEY}").token_keys) == 2


def test_no_secret_shows_in_the_settings_text(configure: Configure) -> None:
    settings = configure(
        VIANG_DATABASE_URL="postgresql://u:senha-1@h/b",
        VIANG_TOKEN_KEYS=KEY,
        MERCADO_LIVRE_APP_SECRET="senha-2",
        BLING_CLIENT_SECRET="senha-3",
    )
    shown = f"{settings!r} {settings} {settings.model_dump()}"
    assert not [secret for secret in ("senha-1", "senha-2", "senha-3", KEY) if secret in shown]


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgres://u:p@127.0.0.1/b", "postgresql://u:p@127.0.0.1/b"),
        ("postgresql://u:p@localhost:5433/b", "postgresql://u:p@localhost:5433/b"),
        ("postgresql://u:p%40x@h:5432/b", "postgresql://u:p%40x@h:5432/b?sslmode=require"),
        ("postgresql://u:p@h/b?sslmode=verify-full", "postgresql://u:p@h/b?sslmode=verify-full"),
        ("postgresql://u:p@h/b?application_name=x", "postgresql://u:p@h/b?application_name=x&sslmode=require"),
    ],
)
def test_a_connection_that_leaves_this_machine_is_encrypted(given: str, used: str) -> None:
    assert checked_dsn(given) == used


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("http://localhost:8080/x", True),
        ("http://127.0.0.2", True),
        ("http://[::1]:80", True),
        ("https://api.mercadolibre.com", False),
        ("http://localhost.exemplo.com", False),
        ("http://0.0.0.0", False),
    ],
)
def test_only_this_machine_is_loopback(address: str, expected: bool) -> None:
    assert is_loopback(address) is expected


def test_the_clock_may_only_be_set_when_every_api_is_on_this_machine(configure: Configure) -> None:
    with pytest.raises(SettingsError, match=r"^VIANG_NOW: .*MERCADO_LIVRE_API_URL.*MERCADO_LIVRE_AUTH_URL"):
        configure(VIANG_NOW="2026-03-11T06:00:00-03:00")
    with pytest.raises(SettingsError, match="MERCADO_LIVRE_AUTH_URL"):
        configure(MERCADO_LIVRE_API_URL="http://127.0.0.1:9")
    with pytest.raises(SettingsError, match=r"BLING_API_URL, BLING_TOKEN_URL, BLING_AUTH_URL"):
        configure(MERCADO_LIVRE_AUTH_URL="http://localhost:9/")
    with pytest.raises(SettingsError, match="quando BLING_TOKEN_URL aponta"):
        configure(BLING_API_URL="http://127.0.0.1:9/Api/v3", BLING_AUTH_URL="http://127.0.0.1:9/authorize")
    settings = configure(BLING_TOKEN_URL="http://127.0.0.1:9/Api/v3/oauth/token")
    assert settings.clock()() == datetime(2026, 3, 11, 9, tzinfo=UTC)


def test_the_clock_runs_when_it_is_not_set(configure: Configure) -> None:
    clock = configure().clock()
    assert abs((clock() - datetime.now(UTC)).total_seconds()) < 5


def test_a_missing_setting_is_named_when_it_is_needed(configure: Configure) -> None:
    with pytest.raises(SettingsError, match=r"^MERCADO_LIVRE_APP_ID: não está definido"):
        configure().require("mercado_livre_app_id")


def test_the_example_file_lists_exactly_the_variables_that_exist() -> None:
    listed = re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), flags=re.MULTILINE)
    existing = [str(field.validation_alias) for field in Settings.model_fields.values()]
    assert sorted(listed) == sorted(existing)


def test_the_example_file_is_a_valid_configuration_as_it_is(
    configure: Configure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text((ROOT / ".env.example").read_text())
    expected = configure()
    monkeypatch.chdir(tmp_path)
    assert configure() == expected
