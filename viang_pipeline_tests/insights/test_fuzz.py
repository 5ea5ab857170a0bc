"""A smaller run of benchmarks/insight_fuzz.py: no figure without a fact, lies refused, honest answers let through."""

from __future__ import annotations

import pytest

from viang_pipeline_tests.insights.fuzz import Figures, run
from viang_pipeline_tests.insights.lies import LIES


@pytest.fixture(scope="module")
def figures() -> Figures:
    return run(seed=7, sheets=12, honest=12, lies=1, garbage=12)


def test_no_accepted_text_has_a_figure_that_no_fact_has(figures: Figures) -> None:
    assert figures.accepted > 0
    assert figures.unsupported == []


def test_planted_lies_of_every_kind_are_refused(figures: Figures) -> None:
    assert set(figures.lies) == set(LIES)
    assert figures.missed == []


def test_honest_answers_are_let_through(figures: Figures) -> None:
    assert figures.wronged == []
