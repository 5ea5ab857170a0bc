"""Many small reads of one platform, a few of them under way at a time.

One answer takes a fifth of a second on its way; read one after the other, a night would take as long as all ways
together, whatever the platform allows. The pace is still the pacer's: this only fills the time between.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from itertools import islice
from threading import Event
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

LANES = 4
"""Small reads under way at the same time."""

IN_A_ROW = 8
"""Small reads a lane does before it hands over their answers: nobody is woken for each."""

AHEAD = 2
"""Long reads (a window of orders with all its pages) under way at the same time; each is held in memory whole."""


def side_by_side(ask: Callable[[T], R], items: Iterable[T]) -> Generator[R]:
    """``ask`` of every item, in the order of the items, ``LANES`` of them under way at a time.

    The first failure in that order is raised; what was not begun by then never is, and what is under way is waited for.
    """
    questions = list(items)
    size = max(1, min(IN_A_ROW, len(questions) // (2 * LANES)))
    enough = Event()
    with ThreadPoolExecutor(LANES, thread_name_prefix="read") as lanes:
        rows = [questions[start : start + size] for start in range(0, len(questions), size)]
        begun = [lanes.submit(copy_context().run, _row, ask, row, enough) for row in rows]
        try:
            for future in begun:
                answers, failure = future.result()
                yield from answers
                if failure is not None:
                    raise failure
        finally:
            enough.set()
            for future in begun:
                future.cancel()


def _row(ask: Callable[[T], R], row: Sequence[T], enough: Event) -> tuple[list[R], Exception | None]:
    """The answers of one lane until one fails, or until there are enough, and that failure."""
    answers: list[R] = []
    for item in row:
        if enough.is_set():
            break
        try:
            answers.append(ask(item))
        except Exception as failure:  # noqa: BLE001  raised where its turn comes
            return answers, failure
    return answers, None


def ahead(ask: Callable[[T], R], items: Iterable[T]) -> Generator[R]:
    """``ask`` of every item, in their order; the next ``AHEAD`` are under way while the caller works on one.

    A failure is raised when its turn comes, with everything before it handed out; what was not begun by then never is,
    and what is under way is waited for.
    """
    remaining = iter(items)
    with ThreadPoolExecutor(AHEAD, thread_name_prefix="ahead") as lanes:
        begun = deque(lanes.submit(copy_context().run, ask, item) for item in islice(remaining, AHEAD))
        while begun:
            answer = begun.popleft().result()
            begun.extend(lanes.submit(copy_context().run, ask, item) for item in islice(remaining, 1))
            yield answer
