"""A hundred thousand client-days in Dagster's interface: what its partitions page and its graph wait for.

Client-days are recorded as materialized, in batches, through the storage of a real instance; then code server and
webserver start as ``viang up`` starts them and are asked what the pages ask. Run: python -m benchmarks.many_partitions
"""

from __future__ import annotations

import argparse
import logging
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import dagster as dg
import httpx
from dagster._core.events import DagsterEvent, StepMaterializationData
from dagster._core.instance.utils import RUNLESS_RUN_ID

from benchmarks.harness import environment, home, table
from viang_pipeline import partitions
from viang_pipeline.automation.in_process import open_instance
from viang_pipeline.cli.processes import Processes
from viang_pipeline.definitions import defs
from viang_pipeline.domain.business_day import last_closed_day
from viang_pipeline.instance import prepare_instance
from viang_pipeline.instance import processes as dagster
from viang_pipeline.instance.ports import HOST, free_port, interface_answers, listens
from viang_pipeline.settings import load_settings

KEYS = 100_000
ASSETS = ("agg_client_day", "mercado_livre/orders")
BATCH = 2_000
WARM = 5

PARTITIONS_PAGE = """
query PartitionHealthQuery($assetKey: AssetKeyInput!) {
  assetNodeOrError(assetKey: $assetKey) {
    ... on AssetNode {
      id
      partitionKeysByDimension { name type partitionKeys }
      assetPartitionStatuses {
        ... on MultiPartitionStatuses {
          primaryDimensionName
          ranges {
            primaryDimStartKey primaryDimEndKey primaryDimStartTime primaryDimEndTime
            secondaryDim {
              ... on TimePartitionStatuses { ranges { status startTime endTime startKey endKey } }
              ... on DefaultPartitionStatuses { materializedPartitions materializingPartitions failedPartitions }
            }
          }
        }
      }
    }
  }
}
"""
"""What the interface of Dagster 1.13 asks for an asset's partitions page, without the forms this graph never has."""

GRAPH = """
query AssetGraphLiveQuery($assetKeys: [AssetKeyInput!]!) {
  assetNodes(assetKeys: $assetKeys, loadMaterializations: true) {
    id
    opNames
    repository { id }
    assetKey { path }
    assetMaterializations(limit: 1) { timestamp runId stepKey }
    assetObservations(limit: 1) { timestamp runId stepKey }
    assetChecksOrError {
      ... on AssetChecks {
        checks {
          name
          canExecuteIndividually
          executionForLatestMaterialization { id runId status timestamp stepKey evaluation { severity } }
        }
      }
    }
    partitionStats { numMaterialized numMaterializing numPartitions numFailed }
  }
  assetsLatestInfo(assetKeys: $assetKeys) {
    id
    unstartedRunIds
    inProgressRunIds
    latestRun { id status endTime }
  }
}
"""
"""The same for the graph, of all its assets at once; the interface asks in pieces of ten."""


def client_names(keys: int, days: int) -> list[str]:
    """So many clients that there are at least ``keys`` client-days."""
    return [f"cliente-{number:03}" for number in range(-(-keys // days))]


def materialize(instance: dg.DagsterInstance, asset: dg.AssetKey, keys: Sequence[str]) -> None:
    """Record the partitions as done, a batch per statement, as a range run does."""
    for start in range(0, len(keys), BATCH):
        instance.event_log_storage.store_event_batch([_event(asset, key) for key in keys[start : start + BATCH]])


def _event(asset: dg.AssetKey, key: str) -> dg.EventLogEntry:
    done = dg.AssetMaterialization(asset, partition=key, metadata={"linhas_escritas": 1})
    return dg.EventLogEntry(
        error_info=None,
        level=logging.INFO,
        user_message="",
        run_id=RUNLESS_RUN_ID,
        timestamp=time.time(),
        dagster_event=DagsterEvent(
            event_type_value=dg.DagsterEventType.ASSET_MATERIALIZATION.value,
            job_name=RUNLESS_RUN_ID,
            event_specific_data=StepMaterializationData(done),
        ),
    )


@contextmanager
def services(*, daemon: bool = False) -> Iterator[str]:
    """Code server and webserver over VIANG_HOME, started as ``viang up`` starts them; yields the address."""
    code_port, web_port = free_port(), free_port()
    instance = prepare_instance(load_settings(), code_server_port=code_port)
    with Processes() as processes:
        processes.start("code-server", dagster.code_server(HOST, code_port), instance.env)
        processes.wait_until(lambda: listens(code_port))
        processes.start("webserver", dagster.webserver(HOST, web_port, instance.workspace), instance.env)
        if daemon:
            processes.start("daemon", dagster.daemon(instance.workspace), instance.env)
        processes.wait_until(lambda: interface_answers(web_port))
        yield f"http://{HOST}:{web_port}"


def ask(url: str, query: str, **variables: Any) -> tuple[float, int, Any]:
    """Seconds of an answer, its size in KiB and its data. Raises AssertionError for an error in it."""
    start = time.perf_counter()
    answer = httpx.post(f"{url}/graphql", json={"query": query, "variables": variables}, timeout=600).raise_for_status()
    seconds = time.perf_counter() - start
    found = answer.json()
    assert "errors" not in found, found["errors"]
    return seconds, len(answer.content) // 1024, found["data"]


def run(keys: int, assets: Sequence[str] = ASSETS, hold: Callable[[str], None] = lambda url: None) -> str:
    """Measure and describe; ``hold`` is given the address while the webserver runs."""
    with home() as place, environment(VIANG_HOME=str(place)):
        clients, wrote = _fill(keys, assets)
        asset = {"path": assets[0].split("/")}
        graph = [{"path": list(key.path)} for key in sorted(defs.resolve_all_asset_keys())]
        first = _pages(asset, graph)
        later = _pages(asset, graph, hold)
    rows = [
        (name, f"{first[name][0]:.2f}", f"{later[name][0]:.2f}", f"{later[name][1]:.2f}", f"{later[name][2]:,}")
        for name in first
    ]
    events = keys * len(assets)
    return "\n".join(
        [
            table(
                f"{keys:,} client-days of {' and of '.join(assets)} in the interface",
                rows,
                ("", "first time, s", "first after a restart, s", "again, s", "answer, KiB"),
            ),
            "",
            f'{clients} clients; {events:,} materializations written in {wrote:.0f} s. "First time" is right after so '
            "many were recorded at once, when Dagster counts them all; it keeps the result in its storage.",
        ]
    )


def _fill(keys: int, assets: Sequence[str]) -> tuple[int, float]:
    days = partitions.days.get_partition_keys()
    last = last_closed_day(datetime.now(UTC)).isoformat()
    days = [day for day in days if day <= last]
    names = client_names(keys, len(days))
    wanted = [f"{name}|{day}" for name in names for day in days][:keys]
    with open_instance(load_settings()) as instance:
        instance.add_dynamic_partitions("client", names)
        start = time.perf_counter()
        for asset in assets:
            materialize(instance, dg.AssetKey(asset.split("/")), wanted)
        return len(names), time.perf_counter() - start


def _pages(
    asset: dict[str, Any], graph: list[dict[str, Any]], hold: Callable[[str], None] = lambda url: None
) -> dict[str, tuple[float, float, int]]:
    """Page → seconds the first time after a start, median of the next ones, KiB."""
    found = {}
    with services() as url:
        for name, query, variables in (
            ("partitions page of an asset", PARTITIONS_PAGE, {"assetKey": asset}),
            (f"graph of all {len(graph)} assets", GRAPH, {"assetKeys": graph}),
        ):
            cold, _, data = ask(url, query, **variables)
            again = [ask(url, query, **variables) for _ in range(WARM)]
            found[name] = cold, statistics.median(seconds for seconds, _, _ in again), again[0][1]
            _check(data)
        hold(url)
    return found


def _check(data: Any) -> None:
    """An answer that knows nothing of the client-days would be fast for the wrong reason."""
    node = data.get("assetNodeOrError")
    if node is not None:
        assert node["assetPartitionStatuses"]["ranges"], "the page shows nothing"
    else:
        assert any((one["partitionStats"] or {}).get("numMaterialized") for one in data["assetNodes"]), (
            "nothing counted"
        )


def _wait(url: str) -> None:
    print(f"{url}/assets/agg_client_day?view=partitions (Enter ends)", file=sys.stderr)
    sys.stdin.readline()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keys", type=int, default=KEYS)
    parser.add_argument("--assets", nargs="+", default=ASSETS)
    parser.add_argument("--hold", action="store_true", help="keep the webserver until Enter, to look at it")
    options = parser.parse_args()
    print(run(options.keys, options.assets, _wait if options.hold else lambda url: None))
