"""The ledger explains every difference between two looks at the tables, and nothing else (kpis.md §7)."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Integer, Numeric

from viang_pipeline.warehouse.schema import agg_client_day, fact_sku_day
from viang_pipeline_tests.end_to_end.conftest import Install, take_over
from viang_pipeline_tests.end_to_end.driver import Installation
from viang_pipeline_tests.end_to_end.test_replay import FIRST, STARTS, at_night
from viang_pipeline_tests.end_to_end.turbulence import turbulent_world

Values = dict[tuple[date, str | None, str], Decimal]
CLIENT = "loja-0"
NIGHTS = (9, 10, 11, 13, 20, 33, 75)
PROVENANCE = {"versao_metrica"}


def looked_at(installation: Installation) -> Values:
    """Every number of both tables; what is NULL is absent."""
    seen: Values = {}
    for table in (fact_sku_day, agg_client_day):
        names = [c.name for c in table.columns if isinstance(c.type, Numeric | Integer) and c.name not in PROVENANCE]
        for row in installation.rows(f"select * from dashboard.{table.name}"):
            seen |= {(row["dia"], row.get("sku"), name): row[name] for name in names if row[name] is not None}
    return seen


def replayed(before: Look, now: Look, installation: Installation) -> Values:
    """The earlier look with the ledger's entries until the later one applied in order; each must find what it says was
    there."""
    values = dict(before.values)
    query = "select * from dashboard.restatement_ledger where id > %s and id <= %s order by id"
    for entry in installation.rows(query, before.newest, now.newest):
        key = (entry["dia"], entry["sku"], entry["metrica"])
        assert values.get(key) == entry["antes"], entry
        if entry["depois"] is None:
            del values[key]
        else:
            values[key] = entry["depois"]
    return values


def newest_entry(installation: Installation) -> int:
    return installation.column("select coalesce(max(id), 0) from dashboard.restatement_ledger")[0]


@dataclass(frozen=True)
class Look:
    """Every number as a night left it, and the newest entry of the ledger."""

    night: int
    values: Values
    newest: int


@dataclass(frozen=True)
class Restated:
    """A shop after its nights, and what was seen after each of them."""

    installation: Installation
    looks: list[Look]


@pytest.fixture(scope="module", params=[11, 13])
def restated(share: Install, request: pytest.FixtureRequest) -> Restated:
    installation = share(turbulent_world(request.param, FIRST, 34, sellers=1), now=at_night(NIGHTS[0]))
    installation.client(CLIENT, installation.world.seller(CLIENT), STARTS)
    looks = []
    for night in NIGHTS:
        installation.night(CLIENT, at_night(night))
        looks.append(Look(night, looked_at(installation), newest_entry(installation)))
    return Restated(installation, looks)


def test_two_looks_at_the_tables_differ_by_exactly_the_ledger_between_them(restated: Restated) -> None:
    assert restated.looks[0].newest == 0, "a first look restates nothing"
    for before, now in itertools.pairwise(restated.looks):
        seen_until = FIRST + timedelta(days=before.night - 1)
        explained = replayed(before, now, restated.installation)
        assert explained == {key: value for key, value in now.values.items() if key[0] <= seen_until}
    assert restated.looks[-1].newest > 200, "the weeks must hold late changes worth testing"


def test_every_entry_names_a_reason_of_the_dictionary_and_most_causes_occur(restated: Restated) -> None:
    reasons = set(restated.installation.column("select distinct motivo from dashboard.restatement_ledger"))
    assert {"status_mudou", "pagamento_tardio", "reembolso"} <= reasons


def test_a_second_run_adds_no_entry(restated: Restated, monkeypatch: pytest.MonkeyPatch) -> None:
    take_over(restated.installation, monkeypatch)

    restated.installation.night(CLIENT, at_night(NIGHTS[-1]) + timedelta(minutes=5))

    assert newest_entry(restated.installation) == restated.looks[-1].newest > 0


def test_only_days_of_the_client_are_restated(restated: Restated) -> None:
    found = 0
    for before, now in itertools.pairwise(restated.looks):
        days = restated.installation.column(
            "select distinct dia from dashboard.restatement_ledger where id > %s and id <= %s",
            before.newest,
            now.newest,
        )
        assert all(STARTS <= day < FIRST + timedelta(days=before.night) for day in days)
        found += len(days)
    assert found > 0
