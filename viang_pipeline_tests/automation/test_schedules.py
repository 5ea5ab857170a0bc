"""The night at 03:00 of São Paulo: one run per active, connected client, for yesterday."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import dagster as dg
import pytest

from viang_pipeline.assets.served import SEND_TAG
from viang_pipeline.automation.schedules import (
    client_report_schedule,
    daily_update_schedule,
    deep_sweep_schedule,
    refresh_tokens_schedule,
)
from viang_pipeline.resources.supabase import SupabaseResource


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    """One with a home of its own: a schedule opens its instance again by reference."""
    with dg.instance_for_test() as instance:
        yield instance


def sweep(instance: dg.DagsterInstance, supabase: SupabaseResource) -> list[dg.RunRequest | dg.SkipReason]:
    with dg.build_schedule_context(instance=instance, resources={"supabase": supabase}) as context:
        return list(deep_sweep_schedule(context))  # type: ignore[arg-type]


def night(instance: dg.DagsterInstance, supabase: SupabaseResource) -> list[dg.RunRequest | dg.SkipReason]:
    with dg.build_schedule_context(instance=instance, resources={"supabase": supabase}) as context:
        return list(daily_update_schedule(context))  # type: ignore[arg-type]


def test_every_active_connected_client_gets_one_run_for_yesterday(
    register: Callable[..., None], instance: dg.DagsterInstance, supabase: SupabaseResource
) -> None:
    register("aurora")
    register("brisa")
    register("cais", status="pausado")
    register("duna", status="encerrado")
    register("enseada", connected=False)
    register("farol", starts=date(2026, 3, 20).isoformat())
    requests = night(instance, supabase)
    assert [(r.partition_key, r.run_key) for r in requests if isinstance(r, dg.RunRequest)] == [
        ("aurora|2026-03-19", "aurora:2026-03-19"),
        ("brisa|2026-03-19", "brisa:2026-03-19"),
    ]


def test_a_client_added_just_before_the_night_has_its_partition(
    register: Callable[..., None], instance: dg.DagsterInstance, supabase: SupabaseResource
) -> None:
    register("aurora")
    night(instance, supabase)
    assert instance.get_dynamic_partitions("client") == ["aurora"]


def test_a_night_without_clients_says_so(instance: dg.DagsterInstance, supabase: SupabaseResource) -> None:
    (answer,) = night(instance, supabase)
    assert isinstance(answer, dg.SkipReason)


def test_the_sweep_asks_for_sixty_days_in_runs_of_a_month_and_for_nothing_before_the_first_day(
    register: Callable[..., None], instance: dg.DagsterInstance, supabase: SupabaseResource
) -> None:
    register("aurora", starts="2025-06-01")
    register("brisa", starts="2026-03-10")
    register("cais", connected=False)
    requests = sweep(instance, supabase)
    assert [r.run_key for r in requests if isinstance(r, dg.RunRequest)] == [
        "aurora:2026-02-17:2026-03-19",
        "aurora:2026-01-19:2026-02-16",
        "brisa:2026-03-10:2026-03-19",
    ]


def test_the_report_of_the_month_before_is_asked_for_each_client_that_has_days_in_it(
    register: Callable[..., None], instance: dg.DagsterInstance, supabase: SupabaseResource
) -> None:
    register("aurora", starts="2026-01-10")
    register("brisa", starts="2026-03-01")
    register("cais", connected=False)
    with dg.build_schedule_context(instance=instance, resources={"supabase": supabase}) as context:
        requests = list(client_report_schedule(context))  # type: ignore[arg-type]
    assert [(r.partition_key, r.run_key) for r in requests if isinstance(r, dg.RunRequest)] == [
        ("aurora|2026-02-28", "report:aurora:2026-02")
    ]
    assert all(SEND_TAG in r.tags for r in requests if isinstance(r, dg.RunRequest)), "nobody would get them"


def test_schedules_keep_the_clock_of_sao_paulo_and_run_by_default() -> None:
    for schedule in (daily_update_schedule, deep_sweep_schedule, client_report_schedule, refresh_tokens_schedule):
        assert schedule.execution_timezone == "America/Sao_Paulo"
        assert schedule.default_status == dg.DefaultScheduleStatus.RUNNING
    assert daily_update_schedule.cron_schedule == "0 3 * * *"
    assert deep_sweep_schedule.cron_schedule == "0 1 * * 0"
    assert client_report_schedule.cron_schedule == "0 8 4 * *"
    assert refresh_tokens_schedule.cron_schedule == ["30 2 * * *", "0 */4 * * *"]
