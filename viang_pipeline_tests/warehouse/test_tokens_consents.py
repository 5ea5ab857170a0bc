"""Consents under way: single use, ten minutes, bound to one client, nothing usable in the table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.fernet import Fernet

from viang_pipeline.warehouse.database import Database
from viang_pipeline.warehouse.oauth_states import ConsentError, OAuthStates

SHOP, ML = "loja-aurora", "mercado_livre"
REDIRECT = "http://127.0.0.1:8765/callback"


class Clock:
    instant = datetime(2026, 3, 11, 6, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.instant


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def states(database: Database, clock: Clock) -> OAuthStates:
    return OAuthStates(database, (Fernet.generate_key().decode(),), clock)


@pytest.fixture
def state(states: OAuthStates) -> str:
    return states.begin(SHOP, ML, verifier="the-verifier", redirect_uri=REDIRECT)


def test_a_state_gives_its_verifier_and_redirect_back(states: OAuthStates, state: str) -> None:
    consent = states.use(state, SHOP, ML)
    assert (consent.verifier, consent.redirect_uri) == ("the-verifier", REDIRECT)
    assert "the-verifier" not in repr(consent)


def test_neither_state_nor_verifier_is_readable_in_the_table(
    states: OAuthStates, state: str, database: Database
) -> None:
    with database.transaction() as connection:
        row = connection.execute("select state_hash, verifier from dashboard.oauth_states").fetchone()
    assert row is not None
    assert state.encode() not in b"".join(row)
    assert b"the-verifier" not in b"".join(row)


def test_a_state_serves_once(states: OAuthStates, state: str) -> None:
    states.use(state, SHOP, ML)
    with pytest.raises(ConsentError, match="já foi usado"):
        states.use(state, SHOP, ML)


def test_a_state_lives_ten_minutes(states: OAuthStates, state: str, clock: Clock) -> None:
    clock.instant += timedelta(minutes=10)
    with pytest.raises(ConsentError, match="10 minutos"):
        states.use(state, SHOP, ML)


def test_a_state_of_another_client_or_platform_is_refused_and_stays_usable(states: OAuthStates, state: str) -> None:
    for client_id, platform in (("outra-loja", ML), (SHOP, "bling")):
        with pytest.raises(ConsentError, match="não corresponde"):
            states.use(state, client_id, platform)
    assert states.use(state, SHOP, ML).verifier == "the-verifier"


def test_an_unknown_state_names_the_command_that_starts_again(states: OAuthStates, state: str) -> None:
    with pytest.raises(ConsentError, match="viang connect mercado-livre loja-aurora"):
        states.use(state[:-1], SHOP, ML)
