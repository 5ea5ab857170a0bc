"""Sensors decide from stored data: partitions, first loads, missed nights and changed days."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.code_pointer import ModuleCodePointer
from dagster._core.origin import JobPythonOrigin, RepositoryPythonOrigin
from dagster._core.remote_origin import GrpcServerCodeLocationOrigin, RemoteJobOrigin, RemoteRepositoryOrigin

from viang_pipeline import partitions
from viang_pipeline.automation.sensors import (
    catch_up,
    catch_up_sources,
    changed_days,
    client_registry,
    lost_retries,
    upseller_inbox,
)
from viang_pipeline.automation.state import BLING_FEEDS, OTHER_SOURCES
from viang_pipeline.collect.parameters.files import read_parameters
from viang_pipeline.collect.parameters.kinds import COSTS
from viang_pipeline.collect.parameters.store import import_parameters
from viang_pipeline.collect.upseller.inbox import folder_of
from viang_pipeline.domain.business_day import FIRST_DAY, days_between
from viang_pipeline.resources.supabase import SupabaseResource
from viang_pipeline.settings import Settings
from viang_pipeline.warehouse import ledgers
from viang_pipeline.warehouse.database import Database
from viang_pipeline_tests.automation.conftest import MORNING
from viang_pipeline_tests.marts.shop import Shop, line, order

YESTERDAY = date(2026, 3, 19)
STARTS = date(2026, 3, 1)

Register = Callable[..., None]
Tick = Callable[[dg.SensorDefinition], dg.SensorResult]
AskedAgain = Callable[[], Sequence[dg.RunRequest]]


@pytest.fixture
def tick(instance: dg.DagsterInstance, supabase: SupabaseResource) -> Tick:
    """One evaluation of a sensor; the partitions it asks for are added, as the daemon does."""

    def evaluate(sensor: dg.SensorDefinition) -> dg.SensorResult:
        with dg.build_sensor_context(instance=instance, resources={"supabase": supabase}) as context:
            result = sensor(context)
        assert isinstance(result, dg.SensorResult)
        for request in result.dynamic_partitions_requests or []:
            instance.add_dynamic_partitions(request.partitions_def_name, list(request.partition_keys))
        return result

    return evaluate


@pytest.fixture
def read(database: Database) -> Callable[..., None]:
    """Marks days of a client's orders as completely read and, if asked, their data as changed."""

    def mark(client_id: str, *days: date, changed: bool = False) -> None:
        with database.transaction() as conn:
            ledgers.mark_read(conn, client_id, "mercado_livre", "orders", days, MORNING)
            if changed:
                ledgers.touch_days(conn, client_id, days)

    return mark


def ranges(result: dg.SensorResult) -> list[tuple[str, str]]:
    """First and last key of every run asked for."""
    return [
        (
            request.tags["dagster/asset_partition_range_start"],
            request.tags["dagster/asset_partition_range_end"],
        )
        for request in result.run_requests or []
    ]


def clients_with_partitions(instance: dg.DagsterInstance) -> set[str]:
    return set(instance.get_dynamic_partitions("client"))


def add_run(
    instance: dg.DagsterInstance,
    tags: dict[str, str],
    event: dg.DagsterEventType,
    *,
    job: str = "daily_update",
    config: dict[str, object] | None = None,
) -> dg.DagsterRun:
    """A run whose last event is the given one."""
    location = GrpcServerCodeLocationOrigin("localhost", 4000)
    run = instance.add_run(
        dg.DagsterRun(
            job_name=job,
            status=dg.DagsterRunStatus.NOT_STARTED,
            tags=tags,
            run_config=config,
            remote_job_origin=RemoteJobOrigin(RemoteRepositoryOrigin(location, "repository"), job),
            job_code_origin=JobPythonOrigin(
                job, RepositoryPythonOrigin("python", ModuleCodePointer("viang_pipeline", "defs"))
            ),
        )
    )
    instance.report_dagster_event(dg.DagsterEvent(event.value, job), run.run_id)
    return run


def test_a_new_client_gets_a_partition_and_the_newest_part_of_its_history(
    register: Register, tick: Tick, instance: dg.DagsterInstance
) -> None:
    register("aurora", starts="2025-06-01")
    result = tick(client_registry)
    assert clients_with_partitions(instance) == {"aurora"}
    assert ranges(result) == [("aurora|2026-02-17", "aurora|2026-03-19")]


def test_a_first_load_goes_on_where_the_data_ends_and_then_stops(
    register: Register, tick: Tick, read: Callable[..., None]
) -> None:
    register("aurora", starts="2026-01-01")
    read("aurora", *days_between(date(2026, 2, 17), YESTERDAY))
    assert ranges(tick(client_registry)) == [("aurora|2026-01-17", "aurora|2026-02-16")]
    read("aurora", *days_between(date(2026, 1, 1), date(2026, 2, 16)))
    assert ranges(tick(client_registry)) == []


def test_a_paused_client_gets_a_partition_and_no_run(
    register: Register, tick: Tick, instance: dg.DagsterInstance
) -> None:
    register("aurora", status="pausado")
    assert ranges(tick(client_registry)) == []
    assert clients_with_partitions(instance) == {"aurora"}


def test_a_client_that_is_not_connected_yet_gets_no_run(
    register: Register, tick: Tick, instance: dg.DagsterInstance
) -> None:
    register("aurora", connected=False)
    assert ranges(tick(client_registry)) == []
    assert clients_with_partitions(instance) == {"aurora"}


def test_a_retired_client_keeps_its_partition_and_gets_no_run(
    register: Register, tick: Tick, instance: dg.DagsterInstance
) -> None:
    register("aurora", status="encerrado")
    register("brisa", status="encerrado")
    instance.add_dynamic_partitions("client", ["aurora"])
    assert ranges(tick(client_registry)) == []
    assert clients_with_partitions(instance) == {"aurora"}


@pytest.mark.parametrize("sensor", [client_registry, catch_up, changed_days], ids=lambda sensor: sensor.name)
def test_what_a_run_finishes_while_a_sensor_looks_is_not_asked_for_again(
    register: Register,
    tick: Tick,
    read: Callable[..., None],
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    sensor: dg.SensorDefinition,
) -> None:
    """The run is in the queue only before it has stored its days."""
    register("aurora", starts="2026-02-01")
    read("aurora", YESTERDAY - timedelta(days=3), YESTERDAY, changed=True)

    def look_while_the_run_ends(_: dg.DagsterInstance) -> set[str]:
        read("aurora", *days_between(date(2026, 2, 1), YESTERDAY))
        with database.transaction() as conn:
            conn.execute(
                "update dashboard.day_state set linhas_de = bruto_rev, sku_de = linhas_rev, cliente_de = linhas_rev"
            )
        return set()

    monkeypatch.setattr("viang_pipeline.automation.sensors.clients_with_runs", look_while_the_run_ends)
    assert ranges(tick(sensor)) == []


@pytest.fixture
def read_sources(database: Database) -> Callable[..., None]:
    """Marks days of a client as completely read of orders and of everything else but the sources named."""

    def mark(client_id: str, *days: date, but: Sequence[str] = ()) -> None:
        with database.transaction() as conn:
            for resource in ("orders", *OTHER_SOURCES):
                if resource in but:
                    ledgers.mark_unread(conn, client_id, "mercado_livre", resource, days, MORNING, "fora do ar")
                else:
                    ledgers.mark_read(conn, client_id, "mercado_livre", resource, days, MORNING)

    return mark


def test_days_a_source_owes_are_read_again_of_that_source_alone(
    register: Register, tick: Tick, read_sources: Callable[..., None]
) -> None:
    register("aurora", starts="2026-03-01")
    read_sources("aurora", *days_between(STARTS, YESTERDAY))
    assert ranges(tick(catch_up_sources)) == []
    read_sources("aurora", *days_between(date(2026, 3, 20), date(2026, 3, 21)), but=["visits"])
    read_sources("boreal", YESTERDAY, but=["ads"])
    result = tick(catch_up_sources)
    assert ranges(result) == []

    register("brisa", starts="2026-03-01")
    read_sources("brisa", *days_between(STARTS, date(2026, 3, 9)), YESTERDAY)
    read_sources("brisa", *days_between(date(2026, 3, 10), date(2026, 3, 12)), but=["visits", "claims"])
    result = tick(catch_up_sources)
    assert ranges(result) == [("brisa|2026-03-10", "brisa|2026-03-12")]
    (request,) = result.run_requests or []
    asked = {key.to_user_string() for key in request.asset_selection or []}
    assert {name for name in asked if "/" in name} == {"mercado_livre/visits", "mercado_livre/claims"}
    assert {"fact_visits", "fact_claim_line", "fact_sku_day", "agg_client_day"} <= asked


def test_a_source_that_was_never_reached_because_the_run_ended_before_it_owes_its_days_too(
    register: Register, tick: Tick, read: Callable[..., None]
) -> None:
    register("aurora", starts="2026-03-01")
    read("aurora", YESTERDAY)
    (request,) = tick(catch_up_sources).run_requests or []
    assert len([key for key in request.asset_selection or [] if len(key.path) == 2]) == len(OTHER_SOURCES)


def test_what_the_platform_no_longer_tells_is_not_asked_for(
    register: Register, tick: Tick, read_sources: Callable[..., None]
) -> None:
    register("aurora", starts="2025-06-01")
    read_sources("aurora", YESTERDAY - timedelta(days=89), but=["ads"])
    assert ranges(tick(catch_up_sources)) == []
    read_sources("aurora", YESTERDAY - timedelta(days=88), but=["ads"])
    assert len(ranges(tick(catch_up_sources))) == 1


def asked_of(result: dg.SensorResult) -> set[str]:
    return {
        key.to_user_string()
        for request in result.run_requests or []
        for key in request.asset_selection or []
        if len(key.path) == 2
    }


def test_a_client_with_bling_owes_its_feeds_but_not_what_bling_does_not_permit(
    register: Register, tick: Tick, read_sources: Callable[..., None], database: Database
) -> None:
    register("aurora", starts="2026-03-01")
    read_sources("aurora", YESTERDAY)
    assert asked_of(tick(catch_up_sources)) == set(), "a client without Bling owes none of it"
    with database.transaction() as conn:
        conn.execute(
            "insert into dashboard.api_tokens (client_id, platform, access_token, refresh_token, expires_at)"
            " values ('aurora', 'bling', '', '', %s)",
            [MORNING],
        )
        for resources in BLING_FEEDS.values():
            for resource in resources:
                ledgers.mark_read(conn, "aurora", "bling", resource, [YESTERDAY], MORNING)
    assert asked_of(tick(catch_up_sources)) == set()
    with database.transaction() as conn:
        conn.execute("delete from dashboard.source_reads where source = 'bling' and resource in ('payables', 'orders')")
        ledgers.mark_unread(
            conn, "aurora", "bling", "payables", [YESTERDAY], MORNING, "sem permissão: falta o escopo no aplicativo"
        )
    assert asked_of(tick(catch_up_sources)) == {"bling/orders"}


def test_a_source_that_refuses_for_good_is_asked_once_a_day(
    register: Register, tick: Tick, read_sources: Callable[..., None], settings_env: Callable[..., Settings]
) -> None:
    register("aurora", starts="2026-03-01")
    read_sources("aurora", YESTERDAY, but=["claims"])
    keys = set()
    for hours in (0, 5, 24):
        settings_env(
            VIANG_NOW=(MORNING + timedelta(hours=hours)).isoformat(),
            MERCADO_LIVRE_API_URL="http://127.0.0.1:9",
            MERCADO_LIVRE_AUTH_URL="http://127.0.0.1:9",
        )
        keys |= {request.run_key for request in tick(catch_up_sources).run_requests or []}
    assert len(keys) == 2


def test_nothing_to_do_is_said_in_words(tick: Tick) -> None:
    for sensor in (client_registry, catch_up, catch_up_sources, changed_days):
        result = tick(sensor)
        assert result.run_requests == []
        assert result.skip_reason is not None


def test_a_missed_night_is_found_from_the_data(
    register: Register, tick: Tick, read: Callable[..., None], instance: dg.DagsterInstance
) -> None:
    register("aurora")
    instance.add_dynamic_partitions("client", ["aurora"])
    read("aurora", *(set(days_between(STARTS, YESTERDAY)) - {date(2026, 3, 10), date(2026, 3, 11)}))
    assert ranges(tick(catch_up)) == [("aurora|2026-03-10", "aurora|2026-03-11")]


def test_a_client_without_any_read_day_is_left_to_its_first_load(register: Register, tick: Tick) -> None:
    register("aurora")
    assert ranges(tick(catch_up)) == []


def test_changed_days_are_rebuilt_by_one_run_of_their_client(
    register: Register, tick: Tick, read: Callable[..., None], instance: dg.DagsterInstance
) -> None:
    instance.add_dynamic_partitions("client", ["aurora", "brisa"])
    for client_id in ("aurora", "brisa"):
        register(client_id)
    read("aurora", date(2026, 3, 2), date(2026, 3, 8), date(2026, 3, 9), changed=True)
    read("brisa", date(2026, 3, 5))
    result = tick(changed_days)
    assert ranges(result) == [("aurora|2026-03-08", "aurora|2026-03-09")]
    assert (result.run_requests or [])[0].tags[partitions.CLIENT_TAG] == "aurora"


def test_changed_days_of_a_paused_client_are_still_rebuilt(
    register: Register, tick: Tick, read: Callable[..., None], instance: dg.DagsterInstance
) -> None:
    instance.add_dynamic_partitions("client", ["aurora"])
    register("aurora", status="pausado")
    read("aurora", date(2026, 3, 2), changed=True)
    assert ranges(tick(changed_days)) == [("aurora|2026-03-02", "aurora|2026-03-02")]


def test_days_a_new_parameter_reaches_are_rebuilt(tick: Tick, instance: dg.DagsterInstance, database: Database) -> None:
    shop = Shop(database, "aurora")
    days = days_between(date(2026, 3, 2), date(2026, 3, 8))
    shop.put(*(order(str(day.day), line("A", "10.00"), at=f"{day}T12:00:00.000-03:00") for day in days))
    shop.read(*days)
    shop.build(*days)
    instance.add_dynamic_partitions("client", ["aurora"])
    assert ranges(tick(changed_days)) == []

    told = read_parameters(COSTS, b"sku,custo_unitario,vigente_de\nA,5,2026-03-06\n", YESTERDAY)
    import_parameters(shop.work(), COSTS, told, "teste")

    assert ranges(tick(changed_days)) == [("aurora|2026-03-06", "aurora|2026-03-08")]


@pytest.mark.parametrize("event", [dg.DagsterEventType.RUN_ENQUEUED, dg.DagsterEventType.RUN_START])
@pytest.mark.parametrize(
    "tags",
    [
        {"viang/client": "aurora"},
        {"dagster/partition/client": "aurora", "dagster/partition/date": "2026-03-19"},
        {
            "dagster/asset_partition_range_start": "aurora|2026-03-01",
            "dagster/asset_partition_range_end": "aurora|2026-03-02",
        },
    ],
    ids=["request", "partition", "range"],
)
def test_nothing_is_asked_for_while_a_run_of_the_client_waits_or_works(
    register: Register,
    tick: Tick,
    read: Callable[..., None],
    instance: dg.DagsterInstance,
    tags: dict[str, str],
    event: dg.DagsterEventType,
) -> None:
    instance.add_dynamic_partitions("client", ["aurora"])
    register("aurora")
    read("aurora", date(2026, 3, 5), date(2026, 3, 8), changed=True)
    add_run(instance, tags, event)
    for sensor in (client_registry, catch_up, catch_up_sources, changed_days):
        assert ranges(tick(sensor)) == []


def test_a_run_that_ended_holds_nobody_back(
    register: Register, tick: Tick, read: Callable[..., None], instance: dg.DagsterInstance
) -> None:
    instance.add_dynamic_partitions("client", ["aurora"])
    register("aurora")
    read("aurora", date(2026, 3, 5), changed=True)
    add_run(instance, {"viang/client": "aurora"}, dg.DagsterEventType.RUN_FAILURE)
    assert len(ranges(tick(changed_days))) == 1


def test_nothing_is_asked_for_while_a_crashed_run_is_about_to_be_tried_again(
    register: Register,
    tick: Tick,
    read: Callable[..., None],
    instance: dg.DagsterInstance,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    instance.add_dynamic_partitions("client", ["aurora", "brisa"])
    for client_id in ("aurora", "brisa"):
        register(client_id)
        read(client_id, date(2026, 3, 5), changed=True)
    crashed = {"viang/client": "aurora", "dagster/will_retry": "true"}
    tried = {"viang/client": "brisa", "dagster/will_retry": "true", "dagster/auto_retry_run_id": "another run"}
    for tags in (crashed, tried):
        add_run(instance, tags, dg.DagsterEventType.RUN_FAILURE)
    assert ranges(tick(changed_days)) == [("brisa|2026-03-05", "brisa|2026-03-05")]

    monkeypatch.setattr("viang_pipeline.automation.state.RETRY_COMES_WITHIN", timedelta(0))
    assert len(ranges(tick(changed_days))) == 2, "a retry that does not come holds nobody up"


NIGHT = {
    "dagster/partition": "aurora|2026-03-19",
    "dagster/partition/client": "aurora",
    "dagster/partition/date": "2026-03-19",
    "viang/client": "aurora",
}
SWEEP = {
    "dagster/asset_partition_range_start": "aurora|2026-02-18",
    "dagster/asset_partition_range_end": "aurora|2026-03-19",
    "viang/client": "aurora",
}


@pytest.fixture
def retrying(monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    """An instance that tries crashed runs again, as ours, and whose daemon does not get to it; it is lost at once."""
    monkeypatch.setattr("viang_pipeline.automation.state.RETRY_IS_LOST_AFTER", timedelta(0))
    retries = {"enabled": True, "max_retries": 2, "retry_on_asset_or_op_failure": False}
    with dg.DagsterInstance.ephemeral(settings={"run_retries": retries}) as instance:
        instance.add_dynamic_partitions("client", ["aurora"])
        yield instance


@pytest.fixture
def asked_again(retrying: dg.DagsterInstance, supabase: SupabaseResource) -> AskedAgain:
    """What the sensor of lost retries asks for."""

    def ask() -> Sequence[dg.RunRequest]:
        with dg.build_sensor_context(instance=retrying, resources={"supabase": supabase}) as context:
            result = lost_retries(context)
        assert isinstance(result, dg.SensorResult)
        return result.run_requests or []

    return ask


@pytest.mark.parametrize(
    ("job", "work", "partition"),
    [
        ("daily_update", NIGHT, "aurora|2026-03-19"),
        ("ads_update", NIGHT, "aurora|2026-03-19"),
        ("client_report_job", NIGHT | {"viang/enviar": "relatorio"}, "aurora|2026-03-19"),
        ("deep_sweep", SWEEP, None),
    ],
)
def test_a_crashed_run_that_was_not_tried_again_is_asked_for_as_it_was(
    register: Register,
    retrying: dg.DagsterInstance,
    asked_again: AskedAgain,
    job: str,
    work: dict[str, str],
    partition: str | None,
) -> None:
    register("aurora")
    config = {"resources": {"mercado_livre": {"config": {"pace": 0}}}}
    of_the_schedule = {"dagster/schedule_name": "daily_update_schedule", "dagster/run_key": "aurora:2026-03-19"}
    run = add_run(retrying, work | of_the_schedule, dg.DagsterEventType.RUN_FAILURE, job=job, config=config)
    (asked,) = asked_again()
    assert (asked.job_name, asked.partition_key, asked.run_config) == (job, partition, config)
    assert dict(asked.tags) == {name: value for name, value in work.items() if "dagster/partition" not in name}
    assert asked.run_key == f"caiu:{run.run_id}", "asked for once, however often the sensor looks"


def test_a_retry_has_two_minutes_to_come_before_it_counts_as_lost(
    register: Register, retrying: dg.DagsterInstance, asked_again: AskedAgain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("viang_pipeline.automation.state.RETRY_IS_LOST_AFTER", timedelta(minutes=2))
    register("aurora")
    add_run(retrying, NIGHT, dg.DagsterEventType.RUN_FAILURE)
    assert not asked_again()


@pytest.mark.parametrize(
    "event",
    [
        dg.DagsterEventType.RUN_ENQUEUED,
        dg.DagsterEventType.RUN_START,
        dg.DagsterEventType.RUN_SUCCESS,
        dg.DagsterEventType.RUN_CANCELED,
    ],
)
def test_a_crashed_run_whose_work_a_newer_run_does_or_did_is_not_asked_for(
    register: Register, retrying: dg.DagsterInstance, asked_again: AskedAgain, event: dg.DagsterEventType
) -> None:
    register("aurora")
    add_run(retrying, NIGHT, dg.DagsterEventType.RUN_FAILURE)
    add_run(retrying, NIGHT | {"dagster/retry_number": "1"}, event)
    assert not asked_again()


@pytest.mark.parametrize(
    "tags",
    [
        {"dagster/failure_reason": "STEP_FAILURE"},
        {"dagster/max_retries": "0"},
        {"dagster/sensor_name": "lost_retries"},
    ],
    ids=["failed in our code", "tried often enough", "asked for again before"],
)
def test_what_is_not_to_be_tried_again_is_not_asked_for(
    register: Register, retrying: dg.DagsterInstance, asked_again: AskedAgain, tags: dict[str, str]
) -> None:
    register("aurora")
    add_run(retrying, NIGHT | tags, dg.DagsterEventType.RUN_FAILURE)
    assert not asked_again()


def test_a_run_of_a_client_that_is_no_longer_active_is_not_asked_for_again(
    register: Register, retrying: dg.DagsterInstance, asked_again: AskedAgain
) -> None:
    register("aurora", status="pausado")
    add_run(retrying, NIGHT, dg.DagsterEventType.RUN_FAILURE)
    assert not asked_again()


def test_the_same_work_is_asked_for_at_most_once_an_hour(
    register: Register, tick: Tick, instance: dg.DagsterInstance
) -> None:
    instance.add_dynamic_partitions("client", ["aurora"])
    register("aurora")
    first, second = ((tick(client_registry).run_requests or [])[0].run_key for _ in range(2))
    assert first == second


def test_no_run_is_asked_for_days_before_the_first_partition(
    register: Register, tick: Tick, read: Callable[..., None]
) -> None:
    before = FIRST_DAY - timedelta(days=40)
    register("aurora", starts=before.isoformat())
    read("aurora", *days_between(FIRST_DAY, YESTERDAY))
    assert ranges(tick(client_registry)) == []


@pytest.fixture
def look(instance: dg.DagsterInstance, supabase: SupabaseResource) -> Callable[[], dg.SensorResult]:
    """Ticks of the inbox sensor that remember what the one before saw."""
    cursor: list[str | None] = [None]

    def evaluate() -> dg.SensorResult:
        with dg.build_sensor_context(instance=instance, resources={"supabase": supabase}, cursor=cursor[0]) as context:
            result = upseller_inbox(context)
        assert isinstance(result, dg.SensorResult)
        cursor[0] = result.cursor
        return result

    return evaluate


def dropped(supabase: SupabaseResource, client_id: str, name: str, content: bytes) -> Path:
    """A file in an inbox that was last written to a minute ago."""
    path = folder_of(supabase.settings.home, client_id) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (time.time() - 60,) * 2)
    return path


def test_a_file_is_asked_for_when_two_ticks_saw_the_same_size(
    register: Register, instance: dg.DagsterInstance, supabase: SupabaseResource, look: Callable[[], dg.SensorResult]
) -> None:
    register("aurora", connected=False)
    instance.add_dynamic_partitions("client", ["aurora"])
    dropped(supabase, "aurora", "pedidos.xlsx", b"meio")
    assert ranges(look()) == []
    dropped(supabase, "aurora", "pedidos.xlsx", b"meio arquivo")
    assert ranges(look()) == []
    result = look()
    assert ranges(result) == [("aurora|2026-03-19", "aurora|2026-03-19")]
    [request] = result.run_requests or []
    assert [key.to_user_string() for key in request.asset_selection or []] == ["upseller/files"]
    assert [each.run_key for each in look().run_requests or []] == [request.run_key], "asked for once, not twice"


@pytest.mark.parametrize(("status", "partition"), [("pausado", True), ("encerrado", True), ("ativo", False)])
def test_files_of_clients_that_are_not_collected_wait(
    register: Register,
    instance: dg.DagsterInstance,
    supabase: SupabaseResource,
    look: Callable[[], dg.SensorResult],
    status: str,
    partition: bool,
) -> None:
    register("aurora", status=status)
    if partition:
        instance.add_dynamic_partitions("client", ["aurora"])
    path = dropped(supabase, "aurora", "pedidos.xlsx", b"conteudo")
    dropped(supabase, "ninguem", "pedidos.xlsx", b"conteudo")
    look()
    assert ranges(look()) == []
    assert path.exists()


def test_files_of_a_client_with_a_run_in_progress_wait(
    register: Register, instance: dg.DagsterInstance, supabase: SupabaseResource, look: Callable[[], dg.SensorResult]
) -> None:
    register("aurora")
    instance.add_dynamic_partitions("client", ["aurora"])
    dropped(supabase, "aurora", "pedidos.xlsx", b"conteudo")
    look()
    add_run(instance, {partitions.CLIENT_TAG: "aurora"}, dg.DagsterEventType.RUN_START)
    assert ranges(look()) == []
