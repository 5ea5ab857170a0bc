"""What a run of several clients takes from the platform and from the database besides its work."""

from __future__ import annotations

from datetime import date, timedelta

import dagster as dg
import pytest

from viang_pipeline.definitions import build_definitions
from viang_pipeline.sandbox import World
from viang_pipeline.warehouse.session import Session
from viang_pipeline_tests.end_to_end.conftest import Install
from viang_pipeline_tests.end_to_end.driver import Installation, utc

START = utc("2026-03-10T12:00:00-03:00")
CLIENTS = ("aurora", "bela")


@pytest.fixture
def house(install: Install) -> Installation:
    world = World(seed=1, start=START - timedelta(days=3))
    sellers = [world.add_seller(slug, name=slug.title()) for slug in CLIENTS]
    house = install(world, now=START)
    for seller in sellers:
        house.client(seller.slug, seller, date(2026, 3, 1))
    house.sandbox.clear_requests()
    return house


def run_both_clients() -> bool:
    tags = {
        "dagster/asset_partition_range_start": "aurora|2026-03-09",
        "dagster/asset_partition_range_end": "bela|2026-03-09",
    }
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions("client", list(CLIENTS))
        return build_definitions().resolve_job_def("reprocess").execute_in_process(instance=instance, tags=tags).success


def test_the_applications_quota_is_asked_for_once_per_run(house: Installation) -> None:
    assert run_both_clients()
    assert sum(request.path.startswith("/applications/") for request in house.sandbox.requests) == 1


def test_a_run_works_on_one_connection_and_gives_it_back(house: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Session] = []
    alive = Session._alive

    def noted(session: Session):  # type: ignore[no-untyped-def]
        if session._connection is None:
            opened.append(session)
        return alive(session)

    monkeypatch.setattr(Session, "_alive", noted)
    assert run_both_clients()
    assert len(opened) == 1
    assert opened[0]._connection is None
