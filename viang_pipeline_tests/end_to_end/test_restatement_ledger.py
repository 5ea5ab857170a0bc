"""The ledger explains every difference between two looks at the tables, and nothing else (kpis.md §7)."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Integer, Numeric

from viang_pipeline.warehouse.schema import agg_client_day, fact_sku_day
from viang_pipeline_tests.end_to_end.conftest import Install
from viang_pipeline_tests.end_to_end.driver import Installation
from viang_pipeline_tests.end_to_end.test_replay import FIRST, STARTS, Shops, at_night
from viang_pipeline_tests.end_to_end.turbulence import turbulent_world

Values = dict[tuple[date, str | None, str], Decimal]
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


def replayed(before: Values, installation: Installation, after_id: int) -> Values:
    """The earlier look with every later ledger entry applied in order; each entry must find what it says was there."""
    values = dict(before)
    for entry in installation.rows("select * from dashboard.restatement_ledger where id > %s order by id", after_id):
        key = (entry["dia"], entry["sku"], entry["metrica"])
        assert values.get(key) == entry["antes"], entry
        if entry["depois"] is None:
            del values[key]
        else:
            values[key] = entry["depois"]
    return values


def newest_entry(installation: Installation) -> int:
    return installation.column("select coalesce(max(id), 0) from dashboard.restatement_ledger")[0]


@pytest.mark.parametrize("seed", [11, 12])
def test_two_looks_at_the_tables_differ_by_exactly_the_ledger_between_them(install: Install, seed: int) -> None:
    shops = Shops.open(install, turbulent_world(seed, FIRST, 34, sellers=1), FIRST + timedelta(days=NIGHTS[0]))
    installation = shops.installation
    shops.night(at_night(NIGHTS[0]))
    assert newest_entry(installation) == 0, "a first look restates nothing"
    entries = 0
    for last, night in itertools.pairwise(NIGHTS):
        before, seen_until = looked_at(installation), FIRST + timedelta(days=last - 1)
        newest = newest_entry(installation)

        shops.night(at_night(night))

        now = looked_at(installation)
        assert replayed(before, installation, newest) == {key: v for key, v in now.items() if key[0] <= seen_until}
        entries += newest_entry(installation) - newest
    assert entries > 200, "the weeks must hold late changes worth testing"


def test_every_entry_names_a_reason_of_the_dictionary_and_most_causes_occur(install: Install) -> None:
    shops = Shops.open(install, turbulent_world(13, FIRST, 34, sellers=1), FIRST + timedelta(days=20))
    for night in (20, 21, 22, 25, 33, 60):
        shops.night(at_night(night))
    reasons = set(shops.installation.column("select distinct motivo from dashboard.restatement_ledger"))
    assert {"status_mudou", "pagamento_tardio", "reembolso"} <= reasons


def test_a_second_run_adds_no_entry(install: Install) -> None:
    shops = Shops.open(install, turbulent_world(14, FIRST, 16, sellers=1), FIRST + timedelta(days=9))
    for night in (9, 12):
        shops.night(at_night(night))
    newest = newest_entry(shops.installation)

    shops.installation.night("loja-0", at_night(12) + timedelta(minutes=5))

    assert newest > 0
    assert newest_entry(shops.installation) == newest


def test_only_days_of_the_client_are_restated(install: Install) -> None:
    shops = Shops.open(install, turbulent_world(15, FIRST, 16, sellers=1), FIRST + timedelta(days=9))
    for night in (9, 14):
        shops.night(at_night(night))
    days = shops.installation.column("select distinct dia from dashboard.restatement_ledger")
    assert days
    assert all(STARTS <= day < FIRST + timedelta(days=9) for day in days)
