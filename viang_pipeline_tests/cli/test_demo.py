"""``viang demo`` as a newcomer runs it: a process of its own, nothing configured, and once more."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from viang_pipeline.warehouse import embedded
from viang_pipeline.warehouse.database import Database
from viang_pipeline_tests.conftest import remove_home

SHOWN = ("dashboard.fact_sku_day", "dashboard.agg_client_day")


@pytest.fixture
def demo_home(viang_home: Path) -> Iterator[Path]:
    """Where the demo of ``viang_home`` lives; its server is stopped with it."""
    yield viang_home / "demo"
    remove_home(viang_home / "demo")


@pytest.mark.slow
def test_the_demo_ends_well_and_a_second_one_writes_only_what_changed_at_the_marketplace(demo_home: Path) -> None:
    first = demo(demo_home.parent)
    assert (first.returncode, first.stderr) == (0, "")
    assert f"Dados e logs: {demo_home}" in first.stdout
    assert (demo_home / "logs" / "viang.log").read_text(encoding="utf-8")
    before = shown_rows(demo_home)
    assert len({client_id for _, client_id, *_ in before}) == 4

    second = demo(demo_home.parent)
    assert (second.returncode, second.stderr) == (0, "")
    after = shown_rows(demo_home)
    written = {key for key, (_, at) in after.items() if key not in before or before[key][1] != at}
    assert written == {key for key, (values, _) in after.items() if key not in before or before[key][0] != values}
    assert len(written) < len(after) / 4, "the marketplace does not change this much in a minute"


def demo(home: Path) -> subprocess.CompletedProcess[str]:
    """Two days of the demo."""
    command = [Path(sys.executable).with_name("viang"), "demo", "--dias", "2"]
    return subprocess.run(command, env=os.environ | {"VIANG_HOME": str(home)}, capture_output=True, text=True)


def shown_rows(home: Path) -> dict[tuple[str, ...], tuple[object, object]]:
    """Table, client, day and SKU → what the row says, when it was written."""
    found: dict[tuple[str, ...], tuple[object, object]] = {}
    with Database(embedded.ensure_running(home).viang_url).transaction() as conn:
        for table in SHOWN:
            rows = conn.execute(
                "select row ->> 'client_id', row ->> 'dia', coalesce(row ->> 'sku', ''),"
                "       row - 'calculado_em' - 'run_id', row ->> 'calculado_em'"
                f" from (select to_jsonb(t) as row from {table} t) as rows"
            )
            found |= {(table, *key): (values, at) for *key, values, at in rows}
    return found
