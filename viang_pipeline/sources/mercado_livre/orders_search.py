"""Complete reading of a live, offset-paged order search: windows, walks and the proof that nothing was skipped.

Pure of HTTP: it is given a function that fetches one page. The rules are in ``read_window``, the search itself in
contract §3.1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from viang_pipeline.failures import PermanentFailure, TransientFailure
from viang_pipeline.sources.mercado_livre.payloads import Order

PAGE = 50
CEILING = 9_500  # offset + limit may not pass 10 000; the rest is room for orders that arrive while reading
WALKS = 6
STEPS_BACK = 40
HOUR = timedelta(hours=1)
WHERE = "GET /orders/search"


R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """One page: ``total`` as the platform states it, ``rows`` in its order, not read yet."""

    total: int
    rows: Sequence[R]


Fetch = Callable[[datetime, datetime, int], Page[R]]
"""(from, to, offset) → page; both instants are whole hours, UTC."""

Read = Callable[[R], Order]
"""What a row says. Called from a thread of its own: rows are read while the next page is on its way."""


@dataclass(slots=True)
class WindowRead:
    """``orders`` by id, newest version each; ``announced``: what the platform said there is; ``collected``: distinct
    orders read. The two are equal, or the read would have failed."""

    orders: dict[int, Order] = field(default_factory=dict)
    announced: int = 0
    collected: int = 0


class _WindowTooLargeError(Exception):
    """The window holds more than paging can reach."""


@dataclass(slots=True)
class _Walk:
    """One pass over the pages of a window. ``anchored``: no gap was left between pages."""

    rows: dict[int, Order] = field(default_factory=dict)
    totals: list[int] = field(default_factory=list)
    anchored: bool = True

    @property
    def still(self) -> bool:
        """Nothing moved while walking and every announced order was seen."""
        return self.anchored and min(self.totals) == max(self.totals) and len(self.rows) == self.totals[0]


def read_window(
    fetch: Fetch[R], read: Read[R], since: datetime, until: datetime, settled: Callable[[Order], bool]
) -> WindowRead:
    """Every order of [since, until), or a failure; never a part.

    The platform filters by whole hours, so ``since`` is floored and ``until`` ceiled; ``settled`` says whether an
    order lies inside the exact window (the caller filters by it afterwards). A window announcing more than 9 500
    orders is halved, down to one hour; halves share an hour at most, repeats are merged by id, the newest
    ``date_last_updated`` wins.

    Why nothing is lost. Rows are sorted by a time that does not change while an order stays as it is, so between two
    orders that were read side by side there was nothing else. Each page starts on the last row of the page before
    (the anchor). If the first row of a page was already read, no row was skipped between the pages, whatever came or
    went in front; if it was not, rows moved left (something was removed) and we go back a page. Hence an anchored
    walk has every order that did not change while walking. A window is complete when

    1. an anchored walk met one total on every page and exactly that many distinct orders; or
    2. the window keeps changing (the current hour of a busy seller), and two anchored walks in a row agree: the second
       brings no settled order that was not known, and as many orders are known as were ever announced in it. Rows with
       the same time whose relative order is not stable would break the argument above, not this comparison.

    Otherwise it is walked again, six times at most, then TransientFailure. An order that changes *after* the read
    began may be seen in either version: the caller's next window starts where this one ended (``until`` = start of the
    read) and the change carries it there. Raises PermanentFailure when a single hour is too large.
    """
    result = WindowRead()
    windows = [(floor_hour(since), ceil_hour(until))]
    while windows:
        lower, upper = windows.pop()
        try:
            part = _read_part(lambda offset, lo=lower, up=upper: fetch(lo, up, offset), read, settled)  # type: ignore[misc]
        except _WindowTooLargeError:
            if upper - lower <= HOUR:
                raise PermanentFailure(
                    f"Mais de {CEILING} pedidos em uma única hora ({lower:%Y-%m-%dT%H}Z)",
                    where=WHERE,
                    action="A busca da plataforma não alcança tantos pedidos; nada foi gravado.",
                ) from None
            middle = floor_hour(lower + (upper - lower) / 2)
            windows += [(middle, upper), (lower, middle)]  # the earlier half is read first
            continue
        merge(result.orders, part.orders)
        result.announced += part.announced
        result.collected += part.collected
    return result


def merge(known: dict[int, Order], rows: dict[int, Order]) -> None:
    """Add ``rows`` to ``known``, keeping the version changed last; the later read wins a tie."""
    for identity, order in rows.items():
        present = known.get(identity)
        if present is None or order.changed_at() >= present.changed_at():
            known[identity] = order


def floor_hour(instant: datetime) -> datetime:
    """The whole hour at or before an aware instant (all offsets in use are whole hours)."""
    return instant.replace(minute=0, second=0, microsecond=0)


def ceil_hour(instant: datetime) -> datetime:
    """The whole hour at or after an aware instant."""
    floor = floor_hour(instant)
    return floor if floor == instant else floor + HOUR


def _read_part(fetch: Callable[[int], Page[R]], read: Read[R], settled: Callable[[Order], bool]) -> WindowRead:
    """One window that paging can reach, walked until complete."""
    known: dict[int, Order] = {}
    before: _Walk | None = None
    for _ in range(WALKS):
        walk = _walk(fetch, read)
        if walk.still:
            merge(known, walk.rows)
            return WindowRead(known, announced=walk.totals[0], collected=len(walk.rows))
        fresh = [identity for identity, order in walk.rows.items() if identity not in known and settled(order)]
        merge(known, walk.rows)
        agrees = before is not None and before.anchored and walk.anchored and not fresh
        if agrees and len(known) >= min(walk.totals):
            # A window that changes under the read announces no single number; what both walks proved is what there is.
            return WindowRead(known, announced=len(known), collected=len(known))
        before = walk
    raise TransientFailure(
        f"A lista de pedidos mudou ou veio incompleta em {WALKS} leituras seguidas",
        where=WHERE,
        action="Nada foi gravado; uma nova tentativa deve resolver.",
    )


def _walk(fetch: Callable[[int], Page[R]], read: Read[R]) -> _Walk:
    """All pages, each starting on the last row of the one before; goes back a page wherever the anchor is lost."""
    walk = _Walk()
    with ThreadPoolExecutor(1, thread_name_prefix="rows") as reading:
        before: Future[None] | None = None
        offset = steps_back = 0
        while True:
            page = fetch(offset)
            if before is not None:
                before.result()
            if page.total > CEILING:
                raise _WindowTooLargeError
            walk.totals.append(page.total)
            if offset and (not page.rows or read(page.rows[0]).id not in walk.rows):
                steps_back += 1
                if steps_back > STEPS_BACK:
                    walk.anchored = False
                    break
                offset = max(0, offset - PAGE + 1)
                continue
            before = reading.submit(_take, walk, map(read, page.rows))
            end = offset + len(page.rows)
            if end >= page.total:
                break
            if len(page.rows) < 2:  # fewer rows than announced: nothing to anchor the next page on
                walk.anchored = False
                break
            offset = end - 1
        if before is not None:
            before.result()
    return walk


def _take(walk: _Walk, orders: Iterable[Order]) -> None:
    merge(walk.rows, {order.id: order for order in orders})
