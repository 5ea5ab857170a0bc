"""Contract §1.2 and §14.9: limits nobody publishes, per application and per seller, that move."""

from __future__ import annotations

import pytest

from viang_pipeline.sandbox import HiddenLimit
from viang_pipeline.sandbox.hidden_limits import HiddenLimits, integral
from viang_pipeline.sandbox.truth import Seller
from viang_pipeline_tests.sandbox.shop import Shop

STEADY = ((0.0, 1.0),)


class Time:
    now = 50.0

    def __call__(self) -> float:
        return self.now


def passing(limits: HiddenLimits, count: int, seller: int = 1) -> int:
    return sum(limits.refusing(seller) is None for _ in range(count))


def statuses(shop: Shop, seller: Seller, count: int) -> list[int]:
    return [shop.get(seller, "/users/me").status_code for _ in range(count)]


def test_a_bucket_lets_its_burst_pass_and_then_its_rate() -> None:
    time = Time()
    limits = HiddenLimits(time)
    limits.add(HiddenLimit(per="app", script=((0.0, 10.0),), burst=3))
    assert passing(limits, 10) == 3
    time.now += 0.2
    assert passing(limits, 10) == 2


def test_a_script_changes_the_rate_while_requests_go_on() -> None:
    time = Time()
    limits = HiddenLimits(time)
    limits.add(HiddenLimit(per="app", script=((0.0, 2.0), (10.0, 20.0)), burst=100))
    assert passing(limits, 200) == 100
    time.now += 11.0
    assert passing(limits, 200) == 2 * 10 + 20


def test_a_walk_is_the_same_for_the_same_seed_and_stays_between_its_ends() -> None:
    limit = HiddenLimit(per="app", walk=(4.0, 9.0), seed=7)
    rates = [rate for _, rate in limit.steps()]
    assert limit.steps() == HiddenLimit(per="app", walk=(4.0, 9.0), seed=7).steps()
    assert limit.steps() != HiddenLimit(per="app", walk=(4.0, 9.0), seed=8).steps()
    assert 4.0 <= min(rates) < 5.0
    assert 8.0 < max(rates) <= 9.0


def test_each_seller_walks_a_way_of_its_own() -> None:
    limit = HiddenLimit(per="seller", walk=(4.0, 9.0))
    assert limit.steps(1) != limit.steps(2)


def test_the_integral_counts_what_a_script_lets_pass() -> None:
    steps = ((0.0, 2.0), (10.0, 20.0))
    assert integral(steps, 5.0, 12.0) == 5 * 2 + 2 * 20


def test_sellers_have_buckets_of_their_own() -> None:
    limits = HiddenLimits(Time())
    limits.add(HiddenLimit(per="seller", script=STEADY, burst=2))
    assert (passing(limits, 5, seller=1), passing(limits, 5, seller=2)) == (2, 2)


def test_a_limit_of_one_seller_leaves_the_others_alone() -> None:
    limits = HiddenLimits(Time())
    limits.add(HiddenLimit(per="seller", seller=1, script=STEADY, burst=2))
    assert (passing(limits, 5, seller=1), passing(limits, 5, seller=2)) == (2, 5)


def test_sellers_share_the_limit_of_the_application() -> None:
    limits = HiddenLimits(Time())
    limits.add(HiddenLimit(per="app", script=STEADY, burst=3))
    assert (passing(limits, 2, seller=1), passing(limits, 2, seller=2)) == (2, 1)


def test_a_refused_request_takes_from_no_limit() -> None:
    limits = HiddenLimits(Time())
    limits.add(HiddenLimit(per="app", script=STEADY, burst=3))
    limits.add(HiddenLimit(per="seller", script=STEADY, burst=1))
    assert passing(limits, 5, seller=1) == 1
    assert passing(limits, 1, seller=2) == 1
    assert passing(limits, 1, seller=3) == 1


def test_the_refusal_is_a_429_with_empty_body_and_no_hint(shop: Shop) -> None:
    seller, _ = shop.seller()
    shop.sandbox.hidden_limits.add(HiddenLimit(per="seller", script=((0.0, 0.001),), burst=1))
    _, refused = (shop.get(seller, "/users/me") for _ in range(2))
    assert (refused.status_code, refused.content, "retry-after" in refused.headers) == (429, b"", False)
    assert shop.sandbox.requests[-1].status == 429


def test_retry_after_can_be_switched_on(shop: Shop) -> None:
    seller, _ = shop.seller()
    shop.sandbox.hidden_limits.add(HiddenLimit(per="app", script=((0.0, 0.001),), burst=1, retry_after="3"))
    _, refused = (shop.get(seller, "/users/me") for _ in range(2))
    assert refused.headers["retry-after"] == "3"


def test_another_process_can_switch_limits(shop: Shop) -> None:
    seller, _ = shop.seller()
    route = "/__sandbox__/limits"
    walk = {"per": "seller", "walk": [0.001, 0.002], "burst": 1, "seed": 3}
    assert shop.http.post(route, json=walk).status_code == 204
    assert statuses(shop, seller, 2) == [200, 429]
    assert shop.http.delete(route).status_code == 204
    assert shop.http.post(route, json={"per": "app", "script": [[0, 0.001]], "burst": 2}).status_code == 204
    assert statuses(shop, seller, 3) == [200, 200, 429]
    assert shop.http.post(route, json={"per": "planet", "script": [[0, 1]]}).status_code == 400
    assert shop.http.post(route, json={"per": "app", "unheard": 1}).status_code == 400


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, "either script or walk"),
        ({"script": STEADY, "walk": (1.0, 2.0)}, "either script or walk"),
        ({"script": ((1.0, 1.0),)}, "starts at 0"),
        ({"script": ((0.0, 0.0),)}, "positive"),
        ({"walk": (2.0, 1.0)}, "lowest to the highest"),
        ({"script": STEADY, "burst": 0}, "burst"),
    ],
)
def test_a_limit_that_makes_no_sense_is_refused(given: dict[str, object], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        HiddenLimit(per="app", **given)  # type: ignore[arg-type]
