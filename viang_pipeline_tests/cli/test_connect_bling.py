"""``viang connect bling`` and ``viang refresh-tokens`` over real HTTP (contract Bling §2 and its Traps 3, 4 and 6)."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from click.testing import Result
from typer.testing import CliRunner

from viang_pipeline.cli.main import app
from viang_pipeline.collect.authorization import finish_authorization, open_vault, start_authorization
from viang_pipeline.collect.platforms import PLATFORMS
from viang_pipeline.failures import TransientFailure
from viang_pipeline.sandbox import Fault, Sandbox, World
from viang_pipeline.settings import Settings, load_settings
from viang_pipeline.warehouse.database import Database
from viang_pipeline.warehouse.token_store import TokenState

SHOP, OTHER = "loja-aurora", "loja-boreal"
START = datetime(2026, 3, 11, 12, tzinfo=UTC)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    world = World(seed=1, start=START)
    for client_id in (SHOP, OTHER):
        world.bling.open_account(world.add_seller(client_id, name=client_id), at=START - timedelta(days=300))
    with Sandbox(world) as sandbox:
        yield sandbox


@pytest.fixture
def companies(sandbox: Sandbox) -> dict[str, str]:
    return {client_id: sandbox.bling.account(client_id).company.company_id for client_id in (SHOP, OTHER)}


@pytest.fixture
def settings(sandbox: Sandbox, database: Database, settings_env: Callable[..., Settings]) -> Settings:
    with database.transaction() as connection:
        for client_id in (SHOP, OTHER):
            connection.execute(
                "insert into dashboard.clients (client_id, nome, inicio_historico) values (%s, %s, '2026-01-01')",
                [client_id, client_id],
            )
    return settings_env(
        MERCADO_LIVRE_API_URL=sandbox.url,
        MERCADO_LIVRE_AUTH_URL=sandbox.url,
        VIANG_NOW=START.isoformat(),
        **sandbox.bling.environment(sandbox.url),
    )


@pytest.fixture
def later(settings: Settings, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], Settings]:
    """Makes it later everywhere."""

    def advance(by: timedelta) -> Settings:
        sandbox.clock.advance(by)
        monkeypatch.setenv("VIANG_NOW", (START + by).isoformat())
        return load_settings()

    return advance


def viang(*args: str) -> Result:
    return CliRunner().invoke(app, list(args))


def address_in(output: str) -> str:
    found = re.search(r"http\S+/oauth/authorize\?\S+", output)
    assert found is not None, output
    return found[0]


def agree(address: str, seller: str = SHOP) -> dict[str, str]:
    """The query the browser brings back."""
    location = httpx.get(f"{address}&seller={seller}").headers["location"]
    return {name: value[0] for name, value in parse_qs(urlsplit(location).query).items()} | {"url": location}


def authorize(settings: Settings, database: Database, client_id: str, seller: str, **more: bool) -> object:
    address, state = start_authorization(settings, database, client_id, "bling")
    code = agree(address, seller)["code"]
    return finish_authorization(settings, database, client_id, "bling", code=code, state=state, **more)


def next_token_call(database: Database) -> float:
    """Seconds until one may be made."""
    with database.transaction() as connection:
        row = connection.execute(
            "select extract(epoch from livre_em - clock_timestamp())::float8 from dashboard.rate_budgets"
            " where escopo = 'bling:token'"
        ).fetchone()
    return max(0.0, row[0])


def states(settings: Settings, database: Database) -> list[TokenState]:
    return open_vault(settings, database).states()


def token_calls(sandbox: Sandbox) -> list[int | None]:
    return [seen.status for seen in sandbox.requests if seen.path == "/Api/v3/oauth/token"]


def test_no_wait_prints_the_address_and_code_with_state_finishes_later(settings, sandbox, companies, database) -> None:
    shown = viang("connect", "bling", SHOP, "--no-wait")
    address = address_in(shown.output)
    back = agree(address)
    assert "viang connect bling loja-aurora --code CODIGO" in shown.output
    assert set(parse_qs(urlsplit(address).query)) == {"response_type", "client_id", "state"}
    done = viang("connect", "bling", SHOP, "--code", back["code"], "--state", back["state"])
    assert (done.exit_code, done.output) == (0, f"loja-aurora conectado à conta {companies[SHOP]} do Bling.\n")
    (state,) = states(settings, database)
    assert (state.platform, state.conta_externa, state.account_id) == ("bling", companies[SHOP], None)
    assert state.expires_at == START + timedelta(hours=6)


def test_the_pair_stored_is_the_one_that_works_and_is_never_shown(settings, sandbox, database) -> None:
    authorize(settings, database, SHOP, SHOP)
    access = open_vault(settings, database).read(SHOP, "bling").access_token
    answer = httpx.get(
        f"{sandbox.url}/Api/v3/empresas/me/dados-basicos",
        headers={"Authorization": f"Bearer {access}", "enable-jwt": "1"},
    )
    assert answer.status_code == 200
    assert access not in viang("status").output + viang("refresh-tokens").output


def test_a_code_is_sent_once_even_when_no_answer_comes(settings, sandbox, database) -> None:
    """Using a living code twice revokes the user: after a time-out only a new consent helps."""
    back = agree(address_in(viang("connect", "bling", SHOP, "--no-wait").output))
    sandbox.faults.add(Fault("lost", path="/Api/v3/oauth/token"))
    finish = ("connect", "bling", SHOP, "--code", back["code"], "--state", back["state"])
    lost = viang(*finish)
    assert lost.exit_code == 1
    assert "viang connect bling loja-aurora" in lost.stderr
    again = viang(*finish)
    assert again.exit_code == 1
    assert "já foi usado" in again.stderr
    assert len(token_calls(sandbox)) == 1
    assert states(settings, database) == []


def test_a_code_older_than_a_minute_is_one_line_naming_the_command(settings, sandbox) -> None:
    back = agree(address_in(viang("connect", "bling", SHOP, "--no-wait").output))
    sandbox.clock.advance(timedelta(seconds=61))
    result = viang("connect", "bling", SHOP, "--code", back["code"], "--state", back["state"])
    assert result.exit_code == 1
    assert "O Bling recusou o código de loja-aurora" in result.stderr


def test_another_company_than_the_stored_one_needs_the_flag(settings, companies, database) -> None:
    authorize(settings, database, SHOP, SHOP)
    back = agree(address_in(viang("connect", "bling", SHOP, "--no-wait").output), OTHER)
    refused = viang("connect", "bling", SHOP, "--code", back["code"], "--state", back["state"])
    assert refused.exit_code == 1
    assert "--trocar-conta" in refused.stderr
    assert [state.conta_externa for state in states(settings, database)] == [companies[SHOP]]
    assert authorize(settings, database, SHOP, OTHER, replace_account=True) == companies[OTHER]


def test_a_company_of_another_client_is_refused(settings, companies, database) -> None:
    authorize(settings, database, SHOP, SHOP)
    back = agree(address_in(viang("connect", "bling", OTHER, "--no-wait").output), SHOP)
    refused = viang("connect", "bling", OTHER, "--code", back["code"], "--state", back["state"])
    assert refused.exit_code == 1
    assert "já está conectada ao cliente loja-aurora" in refused.stderr
    assert [state.client_id for state in states(settings, database)] == [SHOP]


def test_without_knowing_the_company_nothing_is_stored(settings, sandbox, database) -> None:
    sandbox.bling.account(SHOP).refuse(["empresas"])
    back = agree(address_in(viang("connect", "bling", SHOP, "--no-wait").output))
    result = viang("connect", "bling", SHOP, "--code", back["code"], "--state", back["state"])
    assert result.exit_code == 1
    assert "de que empresa é" in result.stderr
    assert states(settings, database) == []


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("access_denied", "negada no Bling (access_denied)"),
        ("app_inativo", "Ative o aplicativo"),
        ("UNAUTHORIZED_ERROR", "pagamento em atraso"),
    ],
)
def test_a_refused_consent_says_why(settings, sandbox, error: str, said: str) -> None:
    sandbox.bling.options.consent = error
    back = agree(address_in(viang("connect", "bling", SHOP, "--no-wait").output))
    result = viang("connect", "bling", SHOP, "--code", back["url"])
    assert result.exit_code == 1
    assert said in result.stderr
    assert token_calls(sandbox) == []


def test_without_an_application_the_missing_variable_is_named(settings, monkeypatch) -> None:
    monkeypatch.delenv("BLING_CLIENT_SECRET")
    result = viang("connect", "bling", SHOP, "--no-wait")
    assert result.exit_code == 2
    assert "BLING_CLIENT_SECRET" in result.stderr


# --- renewal ----------------------------------------------------------------------------------------------------------


def test_a_token_is_renewed_by_the_schedule_only_when_it_is_nearly_over(settings, sandbox, database, later) -> None:
    authorize(settings, database, SHOP, SHOP)
    later(timedelta(hours=3))
    assert "válido" in viang("refresh-tokens").output
    later(timedelta(hours=5, minutes=45))
    assert "renovado" in viang("refresh-tokens").output
    assert token_calls(sandbox) == [200, 200]


def test_a_renewal_without_a_new_refresh_token_can_be_renewed_again(settings, sandbox, database, later) -> None:
    authorize(settings, database, SHOP, SHOP)
    sandbox.bling.options.rotates_refresh_token = False
    for hours in (6, 12):
        later(timedelta(hours=hours))
        assert viang("refresh-tokens").exit_code == 0
    assert token_calls(sandbox) == [200, 200, 200]


def test_parallel_readers_make_one_renewal_and_all_get_the_new_token(settings, sandbox, database, later) -> None:
    authorize(settings, database, SHOP, SHOP)
    after = later(timedelta(hours=7))
    refresh = PLATFORMS["bling"].refresh(after, database)
    found: list[str] = []

    def read() -> None:
        found.append(open_vault(after, database).source(SHOP, "bling", refresh).access_token())

    threads = [threading.Thread(target=read) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert len(set(found)) == 1
    assert token_calls(sandbox) == [200, 200]


def test_a_simulated_bling_is_asked_for_tokens_without_waiting(settings, database) -> None:
    authorize(settings, database, SHOP, SHOP)
    assert next_token_call(database) == 0


def test_any_other_bling_is_asked_for_tokens_nine_times_a_minute(settings, database, monkeypatch) -> None:
    monkeypatch.delenv("VIANG_NOW")
    monkeypatch.setenv("BLING_TOKEN_URL", "http://0.0.0.0:9/oauth/token")  # nobody answers; not an address of loopback
    with pytest.raises(TransientFailure, match="Não foi possível conectar"):
        PLATFORMS["bling"].refresh(load_settings(), database)("token")
    assert next_token_call(database) == pytest.approx(60 / 9, abs=5)


def test_a_company_in_arrears_is_told_and_its_grant_is_kept(settings, sandbox, database, later) -> None:
    authorize(settings, database, SHOP, SHOP)
    later(timedelta(hours=7))
    sandbox.bling.account(SHOP).suspend()
    result = viang("refresh-tokens")
    assert result.exit_code == 1
    assert "pagamento em atraso" in " ".join(result.output.split())
    assert [state.status for state in states(settings, database)] == ["ativo"]
