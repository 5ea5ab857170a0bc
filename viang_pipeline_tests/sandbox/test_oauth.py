"""Contract §14.1: consent, tokens and who may ask."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from viang_pipeline_tests.sandbox.shop import HOUR, MINUTE, START, Shop

VERIFIER = "v" * 64
S256 = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


def consent(shop: Shop, **changed: Any) -> httpx.Response:
    params = {
        "response_type": "code",
        "client_id": shop.sandbox.app_id,
        "redirect_uri": shop.sandbox.redirect_uri,
        "state": "abc",
    }
    return shop.http.get("/authorization", params=params | changed)


def post_token(shop: Shop, **form: str) -> httpx.Response:
    application = {"client_id": shop.sandbox.app_id, "client_secret": shop.sandbox.app_secret}
    return shop.http.post("/oauth/token", data=application | form)


def exchange(shop: Shop, code: str, **form: str) -> httpx.Response:
    return post_token(shop, grant_type="authorization_code", code=code, redirect_uri=shop.sandbox.redirect_uri, **form)


def refresh(shop: Shop, token: str) -> httpx.Response:
    return post_token(shop, grant_type="refresh_token", refresh_token=token)


def me(shop: Shop, token: str) -> httpx.Response:
    return shop.http.get("/users/me", headers={"Authorization": f"Bearer {token}"})


def test_the_consent_page_links_every_seller_and_keeps_the_question(shop: Shop) -> None:
    seller, _ = shop.seller(name="Loja & Cia")
    page = consent(shop)
    assert page.status_code == 200
    assert "Loja &amp; Cia" in page.text
    assert f"seller={seller.slug}" in page.text
    assert "state=abc" in page.text


def test_naming_the_seller_redirects_with_code_and_state(shop: Shop) -> None:
    seller, _ = shop.seller()
    for key in (seller.slug, str(seller.seller_id)):
        answer = consent(shop, seller=key)
        assert answer.status_code == 302
        assert answer.headers["location"].startswith(shop.sandbox.redirect_uri)
        query = parse_qs(urlsplit(answer.headers["location"]).query)
        assert query["state"] == ["abc"]
        assert query["code"][0].endswith(str(seller.seller_id))


def test_a_collaborator_cannot_consent(shop: Shop) -> None:
    seller, _ = shop.seller()
    answer = consent(shop, seller=seller.slug, operator="collaborator")
    assert "invalid_operator_user_id" in answer.headers["location"]


def test_a_foreign_redirect_or_application_is_refused_without_redirect(shop: Shop) -> None:
    assert consent(shop, redirect_uri="http://127.0.0.1:1/outro").status_code == 400
    assert consent(shop, client_id="1").status_code == 400


def test_an_application_with_pkce_refuses_consent_without_challenge(shop: Shop) -> None:
    shop.sandbox.options.pkce_required = True
    assert consent(shop).status_code == 400
    assert consent(shop, code_challenge=S256, code_challenge_method="S256").status_code == 200


def test_a_code_is_exchanged_once_for_a_six_hour_pair(shop: Shop) -> None:
    seller, _ = shop.seller()
    code = shop.sandbox.authorize(seller)
    pair = exchange(shop, code).json()
    assert pair["expires_in"] == 21_600
    assert pair["user_id"] == seller.seller_id
    assert pair["access_token"].startswith("APP_USR-")
    assert "offline_access" in pair["scope"]
    again = exchange(shop, code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


def test_a_code_dies_after_ten_minutes(shop: Shop) -> None:
    seller, _ = shop.seller()
    code = shop.sandbox.authorize(seller)
    shop.sandbox.clock.advance(10 * MINUTE)
    assert exchange(shop, code).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(("method", "challenge"), [("S256", S256), ("plain", VERIFIER)])
def test_the_verifier_must_fit_the_challenge(shop: Shop, method: str, challenge: str) -> None:
    seller, _ = shop.seller()
    code = [shop.sandbox.authorize(seller, code_challenge=challenge, code_challenge_method=method) for _ in range(3)]
    assert exchange(shop, code[0], code_verifier="x" * 64).json()["error"] == "invalid_grant"
    assert exchange(shop, code[1]).json()["error"] == "invalid_request"
    assert exchange(shop, code[2], code_verifier=VERIFIER).status_code == 200


def test_wrong_application_secret_or_query_parameters_are_refused(shop: Shop) -> None:
    seller, _ = shop.seller()
    token = shop.sandbox.tokens(seller).refresh_token
    form = {"grant_type": "refresh_token", "refresh_token": token, "client_id": shop.sandbox.app_id}
    assert shop.http.post("/oauth/token", data=form | {"client_secret": "x"}).json()["error"] == "invalid_client"
    in_query = shop.http.post("/oauth/token", params=form | {"client_secret": shop.sandbox.app_secret})
    assert in_query.json()["error"] == "invalid_request"
    assert post_token(shop, grant_type="password").json()["error"] == "unsupported_grant_type"


def test_a_refresh_rotates_and_kills_the_previous_pair(shop: Shop) -> None:
    seller, _ = shop.seller()
    first = shop.sandbox.tokens(seller)
    second = refresh(shop, first.refresh_token).json()
    reuse = refresh(shop, first.refresh_token)
    assert (reuse.status_code, reuse.json()["error"]) == (400, "invalid_grant")
    assert me(shop, first.access_token).status_code == 401
    assert me(shop, second["access_token"]).json()["id"] == seller.seller_id


def test_a_grant_dies_after_four_months_without_a_call(shop: Shop) -> None:
    seller, _ = shop.seller()
    pair = shop.sandbox.tokens(seller)
    shop.sandbox.clock.advance(timedelta(days=121))
    assert refresh(shop, pair.refresh_token).json()["error"] == "invalid_grant"


def test_an_expired_bearer_is_401_or_by_switch_403_of_the_gateway(shop: Shop) -> None:
    seller, _ = shop.seller()
    token = shop.sandbox.tokens(seller).access_token
    shop.sandbox.clock.set(START + 6 * HOUR)
    assert me(shop, token).status_code == 401
    shop.sandbox.options.expired_status = 403
    assert me(shop, token).json()["blocked_by"] == "PolicyAgent"


def test_a_malformed_bearer_is_403_and_a_missing_one_401(shop: Shop) -> None:
    assert me(shop, "qualquer-coisa").json()["code"] == "PA_UNAUTHORIZED_RESULT_FROM_POLICIES"
    assert me(shop, "qualquer-coisa").status_code == 403
    assert shop.http.get("/users/me").status_code == 401
    seller, _ = shop.seller()
    in_query = shop.http.get("/users/me", params={"access_token": shop.sandbox.tokens(seller).access_token})
    assert in_query.status_code == 401


def test_a_revoked_grant_refuses_bearer_and_refresh(shop: Shop) -> None:
    seller, _ = shop.seller()
    pair = shop.sandbox.tokens(seller)
    shop.sandbox.revoke(seller)
    assert me(shop, pair.access_token).status_code == 401
    assert refresh(shop, pair.refresh_token).json()["error"] == "invalid_grant"


def test_grants_are_listed_and_can_be_deleted_by_the_seller(shop: Shop) -> None:
    seller, _ = shop.seller()
    bearer = {"Authorization": f"Bearer {shop.sandbox.tokens(seller).access_token}"}
    app = shop.sandbox.app_id
    listed = shop.http.get(f"/applications/{app}/grants", headers=bearer).json()["grants"]
    assert seller.seller_id in [grant["user_id"] for grant in listed]
    assert shop.http.delete(f"/users/{seller.seller_id}/applications/{app}", headers=bearer).status_code == 200
    assert shop.http.get("/users/me", headers=bearer).status_code == 401


def test_the_application_states_its_hourly_ceiling(shop: Shop) -> None:
    seller, _ = shop.seller()
    shop.sandbox.max_requests_per_hour = 1234
    answer = shop.get(seller, f"/applications/{shop.sandbox.app_id}").json()
    assert answer["max_requests_per_hour"] == 1234
    shop.sandbox.max_requests_per_hour = 18_000
