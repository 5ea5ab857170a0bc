"""A claim spread over the lines of its order (kpis.md §5.7, §5.2 custo_devolucao, §4.3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from viang_pipeline.domain.allocation import allocate

CLOSED = "closed"
DISPUTE = "dispute"
ARRIVED = "delivered"


class ClaimFacts(NamedTuple):
    """One claim as stored.

    ``order``: the order it is about, if it is about one; ``returned``: (order, listing, variation) → units on their way
    back, which may be of other orders; ``cost``: centavos or None.
    """

    claim: str
    opened: date
    status: str
    stage: str | None
    kind: str | None
    order: str | None
    has_return: bool
    return_day: date | None
    return_status: str | None
    returned: dict[tuple[str, str, str | None], int]
    cost: int | None

    @property
    def orders(self) -> set[str]:
        """The order of the claim and every order its return names."""
        return {order for order, _, _ in self.returned} | ({self.order} if self.order else set())


class SoldLine(NamedTuple):
    """A line of an order a claim is about; ``value`` in centavos weighs."""

    order: str
    line_no: int
    day: date
    sku: str
    listing: str
    variation: str | None
    quantity: int
    value: int


class ClaimLine(NamedTuple):
    """A claim at one line. Without a known order there is one with neither order nor SKU."""

    order: str
    line_no: int
    sku: str | None
    sale_day: date | None
    units_back: int
    freight_back: int | None
    cost_read: bool


def cost_is_read(facts: ClaimFacts) -> bool:
    """Whether the claim's cost is known: charged, or closed without a charge.

    An open claim without a charge may still send units back and cost something: unread (§5.2 custo_devolucao, D14). Of
    a closed one the platform said that there is no charge: a claim whose cost could not be asked for is not stored.
    """
    return facts.cost is not None or facts.status == CLOSED


def claim_lines(facts: ClaimFacts, lines: Sequence[SoldLine]) -> list[ClaimLine]:
    """The claim at every line of its orders: units back once they arrived, freight back by line value."""
    read = cost_is_read(facts)
    if not lines:
        return [ClaimLine(facts.order or "", 0, None, None, 0, facts.cost, read)]
    shares: list[int | None] = [None] * len(lines)
    if facts.cost is not None:
        shares = list(allocate(facts.cost, [((line.order, line.line_no), line.value) for line in lines]))
    back = _units_back(facts, lines)
    return [
        ClaimLine(
            line.order,
            line.line_no,
            line.sku,
            line.day,
            units,
            share,
            read,
        )
        for line, units, share in zip(lines, back, shares, strict=True)
    ]


def _units_back(facts: ClaimFacts, lines: Sequence[SoldLine]) -> list[int]:
    """Units back per line: of lines that sold the same, the first takes as many as it sold, the last what is left."""
    if facts.return_status != ARRIVED:
        return [0] * len(lines)
    left = dict(facts.returned)
    last = {(line.order, line.listing, line.variation): n for n, line in enumerate(lines)}
    back = []
    for n, line in enumerate(lines):
        sold = (line.order, line.listing, line.variation)
        units = left.get(sold, 0) if last[sold] == n else min(left.get(sold, 0), line.quantity)
        left[sold] = left.get(sold, 0) - units
        back.append(units)
    return back
