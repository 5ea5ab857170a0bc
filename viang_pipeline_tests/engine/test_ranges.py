"""What a run has to do, from its tags alone, and that each day is reported exactly once. No daemon."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import cast

import dagster as dg
import pytest
from dagster import BetaWarning

from viang_pipeline import partitions
from viang_pipeline.assets import client_days
from viang_pipeline.assets.client_days import POLICY, RETRIES, each_client
from viang_pipeline.collect.work import Outcome, PartialCollectionError
from viang_pipeline.domain.business_day import days_between
from viang_pipeline.failures import PermanentFailure, UsageError
from viang_pipeline.warehouse.database import DatabaseAway

NOW = datetime(2026, 7, 20, 12, 0, tzinfo=UTC)
FIRST, LAST = date(2026, 7, 1), date(2026, 7, 5)
START, END = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"
BOTH_PAGES = pytest.mark.parametrize("from_job_page", [False, True], ids=["asset page", "job page"])


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    """Clients in the order they were registered, which is not alphabetical."""
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions("client", ["casa", "aurora", "bazar"])
        yield instance


def range_of(first: str, last: str, *, from_job_page: bool = False) -> dict[str, str]:
    """Tags of a range run; a job page leaves the dimensions of some key of the whole selection beside them."""
    tags = {START: first, END: last}
    if from_job_page:
        tags |= {"dagster/partition/client": "casa", "dagster/partition/date": "2026-06-30"}
    return tags


def single(client_id: str, day: str) -> dict[str, str]:
    """Tags of a run of one key, as the engine writes them."""
    return {
        "dagster/partition": f"{client_id}|{day}",
        "dagster/partition/client": client_id,
        "dagster/partition/date": day,
    }


def work(tags: dict[str, str], instance: dg.DagsterInstance) -> partitions.ClientDays:
    context = SimpleNamespace(run=SimpleNamespace(tags=tags), instance=instance)
    return partitions.client_days(cast("partitions.RunContext", context), NOW)


def test_a_run_of_one_key_is_one_day(instance: dg.DagsterInstance) -> None:
    tags = single("casa", "2026-07-01")

    assert work(tags, instance) == {"casa": [FIRST]}
    assert partitions.keys_reported_by_engine(tags, instance) == {"casa|2026-07-01"}
    assert partitions.clients_of(tags, instance) == {"casa"}


@BOTH_PAGES
def test_a_range_is_every_day_of_it(instance: dg.DagsterInstance, from_job_page: bool) -> None:
    tags = range_of("aurora|2026-07-01", "aurora|2026-07-05", from_job_page=from_job_page)

    assert work(tags, instance) == {"aurora": days_between(FIRST, LAST)}
    assert partitions.clients_of(tags, instance) == {"aurora"}


@BOTH_PAGES
def test_a_range_over_clients_is_a_cross_product_in_order_of_registration(
    instance: dg.DagsterInstance, from_job_page: bool
) -> None:
    tags = range_of("casa|2026-07-01", "aurora|2026-07-02", from_job_page=from_job_page)

    assert work(tags, instance) == {name: days_between(FIRST, date(2026, 7, 2)) for name in ("casa", "aurora")}
    assert partitions.clients_of(tags, instance) == {"casa", "aurora"}


def test_leftover_dimensions_are_all_the_engine_reports_by_itself(instance: dg.DagsterInstance) -> None:
    tags = range_of("aurora|2026-07-01", "aurora|2026-07-05", from_job_page=True)

    assert partitions.keys_reported_by_engine(tags, instance) == {"casa|2026-06-30"}


@pytest.mark.parametrize("end", ["2026-07-20", "2026-07-25"], ids=["today", "the future"])
def test_a_range_that_reaches_into_open_days_is_refused_as_a_whole(instance: dg.DagsterInstance, end: str) -> None:
    with pytest.raises(UsageError, match=r"ainda não fecharam.*o primeiro é casa\|2026-07-20\)"):
        work(range_of("casa|2026-07-18", f"casa|{end}"), instance)


def test_a_run_of_an_open_day_is_refused(instance: dg.DagsterInstance) -> None:
    with pytest.raises(UsageError, match="o último dia fechado é 2026-07-19"):
        work(single("casa", "2026-07-20"), instance)


def test_a_run_without_partition_is_refused_in_one_sentence(instance: dg.DagsterInstance) -> None:
    with pytest.raises(UsageError, match="Escolha uma partição"):
        work({"viang/client": "casa"}, instance)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("casa|2026-07-05", "casa|2026-07-01"),
        ("bazar|2026-07-01", "casa|2026-07-05"),
        ("estranho|2026-07-01", "estranho|2026-07-05"),
    ],
    ids=["days backwards", "clients backwards", "unknown client"],
)
def test_a_range_that_stands_for_nothing_is_refused(instance: dg.DagsterInstance, first: str, last: str) -> None:
    with pytest.raises(UsageError, match="não existe"):
        work(range_of(first, last), instance)


def test_the_list_of_all_keys_follows_new_clients_and_new_days(instance: dg.DagsterInstance) -> None:
    def listed(now: datetime) -> set[str]:
        return set(partitions.client_day.get_partition_keys(now, instance))

    before, tomorrow = listed(NOW), listed(NOW + timedelta(days=1))
    assert tomorrow - before == {f"{name}|2026-07-20" for name in ("casa", "aurora", "bazar")}
    instance.add_dynamic_partitions("client", ["nova"])
    assert {key.partition("|")[0] for key in listed(NOW) - before} == {"nova"}
    assert max(listed(NOW)) == "nova|2026-07-19"


def test_range_tags_stay_between_the_first_day_and_the_last_closed_one() -> None:
    tags = partitions.range_tags("casa", date(2024, 1, 1), date(2027, 1, 1), starts=date(2026, 5, 1), now=NOW)

    assert tags == {START: "casa|2026-05-01", END: "casa|2026-07-19", "viang/client": "casa"}


def test_range_tags_without_a_closed_day_are_refused() -> None:
    with pytest.raises(UsageError, match="nenhum dia fechado"):
        partitions.range_tags("casa", date(2026, 7, 20), date(2026, 7, 21), starts=FIRST, now=NOW)


@dataclass
class Toy:
    """A source without HTTP: what each client does when its days are asked for."""

    broken: frozenset[str] = frozenset()
    stops_after: int | None = None
    away: int = 0
    away_in_preview: int = 0
    asked: int = 0
    previewed: int = 0

    def preview(self, wanted: partitions.ClientDays) -> dict[str, object]:
        self.previewed += 1
        if self.previewed <= self.away_in_preview:
            raise DatabaseAway("O Postgres não aceitou a conexão", where="banco", action="Espere.")
        return {}

    def __call__(self, client_id: str, days: list[date]) -> Outcome:
        self.asked += 1
        if self.asked <= self.away:
            raise DatabaseAway("O Postgres não aceitou a conexão", where="banco", action="Espere.")
        if client_id in self.broken:
            raise PermanentFailure("A autorização venceu", where="api_tokens", action="Conecte de novo.")
        if self.stops_after is not None:
            failure = PermanentFailure("A leitura parou", where="GET /orders/search", action="Tente de novo.")
            raise PartialCollectionError(Outcome(days_done=set(days[: self.stops_after])), failure)
        return Outcome(days_done=set(days), days_changed=set(days[:1]))


def execute(toy: Toy, tags: dict[str, str], instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    with pytest.warns(BetaWarning):

        @dg.asset(partitions_def=partitions.client_day, backfill_policy=POLICY)
        def toy_days(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
            return each_client(context, NOW, toy, toy.preview)

    job = dg.define_asset_job("toy", [toy_days], partitions_def=partitions.client_day)
    definitions = dg.Definitions(assets=[toy_days], jobs=[job])
    return definitions.resolve_job_def("toy").execute_in_process(tags=tags, instance=instance, raise_on_error=False)


def reported(result: dg.ExecuteInProcessResult, instance: dg.DagsterInstance) -> Counter[str]:
    """Key → how often the event log reports it as materialized."""
    entries = instance.all_logs(result.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
    return Counter(str(entry.get_dagster_event().partition) for entry in entries)


def keys(client_id: str, first: date, last: date) -> Counter[str]:
    return Counter(f"{client_id}|{day}" for day in days_between(first, last))


@BOTH_PAGES
def test_each_day_of_a_range_is_reported_exactly_once(instance: dg.DagsterInstance, from_job_page: bool) -> None:
    tags = range_of("aurora|2026-07-01", "bazar|2026-07-05", from_job_page=from_job_page)

    result = execute(Toy(), tags, instance)

    assert result.success
    assert reported(result, instance) >= keys("aurora", FIRST, LAST) + keys("bazar", FIRST, LAST)
    assert set(reported(result, instance).values()) == {1}


def test_a_run_of_one_key_reports_it_once(instance: dg.DagsterInstance) -> None:
    result = execute(Toy(), single("casa", "2026-07-01"), instance)

    assert reported(result, instance) == keys("casa", FIRST, FIRST)


def test_a_failing_client_is_named_and_the_others_are_reported(instance: dg.DagsterInstance) -> None:
    tags = range_of("casa|2026-07-01", "bazar|2026-07-05")

    result = execute(Toy(broken=frozenset({"aurora"})), tags, instance)

    assert not result.success
    assert reported(result, instance) == keys("casa", FIRST, LAST) + keys("bazar", FIRST, LAST)
    (failure,) = (e.step_failure_data for e in result.all_events if e.is_step_failure)
    assert failure.user_failure_data.description == "aurora: A autorização venceu [api_tokens]. Conecte de novo."


def test_what_was_done_before_a_failure_is_reported(instance: dg.DagsterInstance) -> None:
    result = execute(Toy(stops_after=2), range_of("casa|2026-07-01", "casa|2026-07-05"), instance)

    assert not result.success
    assert reported(result, instance) == keys("casa", FIRST, date(2026, 7, 2))


def test_work_begins_again_within_its_step_when_the_database_went_away(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A step of its own later would let marts be built without it, and restated."""
    monkeypatch.setattr(client_days, "RETRY_AFTER", 0)
    toy = Toy(away=2)

    result = execute(toy, single("casa", "2026-07-01"), instance)

    assert (result.success, toy.asked) == (True, 3)
    assert not instance.all_logs(result.run_id, of_type=dg.DagsterEventType.STEP_UP_FOR_RETRY)
    assert reported(result, instance) == keys("casa", FIRST, FIRST)


def test_a_preview_that_lost_the_database_is_made_again(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_days, "RETRY_AFTER", 0)
    toy = Toy(away_in_preview=1)

    result = execute(toy, single("casa", "2026-07-01"), instance)

    assert (result.success, toy.asked, toy.previewed) == (True, 1, 2)


def test_a_database_that_stays_away_fails_the_step_with_a_sentence(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_days, "RETRY_AFTER", 0)
    toy = Toy(away=100)

    result = execute(toy, single("casa", "2026-07-01"), instance)

    assert (result.success, toy.asked) == (False, RETRIES + 1)
    (failure,) = (e.step_failure_data for e in result.all_events if e.is_step_failure)
    assert failure.user_failure_data.description == "casa: O Postgres não aceitou a conexão [banco]. Espere."


def test_any_other_failure_is_not_tried_again_by_the_step(instance: dg.DagsterInstance) -> None:
    toy = Toy(broken=frozenset({"casa"}))

    assert not execute(toy, single("casa", "2026-07-01"), instance).success
    assert toy.asked == 1
