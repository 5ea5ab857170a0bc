"""``viang reprocess`` and ``viang nightly`` as a person runs them: exit codes, prediction, what is said."""

from __future__ import annotations

from datetime import date, timedelta

import dagster as dg
import pytest
from click.testing import Result
from typer.testing import CliRunner

from viang_pipeline.automation import in_process
from viang_pipeline.cli.main import app
from viang_pipeline.sandbox import Fault, World
from viang_pipeline_tests.end_to_end.conftest import Install
from viang_pipeline_tests.end_to_end.driver import Installation, utc

NOW = utc("2026-03-11T09:00:00-03:00")
FIRST = date(2026, 3, 6)


@pytest.fixture(autouse=True)
def recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs are recorded in an instance in memory instead of one in Postgres."""
    monkeypatch.setattr(in_process, "_instance_at", lambda settings: dg.DagsterInstance.ephemeral())


@pytest.fixture
def house(install: Install) -> Installation:
    """Two clients with two sold orders a day for five days."""
    world = World(seed=5, start=NOW - timedelta(days=8))
    for slug in ("aurora", "bela"):
        seller = world.add_seller(slug, name=slug.title())
        listing = world.add_listing(seller, title="Garrafa térmica 1L", price=8990, sku="GAR-1L")
        for n in range(10):
            at = NOW - timedelta(days=5) + timedelta(hours=12 * n)
            order = world.place_order(seller, listing, at=at)
            world.pay(order, at=at + timedelta(minutes=2))
            shipment = world.ship(seller, at=at + timedelta(hours=1), seller_cost=1590)
            world.attach_shipment(order, shipment, at=at + timedelta(hours=1))
    house = install(world, now=NOW)
    for seller in world.sellers.values():
        house.client(seller.slug, seller, FIRST)
    return house


def viang(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def table(output: str, column: int) -> dict[str, int]:
    """Stage → number in a column of the printed table."""
    rows = [[cell.strip() for cell in line.strip("│ ").split("│")] for line in output.splitlines() if "│" in line]
    return {cells[0]: int(cells[column]) for cells in rows}


def test_a_dry_run_predicts_the_rows_of_the_real_run_and_keeps_nothing(house: Installation) -> None:
    before = house.fingerprints()
    rehearsal = viang("reprocess", "--client-id", "aurora", "--data-inicio", str(FIRST), "--dry-run")
    assert rehearsal.exit_code == 0, rehearsal.output
    assert house.fingerprints() == before
    real = viang("reprocess", "--client-id", "aurora", "--data-inicio", str(FIRST))
    assert real.exit_code == 0, real.output
    predicted, done = table(rehearsal.output, 4), table(real.output, 3)
    assert predicted == done
    assert sum(done.values()) > 0


def test_a_second_reprocess_writes_no_row(house: Installation) -> None:
    viang("reprocess", "--client-id", "aurora", "--data-inicio", str(FIRST))
    again = viang("reprocess", "--client-id", "aurora", "--data-inicio", str(FIRST))
    assert again.exit_code == 0
    newest = house.column("select run_id from dashboard.updates_log order by id desc limit 1")
    assert house.column("select sum(linhas_escritas) from dashboard.updates_log where run_id = any(%s)", newest) == [0]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--client-id", "ninguem", "--data-inicio", "2026-03-06"], "ninguem não existe"),
        (["--client-id", "aurora", "--data-inicio", "2026-03-32"], "não é uma data"),
        (["--client-id", "aurora", "--data-inicio", "2026-03-11"], "nenhum dia fechado"),
        (["--client-id", "aurora", "--data-inicio", "2026-03-06", "--fonte", "amazon"], "Fonte desconhecida: amazon"),
    ],
)
def test_a_wrong_request_is_refused_in_one_line(house: Installation, arguments: list[str], said: str) -> None:
    result = viang("reprocess", *arguments)
    assert result.exit_code == 2
    assert said in " ".join(result.output.split())


def test_a_night_of_all_clients_ends_with_zero(house: Installation) -> None:
    result = viang("nightly")
    assert result.exit_code == 0, result.output
    assert house.column("select distinct client_id from dashboard.agg_client_day order by 1") == ["aurora", "bela"]


def test_one_client_failing_leaves_the_others_done_and_says_so(house: Installation) -> None:
    house.sandbox.revoke("aurora")
    house.at(NOW + timedelta(hours=7))
    result = viang("nightly")
    assert result.exit_code == 3
    assert "viang connect mercado-livre aurora" in " ".join(result.output.split())
    assert house.column("select distinct client_id from dashboard.agg_client_day") == ["bela"]


def test_a_night_without_any_success_ends_with_one(house: Installation) -> None:
    house.sandbox.faults.add(Fault("status", path="/orders/search", status=400, times=None))
    assert viang("nightly").exit_code == 1
    assert house.column("select count(*) from dashboard.agg_client_day") == [0]


def test_what_a_night_that_died_left_unread_is_read_by_the_next_one(house: Installation) -> None:
    """Orders were stored and marked, and then the process was gone: the days count as read, the visits are owed."""
    house.collect("aurora", ["orders"], [FIRST + timedelta(days=n) for n in range(4)])
    owed = "select dia from dashboard.source_reads where resource = 'visits' and completo order by dia"
    assert house.column(owed) == []
    result = viang("nightly", "--client-id", "aurora")
    assert result.exit_code == 0, result.output
    assert house.column(owed) == [FIRST + timedelta(days=n) for n in range(5)]
