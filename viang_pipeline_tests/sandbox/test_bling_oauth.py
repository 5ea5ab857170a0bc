"""Bling contract §2 and §3: consent, tokens, and who may ask."""

from __future__ import annotations

import base64
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from viang_pipeline.sandbox.bling.book import BlingAccount
from viang_pipeline_tests.sandbox.bling_shop import API, Erp
from viang_pipeline_tests.sandbox.shop import DAY, HOUR, MINUTE, START

COMPANY = f"{API}/empresas/me/dados-basicos"


def consent(erp: Erp, **changed: str) -> httpx.Response:
    params = {"response_type": "code", "client_id": erp.shop.sandbox.bling.application.app_id, "state": "abc"}
    return erp.shop.http.get(f"{API}/oauth/authorize", params=params | changed)


def came_back(answer: httpx.Response) -> dict[str, list[str]]:
    assert answer.status_code == 302
    return parse_qs(urlsplit(answer.headers["location"]).query)


def company(erp: Erp, token: str, **headers: str) -> httpx.Response:
    return erp.shop.http.get(COMPANY, headers={"Authorization": f"Bearer {token}"} | headers)


def kind(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["type"]


@pytest.fixture
def account(erp: Erp) -> BlingAccount:
    return erp.account()


def slug(erp: Erp, account: BlingAccount) -> str:
    return erp.shop.world.sellers[account.seller_id].slug


def test_the_consent_page_links_the_sellers_that_have_an_account(erp: Erp, account: BlingAccount) -> None:
    without, _ = erp.shop.seller()
    page = consent(erp)
    assert f'seller={slug(erp, account)}"' in page.text
    assert f'seller={without.slug}"' not in page.text
    assert consent(erp, seller=without.slug).status_code == 404


def test_consent_returns_code_and_state_to_the_registered_address_whatever_the_query_says(
    erp: Erp, account: BlingAccount
) -> None:
    answer = consent(erp, seller=slug(erp, account), redirect_uri="http://127.0.0.1:1/outro", scope="1 2")
    assert answer.headers["location"].startswith(erp.shop.sandbox.redirect_uri)
    back = came_back(answer)
    assert back["state"] == ["abc"]
    assert erp.exchange(back["code"][0]).status_code == 200


def test_consent_without_state_or_for_another_application_goes_nowhere(erp: Erp) -> None:
    assert consent(erp, state="").status_code == 400
    assert consent(erp, client_id="outro").status_code == 400


@pytest.mark.parametrize("refusal", ["access_denied", "app_inativo", "UNAUTHORIZED_ERROR"])
def test_a_refused_consent_brings_back_an_error(erp: Erp, account: BlingAccount, refusal: str) -> None:
    erp.shop.sandbox.bling.options.consent = refusal
    back = came_back(consent(erp, seller=slug(erp, account)))
    assert back == {"error": [refusal], "state": ["abc"]}


def test_a_company_in_arrears_neither_consents_nor_renews(erp: Erp, account: BlingAccount) -> None:
    pair = erp.shop.sandbox.bling.tokens(account.seller_id)
    account.suspend()
    assert came_back(consent(erp, seller=slug(erp, account)))["error"] == ["UNAUTHORIZED_ERROR"]
    assert kind(erp.refresh(pair.refresh_token))[1] == "UNAUTHORIZED_ERROR"


def test_a_code_brings_a_six_hour_jwt_and_numeric_scopes(erp: Erp, account: BlingAccount) -> None:
    pair = erp.exchange(erp.shop.sandbox.bling.authorize(account.seller_id)).json()
    assert pair["expires_in"] == 21_600
    assert 1500 <= len(pair["access_token"]) <= 3000
    assert pair["access_token"].count(".") == 2
    assert all(scope.isdecimal() for scope in pair["scope"].split())
    assert company(erp, pair["access_token"]).json()["data"]["id"] == account.company.company_id


def test_every_second_account_writes_the_token_type_in_lower_case(erp: Erp) -> None:
    accounts = [erp.account() for _ in range(4)]
    pairs = [erp.exchange(erp.shop.sandbox.bling.authorize(a.seller_id)).json() for a in accounts]
    assert sorted(pair["token_type"] for pair in pairs) == ["Bearer", "Bearer", "bearer", "bearer"]


def test_a_code_dies_after_sixty_seconds(erp: Erp, account: BlingAccount) -> None:
    code = erp.shop.sandbox.bling.authorize(account.seller_id)
    erp.shop.sandbox.clock.advance(MINUTE)
    assert kind(erp.exchange(code)) == (400, "invalid_grant")


def test_the_second_use_of_a_living_code_revokes_the_whole_authorisation(erp: Erp, account: BlingAccount) -> None:
    code = erp.shop.sandbox.bling.authorize(account.seller_id)
    pair = erp.exchange(code).json()
    again = erp.exchange(code)
    assert kind(again) == (400, "VALIDATION_ERROR")
    assert "código de autorização" in again.json()["error"]["description"]
    assert kind(company(erp, pair["access_token"])) == (401, "invalid_token")
    assert kind(erp.refresh(pair["refresh_token"])) == (400, "invalid_grant")


def test_a_used_code_after_its_minute_harms_nobody(erp: Erp, account: BlingAccount) -> None:
    code = erp.shop.sandbox.bling.authorize(account.seller_id)
    pair = erp.exchange(code).json()
    erp.shop.sandbox.clock.advance(2 * MINUTE)
    assert kind(erp.exchange(code)) == (400, "invalid_grant")
    assert company(erp, pair["access_token"]).status_code == 200


def test_a_refresh_kills_the_old_pair_at_once(erp: Erp, account: BlingAccount) -> None:
    first = erp.shop.sandbox.bling.tokens(account.seller_id)
    second = erp.refresh(first.refresh_token).json()
    assert second["refresh_token"] != first.refresh_token
    assert kind(erp.refresh(first.refresh_token)) == (400, "invalid_grant")
    assert company(erp, first.access_token).status_code == 401
    assert company(erp, second["access_token"]).status_code == 200


def test_the_old_access_token_may_live_on_by_switch(erp: Erp, account: BlingAccount) -> None:
    erp.shop.sandbox.bling.options.old_access_token_survives = True
    first = erp.shop.sandbox.bling.tokens(account.seller_id)
    erp.refresh(first.refresh_token)
    assert company(erp, first.access_token).status_code == 200


def test_a_refresh_may_come_without_a_refresh_token_and_then_the_old_one_stays(erp: Erp, account: BlingAccount) -> None:
    erp.shop.sandbox.bling.options.rotates_refresh_token = False
    first = erp.shop.sandbox.bling.tokens(account.seller_id)
    assert "refresh_token" not in erp.refresh(first.refresh_token).json()
    assert erp.refresh(first.refresh_token).status_code == 200


def test_an_access_token_is_401_after_six_hours_and_says_it_expired(erp: Erp, account: BlingAccount) -> None:
    token = erp.shop.sandbox.bling.tokens(account.seller_id).access_token
    erp.shop.sandbox.clock.set(START + 6 * HOUR)
    answer = company(erp, token)
    assert kind(answer) == (401, "invalid_token")
    assert "expired" in answer.json()["error"]["description"]


def test_a_refresh_token_dies_after_thirty_days(erp: Erp, account: BlingAccount) -> None:
    token = erp.shop.sandbox.bling.tokens(account.seller_id).refresh_token
    erp.shop.sandbox.clock.advance(timedelta(days=29))
    token = erp.refresh(token).json()["refresh_token"]
    erp.shop.sandbox.clock.advance(30 * DAY)
    assert kind(erp.refresh(token)) == (400, "invalid_grant")


@pytest.mark.parametrize("authorization", [None, "Bearer x", "Basic " + base64.b64encode(b"outro:segredo").decode()])
def test_the_application_is_known_by_its_basic_header_only(
    erp: Erp, account: BlingAccount, authorization: str | None
) -> None:
    application = erp.shop.sandbox.bling.application
    form = {
        "grant_type": "refresh_token",
        "refresh_token": erp.shop.sandbox.bling.tokens(account.seller_id).refresh_token,
        "client_id": application.app_id,
        "client_secret": application.secret,
    }
    headers = {"Authorization": authorization} if authorization else {}
    assert kind(erp.shop.http.post(f"{API}/oauth/token", data=form, headers=headers)) == (400, "invalid_client")
    assert erp.refresh(form["refresh_token"]).status_code == 200


def test_the_status_of_the_token_stage_may_be_401_with_the_same_body(erp: Erp) -> None:
    erp.shop.sandbox.bling.options.oauth_error_status = 401
    assert kind(erp.refresh("nunca-emitido")) == (401, "invalid_grant")


def test_parameters_of_the_token_call_count_only_in_a_form(erp: Erp, account: BlingAccount) -> None:
    application = erp.shop.sandbox.bling.application
    answer = erp.shop.http.post(
        f"{API}/oauth/token",
        params={"grant_type": "authorization_code", "code": erp.shop.sandbox.bling.authorize(account.seller_id)},
        auth=(application.app_id, application.secret),
    )
    assert kind(answer) == (400, "invalid_request")


def test_without_the_jwt_header_tokens_are_opaque_and_the_header_then_refuses_them(
    erp: Erp, account: BlingAccount
) -> None:
    code = erp.shop.sandbox.bling.authorize(account.seller_id)
    pair = erp.token({}, grant_type="authorization_code", code=code).json()
    assert len(pair["access_token"]) < 100
    assert company(erp, pair["access_token"]).status_code == 200
    assert kind(company(erp, pair["access_token"], **{"enable-jwt": "1"})) == (401, "invalid_token")


def test_a_jwt_works_with_and_without_the_header(erp: Erp, account: BlingAccount) -> None:
    token = erp.shop.sandbox.bling.tokens(account.seller_id).access_token
    assert company(erp, token).status_code == 200
    assert company(erp, token, **{"enable-jwt": "1"}).status_code == 200


def test_a_missing_or_unknown_bearer_is_401_and_a_malformed_header_400(erp: Erp) -> None:
    assert kind(erp.shop.http.get(COMPANY)) == (401, "invalid_token")
    assert kind(company(erp, "nunca-emitido")) == (401, "invalid_token")
    assert kind(erp.shop.http.get(COMPANY, headers={"Authorization": "Token x"})) == (400, "invalid_request")


def test_a_bearer_of_the_marketplace_opens_nothing_here(erp: Erp, account: BlingAccount) -> None:
    assert company(erp, erp.shop.sandbox.tokens(account.seller_id).access_token).status_code == 401


def test_revocation_over_http_ends_the_authorisation(erp: Erp, account: BlingAccount) -> None:
    pair = erp.shop.sandbox.bling.tokens(account.seller_id)
    application = erp.shop.sandbox.bling.application
    form = {
        "token": pair.refresh_token,
        "token_type_hint": "refresh_token",
        "revoke_action": "logout",
        "revoke_target": "user",
    }
    assert kind(erp.shop.http.post(f"{API}/oauth/revoke", data=form))[1] == "invalid_client"
    basic = (application.app_id, application.secret)
    assert erp.shop.http.post(f"{API}/oauth/revoke", data=form, auth=basic).status_code == 200
    assert company(erp, pair.access_token).status_code == 401
    assert kind(erp.refresh(pair.refresh_token)) == (400, "invalid_grant")


def test_a_new_scope_list_logs_every_account_out(erp: Erp) -> None:
    pairs = [erp.shop.sandbox.bling.tokens(erp.account().seller_id) for _ in range(2)]
    erp.shop.sandbox.bling.grants.revoke_all()
    assert [company(erp, pair.access_token).status_code for pair in pairs] == [401, 401]


def test_a_missing_scope_is_a_403_of_its_resource_alone(erp: Erp, account: BlingAccount) -> None:
    account.refuse(["contas/pagar", "situacoes"])
    assert kind(erp.get(account, "/situacoes/modulos")) == (403, "insufficient_scope")
    assert erp.get(account, "/pedidos/vendas").status_code == 200
    account.refuse(["situacoes"], error="FORBIDDEN")
    assert kind(erp.get(account, "/situacoes/modulos")) == (403, "FORBIDDEN")


def test_the_log_names_the_seller_and_no_secret(erp: Erp, account: BlingAccount) -> None:
    pair = erp.exchange(erp.shop.sandbox.bling.authorize(account.seller_id)).json()
    company(erp, pair["access_token"])
    seen = erp.shop.sandbox.requests
    assert [(r.path, r.seller_id) for r in seen] == [
        (f"{API}/oauth/token", account.seller_id),
        (COMPANY, account.seller_id),
    ]
    assert pair["access_token"] not in repr(seen)
    assert pair["refresh_token"] not in repr(seen)
