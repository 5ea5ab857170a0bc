"""After repeated 429 the read of a family stops with one clear failure while others go on (contract §1.2)."""

from __future__ import annotations

import httpx
import pytest

from viang_pipeline.failures import TransientFailure
from viang_pipeline.sources.http import HttpClient
from viang_pipeline.sources.route_families import REPEATED, family
from viang_pipeline_tests.sources.answers import Script, http_client, ok


def refusing(path_end: str) -> Script:
    """429 with an empty body for the routes that end so, an empty document for the others."""
    return Script([lambda request: httpx.Response(429) if request.url.path.endswith(path_end) else ok()])


def failure(client: HttpClient, path: str) -> TransientFailure:
    with pytest.raises(TransientFailure) as raised:
        client.get(path)
    return raised.value


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/shipments/41/costs", "/shipments/*/costs"),
        ("/orders/search", "/orders/search"),
        ("/items/MLB123/description", "/items/*/description"),
        ("/user-products/MLBU900100/stock", "/user-products/*/stock"),
        ("/users/me", "/users/me"),
    ],
)
def test_a_family_is_the_route_without_its_ids(path: str, name: str) -> None:
    assert family(path) == name


def test_repeated_429s_stop_the_read_with_a_failure_that_names_the_family() -> None:
    client = http_client(refusing("/costs"), retries=50, retry_seconds=10_000.0)
    stopped = failure(client, "/shipments/41/costs")
    assert client.requests == REPEATED
    assert (stopped.where, stopped.status) == ("GET /shipments/*/costs", 429)
    assert "parou" in stopped.what


def test_a_stopped_family_is_not_asked_again() -> None:
    client = http_client(refusing("/costs"))
    failure(client, "/shipments/41/costs")
    failure(client, "/shipments/42/costs")
    assert client.requests == REPEATED


def test_other_families_go_on() -> None:
    client = http_client(refusing("/costs"))
    failure(client, "/shipments/41/costs")
    assert client.get("/shipments/41").status == 200
    assert client.get("/orders/search").status == 200


def test_refusals_of_several_requests_of_a_family_add_up() -> None:
    client = http_client(refusing("/costs"), retries=1)
    for shipment in (41, 42, 43):
        failure(client, f"/shipments/{shipment}/costs")
    assert client.requests == REPEATED


def test_an_answer_in_between_starts_the_count_anew() -> None:
    refused = [httpx.Response(429)] * (REPEATED - 1)
    client = http_client(Script([*refused, ok(), *refused, ok()]))
    assert [client.get("/orders/search").status for _ in range(2)] == [200, 200]


def test_server_errors_do_not_stop_a_family() -> None:
    client = http_client(Script([httpx.Response(503)] * 12 + [ok()]))
    for _ in range(2):
        failure(client, "/orders/search")
    assert client.get("/orders/search").status == 200
