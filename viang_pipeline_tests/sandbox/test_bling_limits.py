"""Bling contract §4: limits per account and per address, and faults on the way."""

from __future__ import annotations

import time
from collections.abc import Iterator

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viang_pipeline.sandbox.bling.book import BlingAccount
from viang_pipeline.sandbox.bling.limits import BlingLimits, most_within
from viang_pipeline.sandbox.clock import SandboxClock
from viang_pipeline.sandbox.faults import Fault
from viang_pipeline_tests.sandbox.bling_shop import Erp
from viang_pipeline_tests.sandbox.shop import DAY, START

PATH = "/empresas/me/dados-basicos"


class Time:
    """Seconds that pass only when a test says so."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time_of(erp: Erp) -> Iterator[Time]:
    """Limits as Bling has them, on a clock of the test's own."""
    seconds = Time()
    erp.shop.sandbox.bling.limits = BlingLimits(erp.shop.sandbox.clock, seconds)
    yield seconds
    erp.shop.sandbox.bling.limits.switch_off()


@pytest.fixture
def account(erp: Erp) -> BlingAccount:
    return erp.account()


def statuses(erp: Erp, account: BlingAccount, count: int) -> list[int]:
    return [erp.get(account, PATH).status_code for _ in range(count)]


def test_the_fourth_call_within_a_second_is_refused_without_a_hint_when_to_return(
    erp: Erp, account: BlingAccount, time_of: Time
) -> None:
    assert statuses(erp, account, 3) == [200, 200, 200]
    refused = erp.get(account, PATH)
    assert refused.status_code == 429
    assert refused.json()["error"] | {"description": ""} == {
        "type": "TOO_MANY_REQUESTS",
        "message": "Limite de requisições atingido.",
        "description": "",
        "limit": 3,
        "period": "second",
    }
    assert not [name for name in refused.headers if "retry" in name or "rate" in name]


def test_the_second_slides(erp: Erp, account: BlingAccount, time_of: Time) -> None:
    statuses(erp, account, 1)
    time_of.now += 0.5
    statuses(erp, account, 2)
    time_of.now += 0.5
    assert statuses(erp, account, 2) == [200, 429]


def test_accounts_do_not_share_their_second(erp: Erp, account: BlingAccount, time_of: Time) -> None:
    other = erp.account()
    assert statuses(erp, account, 3) + statuses(erp, other, 3) == [200] * 6


def test_the_daily_quota_says_day_and_returns_at_midnight_in_brasilia(
    erp: Erp, account: BlingAccount, time_of: Time
) -> None:
    limits = erp.shop.sandbox.bling.limits
    assert limits.per_day == 120_000
    limits.per_day = 2
    statuses(erp, account, 2)
    refused = erp.get(account, PATH).json()["error"]
    assert (refused["period"], refused["limit"]) == ("day", 2)
    erp.shop.sandbox.clock.advance(DAY)
    erp.shop.sandbox.bling.tokens(account.seller_id)
    time_of.now += 1
    assert statuses(erp, account, 1) == [200]


def test_a_flood_blocks_the_address_for_all_accounts_for_ten_minutes(
    erp: Erp, account: BlingAccount, time_of: Time
) -> None:
    limits = erp.shop.sandbox.bling.limits
    assert limits.requests_in_ten_seconds == 600
    limits.requests_in_ten_seconds = 4
    assert statuses(erp, account, 4) == [200, 200, 200, 403]
    other = erp.account()
    time_of.now += 599
    refused = erp.get(other, PATH)
    assert (refused.status_code, "json" in refused.headers["content-type"]) == (403, False)
    time_of.now += 1
    assert statuses(erp, other, 1) == [200]


def test_many_errors_block_the_address(erp: Erp, account: BlingAccount, time_of: Time) -> None:
    limits = erp.shop.sandbox.bling.limits
    assert limits.errors_in_ten_seconds == 300
    limits.errors_in_ten_seconds = 2
    assert [erp.get(account, f"/nfe/{n}").status_code for n in range(2)] == [404, 404]
    assert statuses(erp, account, 1) == [403]


def test_the_twentieth_token_call_in_a_minute_blocks_the_address_for_an_hour(erp: Erp, time_of: Time) -> None:
    accounts = [erp.account() for _ in range(20)]
    pairs = [erp.shop.sandbox.bling.tokens(a.seller_id) for a in accounts]
    answers = [erp.refresh(pair.refresh_token).status_code for pair in pairs]
    assert answers == [200] * 19 + [403]
    time_of.now += 3599
    assert statuses(erp, accounts[0], 1) == [403]
    time_of.now += 1
    assert statuses(erp, accounts[0], 1) == [200]


def test_ten_token_calls_a_minute_block_nobody(erp: Erp, account: BlingAccount, time_of: Time) -> None:
    token = erp.shop.sandbox.bling.tokens(account.seller_id).refresh_token
    for _ in range(30):
        answer = erp.refresh(token)
        assert answer.status_code == 200
        token = answer.json()["refresh_token"]
        time_of.now += 6


def test_a_second_offence_blocks_without_end(erp: Erp, account: BlingAccount, time_of: Time) -> None:
    limits = erp.shop.sandbox.bling.limits
    for _ in range(2):
        limits.errors_in_ten_seconds = 1
        erp.get(account, "/nfe/1")
        limits.errors_in_ten_seconds = None
        time_of.now += 601
    time_of.now += 10**6
    assert statuses(erp, account, 1) == [403]


def test_real_seconds_count_unless_told_otherwise(erp: Erp, account: BlingAccount) -> None:
    erp.shop.sandbox.bling.limits = BlingLimits(erp.shop.sandbox.clock)
    assert statuses(erp, account, 4)[-1] == 429
    time.sleep(1)
    assert statuses(erp, account, 1) == [200]


def test_marketplace_requests_are_not_counted_here(erp: Erp, account: BlingAccount, time_of: Time) -> None:
    seller = erp.shop.world.sellers[account.seller_id]
    for _ in range(5):
        assert erp.shop.get(seller, "/users/me").status_code == 200
    assert erp.shop.sandbox.bling.limits.counts()["requests"] == 0


def test_the_log_proves_what_a_client_did(erp: Erp, account: BlingAccount, time_of: Time) -> None:
    erp.shop.sandbox.bling.limits.switch_off()
    for pause in (0.4, 0.4, 0.4, 5.0, 0.0):
        statuses(erp, account, 1)
        time_of.now += pause
    erp.refresh("nunca-emitido")
    counts = erp.shop.http.get("/__sandbox__/bling/counts").json()
    assert counts["most_in_a_second"] == {str(account.seller_id): 3}
    assert counts["most_token_calls_in_a_minute"] == {"127.0.0.1": 1}
    assert (counts["most_requests_in_ten_seconds"], counts["most_errors_in_ten_seconds"]) == (
        {"127.0.0.1": 6},
        {"127.0.0.1": 1},
    )
    assert erp.shop.http.delete("/__sandbox__/bling/counts").status_code == 204
    assert erp.shop.http.get("/__sandbox__/bling/counts").json()["requests"] == 0


@given(st.lists(st.floats(0, 0.7), max_size=60))
def test_whatever_the_rhythm_three_calls_a_second_pass_and_no_more(pauses: list[float]) -> None:
    seconds = Time()
    limits = BlingLimits(SandboxClock(START), seconds)
    passed: list[float] = []
    for pause in pauses:
        seconds.now += pause
        recent = sum(at > seconds.now - 1.0 for at in passed)
        taken = limits.arrive("127.0.0.1", 1, token_call=False).refusal is None
        assert taken == (recent < 3)
        passed += [seconds.now] if taken else []
    assert most_within(passed, 1.0) <= 3


def test_the_window_of_a_count_is_half_open() -> None:
    assert most_within([0.0, 0.5, 1.0, 1.4], 1.0) == 3
    assert most_within([0.0, 1.0, 2.0], 1.0) == 1
    assert most_within([], 1.0) == 0


def test_another_process_can_drive_limits_scopes_and_switches(erp: Erp, account: BlingAccount) -> None:
    http, control = erp.shop.http, "/__sandbox__/bling"
    assert http.post(f"{control}/limits", json={"per_second": 1, "clock": "sandbox"}).status_code == 204
    assert statuses(erp, account, 2) == [200, 429]
    erp.shop.sandbox.clock.advance(DAY / 24)
    assert statuses(erp, account, 1) == [200]
    assert http.post(f"{control}/limits", json={"per_second": None}).status_code == 204
    assert http.post(f"{control}/limits", json={"per_year": 1}).status_code == 400
    refusal = {"seller": account.seller_id, "resources": ["nfe"]}
    assert http.post(f"{control}/refusals", json=refusal).status_code == 204
    assert erp.get(account, "/nfe").status_code == 403
    assert http.post(f"{control}/options", json={"consent": "app_inativo"}).status_code == 204
    assert erp.shop.sandbox.bling.options.consent == "app_inativo"
    assert http.post(f"{control}/options", json={"unheard": 1}).status_code == 400
    token = erp.bearer(account)
    assert http.post(f"{control}/revoke", json={"seller": account.seller_id}).status_code == 204
    assert http.get(f"/Api/v3{PATH}", headers=token).status_code == 401
    assert http.post(f"{control}/revoke", json={"seller": "ninguém"}).status_code == 404
    listed = http.get(f"{control}/accounts").json()
    assert account.company.company_id in [row["company_id"] for row in listed]


def test_faults_speak_blings_language_here(erp: Erp, account: BlingAccount) -> None:
    faults = erp.shop.sandbox.faults
    faults.add(Fault("status", path="/Api/v3/*", status=500, body="<html><body>Erro interno</body></html>"))
    page = erp.get(account, PATH)
    assert (page.status_code, page.headers["content-type"].split(";")[0]) == (500, "text/html")
    faults.add(Fault("scope", path="/Api/v3/*"))
    assert erp.get(account, PATH).json()["error"]["type"] == "insufficient_scope"
    faults.add(Fault("rate_limit", path="/Api/v3/*", limit=0, seconds=1))
    assert erp.get(account, PATH).json()["error"]["period"] == "second"
    faults.clear()
    faults.add(Fault("status", status=429))
    assert erp.get(account, PATH).json()["error"]["type"] == "TOO_MANY_REQUESTS"


def test_slow_answers_and_cut_connections_happen_here_too(erp: Erp, account: BlingAccount) -> None:
    faults = erp.shop.sandbox.faults
    faults.add(Fault("slow", path="/Api/v3/*", seller=account.seller_id, seconds=0.2))
    began = time.monotonic()
    assert erp.get(account, PATH).status_code == 200
    assert time.monotonic() - began >= 0.2
    faults.add(Fault("reset", path="/Api/v3/*"))
    with pytest.raises(httpx.RemoteProtocolError):
        erp.get(account, PATH)


def test_a_refresh_whose_answer_is_lost_costs_the_account(erp: Erp, account: BlingAccount) -> None:
    pair = erp.shop.sandbox.bling.tokens(account.seller_id)
    erp.shop.sandbox.faults.add(Fault("lost", path="/Api/v3/oauth/token"))
    with pytest.raises(httpx.RemoteProtocolError):
        erp.refresh(pair.refresh_token)
    assert erp.refresh(pair.refresh_token).json()["error"]["type"] == "invalid_grant"
