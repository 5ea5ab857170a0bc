"""Nights in the topology of deployment, with everything killed in them, end as the undisturbed ones.

Two nights on one installation; ``python -m viang_pipeline_tests.topology`` goes through all of docs/kill-matrix.md.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from viang_pipeline_tests.topology import disturbances as do
from viang_pipeline_tests.topology.disturbances import EXCHANGE, ORDERS, Disturbance
from viang_pipeline_tests.topology.installation import DATA
from viang_pipeline_tests.topology.night import Night
from viang_pipeline_tests.topology.scene import Scene, scene

pytestmark = [pytest.mark.engine, pytest.mark.slow]


def lose_a_run_and_the_database(night: Night) -> None:
    """A run killed while its new token pair is on its way, and the database restarted under the others."""
    night.kill_run()
    do.restart(DATA)(night)


NIGHTS = (
    Disturbance("everything is killed at once", ORDERS, do.kill_everything),
    Disturbance("a run is killed and the database restarted", EXCHANGE, lose_a_run_and_the_database),
)


@pytest.fixture(scope="module")
def stage() -> Iterator[Scene]:
    """Started once."""
    with scene(len(NIGHTS)) as stage:
        yield stage


@pytest.mark.parametrize("disturbance", NIGHTS, ids=lambda disturbance: disturbance.name)
def test_a_disturbed_night_ends_as_the_undisturbed_one(stage: Scene, disturbance: Disturbance) -> None:
    found = stage.night(disturbance)

    assert found.differing == {}
    assert found.broken_tokens == []
    assert found.sent_twice == []
    assert len(found.mails) + found.uncertain >= 1
    assert found.retried >= 1
