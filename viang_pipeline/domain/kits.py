"""Kits must end in goods: a kit inside itself has no cost (kpis.md §5.4). Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from graphlib import CycleError, TopologicalSorter
from typing import NamedTuple

from viang_pipeline.domain.effective import Dated


class Cycle(NamedTuple):
    """From ``day`` on each SKU of ``path`` contains the next one; the last is the first."""

    day: date
    path: list[str]


def first_cycle(compositions: Iterable[tuple[str, date, Collection[str]]]) -> Cycle | None:
    """The earliest day on which a kit is inside itself, from (kit, first day, components); None when there is none.

    Kits that were never in force together make no cycle; most tables have none over all days, which is looked at first.
    """
    known = list(compositions)
    ever: dict[str, set[str]] = {}
    for kit, _, components in known:
        ever.setdefault(kit, set()).update(components)
    if _cycle_in(ever) is None:
        return None
    dated = Dated(known)
    for day in sorted({since for _, since, _ in known}):
        path = _cycle_in({kit: dated.on(kit, day) or () for kit in ever})
        if path is not None:
            return Cycle(day, path)
    return None


def _cycle_in(contains: Mapping[str, Collection[str]]) -> list[str] | None:
    try:
        TopologicalSorter(contains).prepare()
    except CycleError as found:
        return list(reversed(found.args[1]))
    return None
