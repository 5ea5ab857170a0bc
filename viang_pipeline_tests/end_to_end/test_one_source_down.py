"""One source down is one source down: sales are complete and on time, the missing block is NULL with its reason,
nothing stored was changed, and the next good night heals it (kpis.md R4, I18)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import dagster as dg
import pytest

from viang_pipeline.automation.in_process import run_range
from viang_pipeline.sandbox import Fault
from viang_pipeline_tests.end_to_end.comparison import compare
from viang_pipeline_tests.end_to_end.conftest import Install
from viang_pipeline_tests.end_to_end.driver import Installation, stored, utc
from viang_pipeline_tests.end_to_end.oracle import Oracle
from viang_pipeline_tests.end_to_end.turbulence import turbulent_world

FIRST = date(2026, 2, 20)
LAST = FIRST + timedelta(days=9)
"""The day whose night goes wrong."""

CLIENT = "loja-0"


@dataclass(frozen=True)
class Source:
    """A source by its routes, what it fills, why it is missing, and its raw tables."""

    path: str
    column: str
    reason: str
    raw: str


SOURCES = {
    "ads": Source("/advertising/*", "ads_investimento", "ads_nao_lidos", "raw.mercado_livre_ads"),
    "visits": Source("*/time_window", "visitas", "visitas_nao_lidas", "raw.mercado_livre_visits"),
    "claims": Source("/post-purchase/*", "devolucoes", "reclamacoes_nao_lidas", "raw.mercado_livre_claims"),
    "billing": Source(
        "/billing/*", "faturamento_com_tarifa_faturada", "faturas_nao_lidas", "raw.mercado_livre_billing"
    ),
}
TROUBLES = {
    "route gone": {"kind": "status", "status": 404, "body": "Not Found"},
    "no permission": {"kind": "policy_agent"},
    "outage": {"kind": "status", "status": 503},
    "refused": {"kind": "rate_limit"},
    "cut": {"kind": "reset"},
}


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def run(instance: dg.DagsterInstance, installation: Installation, job: str) -> bool:
    (report,) = run_range(instance, job, CLIENT, LAST, LAST, starts=FIRST, now=installation.now)
    return report.success


CASES = [
    ("ads", "route gone"),
    ("ads", "outage"),
    ("visits", "no permission"),
    ("visits", "cut"),
    ("claims", "refused"),
    ("claims", "route gone"),
    ("billing", "outage"),
    ("billing", "no permission"),
]
"""Each source in two of the ways of the error table, each way at least once."""


@pytest.mark.slow
@pytest.mark.parametrize(("name", "trouble"), CASES)
def test_the_sales_of_a_night_do_not_wait_for_another_source(
    install: Install, instance: dg.DagsterInstance, name: str, trouble: str
) -> None:
    source = SOURCES[name]
    world = turbulent_world(21, FIRST, 11, sellers=1)
    (seller,) = world.sellers.values()
    installation = install(world, now=utc(f"{LAST}T05:30:00Z"))
    installation.client(CLIENT, seller, FIRST)
    installation.night(CLIENT, utc(f"{LAST}T06:00:00Z"))
    oracle = Oracle(world, seller.seller_id, FIRST)
    oracle.night(installation.now)
    before = stored(installation.fingerprints())
    installation.sandbox.faults.add(Fault(path=source.path, times=None, **TROUBLES[trouble]))  # type: ignore[arg-type]
    installation.at(utc(f"{LAST + timedelta(days=1)}T06:00:00Z"))

    assert not run(instance, installation, "daily_update"), "a night with a source down is not a good night"
    assert run(instance, installation, "rebuild_marts"), "what was read is built without the source"

    oracle.night(installation.now)
    compared = compare(installation, CLIENT, oracle)
    assert not compared.differences, str(compared)
    after = stored(installation.fingerprints())
    raw = [table for table in before if table.startswith(source.raw)]
    assert raw
    assert [table for table in raw if before[table] != after[table]] == []
    row = installation.client_day(CLIENT, LAST)
    assert (row[source.column], source.reason in row["faltantes"]) == (None, True)

    installation.sandbox.faults.clear()
    installation.night(CLIENT, utc(f"{LAST + timedelta(days=1)}T08:00:00Z"))

    healed = installation.client_day(CLIENT, LAST)
    assert (healed[source.column], source.reason in healed["faltantes"]) == (0, False)
