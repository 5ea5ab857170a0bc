"""Consent, exchange and refresh: one attempt each, every refusal understood, nothing secret shown (contract §2)."""

from __future__ import annotations

import base64
import hashlib
import json
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx
import pytest

from viang_pipeline.failures import AnswerLost, NeedsReauthorization, PermanentFailure, TransientFailure, UsageError
from viang_pipeline.sources.mercado_livre.oauth import (
    MercadoLivreOAuth,
    TokenPair,
    authorization_url,
    challenge,
    code_from_redirect,
    new_state,
    new_verifier,
)
from viang_pipeline_tests.sources.answers import Script
from viang_pipeline_tests.sources.examples import TOKEN

SECRET = "segredo-do-app"
REDIRECT = "https://agencia.test/retorno"


def oauth(script: Script) -> MercadoLivreOAuth:
    return MercadoLivreOAuth("https://api.test", "777", SECRET, REDIRECT, transport=httpx.MockTransport(script))


def test_a_refresh_is_one_post_with_everything_in_the_body() -> None:
    script = Script([httpx.Response(200, content=TOKEN)])
    pair = oauth(script).refresh("TG-velho")
    assert pair == TokenPair(
        "APP_USR-777-100312-aa11-424242", "TG-6701aa-424242", 21600, 424242, "offline_access read write"
    )
    request = script.seen[0]
    assert (request.method, str(request.url)) == ("POST", "https://api.test/oauth/token")
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert dict(parse_qsl(request.content.decode())) == {
        "grant_type": "refresh_token",
        "client_id": "777",
        "client_secret": SECRET,
        "refresh_token": "TG-velho",
    }


def test_an_exchange_sends_the_code_the_redirect_and_the_verifier() -> None:
    script = Script([httpx.Response(200, content=TOKEN)])
    oauth(script).exchange("TG-codigo", "verificador")
    form = dict(parse_qsl(script.seen[0].content.decode()))
    assert form["grant_type"] == "authorization_code"
    assert (form["code"], form["redirect_uri"], form["code_verifier"]) == ("TG-codigo", REDIRECT, "verificador")


@pytest.mark.parametrize(
    ("status", "error", "kind", "says"),
    [
        (400, "invalid_grant", NeedsReauthorization, "autorizar o aplicativo novamente"),
        (401, "unauthorized_client", NeedsReauthorization, "autorizar o aplicativo novamente"),
        (400, "invalid_client", PermanentFailure, "MERCADO_LIVRE_APP_SECRET"),
        (401, "invalid_client", PermanentFailure, "MERCADO_LIVRE_APP_ID"),
        (400, "invalid_request", PermanentFailure, "PKCE"),
        (400, "unsupported_grant_type", PermanentFailure, "não aceita"),
        (400, "invalid_scope", PermanentFailure, "offline_access"),
        (400, "invalid_operator_user_id", PermanentFailure, "usuário principal"),
        (403, "forbidden", PermanentFailure, "IP"),
        (403, "unauthorized_application", PermanentFailure, "bloqueado"),
        (400, "something_new", PermanentFailure, "recusou"),
        (429, "local_rate_limited", TransientFailure, "ritmo"),
        (500, "x", AnswerLost, "falhou"),
        (503, "x", AnswerLost, "falhou"),
    ],
)
def test_each_refusal_is_understood_and_asked_only_once(
    status: int, error: str, kind: type[Exception], says: str
) -> None:
    body = {"error": error, "error_description": f"for TG-velho and {SECRET}", "status": status, "cause": []}
    script = Script([httpx.Response(status, json=body)])
    with pytest.raises(PermanentFailure if issubclass(kind, PermanentFailure) else TransientFailure) as failure:
        oauth(script).refresh("TG-velho")
    assert type(failure.value) is kind
    assert says in str(failure.value)
    assert "TG-velho" not in str(failure.value)
    assert len(script.seen) == 1


@pytest.mark.parametrize("error", [httpx.ReadTimeout("x"), httpx.ReadError("x"), httpx.RemoteProtocolError("x")])
def test_an_answer_lost_on_its_way_is_told_apart(error: httpx.HTTPError) -> None:
    script = Script([error])
    with pytest.raises(AnswerLost) as failure:
        oauth(script).refresh("TG-velho")
    assert failure.value.__context__ is None
    assert len(script.seen) == 1


@pytest.mark.parametrize("body", [b"", b'{"access_token":"APP', b"<html>", b"{}"])
def test_an_unreadable_answer_is_a_lost_one(body: bytes) -> None:
    with pytest.raises(AnswerLost):
        oauth(Script([httpx.Response(200, content=body)])).refresh("TG-velho")


@pytest.mark.parametrize("error", [httpx.ConnectError("x"), httpx.ConnectTimeout("x")])
def test_a_connection_never_made_had_no_effect(error: httpx.HTTPError) -> None:
    with pytest.raises(TransientFailure) as failure:
        oauth(Script([error])).refresh("TG-velho")
    assert not isinstance(failure.value, AnswerLost)


def test_a_grant_without_refresh_token_names_the_missing_scope() -> None:
    body = json.loads(TOKEN) | {"refresh_token": None}
    del body["refresh_token"]
    with pytest.raises(PermanentFailure, match="offline_access"):
        oauth(Script([httpx.Response(200, json=body)])).exchange("TG-codigo", "v")


def test_nothing_shows_a_token() -> None:
    pair = TokenPair("APP_USR-segredo", "TG-segredo", 1, 424242, "read")
    assert "segredo" not in f"{pair!r} {pair}"
    assert SECRET not in repr(oauth(Script([])))


def test_the_consent_address_carries_an_s256_challenge_and_never_the_verifier() -> None:
    verifier, state = new_verifier(), new_state()
    address = urlsplit(authorization_url("https://auth.mercadolivre.com.br/", "777", REDIRECT, state, verifier))
    query = {name: values[0] for name, values in parse_qs(address.query).items()}
    assert f"{address.scheme}://{address.netloc}{address.path}" == "https://auth.mercadolivre.com.br/authorization"
    assert query == {
        "response_type": "code",
        "client_id": "777",
        "redirect_uri": REDIRECT,
        "state": state,
        "code_challenge": challenge(verifier),
        "code_challenge_method": "S256",
    }
    digest = hashlib.sha256(verifier.encode()).digest()
    assert base64.urlsafe_b64decode(query["code_challenge"] + "=") == digest
    assert 43 <= len(verifier) <= 128


def test_the_challenge_of_rfc_7636_is_reproduced() -> None:
    assert challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_the_code_is_taken_only_from_an_answer_to_our_own_request() -> None:
    assert code_from_redirect(f"{REDIRECT}?code=TG-1-424242&state=abc", "abc") == "TG-1-424242"
    for query, says in (
        ("code=TG-1&state=outro", "state"),
        ("code=TG-1", "state"),
        ("state=abc", "code"),
        ("error=access_denied&state=abc", "não concluiu"),
        ("error=invalid_operator_user_id&state=abc", "usuário principal"),
    ):
        with pytest.raises(UsageError, match=says) as failure:
            code_from_redirect(f"{REDIRECT}?{query}", "abc")
        assert "TG-1" not in str(failure.value)
