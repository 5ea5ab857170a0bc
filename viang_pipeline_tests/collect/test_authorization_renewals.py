"""The scheduled renewal: who is renewed, and that one client's trouble is not another's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.fernet import Fernet

from viang_pipeline.collect.authorization import RenewalResult, refresh_due
from viang_pipeline.failures import NeedsReauthorization, TransientFailure, UsageError
from viang_pipeline.warehouse.database import Database
from viang_pipeline.warehouse.tokens import TokenVault
from viang_pipeline_tests.warehouse.token_issuer import Pair, lost

ML = "mercado_livre"
START = datetime(2026, 3, 11, 6, tzinfo=UTC)
KEY = Fernet.generate_key().decode()
CLIENTS = {"loja-a": "ativo", "loja-b": "ativo", "loja-c": "ativo", "loja-d": "pausado"}


@pytest.fixture
def vault(database: Database) -> TokenVault:
    """Four connected clients whose tokens expire in six hours, one of them paused."""
    vault = TokenVault(database, (KEY,), lambda: START)
    for account, (client_id, status) in enumerate(CLIENTS.items()):
        with database.transaction() as connection:
            connection.execute(
                "insert into dashboard.clients (client_id, nome, status, inicio_historico) values (%s, %s, %s, %s)",
                [client_id, client_id, status, START.date()],
            )
        vault.store_new_grant(client_id, ML, Pair(f"access-{client_id}", f"refresh-{client_id}"), account)
    return vault


def renewed(token: str) -> Pair:
    return Pair(f"{token}-access-2", f"{token}-refresh-2")


def outcomes(results: list[RenewalResult]) -> dict[str, str]:
    return {result.client_id: result.outcome for result in results}


def test_a_pair_that_is_not_close_to_expiry_is_left_alone(database: Database, vault: TokenVault) -> None:
    results = refresh_due(database, vault, {ML: renewed})
    assert outcomes(results) == {"loja-a": "valid", "loja-b": "valid", "loja-c": "valid"}
    assert {state.versao for state in vault.states()} == {1}


def test_active_clients_are_renewed_and_paused_ones_only_by_name(database: Database, vault: TokenVault) -> None:
    results = refresh_due(database, vault, {ML: renewed}, within=timedelta(hours=6))
    assert outcomes(results) == {"loja-a": "renewed", "loja-b": "renewed", "loja-c": "renewed"}
    named = refresh_due(database, vault, {ML: renewed}, client_id="loja-d", within=timedelta(hours=6))
    assert outcomes(named) == {"loja-d": "renewed"}


def test_one_failing_client_does_not_stop_the_others(database: Database, vault: TokenVault) -> None:
    def refresh(token: str) -> Pair:
        if token.endswith("loja-a"):
            raise NeedsReauthorization("revogado", where="POST /oauth/token", action="", status=400)
        if token.endswith("loja-b"):
            raise TransientFailure("fora do ar", where="POST /oauth/token", action="", status=503)
        return renewed(token)

    results = refresh_due(database, vault, {ML: refresh}, within=timedelta(hours=6))
    assert outcomes(results) == {"loja-a": "reauthorise", "loja-b": "failed", "loja-c": "renewed"}
    assert "viang connect mercado-livre loja-a" in results[0].message


def test_a_lost_answer_is_settled_by_the_next_renewal_even_far_from_expiry(
    database: Database, vault: TokenVault
) -> None:
    def lossy(_: str) -> Pair:
        raise lost()

    refresh_due(database, vault, {ML: lossy}, client_id="loja-a", within=timedelta(hours=6))
    assert outcomes(refresh_due(database, vault, {ML: renewed}))["loja-a"] == "renewed"


def test_an_unknown_client_is_wrong_usage(database: Database, vault: TokenVault) -> None:
    with pytest.raises(UsageError, match="loja-z não existe"):
        refresh_due(database, vault, {ML: renewed}, client_id="loja-z")


def connect_bling(vault: TokenVault, *client_ids: str) -> None:
    for client_id in client_ids:
        vault.store_new_grant(client_id, "bling", Pair(f"bling-{client_id}", f"renova-{client_id}"), client_id)


def test_each_platform_has_its_own_measure_of_close(database: Database, vault: TokenVault) -> None:
    connect_bling(vault, "loja-a")
    after = TokenVault(database, (KEY,), lambda: START + timedelta(hours=3))
    results = refresh_due(database, after, {ML: renewed, "bling": renewed}, client_id="loja-a")
    assert [(result.platform, result.outcome) for result in results] == [("bling", "valid"), (ML, "renewed")]


def test_an_idle_grant_of_a_paused_client_is_kept_alive_once_a_week(database: Database, vault: TokenVault) -> None:
    """Bling drops a grant after 30 days without use; a client may be paused for longer."""
    connect_bling(vault, "loja-d")

    def at(days: int) -> dict[str, str]:
        later = TokenVault(database, (KEY,), lambda: START + timedelta(days=days))
        results = refresh_due(database, later, {ML: renewed, "bling": renewed})
        return {result.client_id: result.outcome for result in results if result.platform == "bling"}

    assert at(6) == {}
    assert at(7) == {"loja-d": "renewed"}
    assert at(8) == {}
