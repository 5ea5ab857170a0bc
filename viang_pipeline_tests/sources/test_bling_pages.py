"""Lists without total or next link: every row once, whatever happens between two pages (contract Bling §5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viang_pipeline.failures import PermanentFailure, TransientFailure
from viang_pipeline.sources.bling.pages import PAGE, all_rows


def serving(rows: list[dict[str, Any]], between: Callable[[int, list[dict[str, Any]]], None] | None = None) -> Any:
    """A list that ``between`` may change after each answer."""
    asked: list[int] = []

    def fetch(page: int) -> dict[str, Any]:
        asked.append(page)
        found = list(rows[(page - 1) * PAGE : page * PAGE])
        if between:
            between(len(asked), rows)
        return {"data": found}

    fetch.asked = asked  # type: ignore[attr-defined]
    return fetch


def numbered(count: int) -> list[dict[str, Any]]:
    return [{"id": n} for n in range(1, count + 1)]


@pytest.mark.parametrize(("count", "pages"), [(0, 1), (99, 1), (100, 2), (101, 2), (250, 3)])
def test_reading_stops_at_the_first_short_page(count: int, pages: int) -> None:
    fetch = serving(numbered(count))
    assert list(all_rows(fetch, "/x", thorough=False)) == [row["id"] for row in numbered(count)]
    assert len(fetch.asked) == pages


@given(
    leaving=st.lists(st.tuples(st.integers(1, 9), st.integers(0, 349)), max_size=12),
    count=st.integers(200, 350),
)
def test_no_row_that_stays_is_missed_while_others_leave(leaving: list[tuple[int, int]], count: int) -> None:
    rows = numbered(count)
    gone: set[int] = set()

    def between(answer: int, rows: list[dict[str, Any]]) -> None:
        for when, position in leaving:
            if when == answer and position < len(rows):
                gone.add(rows.pop(position)["id"])

    found = all_rows(serving(rows, between), "/x", thorough=True)
    assert set(range(1, count + 1)) - gone <= set(found)


@given(arriving=st.lists(st.integers(1, 3), max_size=6), count=st.integers(150, 350))
def test_a_row_that_arrives_in_front_makes_none_missing_and_none_double(arriving: list[int], count: int) -> None:
    def between(answer: int, rows: list[dict[str, Any]]) -> None:
        for _ in range(arriving.count(answer)):
            rows.insert(0, {"id": 1000 + len(rows)})

    found = all_rows(serving(numbered(count), between), "/x", thorough=False)
    assert set(range(1, count + 1)) <= set(found)


def test_an_endpoint_that_repeats_its_page_fails_instead_of_running_for_ever() -> None:
    with pytest.raises(TransientFailure, match="mesma página"):
        all_rows(lambda page: {"data": numbered(100)}, "/x", thorough=False)


def test_a_list_that_comes_as_one_object_is_a_list_of_one() -> None:
    assert list(all_rows(lambda page: {"data": {"id": 7}}, "/vendedores", thorough=False)) == [7]


@pytest.mark.parametrize("document", [None, [], {}, {"data": None}, {"data": "x"}, {"data": [{"nome": "sem id"}]}])
def test_another_shape_is_a_failure_and_never_an_empty_list(document: object) -> None:
    with pytest.raises(PermanentFailure, match="outro formato"):
        all_rows(lambda page: document, "/x", thorough=False)
