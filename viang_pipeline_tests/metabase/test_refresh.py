"""After a night: Metabase is told what is new, by the cheapest call its edition has, and can never spoil the night."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import dagster as dg
import pytest

from viang_pipeline.assets.dashboards import dashboard_key
from viang_pipeline.automation.jobs import metabase_refresh
from viang_pipeline.automation.sensors import new_numbers
from viang_pipeline.metabase import refresh as refreshing
from viang_pipeline.metabase.dashboards.ads import ADS
from viang_pipeline.metabase.provision import provision
from viang_pipeline.metabase.refresh import Refreshed, refresh_metabase
from viang_pipeline.resources.metabase import MetabaseResource
from viang_pipeline.resources.supabase import SupabaseResource
from viang_pipeline.settings import Settings
from viang_pipeline.sources.metabase.client import MetabaseClient
from viang_pipeline.warehouse.database import Database
from viang_pipeline_tests.metabase.conftest import client
from viang_pipeline_tests.metabase.fake import DATABASE, KEY, FakeMetabase

SYNC = f"/api/database/{DATABASE}/sync_schema"
RESCAN = f"/api/database/{DATABASE}/rescan_values"
INVALIDATE = "/api/cache/invalidate"

Refresh = Callable[[], Refreshed]


@pytest.fixture
def settings(settings_env: Callable[..., Settings], metabase: FakeMetabase) -> Settings:
    return settings_env(METABASE_URL=metabase.url, METABASE_API_KEY=KEY, METABASE_DATABASE_ID=str(DATABASE))


@pytest.fixture
def refresh(settings: Settings, metabase: FakeMetabase, database: Database, monkeypatch: pytest.MonkeyPatch) -> Refresh:
    """One refresh, without waiting between tries; forgets the requests before it."""
    monkeypatch.setattr(refreshing, "open_metabase", lambda settings: client(metabase))
    sell(database, "aurora")

    def once() -> Refreshed:
        metabase.seen.clear()
        result = refresh_metabase(settings, database, "run-1")
        assert result is not None
        return result

    return once


def sell(database: Database, client_id: str) -> None:
    """A client-day and a SKU of a client."""
    with database.transaction() as conn:
        conn.execute(
            "insert into dashboard.agg_client_day"
            " (client_id, dia, faturamento, faltantes, hash, versao_metrica, run_id, calculado_em, maturidade_vendas,"
            " maturidade_ads, maturidade_visitas, maturidade_devolucoes, maturidade_cobranca)"
            " values (%s, '2026-03-10', 1, '{}', '', 1, 'r', now(), 'final', 'final', 'final', 'final', 'final')",
            [client_id],
        )


def asked(metabase: FakeMetabase) -> set[str]:
    return {path for method, path, _ in metabase.seen if method == "POST"}


def log(database: Database) -> list[tuple[str, str | None]]:
    with database.transaction() as conn:
        return conn.execute(
            "select status, detail ->> 'aviso' from dashboard.updates_log where source = 'metabase' order by id"
        ).fetchall()


def test_without_its_settings_nothing_is_called_or_noted(
    settings_env: Callable[..., Settings], metabase: FakeMetabase, database: Database
) -> None:
    assert refresh_metabase(settings_env(METABASE_URL=metabase.url), database, "run-1") is None
    assert (metabase.seen, log(database)) == ([], [])


def test_the_schema_is_synced_once_per_set_of_views_and_values_when_there_are_new_ones(
    metabase: FakeMetabase, database: Database, refresh: Refresh
) -> None:
    metabase.pro = True
    refresh()
    assert asked(metabase) == {SYNC, RESCAN, INVALIDATE}
    refresh()
    assert asked(metabase) == {INVALIDATE}
    sell(database, "boreal")
    refresh()
    assert asked(metabase) == {RESCAN, INVALIDATE}
    with database.transaction() as conn:
        conn.execute(
            "update dashboard.updates_log set detail = jsonb_set(detail, '{mostrado,visoes}', '\"outras\"')"
            " where source = 'metabase'"
        )
    refresh()
    assert asked(metabase) == {SYNC, INVALIDATE}
    assert log(database) == [("success", None)] * 4


def test_where_the_cache_cannot_be_dropped_our_cards_are_run_past_it(
    metabase: FakeMetabase, api: MetabaseClient, refresh: Refresh
) -> None:
    provision(api, DATABASE, [ADS])
    theirs = metabase.person_card("Minha pergunta")
    result = refresh()
    warmed = {path: body for method, path, body in metabase.seen if path.endswith("/query")}
    assert warmed == {
        f"/api/card/{number}/query": {"ignore_cache": True} for number in metabase.cards if number != theirs
    }
    assert "10 perguntas aquecidas" in result.done


@pytest.mark.parametrize("trouble", [401, 403, 500, "cut"])
def test_a_failing_metabase_is_one_warning_and_what_was_not_shown_is_shown_the_next_time(
    metabase: FakeMetabase, database: Database, refresh: Refresh, trouble: int | str
) -> None:
    metabase.trouble = lambda method, path: trouble
    result = refresh()
    assert result.warning is not None
    ((status, warning),) = log(database)
    assert (status, warning) == ("error", result.warning)
    assert KEY not in result.warning
    with database.transaction() as conn:
        calls = conn.execute("select requisicoes from dashboard.updates_log where source = 'metabase'").fetchone()
    assert calls == (len(metabase.seen),)
    metabase.trouble = lambda method, path: None
    assert refresh().warning is None
    assert {SYNC, RESCAN} <= asked(metabase)


def test_a_card_that_does_not_answer_is_a_warning_too(
    metabase: FakeMetabase, database: Database, api: MetabaseClient, refresh: Refresh
) -> None:
    provision(api, DATABASE, [ADS])

    def broken(query: str) -> None:
        raise RuntimeError("relation does not exist")

    metabase.run = broken
    refresh()
    ((status, warning),) = log(database)
    assert (status, "10 perguntas não respondem" in str(warning)) == ("error", True)


@pytest.fixture
def supabase(settings: Settings) -> SupabaseResource:
    return SupabaseResource()


def test_the_job_materializes_the_dashboards_with_their_address_and_succeeds_without_a_metabase(
    metabase: FakeMetabase, api: MetabaseClient, refresh: Refresh, supabase: SupabaseResource
) -> None:
    provision(api, DATABASE, [ADS])
    resources = {"supabase": supabase, "metabase": MetabaseResource(supabase=supabase)}
    with dg.DagsterInstance.ephemeral() as instance:
        assert metabase_refresh.execute_in_process(instance=instance, resources=resources).success
        event = instance.get_latest_materialization_event(dashboard_key("ads"))
        assert event is not None
        assert event.asset_materialization is not None
        (number,) = metabase.dashboards
        assert event.asset_materialization.metadata["painel"].value == f"{metabase.url}/dashboard/{number}"
        metabase.trouble = lambda method, path: "cut"
        assert metabase_refresh.execute_in_process(instance=instance, resources=resources).success


def test_the_sensor_asks_once_for_new_numbers_and_not_while_runs_are_going_on(
    supabase: SupabaseResource, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def tick() -> dg.RunRequest | dg.SkipReason:
        with dg.build_sensor_context(instance=instance, resources={"supabase": SupabaseResource()}) as context:
            found = new_numbers(context)
        assert isinstance(found, (dg.RunRequest, dg.SkipReason))
        return found

    with dg.DagsterInstance.ephemeral() as instance:
        assert isinstance(tick(), dg.SkipReason)
        sell(database, "aurora")
        first = tick()
        assert isinstance(first, dg.RunRequest)
        assert first == tick()
        sell(database, "boreal")
        assert tick() != first
        run = dg.DagsterRun(
            job_name="daily_update", run_id=str(uuid4()), status=dg.DagsterRunStatus.STARTED,
            tags={"viang/client": "aurora"},
        )  # fmt: skip
        instance.add_run(run)
        assert isinstance(tick(), dg.SkipReason)
        instance.delete_run(run.run_id)
        monkeypatch.delenv("METABASE_API_KEY")
        assert isinstance(tick(), dg.SkipReason)
