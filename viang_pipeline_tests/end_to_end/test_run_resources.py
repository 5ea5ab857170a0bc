"""What a run of several clients takes from the platform and from the database besides its work."""

from __future__ import annotations

from datetime import date, timedelta

import dagster as dg
import psycopg
import pytest

from viang_pipeline.definitions import build_definitions
from viang_pipeline.sandbox import World
from viang_pipeline.warehouse.session import Session
from viang_pipeline.warehouse.token_store import TokenState
from viang_pipeline.warehouse.tokens import TokenVault
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


def test_quota_and_accounts_are_asked_for_once_and_the_work_is_done_on_one_connection(
    house: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Session] = []
    looked_up: list[str] = []
    connected, state = Session._connected, TokenVault.state

    def noted(session: Session) -> psycopg.Connection:
        opened.append(session)
        return connected(session)

    def asked(vault: TokenVault, client_id: str, platform: str) -> TokenState | None:
        looked_up.append(client_id)
        return state(vault, client_id, platform)

    monkeypatch.setattr(Session, "_connected", noted)
    monkeypatch.setattr(TokenVault, "state", asked)
    assert run_both_clients()

    assert sum(request.path.startswith("/applications/") for request in house.sandbox.requests) == 1
    assert looked_up == list(CLIENTS)
    assert len(opened) == 1
    assert opened[0]._connection is None, "given back"
