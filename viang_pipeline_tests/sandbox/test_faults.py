"""Contract §14.9 and §1.1: faults, their counting, and what reaches the caller."""

from __future__ import annotations

import time

import httpx
import pytest

from viang_pipeline.sandbox import Fault
from viang_pipeline.sandbox.truth import Seller
from viang_pipeline_tests.sandbox.shop import HOUR, START, Shop


def statuses(shop: Shop, seller: Seller, count: int, path: str = "/users/me") -> list[int]:
    return [shop.get(seller, path).status_code for _ in range(count)]


def refresh(shop: Shop, token: str) -> httpx.Response:
    form = {"grant_type": "refresh_token", "refresh_token": token}
    application = {"client_id": shop.sandbox.app_id, "client_secret": shop.sandbox.app_secret}
    return shop.http.post("/oauth/token", data=form | application)


def test_a_throttled_answer_is_empty_and_may_carry_retry_after(shop: Shop) -> None:
    seller, _ = shop.seller()
    shop.sandbox.faults.add(Fault("status", status=429))
    shop.sandbox.faults.add(Fault("status", status=429, retry_after="2", skip=1))
    bare, hinted, fine = (shop.get(seller, "/users/me") for _ in range(3))
    assert (bare.status_code, bare.content, "retry-after" in bare.headers) == (429, b"", False)
    assert (hinted.status_code, hinted.headers["retry-after"]) == (429, "2")
    assert fine.status_code == 200


def test_a_fault_strikes_its_route_seller_and_count_only(shop: Shop) -> None:
    seller, _ = shop.seller()
    other, _ = shop.seller()
    shop.sandbox.faults.add(Fault("status", status=502, path="/users/*", seller=seller.seller_id, skip=1, times=2))
    assert statuses(shop, other, 2) == [200, 200]
    assert statuses(shop, seller, 1, f"/applications/{shop.sandbox.app_id}") == [200]
    assert statuses(shop, seller, 4) == [200, 502, 502, 200]


def test_server_errors_have_plain_bodies(shop: Shop) -> None:
    seller, _ = shop.seller()
    shop.sandbox.faults.add(Fault("status", status=504, body="upstream request timeout"))
    answer = shop.get(seller, "/users/me")
    assert (answer.status_code, answer.text) == (504, "upstream request timeout")


def test_chance_is_the_same_for_the_same_seed(shop: Shop) -> None:
    seller, _ = shop.seller()
    runs = []
    for _ in range(2):
        shop.sandbox.faults.clear()
        shop.sandbox.faults.add(Fault("status", status=500, times=None, probability=0.4, seed=7))
        runs.append(statuses(shop, seller, 20))
    assert runs[0] == runs[1]
    assert {200, 500} == set(runs[0])


def test_a_hidden_limit_throttles_what_exceeds_it(shop: Shop) -> None:
    seller, _ = shop.seller()
    shop.sandbox.faults.add(Fault("rate_limit", limit=3, seconds=30, times=None))
    assert statuses(shop, seller, 5) == [200, 200, 200, 429, 429]


def test_a_delay_runs_into_the_callers_timeout(shop: Shop) -> None:
    seller, _ = shop.seller()
    shop.sandbox.faults.add(Fault("delay", seconds=0.3))
    with pytest.raises(httpx.ReadTimeout):
        shop.http.get("/users/me", headers=shop.bearer(seller), timeout=0.05)
    # Served all the same, to nobody; a test that came meanwhile would find the request in its log.
    deadline = time.monotonic() + 10
    while not shop.sandbox.requests and time.monotonic() < deadline:
        time.sleep(0.01)
    assert [request.path for request in shop.sandbox.requests] == ["/users/me"]


def test_a_reset_cuts_the_body_in_the_middle(shop: Shop) -> None:
    seller, _ = shop.seller()
    shop.sandbox.faults.add(Fault("reset"))
    with pytest.raises(httpx.RemoteProtocolError, match="complete message body"):
        shop.get(seller, "/users/me")
    assert shop.get(seller, "/users/me").status_code == 200


def test_partial_content_has_holes_and_names_them(shop: Shop) -> None:
    seller, listing = shop.seller()
    for _ in range(3):
        shop.world.pay(shop.world.place_order(seller, listing, at=START - HOUR), at=START - HOUR)
    shop.sandbox.faults.add(Fault("partial", path="/orders/search", missing=("payments", "shipping")))
    answer = shop.get(seller, "/orders/search")
    assert (answer.status_code, answer.headers["x-content-missing"]) == (206, "payments,shipping")
    assert [row["payments"] is None for row in answer.json()["results"]] == [True, False, True]


def test_forbidden_comes_from_the_gateway_or_for_lack_of_scope(shop: Shop) -> None:
    seller, _ = shop.seller()
    shop.sandbox.faults.add(Fault("policy_agent"))
    shop.sandbox.faults.add(Fault("scope", skip=1))
    assert shop.get(seller, "/users/me").json()["blocked_by"] == "PolicyAgent"
    refused = shop.get(seller, "/users/me")
    assert (refused.status_code, refused.json()["code"]) == (403, "FORBIDDEN")


def test_a_lost_renewal_took_effect_and_may_be_repeated_once(shop: Shop) -> None:
    seller, _ = shop.seller()
    pair = shop.sandbox.tokens(seller)
    shop.sandbox.faults.add(Fault("lost", path="/oauth/token"))
    with pytest.raises(httpx.RemoteProtocolError):
        refresh(shop, pair.refresh_token)
    assert shop.http.get("/users/me", headers={"Authorization": f"Bearer {pair.access_token}"}).status_code == 401
    repeated = refresh(shop, pair.refresh_token)
    assert repeated.status_code == 200
    assert refresh(shop, pair.refresh_token).json()["error"] == "invalid_grant"
    assert refresh(shop, repeated.json()["refresh_token"]).status_code == 200


def test_a_lost_renewal_is_final_when_repeats_are_switched_off(shop: Shop) -> None:
    seller, _ = shop.seller()
    pair = shop.sandbox.tokens(seller)
    shop.sandbox.options.repeat_lost_refresh = False
    shop.sandbox.faults.add(Fault("lost", path="/oauth/token"))
    with pytest.raises(httpx.RemoteProtocolError):
        refresh(shop, pair.refresh_token)
    assert refresh(shop, pair.refresh_token).json()["error"] == "invalid_grant"


@pytest.mark.parametrize("processed", [False, True])
def test_a_failing_renewal_rotates_only_when_it_was_processed(shop: Shop, processed: bool) -> None:
    seller, _ = shop.seller()
    pair = shop.sandbox.tokens(seller)
    shop.sandbox.options.repeat_lost_refresh = False
    shop.sandbox.faults.add(Fault("status", status=500, path="/oauth/token", processed=processed))
    assert refresh(shop, pair.refresh_token).status_code == 500
    assert refresh(shop, pair.refresh_token).status_code == (400 if processed else 200)


def test_a_slow_answer_comes_after_the_effect(shop: Shop) -> None:
    seller, _ = shop.seller()
    pair = shop.sandbox.tokens(seller)
    shop.sandbox.faults.add(Fault("slow", path="/oauth/token", seconds=0.2))
    began = time.monotonic()
    assert refresh(shop, pair.refresh_token).status_code == 200
    assert time.monotonic() - began >= 0.2


def test_requests_are_recorded_without_tokens(shop: Shop) -> None:
    seller, _ = shop.seller()
    token = shop.bearer(seller)["Authorization"].split()[1]
    shop.get(seller, "/orders/search", limit=1)
    shop.sandbox.faults.add(Fault("reset"))
    with pytest.raises(httpx.RemoteProtocolError):
        shop.get(seller, "/users/me")
    seen = [request for request in shop.sandbox.requests if request.seller_id == seller.seller_id]
    assert [(r.method, r.path, r.query, r.seller_id) for r in seen] == [
        ("GET", "/orders/search", {"limit": "1"}, seller.seller_id),
        ("GET", "/users/me", {}, seller.seller_id),
    ]
    assert seen[0].at == START
    assert token not in repr(seen)


def test_another_process_can_drive_clock_faults_and_log(shop: Shop) -> None:
    seller, _ = shop.seller()
    control = "/__sandbox__"
    assert shop.http.post(f"{control}/clock", json={"advance_seconds": 3600}).json()["now"].startswith("2026-03-10T13")
    assert shop.http.post(f"{control}/clock", json={"now": "2026-03-11T00:00:00Z"}).status_code == 200
    assert shop.sandbox.clock.now().day == 11
    assert shop.http.post(f"{control}/clock", json={}).status_code == 400
    assert shop.http.post(f"{control}/faults", json={"kind": "status", "status": 418}).status_code == 204
    assert shop.http.post(f"{control}/faults", json={"kind": "status", "hook": "x"}).status_code == 400
    assert shop.http.post(f"{control}/faults", json={"kind": "unheard-of"}).status_code == 400
    assert statuses(shop, seller, 2) == [418, 200]
    assert [row["path"] for row in shop.http.get(f"{control}/requests").json()] == ["/users/me"] * 2
    assert shop.http.delete(f"{control}/requests").status_code == 204
    assert seller.slug in [row["slug"] for row in shop.http.get(f"{control}/sellers").json()]
    assert shop.http.post(f"{control}/revoke", json={"seller": seller.slug}).status_code == 204
    assert refresh(shop, shop.sandbox.tokens(seller).refresh_token).status_code == 200


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown fault kind"):
        Fault("explode")  # type: ignore[arg-type]
