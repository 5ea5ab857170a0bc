"""The job that renews tokens, against a platform that honours each refresh token once."""

from __future__ import annotations

from datetime import date, timedelta

import dagster as dg

from viang_pipeline.definitions import build_definitions
from viang_pipeline.sandbox import World
from viang_pipeline_tests.end_to_end.conftest import Install
from viang_pipeline_tests.end_to_end.driver import Installation, utc

START = utc("2026-03-10T12:00:00-03:00")


def two_clients(install: Install) -> Installation:
    world = World(seed=1, start=START - timedelta(days=3))
    sellers = [world.add_seller(slug, name=slug.title()) for slug in ("aurora", "bela")]
    house = install(world, now=START)
    for seller in sellers:
        house.client(seller.slug, seller, date(2026, 3, 1))
    return house


def renew() -> dg.ExecuteInProcessResult:
    with dg.DagsterInstance.ephemeral() as instance:
        job = build_definitions().resolve_job_def("refresh_tokens")
        return job.execute_in_process(instance=instance, raise_on_error=False)


def exchanges(house: Installation) -> int:
    return sum(request.path == "/oauth/token" for request in house.sandbox.requests)


def test_tokens_far_from_expiry_are_left_alone(install: Install) -> None:
    house = two_clients(install)
    house.sandbox.clear_requests()
    assert renew().success
    assert exchanges(house) == 0


def test_tokens_close_to_expiry_are_renewed_once_each(install: Install) -> None:
    house = two_clients(install)
    house.at(START + timedelta(hours=3))
    house.sandbox.clear_requests()
    assert renew().success
    assert renew().success
    assert exchanges(house) == 2


def test_a_revoked_seller_fails_the_job_by_name_and_the_others_are_renewed(install: Install) -> None:
    house = two_clients(install)
    house.sandbox.revoke("aurora")
    house.at(START + timedelta(hours=3))
    result = renew()
    assert not result.success
    [failure] = [event for event in result.all_events if event.is_step_failure]
    said = failure.step_failure_data.user_failure_data
    assert said is not None
    assert said.description is not None
    assert "aurora" in said.description
    assert "bela" not in said.description
    assert house.rows("select client_id, status from dashboard.api_tokens order by 1") == [
        {"client_id": "aurora", "status": "reautorizar"},
        {"client_id": "bela", "status": "ativo"},
    ]
