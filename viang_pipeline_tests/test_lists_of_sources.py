"""What is listed beside the graph follows it: an asset added there is rehearsed, shown by its step and by its name."""

from __future__ import annotations

import pytest
from dagster._core.definitions.assets.graph.asset_graph import AssetGraph

from viang_pipeline.automation.state import BLING_FEEDS, OTHER_SOURCES
from viang_pipeline.cli.runs import STEPS
from viang_pipeline.definitions import build_definitions
from viang_pipeline.marts.build import BUILDERS
from viang_pipeline.marts.rehearse import BLING_COLLECTORS, COLLECTORS
from viang_pipeline.warehouse.client_status import BLING_RESOURCES, RESOURCES


@pytest.fixture(scope="module")
def graph() -> AssetGraph:
    return build_definitions().resolve_asset_graph()


def of_group(graph: AssetGraph, group: str) -> set[str]:
    return {key.to_user_string() for key in graph.get_all_asset_keys() if graph.get(key).group_name == group}


def test_what_is_read_of_an_account_is_rehearsed_too(graph: AssetGraph) -> None:
    assert COLLECTORS.keys() == of_group(graph, "mercado_livre")
    assert BLING_COLLECTORS.keys() == of_group(graph, "bling")


def test_every_mart_of_the_graph_has_its_builder(graph: AssetGraph) -> None:
    assert BUILDERS.keys() == of_group(graph, "marts")


def test_every_step_of_a_night_says_what_it_does() -> None:
    night = build_definitions().resolve_job_def("daily_update").asset_layer.executable_asset_keys
    assert STEPS.keys() == {"__".join(key.path) for key in night}


def test_what_may_be_owed_has_a_name_people_read() -> None:
    owed = {*OTHER_SOURCES, *(resource for resources in BLING_FEEDS.values() for resource in resources)}
    assert owed <= RESOURCES.keys() | BLING_RESOURCES.keys()
