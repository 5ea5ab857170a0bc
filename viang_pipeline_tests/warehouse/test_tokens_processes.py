"""The vault against many processes at once, and against a process that dies at any step of a renewal."""

from __future__ import annotations

import multiprocessing
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from viang_pipeline.failures import AnswerLost, NeedsReauthorization, TransientFailure
from viang_pipeline.warehouse.database import Database
from viang_pipeline.warehouse.tokens import TokenVault
from viang_pipeline_tests.warehouse.token_issuer import IssuerClient, Pair, TokenIssuer, lost
from viang_pipeline_tests.warehouse.token_workers import (
    DIED,
    EXPIRIES,
    KEY,
    ML,
    PROCESSES,
    SHOP,
    START,
    THREADS,
    dying_renewal,
    work,
)

spawn = multiprocessing.get_context("spawn")


def stored(database: Database, issuer: TokenIssuer) -> TokenVault:
    vault = TokenVault(database, (KEY,), lambda: START)
    vault.store_new_grant(SHOP, ML, issuer.latest, 424242)
    return vault


# --- many at once --------------------------------------------------------------------------------------------------


def test_64_workers_cost_one_exchange_per_expiry_and_one_per_rejected_token(database: Database) -> None:
    hours, gate, results = spawn.Value("d", 0.0), spawn.Barrier(PROCESSES * THREADS + 1, timeout=60), spawn.Queue()
    with TokenIssuer(repeatable=False) as issuer:
        vault = stored(database, issuer)
        workers = [
            spawn.Process(target=work, args=(database, issuer.url, hours, gate, results), daemon=True)
            for _ in range(PROCESSES)
        ]
        for worker in workers:
            worker.start()
        for expiry in range(EXPIRIES):
            hours.value = 7.0 * (expiry + 1)
            for _ in range(3):
                gate.wait()
            seen = {results.get(timeout=30) for _ in range(PROCESSES * THREADS)}
            assert seen == {(f"APP_USR-secret-{2 * expiry + 1}", f"APP_USR-secret-{2 * expiry + 2}")}
        for worker in workers:
            worker.join(30)
        assert [worker.exitcode for worker in workers] == [0] * PROCESSES
    assert issuer.exchanges == 2 * EXPIRIES
    assert set(issuer.sends.values()) == {1}
    assert vault.read(SHOP, ML).refresh_token == issuer.latest.refresh_token


# --- death at every step -------------------------------------------------------------------------------------------

STEPS = {
    # step: how often the refresh token has left in the end
    "before the intent": 1,
    "before the send": 1,
    "after the send": 2,
    "before the store": 2,
    "after the store": 1,
}


@pytest.mark.parametrize("step", STEPS)
def test_a_renewal_that_dies_is_finished_by_the_next_one_and_no_token_is_lost(database: Database, step: str) -> None:
    with TokenIssuer() as issuer:
        stored(database, issuer)
        dying = spawn.Process(target=dying_renewal, args=(database, issuer.url, step))
        dying.start()
        dying.join(30)
        assert dying.exitcode == DIED

        vault = TokenVault(database, (KEY,), lambda: START + timedelta(hours=7))
        for _ in range(3):
            token = vault.source(SHOP, ML, IssuerClient(issuer.url)).access_token()
    assert token == issuer.latest.access_token
    assert vault.read(SHOP, ML).refresh_token == issuer.latest.refresh_token
    assert issuer.sends == {"TG-secret-0": STEPS[step]}
    state = vault.state(SHOP, ML)
    assert state is not None
    assert (state.status, state.versao, state.envios) == ("ativo", 2, 0)


def test_a_death_with_the_answer_in_hand_is_visible_when_the_platform_refuses_the_repeat(database: Database) -> None:
    with TokenIssuer(repeatable=False) as issuer:
        stored(database, issuer)
        dying = spawn.Process(target=dying_renewal, args=(database, issuer.url, "before the store"))
        dying.start()
        dying.join(30)
        vault = TokenVault(database, (KEY,), lambda: START + timedelta(hours=7))
        assert [state.envios for state in vault.states()] == [1]
        for _ in range(2):
            with pytest.raises(NeedsReauthorization, match="se perdeu"):
                vault.source(SHOP, ML, IssuerClient(issuer.url)).access_token()
    assert issuer.sends == {"TG-secret-0": 2}


# --- any order of misfortunes --------------------------------------------------------------------------------------


class Died(BaseException):
    """The process ends here."""


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    fates=st.lists(
        st.sampled_from(["ok", "refused", "503", "lost before", "lost after", "dies", "revoked"]), max_size=6
    ),
    repeatable=st.booleans(),
)
def test_a_token_leaves_twice_only_after_a_lost_answer_and_never_three_times(
    database: Database, fates: list[str], repeatable: bool
) -> None:
    issuer = TokenIssuer(repeatable=repeatable)
    now = START
    vault = TokenVault(database, (KEY,), lambda: now)
    vault.store_new_grant(SHOP, ML, issuer.latest, 424242)
    answered_no: dict[str, int] = {}
    unknown: dict[str, int] = {}

    for fate in [*fates, "ok"]:
        now += timedelta(hours=7)

        def refresh(token: str, fate: str = fate) -> Pair:
            if fate == "503":
                answered_no[token] = answered_no.get(token, 0) + 1
                issuer.next_status = [503]
            if fate == "revoked":
                issuer.latest = Pair("elsewhere", "elsewhere")
            if fate == "lost before":
                issuer.sends[token] += 1
                unknown[token] = unknown.get(token, 0) + 1
                raise lost()
            status, body = issuer.refresh(token)
            if fate in ("lost after", "dies"):
                unknown[token] = unknown.get(token, 0) + 1
                raise lost() if fate == "lost after" else Died
            if status == 200:
                return Pair(**body)  # type: ignore[arg-type]
            failure = NeedsReauthorization if status == 400 else TransientFailure
            raise failure("recusado", where="POST /oauth/token", action="", status=status)

        try:
            token = vault.source(SHOP, ML, refresh).access_token()
        except (AnswerLost, TransientFailure, Died):
            continue
        except NeedsReauthorization:
            (state,) = vault.states()
            assert state.status == "reautorizar"
            assert state.motivo
        else:
            assert token == issuer.latest.access_token
            assert vault.read(SHOP, ML).refresh_token == issuer.latest.refresh_token

    for token, sends in issuer.sends.items():
        in_doubt = sends - answered_no.get(token, 0)
        assert in_doubt <= 2
        assert in_doubt == 1 or unknown.get(token, 0) >= 1 or not in_doubt
