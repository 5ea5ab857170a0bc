"""Code exchange and refresh with Bling: one attempt each, judged by the body (contract Bling §2, §3)."""

from __future__ import annotations

import base64
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from viang_pipeline.failures import (
    AnswerLost,
    NeedsReauthorization,
    PermanentFailure,
    SourceFailure,
    SourcePaused,
    TransientFailure,
)
from viang_pipeline.sources.bling.oauth import BlingOAuth, authorization_url
from viang_pipeline.sources.pacers import BookedPacer, LocalLedger
from viang_pipeline.sources.pacing import bling_token_scopes
from viang_pipeline_tests.sources.answers import Script
from viang_pipeline_tests.sources.test_bling_conduct import Pace

JWT = "eyJhbGciOiJIUzI1NiJ9." + "x" * 1500
GRANT = {"access_token": JWT, "expires_in": 21600, "token_type": "Bearer", "scope": "1 2", "refresh_token": "novo"}
TOKEN_URL = "https://api.test/Api/v3/oauth/token"


def oauth(script: Script, pace: Pace | None = None) -> BlingOAuth:
    return BlingOAuth(TOKEN_URL, "id", "segredo", pace, transport=httpx.MockTransport(script))


def granted(**changes: object) -> httpx.Response:
    return httpx.Response(200, json={name: value for name, value in (GRANT | changes).items() if value is not None})


def refusal(kind: str, status: int = 400, text: str = "m") -> httpx.Response:
    return httpx.Response(status, json={"error": {"type": kind, "message": text, "description": "d"}})


def test_the_exchange_is_what_bling_expects() -> None:
    script = Script([granted()])
    pair = oauth(script).exchange("codigo")
    (request,) = script.seen
    assert str(request.url) == TOKEN_URL
    assert request.headers["authorization"] == f"Basic {base64.b64encode(b'id:segredo').decode()}"
    assert (request.headers["accept"], request.headers["enable-jwt"]) == ("1.0", "1")
    assert request.content == b"grant_type=authorization_code&code=codigo"
    assert (pair.access_token, pair.refresh_token, pair.expires_in) == (JWT, "novo", 21600)
    assert JWT not in repr(pair)


def test_the_consent_address_has_neither_pkce_nor_return_address() -> None:
    query = parse_qs(urlsplit(authorization_url("https://www.test/Api/v3/oauth/authorize", "id", "estado")).query)
    assert query == {"response_type": ["code"], "client_id": ["id"], "state": ["estado"]}


@pytest.mark.parametrize("written", ["bearer", "Bearer", "BEARER"])
def test_the_kind_of_token_is_read_in_any_case(written: str) -> None:
    assert oauth(Script([granted(token_type=written)])).refresh("velho").access_token == JWT


def test_a_refresh_without_a_new_refresh_token_keeps_the_stored_one() -> None:
    assert oauth(Script([granted(refresh_token=None)])).refresh("velho").refresh_token == "velho"
    with pytest.raises(PermanentFailure, match="refresh token"):
        oauth(Script([granted(refresh_token=None)])).exchange("codigo")


@pytest.mark.parametrize("status", [400, 401, 403])
@pytest.mark.parametrize(
    ("kind", "expected", "said"),
    [
        ("invalid_grant", NeedsReauthorization, "não vale mais"),
        ("VALIDATION_ERROR", NeedsReauthorization, "não vale mais"),
        ("invalid_client", PermanentFailure, "BLING_CLIENT_ID"),
        ("app_inativo", PermanentFailure, "inativo"),
        ("UNAUTHORIZED_ERROR", PermanentFailure, "empresa"),
        ("algo_novo", PermanentFailure, "algo_novo"),
    ],
)
def test_a_refusal_is_judged_by_its_body_and_not_by_its_status(
    kind: str, expected: type[SourceFailure], said: str, status: int
) -> None:
    script = Script([refusal(kind, status)])
    with pytest.raises(SourceFailure) as caught:
        oauth(script).refresh("velho")
    assert type(caught.value) is expected
    assert said in str(caught.value)
    assert len(script.seen) == 1


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (httpx.ReadTimeout("x"), AnswerLost),
        (httpx.ReadError("x"), AnswerLost),
        (httpx.Response(500, html="<html>"), AnswerLost),
        (httpx.Response(200, text="cortad"), AnswerLost),
        (httpx.Response(200, json=GRANT | {"token_type": "mac"}), AnswerLost),
        (httpx.ConnectError("x"), TransientFailure),
        (refusal("TOO_MANY_REQUESTS", 429), TransientFailure),
    ],
)
def test_no_call_is_ever_repeated_here(step: httpx.Response | httpx.HTTPError, expected: type[SourceFailure]) -> None:
    for call in ("exchange", "refresh"):
        script = Script([step])
        with pytest.raises(SourceFailure) as caught:
            getattr(oauth(script), call)("segredo-que-nao-aparece")
        assert type(caught.value) is expected
        assert len(script.seen) == 1
        assert "segredo" not in str(caught.value)
        assert not isinstance(caught.value.__context__, httpx.HTTPError), "its request holds the secret"


def test_a_blocked_address_closes_the_tokens_for_an_hour_and_the_reads_for_ten_minutes() -> None:
    pace = Pace()
    with pytest.raises(SourcePaused, match="BLING_TOKEN_URL"):
        oauth(Script([httpx.Response(403, html="<html>")]), pace).refresh("velho")
    assert pace.closed == [("bling:token", 3600.0), ("bling:ip", 600.0)]


def test_forty_renewals_at_once_never_make_more_than_ten_calls_in_a_minute() -> None:
    now = [1000.0]
    calls: list[float] = []

    def sleep(seconds: float) -> None:
        now[0] += seconds

    ledger = LocalLedger(bling_token_scopes(), clock=lambda: now[0])
    pacer = BookedPacer(ledger, clock=lambda: now[0], sleep=sleep)

    def answer(request: httpx.Request) -> httpx.Response:
        calls.append(now[0])
        return granted()

    platform = BlingOAuth(TOKEN_URL, "id", "segredo", pacer, transport=httpx.MockTransport(answer))
    for n in range(40):
        now[0] += n % 3 * 0.7
        platform.refresh("velho")
    assert len(calls) == 40
    assert max(sum(start <= at < start + 60 for at in calls) for start in calls) <= 10
