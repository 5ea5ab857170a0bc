"""``viang reprocess``: the rehearsal predicts the run exactly and leaves no trace; the run converges."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from viang_pipeline.collect.access import mercado_livre_client
from viang_pipeline.marts.build import BUILDERS, build_mart
from viang_pipeline.marts.rehearse import COLLECTORS, rehearse
from viang_pipeline_tests.end_to_end.comparison import compare
from viang_pipeline_tests.end_to_end.conftest import Install
from viang_pipeline_tests.end_to_end.driver import Installation, stored, utc
from viang_pipeline_tests.end_to_end.oracle import Oracle
from viang_pipeline_tests.end_to_end.turbulence import turbulent_world

FIRST = date(2026, 2, 20)
CLIENT = "loja-0"
PERIOD = [FIRST + timedelta(days=n) for n in range(2, 12)]


@pytest.fixture
def stale(install: Install) -> tuple[Installation, Oracle]:
    """A shop read on the morning of day 12 and not since: three days of changes are waiting."""
    world = turbulent_world(21, FIRST, 12, sellers=1)
    seller = world.seller(CLIENT)
    installation = install(world, now=utc(f"{FIRST + timedelta(days=12)}T05:30:00Z"))
    installation.client(CLIENT, seller, FIRST)
    oracle = Oracle(world, seller.seller_id, FIRST)
    installation.night(CLIENT, utc(f"{FIRST + timedelta(days=12)}T06:00:00Z"))
    installation.at(utc(f"{FIRST + timedelta(days=15)}T12:00:00Z"))
    with mercado_livre_client(installation.settings, installation.database, CLIENT) as api:
        api.me()  # a rehearsal uses the token at hand, so let it be a fresh one
    return installation, oracle


def really(installation: Installation) -> dict[str, tuple[int, ...]]:
    """The same steps for real."""
    done = {}
    work = installation.work(CLIENT)
    with mercado_livre_client(installation.settings, installation.database, CLIENT) as api:
        for name, collect in COLLECTORS.items():
            done[name] = collect(work, api, PERIOD)
    for mart in BUILDERS:
        done[mart] = build_mart(work, mart, PERIOD)
    return {name: (o.requests, o.read, o.written, o.unchanged, len(o.days_done)) for name, o in done.items()}


def test_a_rehearsal_predicts_the_run_exactly_and_changes_nothing(stale: tuple[Installation, Oracle]) -> None:
    installation, _ = stale
    before = installation.fingerprints()

    plan = rehearse(installation.settings, installation.database, CLIENT, [PERIOD])

    assert installation.fingerprints() == before
    predicted = {name: (o.requests, o.read, o.written, o.unchanged, len(o.days_done)) for name, o in plan.items()}
    assert predicted == really(installation)
    assert sum(written for _, _, written, _, _ in predicted.values()) > 0


def test_a_reprocessed_period_converges(stale: tuple[Installation, Oracle]) -> None:
    installation, _ = stale
    really(installation)
    after_one = stored(installation.fingerprints())

    again = really(installation)

    assert {name: counts[2] for name, counts in again.items() if counts[2]} == {}
    assert stored(installation.fingerprints()) == after_one


def test_after_a_reprocess_the_next_night_shows_the_oracles_numbers(stale: tuple[Installation, Oracle]) -> None:
    installation, oracle = stale
    really(installation)
    night = utc(f"{FIRST + timedelta(days=16)}T06:00:00Z")
    oracle.night(utc(f"{FIRST + timedelta(days=12)}T06:00:00Z"))
    installation.night(CLIENT, night)
    oracle.night(night)

    compared = compare(installation, CLIENT, oracle)
    assert not compared.differences, str(compared)
