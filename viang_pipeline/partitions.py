"""Partitions: client (dynamic) × date (daily, America/Sao_Paulo). Nothing else builds or reads a partition key.

``client_days`` is the one way to learn what a run has to do: it trusts the run's tags, because a backfill launched
from a job page leaves the first key's dimension tags on a run that stands for a whole range (dagster #28861).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol

import dagster as dg
from dagster._core.storage.tags import (
    ASSET_PARTITION_RANGE_END_TAG,
    ASSET_PARTITION_RANGE_START_TAG,
    MULTIDIMENSIONAL_PARTITION_PREFIX,
    PARTITION_NAME_TAG,
)

from viang_pipeline.domain.business_day import FIRST_DAY, SAO_PAULO, last_closed_day
from viang_pipeline.failures import UsageError

if TYPE_CHECKING:
    from dagster._core.instance.types import DynamicPartitionsStore

CLIENT_TAG = "viang/client"
MAX_DAYS_PER_RUN = 31

_RANGE = (ASSET_PARTITION_RANGE_START_TAG, ASSET_PARTITION_RANGE_END_TAG)
_OURS = "viang/"


class ClientDayPartitions(dg.MultiPartitionsDefinition):
    """Client × day, remembering the list of all keys.

    In a range run Dagster asks for every key there is once per asset check: 0.3 s each for 30 clients.
    """

    _keys: tuple[tuple[object, ...], Sequence[dg.MultiPartitionKey]] | None = None

    def get_partition_keys(
        self, current_time: datetime | None = None, dynamic_partitions_store: DynamicPartitionsStore | None = None
    ) -> Sequence[dg.MultiPartitionKey]:
        """Every key; listed anew when a client or a day was added."""
        # Of the days only the last one: Dagster counts through a calendar to list them, 20 ms for two years.
        with dg.partition_loading_context(current_time, dynamic_partitions_store):
            known = (clients.get_partition_keys(), days.get_last_partition_key())
        if self._keys is None or self._keys[0] != known:
            self._keys = known, super().get_partition_keys(current_time, dynamic_partitions_store)
        return self._keys[1]

    def get_partition_keys_in_range(  # type: ignore[override]  # as the class that is extended
        self, partition_key_range: dg.PartitionKeyRange, dynamic_partitions_store: DynamicPartitionsStore | None = None
    ) -> Sequence[str]:
        """The keys of a range, which is nearly always one client's: then that it exists is asked once.

        A run asks for its range some two hundred times, and Dagster would look for either end's client.
        """
        with dg.partition_loading_context(dynamic_partitions_store=dynamic_partitions_store):
            client, _, first = partition_key_range.start.partition("|")
            other, _, last = partition_key_range.end.partition("|")
            if client != other or not clients.has_partition_key(client):
                return super().get_partition_keys_in_range(partition_key_range, dynamic_partitions_store)
            found = days.get_partition_keys_in_range(dg.PartitionKeyRange(first, last))
            return [dg.MultiPartitionKey({"client": client, "date": day}) for day in found]


clients = dg.DynamicPartitionsDefinition(name="client")
days = dg.DailyPartitionsDefinition(start_date=FIRST_DAY.isoformat(), timezone=SAO_PAULO.key)
client_day = ClientDayPartitions({"client": clients, "date": days})

ClientDays = dict[str, list[date]]


class RunContext(Protocol):
    """What of a Dagster execution context is needed here."""

    @property
    def run(self) -> dg.DagsterRun:
        """Whose tags say what is to be done."""

    @property
    def instance(self) -> dg.DagsterInstance:
        """Which knows the clients there are."""


def partition_key(client_id: str, day: date) -> str:
    """The key of one client-day: dimensions in alphabetical order, ``client|date``."""
    return dg.MultiPartitionKey({"client": client_id, "date": day.isoformat()})


def range_tags(client_id: str, first: date, last: date, *, starts: date, now: datetime) -> dict[str, str]:
    """Run tags for one client and a range of days, clamped to [client's first day, last closed day].

    Raises UsageError when nothing of the range is left.
    """
    first, last = max(first, starts, FIRST_DAY), min(last, last_closed_day(now))
    if first > last:
        raise UsageError(f"{client_id}: nenhum dia fechado entre as datas pedidas")
    return {
        ASSET_PARTITION_RANGE_START_TAG: partition_key(client_id, first),
        ASSET_PARTITION_RANGE_END_TAG: partition_key(client_id, last),
        CLIENT_TAG: client_id,
    }


def partition_keys(tags: Mapping[str, str], instance: dg.DagsterInstance) -> list[str]:
    """Every client-day key a run stands for, from its tags.

    A range is a cross product of clients and days, as Dagster defines it. Raises UsageError for a run without
    partition or with a broken range.
    """
    start, end = tags.get(ASSET_PARTITION_RANGE_START_TAG), tags.get(ASSET_PARTITION_RANGE_END_TAG)
    if start and end:
        return _keys_in_range(start, end, instance)
    by_dimension = [tags.get(f"{MULTIDIMENSIONAL_PARTITION_PREFIX}{name}") for name in ("client", "date")]
    if all(by_dimension):
        return ["|".join(part for part in by_dimension if part)]
    if PARTITION_NAME_TAG in tags:
        return [tags[PARTITION_NAME_TAG]]
    raise UsageError("Escolha uma partição (cliente e dia): esta execução não tem nenhuma")


def _keys_in_range(start: str, end: str, instance: dg.DagsterInstance) -> list[str]:
    refusal = UsageError(f"O intervalo de {start} a {end} não existe: cliente desconhecido ou fim antes do início")
    try:
        keys = client_day.get_partition_keys_in_range(
            dg.PartitionKeyRange(start, end), dynamic_partitions_store=instance
        )
    except dg.DagsterError as error:
        raise refusal from error
    if not keys:
        raise refusal
    return list(keys)


def clients_of(tags: Mapping[str, str], instance: dg.DagsterInstance) -> set[str]:
    """The clients a run works for; none for a run without partition."""
    start, end = tags.get(ASSET_PARTITION_RANGE_START_TAG), tags.get(ASSET_PARTITION_RANGE_END_TAG)
    if start and end:
        first, last = split_key(start)[0], split_key(end)[0]
        ordered = [] if first == last else list(instance.get_dynamic_partitions("client"))
        if {first, last} <= set(ordered):
            return set(ordered[ordered.index(first) : ordered.index(last) + 1])
        return {first, last}
    client_id = tags.get(CLIENT_TAG) or tags.get(f"{MULTIDIMENSIONAL_PARTITION_PREFIX}client")
    return {client_id} if client_id else set()


def work_of(tags: Mapping[str, str]) -> tuple[str | None, dict[str, str]]:
    """What a run has to do, from its tags: its partition if it has one, and its range and our own tags."""
    return tags.get(PARTITION_NAME_TAG), {
        name: value for name, value in tags.items() if name in _RANGE or name.startswith(_OURS)
    }


def split_key(key: str) -> tuple[str, date]:
    """Client and day of a partition key."""
    client_id, _, day = key.partition("|")
    return client_id, date.fromisoformat(day)


def client_days(context: RunContext, now: datetime) -> ClientDays:
    """What this run has to do: client → ascending closed days.

    Raises UsageError when one of them is still in progress or in the future (R10): leaving it out would let the run end
    green with a day missing.
    """
    last = last_closed_day(now)
    wanted: ClientDays = {}
    refused: list[str] = []
    for key in partition_keys(context.run.tags, context.instance):
        client_id, day = split_key(key)
        if day <= last:
            wanted.setdefault(client_id, []).append(day)
        else:
            refused.append(key)
    if refused:
        raise UsageError(
            f"Há dias que ainda não fecharam entre os pedidos ({len(refused)}, o primeiro é {refused[0]}); "
            f"o último dia fechado é {last}"
        )
    return {client_id: sorted(set(found)) for client_id, found in wanted.items()}


def keys_reported_by_engine(tags: Mapping[str, str], instance: dg.DagsterInstance) -> set[str]:
    """The keys for which Dagster itself records a materialization when a step succeeds.

    Leftover dimension tags win over the range inside the engine; the missing days are reported by the asset.
    """
    dimension_tags = {k: v for k, v in tags.items() if k.startswith(MULTIDIMENSIONAL_PARTITION_PREFIX)}
    return set(partition_keys(dimension_tags or tags, instance))


def keys_of(done: Mapping[str, Iterable[date]]) -> list[str]:
    """Partition keys of client → days, ordered by client and day."""
    return [partition_key(client_id, day) for client_id in sorted(done) for day in sorted(done[client_id])]
