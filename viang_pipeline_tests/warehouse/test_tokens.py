"""The vault: what is stored, when a pair is renewed, what a refusal or a lost answer leaves behind."""

from __future__ import annotations

import io
import logging
import pickle
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from cryptography.fernet import Fernet

from viang_pipeline.failures import AnswerLost, NeedsReauthorization, PermanentFailure, TransientFailure
from viang_pipeline.warehouse import tokens
from viang_pipeline.warehouse.database import Database
from viang_pipeline.warehouse.token_store import AccountChangedError, AccountInUseError
from viang_pipeline.warehouse.tokens import TokenVault
from viang_pipeline_tests.warehouse.token_issuer import Pair, TokenIssuer, lost

SHOP, ML = "loja-aurora", "mercado_livre"
START = datetime(2026, 3, 11, 6, tzinfo=UTC)
KEY = Fernet.generate_key().decode()


class Clock:
    def __init__(self) -> None:
        self.instant = START

    def __call__(self) -> datetime:
        return self.instant

    def advance(self, **by: float) -> None:
        self.instant += timedelta(**by)


class CountingDatabase(Database):
    """Counts connections, and is away for the next ``away`` transactions."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        object.__setattr__(self, "connections", 0)
        object.__setattr__(self, "away", 0)

    def connect(self, *, autocommit: bool = False) -> psycopg.Connection:
        object.__setattr__(self, "connections", self.connections + 1)
        if self.away:
            object.__setattr__(self, "away", self.away - 1)
            raise TransientFailure("fora do ar", where="banco", action="espere")
        return super().connect(autocommit=autocommit)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def issuer() -> TokenIssuer:
    return TokenIssuer()


@pytest.fixture
def refresh(issuer: TokenIssuer) -> Callable[[str], Pair]:
    """The issuer without HTTP."""

    def call(token: str) -> Pair:
        status, body = issuer.refresh(token)
        if status == 200:
            return Pair(**body)  # type: ignore[arg-type]
        failure = NeedsReauthorization if status == 400 else TransientFailure if status == 429 else AnswerLost
        raise failure("recusado", where="POST /oauth/token", action="", status=status)

    return call


@pytest.fixture
def vault(database: Database, clock: Clock, issuer: TokenIssuer) -> TokenVault:
    vault = TokenVault(database, (KEY,), clock)
    vault.store_new_grant(SHOP, ML, issuer.latest, 424242)
    return vault


def row_version(database: Database) -> str:
    with database.transaction() as connection:
        (version,) = connection.execute("select xmin::text from dashboard.api_tokens").fetchone() or ("",)
    return str(version)


# --- storing -------------------------------------------------------------------------------------------------------


def test_no_token_is_stored_in_clear(vault: TokenVault, database: Database, issuer: TokenIssuer) -> None:
    dump = io.BytesIO()
    with database.transaction() as connection, connection.cursor().copy("copy dashboard.api_tokens to stdout") as copy:
        for block in copy:
            dump.write(bytes(block))
    assert dump.getvalue().startswith(SHOP.encode())
    for secret in (issuer.latest.access_token, issuer.latest.refresh_token):
        assert secret.encode() not in dump.getvalue()
        assert secret.encode().hex().encode() not in dump.getvalue()


def test_an_account_of_another_client_is_refused_and_nothing_changes(vault: TokenVault) -> None:
    before = vault.states()
    with pytest.raises(AccountInUseError, match="424242 já está conectada ao cliente loja-aurora"):
        vault.store_new_grant("outra-loja", ML, Pair("a", "r"), 424242)
    assert vault.states() == before


def test_another_account_for_the_same_client_needs_to_be_asked_for(vault: TokenVault) -> None:
    with pytest.raises(AccountChangedError, match="--trocar-conta"):
        vault.store_new_grant(SHOP, ML, Pair("a", "r"), 777)
    vault.store_new_grant(SHOP, ML, Pair("a", "r"), 777, replace_account=True)
    assert [(state.account_id, state.versao) for state in vault.states()] == [(777, 2)]


def test_an_account_that_is_a_text_is_held_as_one_and_guarded_alike(vault: TokenVault) -> None:
    company, other = "436c56a5679921f5f13a3d6433561773", "0" * 32
    vault.store_new_grant(SHOP, "bling", Pair("a", "r"), company)
    assert [state.account for state in vault.states()] == [company, 424242]
    with pytest.raises(AccountInUseError, match=f"{company} já está conectada ao cliente loja-aurora"):
        vault.store_new_grant("outra-loja", "bling", Pair("a", "r"), company)
    with pytest.raises(AccountChangedError, match="--trocar-conta"):
        vault.store_new_grant(SHOP, "bling", Pair("a", "r"), other)
    vault.store_new_grant(SHOP, "bling", Pair("a", "r"), other, replace_account=True)
    assert [state.account for state in vault.states()] == [other, 424242]


# --- using ---------------------------------------------------------------------------------------------------------


def test_a_valid_token_is_given_without_any_write(vault: TokenVault, database: Database, refresh, issuer) -> None:
    before = row_version(database)
    assert vault.source(SHOP, ML, refresh).access_token() == issuer.latest.access_token
    assert row_version(database) == before
    assert not issuer.sends


def test_a_run_asks_the_database_once(database: Database, vault: TokenVault, clock: Clock, refresh) -> None:
    counting = CountingDatabase(database.url)
    source = TokenVault(counting, (KEY,), clock).source(SHOP, ML, refresh)
    for _ in range(50):
        source.access_token()
    assert counting.connections == 1


def test_a_token_is_renewed_ten_minutes_before_it_expires(vault: TokenVault, clock: Clock, refresh, issuer) -> None:
    source = vault.source(SHOP, ML, refresh)
    clock.advance(hours=5, minutes=49)
    source.access_token()
    assert issuer.exchanges == 0
    clock.advance(minutes=2)
    assert source.access_token() == "APP_USR-secret-1"
    state = vault.state(SHOP, ML)
    assert state is not None
    assert (issuer.exchanges, state.versao, state.envios, state.expires_at) == (1, 2, 0, clock() + timedelta(hours=6))


def test_a_rejected_token_is_renewed_once_for_all_who_held_it(vault: TokenVault, refresh, issuer) -> None:
    one, other = vault.source(SHOP, ML, refresh), vault.source(SHOP, ML, refresh)
    rejected = one.access_token()
    assert other.access_token() == rejected
    assert one.renew(rejected) == other.renew(rejected) == "APP_USR-secret-1"
    assert issuer.exchanges == 1


def test_a_dry_run_uses_a_valid_token_and_never_renews(vault: TokenVault, clock: Clock, refresh, issuer) -> None:
    source = vault.source(SHOP, ML, refresh, allow_refresh=False)
    clock.advance(hours=5, minutes=55)
    token = source.access_token()
    with pytest.raises(PermanentFailure, match="simulação não o renova"):
        source.renew(token)
    clock.advance(minutes=6)
    with pytest.raises(PermanentFailure, match="viang refresh-tokens --client-id loja-aurora"):
        source.access_token()
    assert not issuer.sends


def test_a_client_never_connected_is_told_the_command(vault: TokenVault, refresh) -> None:
    with pytest.raises(NeedsReauthorization, match="viang connect mercado-livre loja-nova"):
        vault.source("loja-nova", ML, refresh).access_token()


# --- refusals and lost answers -------------------------------------------------------------------------------------


def test_a_revoked_grant_becomes_visible_and_is_not_asked_again(
    vault: TokenVault, clock: Clock, refresh, issuer
) -> None:
    clock.advance(hours=7)
    issuer.latest = Pair("newer", "newer")
    for _ in range(2):
        with pytest.raises(NeedsReauthorization, match="viang connect mercado-livre loja-aurora") as caught:
            vault.source(SHOP, ML, refresh).access_token()
        assert "\n" not in str(caught.value)
    state = vault.state(SHOP, ML)
    assert state is not None
    assert (state.status, state.envios) == ("reautorizar", 0)
    assert state.motivo
    assert sum(issuer.sends.values()) == 1


def test_a_new_consent_revives_a_dead_grant(vault: TokenVault, clock: Clock, refresh, issuer) -> None:
    clock.advance(hours=7)
    issuer.latest = Pair("fresh-access", "fresh-refresh")
    with pytest.raises(NeedsReauthorization):
        vault.source(SHOP, ML, refresh).access_token()
    vault.store_new_grant(SHOP, ML, issuer.latest, 424242)
    assert vault.source(SHOP, ML, refresh).access_token() == "fresh-access"


def test_a_refusal_is_not_believed_when_another_host_stored_a_newer_pair(vault: TokenVault, clock: Clock) -> None:
    clock.advance(hours=7)

    def overtaken(_: str) -> Pair:
        vault.store_new_grant(SHOP, ML, Pair("from-other-host", "r"), 424242)
        raise NeedsReauthorization("recusado", where="POST /oauth/token", action="", status=400)

    assert vault.source(SHOP, ML, overtaken).access_token() == "from-other-host"
    state = vault.state(SHOP, ML)
    assert state is not None
    assert state.status == "ativo"


def test_a_pair_of_a_new_consent_is_not_overwritten_by_an_older_renewal(vault: TokenVault, clock: Clock) -> None:
    clock.advance(hours=7)

    def slow(_: str) -> Pair:
        vault.store_new_grant(SHOP, ML, Pair("from-consent", "r"), 424242)
        return Pair("from-renewal", "r")

    assert vault.source(SHOP, ML, slow).access_token() == "from-consent"


def test_a_lost_answer_is_repeated_exactly_once(vault: TokenVault, clock: Clock, refresh, issuer) -> None:
    clock.advance(hours=7)

    def lossy(token: str) -> Pair:
        refresh(token)
        raise lost()

    with pytest.raises(AnswerLost):
        vault.source(SHOP, ML, lossy).access_token()
    state = vault.state(SHOP, ML)
    assert state is not None
    assert state.envios == 1
    assert vault.source(SHOP, ML, refresh).access_token() == issuer.latest.access_token
    assert issuer.sends == {"TG-secret-0": 2}


def test_a_token_that_may_have_left_twice_is_not_sent_a_third_time(vault: TokenVault, clock: Clock, issuer) -> None:
    clock.advance(hours=7)

    def lossy(token: str) -> Pair:
        issuer.refresh(token)
        raise lost()

    for expected in (AnswerLost, AnswerLost, NeedsReauthorization, NeedsReauthorization):
        with pytest.raises(expected):
            vault.source(SHOP, ML, lossy).access_token()
    assert max(issuer.sends.values()) == 2
    state = vault.state(SHOP, ML)
    assert state is not None
    assert state.status == "reautorizar"


def test_a_refused_repeat_says_that_the_answer_was_lost(vault: TokenVault, clock: Clock, refresh, issuer) -> None:
    clock.advance(hours=7)
    issuer.repeatable = False

    def lossy(token: str) -> Pair:
        refresh(token)
        raise lost()

    with pytest.raises(AnswerLost):
        vault.source(SHOP, ML, lossy).access_token()
    with pytest.raises(NeedsReauthorization, match="se perdeu e a repetição foi recusada"):
        vault.source(SHOP, ML, refresh).access_token()


def test_errors_the_platform_answered_never_use_up_the_repeat(vault: TokenVault, clock: Clock, refresh, issuer) -> None:
    clock.advance(hours=7)
    issuer.next_status = [503, 429, 500, 503]
    for _ in range(4):
        with pytest.raises(TransientFailure):
            vault.source(SHOP, ML, refresh).access_token()
        state = vault.state(SHOP, ML)
        assert state is not None
        assert state.envios == 0
    assert vault.source(SHOP, ML, refresh).access_token() == "APP_USR-secret-1"


def test_a_new_pair_waits_for_a_database_that_is_away(database: Database, vault: TokenVault, clock, refresh) -> None:
    clock.advance(hours=7)
    flaky = CountingDatabase(database.url)

    def then_away(token: str) -> Pair:
        pair = refresh(token)
        object.__setattr__(flaky, "away", 3)
        return pair

    assert TokenVault(flaky, (KEY,), clock).source(SHOP, ML, then_away).access_token() == "APP_USR-secret-1"


def test_waiting_too_long_for_another_process_is_transient(vault: TokenVault, clock, refresh, monkeypatch) -> None:
    clock.advance(hours=7)
    monkeypatch.setattr(tokens, "WAIT_FOR_OTHER", "50ms")
    with vault.exclusive(SHOP, ML), pytest.raises(TransientFailure, match="Outro processo"):
        vault.source(SHOP, ML, refresh).access_token()
    assert vault.source(SHOP, ML, refresh).access_token() == "APP_USR-secret-1"


def test_a_holder_cut_off_by_the_server_still_stores_its_pair(
    vault: TokenVault, database: Database, clock, refresh
) -> None:
    clock.advance(hours=7)

    def disconnected(token: str) -> Pair:
        with database.connect(autocommit=True) as connection:
            connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where state = 'idle in transaction' and datname = current_database()"
            )
        return refresh(token)

    assert vault.source(SHOP, ML, disconnected).access_token() == "APP_USR-secret-1"


# --- keys ----------------------------------------------------------------------------------------------------------


def test_rotation_rewrites_every_row_once_under_the_first_key(
    vault: TokenVault, database: Database, clock, issuer
) -> None:
    vault.store_new_grant("outra-loja", ML, Pair("a", "r"), 777)
    new = Fernet.generate_key().decode()
    both = TokenVault(database, (new, KEY), clock)
    assert (both.rotate_keys(), both.rotate_keys()) == (2, 0)
    assert TokenVault(database, (new,), clock).read(SHOP, ML).refresh_token == issuer.latest.refresh_token
    assert {state.versao for state in both.states()} == {1}


def test_a_token_no_key_opens_asks_for_the_key_or_a_new_consent(vault: TokenVault, database: Database, clock) -> None:
    stranger = TokenVault(database, (Fernet.generate_key().decode(),), clock)
    for use in (lambda: stranger.read(SHOP, ML), stranger.rotate_keys):
        with pytest.raises(
            PermanentFailure, match=r"VIANG_TOKEN_KEYS.*viang connect mercado-livre loja-aurora"
        ) as caught:
            use()
        assert not isinstance(caught.value, NeedsReauthorization)
    assert vault.read(SHOP, ML).versao == 1


# --- secrecy -------------------------------------------------------------------------------------------------------


@pytest.fixture
def everything_logged(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.DEBUG):
        yield caplog


def test_tokens_and_keys_are_in_no_repr_log_pickle_or_exception(
    vault: TokenVault, clock: Clock, refresh, issuer, everything_logged
) -> None:
    source = vault.source(SHOP, ML, refresh)
    clock.advance(hours=7)
    source.access_token()
    grant = vault.read(SHOP, ML)
    clock.advance(hours=7)
    issuer.latest = Pair("newer", "newer")
    with pytest.raises(NeedsReauthorization) as caught:
        source.access_token()
    shown = [repr(thing) + str(thing) for thing in (vault, source, grant, vault.states(), caught.value)]
    text = "\n".join([*shown, everything_logged.text])
    assert "secret-" not in text
    assert KEY not in text
    for thing in (vault, source, grant):
        with pytest.raises(TypeError):
            pickle.dumps(thing)
