"""What kits are made of, and that they end in goods: a kit inside itself has no cost (kpis.md §4.2, §5.4). Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from graphlib import CycleError, TopologicalSorter
from math import ceil
from typing import NamedTuple

from viang_pipeline.domain.effective import Dated


class Component(NamedTuple):
    """``sku`` of a kit's part, None where the source does not name one."""

    sku: str | None
    quantity: Decimal


Kit = Sequence[Component]


class Kits:
    """The compositions of one client's kits."""

    def __init__(self, told: Dated[Kit], structures: Mapping[str, Kit]) -> None:
        """``told`` by the client; ``structures``: what the ERPs say about other kits."""
        self._told = told
        self._structures = structures

    def on(self, sku: str, day: date) -> Kit | None:
        """What ``sku`` is made of on ``day``; None for what is no kit then."""
        return self._told.on(sku, day) or self._structures.get(sku)

    def taken(self, sold: Iterable[tuple[str, date, int]]) -> dict[str, int]:
        """SKU → units of it that went out inside kits, from (SKU, day, units) sold: what stock has to cover (§4.2).

        Down to the goods, whole units, rounded up; a part without a name takes nothing that is known.
        """
        total: dict[str, Decimal] = defaultdict(Decimal)
        for sku, day, units in sold:
            for part, quantity in self._goods(sku, day, Decimal(units), ()):
                if part != sku:
                    total[part] += quantity
        return {sku: ceil(quantity) for sku, quantity in total.items()}

    def _goods(self, sku: str, day: date, units: Decimal, inside: tuple[str, ...]) -> Iterator[tuple[str, Decimal]]:
        kit = None if sku in inside else self.on(sku, day)
        if not kit:
            yield sku, units
            return
        for part in kit:
            if part.sku is not None:
                yield from self._goods(part.sku, day, units * part.quantity, (*inside, sku))


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
