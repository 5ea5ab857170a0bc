"""What Bling's refusals mean and what they do to the pace (contract Bling §3, §4), over scripted answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

import httpx
import pytest

from viang_pipeline.failures import AccessDenied, PermanentFailure, SourceFailure, SourcePaused, TransientFailure
from viang_pipeline.sources.bling.conduct import BlingConduct, Breaker, envelope
from viang_pipeline.sources.http import HttpClient
from viang_pipeline_tests.sources.answers import Script, Tokens, http_client, ok

NOW = datetime(2026, 3, 10, 6, 30, tzinfo=UTC)
COMPANY = "436c56a5679921f5f13a3d6433561773"


def error(status: int, kind: str, text: str = "m", **more: object) -> httpx.Response:
    return httpx.Response(status, json={"error": {"type": kind, "message": text, "description": "d", **more}})


SECOND = error(429, "TOO_MANY_REQUESTS", limit=3, period="second")
DAY = error(429, "TOO_MANY_REQUESTS", limit=120000, period="day")
PAGE = httpx.Response(403, html="<html><h1>Acesso bloqueado</h1></html>")
BROKEN = httpx.Response(500, html="<html>Internal Server Error</html>")


class Pace:
    """A pacer that remembers what it was told."""

    def __init__(self) -> None:
        self.waits = 0
        self.slower: list[float | None] = []
        self.closed: list[tuple[str, float]] = []

    def wait(self) -> None:
        self.waits += 1

    def throttled(self, retry_after: float | None) -> None:
        self.slower.append(retry_after)

    def close(self, scope: str, seconds: float) -> None:
        self.closed.append((scope, seconds))


def client(
    *steps: httpx.Response | httpx.HTTPError,
    pace: Pace | None = None,
    breaker: Breaker | None = None,
    slept: list[float] | None = None,
    script: Script | None = None,
    tokens: Tokens | None = None,
) -> HttpClient:
    conduct = BlingConduct(COMPANY, breaker or Breaker(), lambda: NOW)
    sleep: Callable[[float], None] = (lambda seconds: None) if slept is None else slept.append
    return http_client(
        script or Script(list(steps)), conduct=conduct, pacer=pace, retries=4, sleep=sleep, tokens=tokens
    )


def failure_of(api: HttpClient) -> SourceFailure:
    with pytest.raises(SourceFailure) as caught:
        api.get("/x")
    return caught.value


def test_every_request_asks_for_the_coming_token_format() -> None:
    script = Script([ok()])
    client(script=script).get("/x")
    assert script.seen[0].headers["enable-jwt"] == "1"
    assert script.seen[0].headers["accept"] == "application/json"


def test_a_limit_of_the_second_waits_more_than_a_second_slows_down_and_repeats() -> None:
    pace, slept = Pace(), list[float]()
    assert client(SECOND, SECOND, ok(), pace=pace, slept=slept).get("/x").status == 200
    assert all(1.0 <= seconds < 4.0 for seconds in slept)
    assert len(slept) == len(pace.slower) == 2
    assert pace.closed == []


def test_a_limit_of_the_day_closes_the_account_until_midnight_in_brasilia_and_is_not_repeated() -> None:
    pace, script = Pace(), Script([DAY])
    failure = failure_of(client(script=script, pace=pace))
    assert isinstance(failure, SourcePaused)
    assert "todas as chamadas do dia" in str(failure)
    assert len(script.seen) == 1
    assert pace.closed == [(f"bling:dia:{COMPANY}", 20.5 * 3600)]


@pytest.mark.parametrize("answer", [PAGE, httpx.Response(429, text="Too Many"), httpx.Response(403)])
def test_a_refusal_that_is_no_json_closes_the_address_for_ten_minutes(answer: httpx.Response) -> None:
    pace, script = Pace(), Script([answer])
    assert isinstance(failure_of(client(script=script, pace=pace)), SourcePaused)
    assert len(script.seen) == 1
    assert pace.closed == [("bling:ip", 600.0)]


@pytest.mark.parametrize("cut", [httpx.ReadError("x"), httpx.RemoteProtocolError("x"), httpx.ConnectError("x")])
def test_a_run_of_cut_connections_counts_as_a_blocked_address(cut: httpx.HTTPError) -> None:
    pace, script = Pace(), Script([cut])
    assert isinstance(failure_of(client(script=script, pace=pace)), SourcePaused)
    assert len(script.seen) == 3
    assert pace.closed == [("bling:ip", 600.0)]


def test_slow_answers_and_single_cuts_are_no_block() -> None:
    pace = Pace()
    cut, slow = httpx.ReadError("x"), httpx.ReadTimeout("x")
    assert client(cut, cut, slow, cut, ok(), pace=pace).get("/x").status == 200
    assert pace.closed == []


def test_faults_of_bling_are_repeated_after_2_4_8_and_16_seconds() -> None:
    slept: list[float] = []
    assert client(BROKEN, BROKEN, BROKEN, BROKEN, ok(), slept=slept).get("/x").status == 200
    assert slept == [2.0, 4.0, 8.0, 16.0]


def test_after_five_errors_in_a_row_the_account_is_left_alone_by_every_client_of_the_run() -> None:
    breaker, script = Breaker(), Script([BROKEN])
    assert type(failure_of(client(script=script, breaker=breaker))) is TransientFailure
    assert len(script.seen) == 5
    untouched = Script([ok()])
    failure = failure_of(client(script=untouched, breaker=breaker))
    assert isinstance(failure, SourcePaused)
    assert "5 vezes seguidas" in str(failure)
    assert untouched.seen == []


def test_an_answer_in_between_ends_a_row_of_errors() -> None:
    breaker = Breaker()
    api = client(BROKEN, BROKEN, BROKEN, BROKEN, ok(), BROKEN, ok(), breaker=breaker)
    assert api.get("/x").status == api.get("/x").status == 200
    assert not breaker.open


@pytest.mark.parametrize("kind", ["insufficient_scope", "FORBIDDEN", "ALGO_NOVO"])
def test_a_missing_permission_is_of_this_read_alone(kind: str) -> None:
    pace, breaker, script = Pace(), Breaker(), Script([error(403, kind)])
    api = client(script=script, pace=pace, breaker=breaker)
    for _ in range(6):
        failure = failure_of(api)
        assert isinstance(failure, AccessDenied)
        assert kind in str(failure)
    assert len(script.seen) == 6, "neither repeated nor counted as an error of the account"
    assert pace.closed == []


def test_a_wrong_filter_is_never_repeated_and_is_quoted() -> None:
    script = Script([error(400, "VALIDATION_ERROR", "Filtro inválido", fields=[{"code": 49}])])
    failure = failure_of(client(script=script))
    assert type(failure) is PermanentFailure
    assert "“VALIDATION_ERROR: [oculto]" in str(failure) or "Filtro inválido" in str(failure)
    assert len(script.seen) == 1


def test_a_refused_token_is_renewed_once_and_the_read_repeated_once() -> None:
    script, tokens = Script([error(401, "invalid_token"), ok()]), Tokens()
    assert client(script=script, tokens=tokens).get("/x").status == 200
    assert (len(tokens.renewals), len(script.seen)) == (1, 2)
    refused = Script([error(401, "invalid_token")])
    tokens = Tokens()
    assert isinstance(failure_of(client(script=refused, tokens=tokens)), PermanentFailure)
    assert (len(tokens.renewals), len(refused.seen)) == (1, 2)


@pytest.mark.parametrize(
    ("body", "kind", "is_json"),
    [
        (
            {"error": {"type": "invalid_token", "message": "invalid_token", "description": "expired"}},
            "invalid_token",
            True,
        ),
        ({"error": "invalid_grant", "error_description": "x"}, "invalid_grant", True),
        ({"data": []}, "", True),
        ([1], "", True),
    ],
)
def test_what_a_body_says(body: object, kind: str, is_json: bool) -> None:
    said = envelope(json.dumps(body).encode())
    assert (said.type, said.json) == (kind, is_json)
    assert not envelope(b"<html>").json
    assert not envelope(b"").json


def test_what_bling_wrote_of_people_and_tokens_is_not_quoted() -> None:
    planted = "token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc de Maria da Silva, CPF 123.456.789-09"
    message = str(failure_of(client(error(400, "BAD_REQUEST", planted))))
    assert not [secret for secret in ("eyJ", "Maria", "123.456") if secret in message]
