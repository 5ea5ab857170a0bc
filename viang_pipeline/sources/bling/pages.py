"""Bling's lists, page by page (contract Bling §5): no total and no next link, rows in no stated order.

A row that arrives while pages are read moves others to a later page, where they come twice; one that leaves moves
others to an earlier page, where they may be missed. Reading the pages once more from the last to the first finds those.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from viang_pipeline.failures import PermanentFailure, TransientFailure

PAGE = 100

Fetch = Callable[[int], Any]
"""The document of a page; pages count from 1."""


def all_rows(fetch: Fetch, route: str, *, thorough: bool) -> dict[int | str, Any]:
    """The rows of every page by id, in the order met.

    ``thorough``: the list may shrink while it is read and nothing else would notice; read it back to front as well.
    Raises PermanentFailure for an answer of another shape, TransientFailure when pages repeat.
    """
    found: dict[int | str, Any] = {}
    page = 0
    while True:
        page += 1
        rows = _rows(fetch(page), route)
        known = len(found)
        found.update(_by_id(rows, route))
        if len(rows) < PAGE:
            break
        if len(found) == known:
            raise TransientFailure(
                "O Bling repete a mesma página da lista",
                where=f"GET {route}",
                action="Nada foi gravado; uma nova leitura deve resolver.",
            )
    if thorough:
        for earlier in range(page - 1, 0, -1):
            found.update(_by_id(_rows(fetch(earlier), route), route))
    return found


def data(document: Any, route: str) -> Any:
    """What an answer carries. Raises PermanentFailure when it has no envelope."""
    if not isinstance(document, dict) or "data" not in document:
        raise _other_shape(route)
    return document["data"]


def _rows(document: Any, route: str) -> list[Any]:
    """The rows of a page; some lists are declared, and sometimes come, as one object."""
    rows = data(document, route)
    if isinstance(rows, dict):
        return [rows]
    if not isinstance(rows, list):
        raise _other_shape(route)
    return rows


def _by_id(rows: list[Any], route: str) -> dict[int | str, Any]:
    try:
        return {row["id"]: row for row in rows}
    except (KeyError, TypeError):
        raise _other_shape(route) from None


def _other_shape(route: str) -> PermanentFailure:
    return PermanentFailure(
        "O Bling respondeu em outro formato",
        where=f"GET {route}",
        action="Nada foi gravado. A plataforma mudou o formato: o leitor precisa ser ajustado.",
    )
