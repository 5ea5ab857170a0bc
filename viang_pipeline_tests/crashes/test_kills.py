"""Killed at a boundary of any kind and started again as its user would, work ends as if it had been left alone.

One kind of boundary once each; every single one: ``python -m viang_pipeline_tests.crashes``.
"""

from __future__ import annotations

import pytest

from viang_pipeline_tests.crashes.house import FIRST_NIGHT, House
from viang_pipeline_tests.crashes.stories import STORIES, Story, Trial

IN_THE_SUITE = [story for story in STORIES if story.name not in ("first load", "reprocess", "dashboards")]
"""The first two pass the same kinds of boundaries as a night; Metabase only keeps what it is told."""


@pytest.fixture(scope="module")
def seen() -> set[str]:
    """Kinds another story was killed at: one of each kind is enough."""
    return set()


@pytest.mark.slow
@pytest.mark.parametrize("story", IN_THE_SUITE, ids=lambda story: story.name)
def test_killed_anywhere_it_converges_and_a_second_run_writes_nothing(
    house: House, seen: set[str], story: Story
) -> None:
    trial = Trial(house, story)
    assert trial.kinds
    fresh = [point for point in trial.kinds if point.kind not in seen]
    seen |= {point.kind for point in fresh}
    verdicts = [trial.kill(point) for point in fresh]
    assert [f"{v.point}: {v.differences[:3]}, {v.written} rows" for v in verdicts if not v.converged] == []
    assert {v.point.label for v in verdicts if v.consent} <= {"request: POST /Api/v3/oauth/token"}
    assert all("report_outbox" in v.point.label or v.point.label.startswith("mail") for v in verdicts if v.uncertain)


@pytest.fixture(scope="module")
def first_load(house: House) -> Trial:
    """Left alone once."""
    return Trial(house, next(story for story in STORIES if story.name == "first load"))


@pytest.mark.slow
@pytest.mark.parametrize("table", ["mercado_livre_orders", "bling_orders"])
def test_a_first_load_that_died_is_begun_again(first_load: Trial, table: str) -> None:
    """What it stored is not shown without the rest of its reads, as numbers that would be restated by them."""
    point = next(point for point in first_load.points if table in point.label and point.side == "after")
    assert first_load.kill(point).differences == ()


@pytest.mark.parametrize(("split", "mended"), [(False, True), (True, False)], ids=["whole", "split"])
def test_a_row_committed_apart_from_what_it_touches_is_found(house: House, split: bool, mended: bool) -> None:
    """The instrument bites: the same job in one transaction converges, in two it does not."""
    trial = Trial(house, Story("toy", "–", "registered", FIRST_NIGHT, lambda place: ("toy", split)))
    verdicts = [trial.kill(point) for point in trial.points]
    assert len(verdicts) == (4 if split else 2)
    assert all(verdict.converged for verdict in verdicts) == mended
    if split:
        bad = {str(verdict.point): verdict.differences for verdict in verdicts if not verdict.converged}
        assert list(bad) == ["after commit: bling_orders #1", "before commit: day_state #1"]
        assert all("dashboard.day_state: missing" in difference for (difference,) in bad.values())
