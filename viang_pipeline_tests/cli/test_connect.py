"""``viang connect`` and ``viang refresh-tokens`` over real HTTP, as a person at a terminal sees them."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from click.testing import Result
from typer.testing import CliRunner

from viang_pipeline.cli.main import app
from viang_pipeline.collect.authorization import finish_authorization, open_vault, start_authorization
from viang_pipeline.sandbox import Fault, Sandbox, World
from viang_pipeline.settings import Settings, load_settings
from viang_pipeline.sources.trust import trusted
from viang_pipeline.warehouse.database import Database
from viang_pipeline.warehouse.oauth_states import ConsentError
from viang_pipeline.warehouse.token_store import AccountInUseError
from viang_pipeline.warehouse.tokens import TokenVault

SHOP, OTHER, ML = "loja-aurora", "loja-boreal", "mercado_livre"
START = datetime(2026, 3, 11, 12, tzinfo=UTC)


@pytest.fixture
def redirect_uri() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/retorno"


@pytest.fixture
def sandbox(redirect_uri: str) -> Iterator[Sandbox]:
    world = World(seed=1, start=START)
    for client_id in (SHOP, OTHER):
        world.add_seller(client_id, name=client_id)
    with Sandbox(world, redirect_uri=redirect_uri) as sandbox:
        sandbox.options.pkce_required = True
        yield sandbox


@pytest.fixture
def accounts(sandbox: Sandbox) -> dict[str, int]:
    """Slug of the seller → account."""
    return {seller.slug: seller.seller_id for seller in sandbox.world.sellers.values()}


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
        MERCADO_LIVRE_APP_ID=sandbox.app_id,
        MERCADO_LIVRE_APP_SECRET=sandbox.app_secret,
        MERCADO_LIVRE_REDIRECT_URI=sandbox.redirect_uri,
        VIANG_NOW=START.isoformat(),
    )


@pytest.fixture
def later(settings: Settings, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Settings]:
    """Makes it three hours later everywhere."""

    def advance() -> Settings:
        sandbox.clock.advance(timedelta(hours=3))
        monkeypatch.setenv("VIANG_NOW", (START + timedelta(hours=3)).isoformat())
        return load_settings()

    return advance


@pytest.fixture
def vault(settings: Settings, database: Database) -> TokenVault:
    return open_vault(settings, database)


def viang(*args: str, typed: str = "") -> Result:
    return CliRunner().invoke(app, list(args), input=typed)


def address_in(output: str) -> str:
    found = re.search(r"http\S+/authorization\?\S+", output)
    assert found is not None, output
    return found[0]


def agree(address: str, seller: str = SHOP) -> dict[str, str]:
    """What the seller's browser brings back: the query of the redirect, and the whole address as ``url``."""
    location = httpx.get(f"{address}&seller={seller}", verify=trusted()).headers["location"]
    return {"url": location} | {name: value[0] for name, value in parse_qs(urlsplit(location).query).items()}


def one_line(result: Result) -> str:
    assert result.stderr.count("\n") == 1, result.stderr
    return result.stderr


# --- finishing later -----------------------------------------------------------------------------------------------


def test_no_wait_prints_the_address_and_code_with_state_finishes_later(settings, sandbox, accounts, vault) -> None:
    shown = viang("connect", "mercado-livre", SHOP, "--no-wait")
    assert shown.exit_code == 0
    back = agree(address_in(shown.output))
    assert f"--state {back['state']}" in shown.output

    done = viang("connect", "mercado-livre", SHOP, "--code", back["code"], "--state", back["state"])
    account = accounts[SHOP]
    assert (done.exit_code, done.output) == (0, f"loja-aurora conectado à conta {account} do Mercado Livre.\n")
    state = vault.state(SHOP, ML)
    assert state is not None
    assert (state.account_id, state.status, state.expires_at) == (account, "ativo", START + timedelta(hours=6))
    assert account_behind(vault, sandbox) == account


def test_the_whole_return_address_serves_as_code(settings, accounts, vault) -> None:
    back = agree(address_in(viang("connect", "mercado-livre", SHOP, "--no-wait").output))
    assert viang("connect", "mercado-livre", SHOP, "--code", back["url"]).exit_code == 0
    assert vault.states()[0].account_id == accounts[SHOP]


def test_a_code_does_not_serve_twice(settings) -> None:
    back = agree(address_in(viang("connect", "mercado-livre", SHOP, "--no-wait").output))
    finish = ("connect", "mercado-livre", SHOP, "--code", back["code"], "--state", back["state"])
    assert viang(*finish).exit_code == 0
    again = viang(*finish)
    assert again.exit_code == 1
    assert "já foi usado" in one_line(again)


def test_a_state_of_another_client_is_refused(settings, vault) -> None:
    back = agree(address_in(viang("connect", "mercado-livre", SHOP, "--no-wait").output))
    result = viang("connect", "mercado-livre", OTHER, "--code", back["code"], "--state", back["state"])
    assert result.exit_code == 1
    assert "não corresponde a um pedido" in one_line(result)
    assert vault.states() == []


def test_after_ten_minutes_the_consent_must_start_again(settings, monkeypatch) -> None:
    back = agree(address_in(viang("connect", "mercado-livre", SHOP, "--no-wait").output))
    monkeypatch.setenv("VIANG_NOW", (START + timedelta(minutes=11)).isoformat())
    result = viang("connect", "mercado-livre", SHOP, "--code", back["code"], "--state", back["state"])
    assert result.exit_code == 1
    assert "10 minutos" in one_line(result)


def test_an_invalid_code_is_one_line_naming_the_command(settings) -> None:
    back = agree(address_in(viang("connect", "mercado-livre", SHOP, "--no-wait").output))
    result = viang("connect", "mercado-livre", SHOP, "--code", "TG-invented-1", "--state", back["state"])
    assert result.exit_code == 1
    assert "viang connect mercado-livre loja-aurora" in one_line(result)
    assert "TG-invented" not in result.stderr


def test_a_collaborator_is_told_to_use_the_main_user(settings) -> None:
    address = address_in(viang("connect", "mercado-livre", SHOP, "--no-wait").output)
    result = viang("connect", "mercado-livre", SHOP, "--code", agree(f"{address}&operator=collaborator")["url"])
    assert result.exit_code == 1
    assert "usuário principal" in one_line(result)


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        (("shopee", SHOP), "Plataforma desconhecida"),
        (("mercado-livre", "loja-que-nao-existe"), "não existe"),
        (("mercado-livre", SHOP, "--code", "TG-1"), "--code e --state juntos"),
        (("mercado-livre", SHOP, "--state", "x"), "--code e --state juntos"),
        (("mercado-livre", SHOP, "--no-wait", "--code", "TG-1"), "não se combinam"),
    ],
)
def test_wrong_usage_ends_with_two(settings, args: tuple[str, ...], reason: str) -> None:
    result = viang("connect", *args)
    assert result.exit_code == 2
    assert reason in one_line(result)


# --- accounts ------------------------------------------------------------------------------------------------------


def authorize(
    settings: Settings, database: Database, client_id: str, *, seller: str, replace_account: bool = False
) -> int:
    address, state = start_authorization(settings, database, client_id)
    code = agree(address, seller)["code"]
    return finish_authorization(settings, database, client_id, code=code, state=state, replace_account=replace_account)


def account_behind(vault: TokenVault, sandbox: Sandbox) -> int:
    """Who the platform says the stored access token is."""
    bearer = {"Authorization": f"Bearer {vault.read(SHOP, ML).access_token}"}
    return int(httpx.get(f"{sandbox.url}/users/me", headers=bearer, verify=trusted()).raise_for_status().json()["id"])


def test_an_account_of_another_client_is_refused_and_its_owner_keeps_working(
    settings, sandbox, accounts, database, vault
) -> None:
    authorize(settings, database, SHOP, seller=SHOP)
    with pytest.raises(AccountInUseError, match="já está conectada ao cliente loja-aurora"):
        authorize(settings, database, OTHER, seller=SHOP)
    assert [state.client_id for state in vault.states()] == [SHOP]
    assert account_behind(vault, sandbox) == accounts[SHOP]


def test_reconnecting_with_another_account_needs_the_flag(settings, accounts, database, vault) -> None:
    authorize(settings, database, SHOP, seller=SHOP)
    back = agree(address_in(viang("connect", "mercado-livre", SHOP, "--no-wait").output), seller=OTHER)
    refused = viang("connect", "mercado-livre", SHOP, "--code", back["code"], "--state", back["state"])
    assert refused.exit_code == 1
    assert "--trocar-conta" in one_line(refused)
    assert vault.states()[0].account_id == accounts[SHOP]
    authorize(settings, database, SHOP, seller=OTHER, replace_account=True)
    assert vault.states()[0].account_id == accounts[OTHER]


def test_a_code_is_worth_nothing_without_the_verifier_of_its_consent(settings, database, vault) -> None:
    (foreign, _), (_, state) = (start_authorization(settings, database, SHOP) for _ in range(2))
    with pytest.raises(ConsentError, match="recusou o código"):
        finish_authorization(settings, database, SHOP, code=agree(foreign)["code"], state=state)
    assert vault.states() == []


# --- waiting -------------------------------------------------------------------------------------------------------


@pytest.fixture
def browser() -> Iterator[Callable[..., Future[httpx.Response]]]:
    """``browser(address, **query)`` goes there as soon as somebody listens."""

    def go(address: str, query: dict[str, str]) -> httpx.Response:
        for _ in range(1000):
            with suppress(httpx.ConnectError):
                return httpx.get(address, params=query, timeout=20, verify=trusted())
            time.sleep(0.02)
        raise AssertionError(f"nobody listens at {address}")

    with ThreadPoolExecutor(1) as pool:
        yield lambda address, **query: pool.submit(go, address, query)


def test_a_pasted_code_finishes(settings, accounts, vault) -> None:
    command = waiting_command()
    command.stdin.write("\n" + agree(address_of(command))["code"] + "\n")
    command.stdin.flush()
    assert command.wait(20) == 0
    assert vault.states()[0].account_id == accounts[SHOP]


def test_the_browser_finishes_and_the_seller_reads_that_the_window_may_be_closed(settings, vault) -> None:
    command = waiting_command()
    page = httpx.get(agree(address_of(command))["url"], timeout=20)
    assert (page.status_code, command.wait(20)) == (200, 0)
    assert "Pode fechar esta janela" in page.text
    assert 'lang="pt-BR"' in page.text
    assert vault.states()[0].status == "ativo"


def test_a_denied_consent_is_one_line_and_the_page_says_so(settings, redirect_uri, browser, vault) -> None:
    page = browser(redirect_uri, error="access_denied")
    result = viang("connect", "mercado-livre", SHOP)
    assert (page.result().status_code, result.exit_code) == (400, 1)
    assert result.stderr == "A autorização foi negada no Mercado Livre (access_denied).\n"
    assert vault.states() == []


def test_a_callback_with_a_foreign_state_connects_nobody(settings, sandbox, redirect_uri, browser, vault) -> None:
    page = browser(redirect_uri, code=sandbox.authorize(SHOP), state="of-somebody-else")
    result = viang("connect", "mercado-livre", SHOP)
    assert (page.result().status_code, result.exit_code) == (400, 1)
    assert "não corresponde a um pedido" in one_line(result)
    assert vault.states() == []


def test_without_a_local_address_and_without_input_the_command_says_how_to_finish(settings, monkeypatch) -> None:
    monkeypatch.setenv("MERCADO_LIVRE_REDIRECT_URI", "https://agencia.example/retorno")
    result = viang("connect", "mercado-livre", SHOP)
    assert result.exit_code == 1
    assert "--code CODIGO --state STATE" in one_line(result)


PROGRAM = "from viang_pipeline.cli.main import main; main()"


def waiting_command() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "connect", "mercado-livre", SHOP],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )


def address_of(command: subprocess.Popen[str]) -> str:
    """Read until the command waits."""
    shown = ""
    for line in command.stdout:
        shown += line
        if line.startswith("Aguardando"):
            return address_in(shown)
    raise AssertionError(shown + command.stderr.read())


# --- renewal -------------------------------------------------------------------------------------------------------


def exchanges(sandbox: Sandbox) -> list[int]:
    return [seen.status for seen in sandbox.requests if seen.path == "/oauth/token"]


def test_refresh_tokens_shows_each_account_and_ends_with_zero(settings, sandbox, database, later) -> None:
    authorize(settings, database, SHOP, seller=SHOP)
    valid = viang("refresh-tokens")
    assert (valid.exit_code, exchanges(sandbox)) == (0, [200])
    assert "válido" in valid.output
    later()
    renewed = viang("refresh-tokens", "--client-id", SHOP)
    assert (renewed.exit_code, exchanges(sandbox)) == (0, [200, 200])
    assert "renovado" in renewed.output
    assert "APP_USR" not in renewed.output


def test_refresh_tokens_ends_with_three_when_only_part_failed_and_one_when_all_did(
    settings, sandbox, accounts, database, later
) -> None:
    authorize(settings, database, SHOP, seller=SHOP)
    after = later()
    sandbox.revoke(accounts[SHOP])
    alone = viang("refresh-tokens")
    assert alone.exit_code == 1
    assert "viang connect mercado-livre loja-aurora" in " ".join(alone.output.split())
    authorize(after, database, OTHER, seller=OTHER)
    assert viang("refresh-tokens").exit_code == 3


def test_a_renewal_whose_answer_was_lost_is_settled_by_the_next_run(
    settings, sandbox, accounts, database, vault, later
) -> None:
    authorize(settings, database, SHOP, seller=SHOP)
    later()
    sandbox.faults.add(Fault("lost", path="/oauth/token"))
    assert viang("refresh-tokens").exit_code == 1
    assert vault.states()[0].envios == 1
    assert viang("refresh-tokens").exit_code == 0
    assert account_behind(vault, sandbox) == accounts[SHOP]


def test_refresh_tokens_of_an_unknown_client_is_wrong_usage(settings) -> None:
    result = viang("refresh-tokens", "--client-id", "loja-que-nao-existe")
    assert result.exit_code == 2
    assert "não existe" in one_line(result)
