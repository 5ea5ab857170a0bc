"""Backfills, failures and automation with the real webserver, daemon and code server of ``viang up``.

Everything is launched at once by the ``cases`` fixture; each test waits for its own case.
"""

from __future__ import annotations

import dagster as dg
import psutil
import pytest

from viang_pipeline_tests.engine.cases import (
    DAYS_BY_ASSETS,
    DAYS_BY_JOB,
    FIRST_LOAD,
    HOLES,
    KILLED,
    MANY,
    MONTHS,
    OPEN_DAY,
    REVOKED_DAY,
    REVOKED_GROUP,
    Cases,
)
from viang_pipeline_tests.engine.market import keys
from viang_pipeline_tests.engine.services import ASSETS, MARTS, RAW, until

pytestmark = [pytest.mark.engine, pytest.mark.slow]

GOOD = [client_id for client_id in REVOKED_GROUP if client_id != "acesso-revogado"]


def test_a_run_killed_in_the_middle_is_tried_again_and_ends_right(cases: Cases) -> None:
    services, market = cases.services, cases.market
    assert cases.in_the_middle.wait(120)
    until(lambda: market.complete("interrompido"), "the first window, stored while a later one is asked for")
    assert len(market.complete("interrompido")) < len(KILLED)
    market.sandbox.faults.clear()

    run = psutil.Process(_pid(cases, cases.killed))
    assert "forkserver" in " ".join(run.parents()[0].cmdline()), "nothing is read anew for a run"
    run.kill()

    assert services.ended_run(cases.killed).status == dg.DagsterRunStatus.FAILURE
    again = until(lambda: _retry_of(cases, cases.killed), "the retry of the killed run")
    assert services.ended_run(again).status == dg.DagsterRunStatus.SUCCESS
    assert services.missing(keys(["interrompido"], KILLED)) == {}
    assert market.stored("interrompido", KILLED) == market.truth("interrompido", KILLED)


def test_a_range_with_a_day_that_has_not_closed_fails_and_says_so(cases: Cases) -> None:
    run = cases.services.ended_run(cases.open_day)

    assert run.status == dg.DagsterRunStatus.FAILURE
    said = cases.services.sentences(run.run_id)
    roots = {f"bling__{name}" for name in ("reference", "orders", "products", "finance", "invoices")}
    roots |= {"mercado_livre__orders", "mercado_livre__account", "upseller__files"}
    assert set(said) == roots, "what nothing else comes before"
    assert f"ainda não fecharam entre os pedidos (1, o primeiro é {OPEN_DAY})" in said["mercado_livre__orders"]
    assert cases.market.complete("aberto") == set()
    assert not any(key.startswith("aberto|") for key in cases.services.materialized("mercado_livre/orders"))


@pytest.mark.parametrize(("page", "client_id"), [("asset", "de-ativos"), ("job", "de-job")])
def test_months_of_one_client_are_a_handful_of_runs(cases: Cases, page: str, client_id: str) -> None:
    status, runs = cases.services.ended_backfill(cases.backfills[f"months from the {page} page"])

    assert _failures(cases, runs) == {}
    assert (status, {run.status.value for run in runs}) == ("COMPLETED_SUCCESS", {"SUCCESS"})
    assert len(runs) <= len(MONTHS) // 31 + 2
    _assert_present(cases, [client_id], MONTHS)


@pytest.mark.parametrize(("page", "days"), [("asset", DAYS_BY_ASSETS), ("job", DAYS_BY_JOB)])
def test_many_clients_are_at_most_one_run_per_day(cases: Cases, page: str, days: list) -> None:  # type: ignore[type-arg]
    status, runs = cases.services.ended_backfill(cases.backfills[f"many clients from the {page} page"])

    assert _failures(cases, runs) == {}
    assert (status, {run.status.value for run in runs}) == ("COMPLETED_SUCCESS", {"SUCCESS"})
    assert len(runs) <= len(days)
    _assert_present(cases, MANY, days)


def test_a_selection_with_holes_leaves_the_holes_unread(cases: Cases) -> None:
    status, _ = cases.services.ended_backfill(cases.backfills["holes from the job page"])

    assert status == "COMPLETED_SUCCESS"
    for asset in ASSETS:
        assert {key for key in cases.services.materialized(asset) if key.startswith("furos|")} == set(HOLES)
    assert set(keys(["furos"], cases.market.complete("furos"))) == set(HOLES)


def test_a_revoked_grant_fails_visibly_and_only_its_own_client(cases: Cases) -> None:
    services, market = cases.services, cases.market
    status, runs = services.ended_backfill(cases.backfills["a revoked grant"])

    assert status != "COMPLETED_SUCCESS"
    assert [run.status for run in runs] == [dg.DagsterRunStatus.FAILURE]
    said = services.sentences(runs[0].run_id)
    assert list(said) == ["mercado_livre__orders"]
    assert said["mercado_livre__orders"].startswith("acesso-revogado precisa autorizar de novo")
    assert "viang connect mercado-livre acesso-revogado" in said["mercado_livre__orders"]
    assert "\n" not in said["mercado_livre__orders"]
    done = {key for key in services.materialized("mercado_livre/orders") if key.startswith("acesso-")}
    assert done == set(keys(GOOD, [REVOKED_DAY]))
    assert [market.complete(client_id) for client_id in REVOKED_GROUP] == [{REVOKED_DAY}, set(), {REVOKED_DAY}]


def test_a_failed_run_leaves_one_row_with_its_reason(cases: Cases) -> None:
    _, runs = cases.services.ended_backfill(cases.backfills["a revoked grant"])

    (reasons,) = until(lambda: _error_rows(cases, runs[0].run_id), "the row of the run failure sensor")
    assert len(reasons) == 1
    assert reasons[0].startswith("acesso-revogado precisa autorizar de novo")


def test_the_marts_of_the_clients_that_were_read_are_built_without_a_new_read(cases: Cases) -> None:
    cases.services.ended_backfill(cases.backfills["a revoked grant"])

    until(lambda: not cases.services.missing(keys(GOOD, [REVOKED_DAY]), MARTS), "the run of the changed days sensor")
    for client_id in GOOD:
        sold = cases.market.truth(client_id, [REVOKED_DAY])[REVOKED_DAY]
        # The freight is unknown, not zero: shipments come after the orders of all clients.
        assert cases.market.stored(client_id, [REVOKED_DAY]) == {REVOKED_DAY: (sold[0], None)}
    assert cases.market.stored("acesso-revogado", [REVOKED_DAY]) == {}


def test_a_new_client_is_loaded_newest_first_until_its_history_is_complete(cases: Cases) -> None:
    until(lambda: set(FIRST_LOAD) <= cases.market.complete("novo", "listings"), "the first load")
    until(lambda: not cases.services.missing(keys(["novo"], FIRST_LOAD)), "the marts of the first load")

    runs = cases.services.instance.get_runs(dg.RunsFilter(job_name="reprocess", tags={"viang/client": "novo"}))
    ranges = [run.tags["dagster/asset_partition_range_end"] for run in reversed(runs)]
    assert len(ranges) == 2
    assert ranges == sorted(ranges, reverse=True)
    assert cases.market.stored("novo", FIRST_LOAD) == cases.market.truth("novo", FIRST_LOAD)


def _assert_present(cases: Cases, client_ids: list[str], days: list) -> None:  # type: ignore[type-arg]
    """Materialized in the event log and really there: complete reads, and the sales of the marketplace."""
    assert cases.services.missing(keys(client_ids, days)) == {}
    for client_id in client_ids:
        for asset in RAW:
            assert set(days) <= cases.market.complete(client_id, asset.removeprefix("mercado_livre/"))
        assert cases.market.stored(client_id, days) == cases.market.truth(client_id, days)


def _failures(cases: Cases, runs: list[dg.DagsterRun]) -> dict[str, dict[str, str]]:
    """Run that did not succeed → its failed steps and what they say."""
    return {run.run_id: cases.services.sentences(run.run_id) for run in runs if not run.is_success}


def _pid(cases: Cases, run_id: str) -> int:
    """The process of a run, from its own event."""
    for entry in cases.services.instance.all_logs(run_id, of_type=dg.DagsterEventType.ENGINE_EVENT):
        metadata = entry.get_dagster_event().engine_event_data.metadata
        if "pid" in metadata:
            return int(str(metadata["pid"].value))
    raise AssertionError("no process was recorded for the run")


def _retry_of(cases: Cases, run_id: str) -> str | None:
    runs = cases.services.instance.get_runs(dg.RunsFilter(tags={"dagster/parent_run_id": run_id}))
    return runs[0].run_id if runs else None


def _error_rows(cases: Cases, run_id: str) -> list[list[str]]:
    with cases.market.database.transaction() as conn:
        rows = conn.execute(
            "select detail -> 'motivos' from dashboard.updates_log where run_id = %s and status = 'error'"
            " and resource is null",
            [run_id],
        )
        return [reasons for (reasons,) in rows]
