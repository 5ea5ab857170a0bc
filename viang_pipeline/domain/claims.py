"""A claim spread over the lines of its order (kpis.md §5.7, §5.2 custo_devolucao, §4.3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from viang_pipeline.domain.allocation import allocate
from viang_pipeline.domain.inspection import Condition, Loss, lost_units
from viang_pipeline.domain.money import centavos

CLOSED = "closed"
DISPUTE = "dispute"
ARRIVED = "delivered"

UNREAD = "devolucao_nao_lida"
UNKNOWN_CONDITION = "devolucao_condicao_desconhecida"
NO_UNIT_COST = "devolucao_sem_custo"


class ClaimFacts(NamedTuple):
    """One claim as stored.

    ``order``: the order it is about, if it is about one; ``returned``: (order, listing, variation) → units on their way
    back, which may be of other orders; ``cost``: centavos or None; ``conditions``: order → what was found inspecting.
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
    conditions: Mapping[str, Sequence[Condition]] = {}

    @property
    def orders(self) -> set[str]:
        """The order of the claim and every order its return names."""
        return {order for order, _, _ in self.returned} | ({self.order} if self.order else set())


class SoldLine(NamedTuple):
    """A line of an order a claim is about; ``value`` in centavos weighs; ``unit_cost``: BRL, None = unknown."""

    order: str
    line_no: int
    day: date
    sku: str
    listing: str
    variation: str | None
    quantity: int
    value: int
    unit_cost: Decimal | None = None


class ClaimLine(NamedTuple):
    """A claim at one line. Without a known order there is one with neither order nor SKU.

    ``freight_back`` and ``loss`` in centavos; ``units_lost``: None while nobody knows; ``reason``: why the cost is not
    known.
    """

    order: str
    line_no: int
    sku: str | None
    sale_day: date | None
    units_back: int
    freight_back: int | None
    units_lost: int | None
    loss: int | None
    reason: str | None

    @property
    def cost(self) -> int | None:
        """Centavos of the way back and the units lost; None when neither is known, or one is missing."""
        if self.reason is not None or (self.freight_back is None and not self.loss):
            return None
        return (self.freight_back or 0) + (self.loss or 0)


class Lost(NamedTuple):
    """Units of a line lost for sale; None: not known, and why that matters."""

    units: int | None
    reason: str | None = None


_REASONS = {Loss.NOT_INSPECTED: UNREAD, Loss.UNKNOWN: UNKNOWN_CONDITION}


def cost_is_read(facts: ClaimFacts) -> bool:
    """Whether the claim's freight is known: charged, or closed without a charge.

    An open claim without a charge may still send units back and cost something: unread (§5.2 custo_devolucao, D14). Of
    a closed one the platform said that there is no charge: a claim whose cost could not be asked for is not stored.
    """
    return facts.cost is not None or facts.status == CLOSED


def claim_lines(facts: ClaimFacts, lines: Sequence[SoldLine]) -> list[ClaimLine]:
    """The claim at every line of its orders: units back once they arrived, freight back by line value, units lost."""
    unread = None if cost_is_read(facts) else UNREAD
    if not lines:
        return [ClaimLine(facts.order or "", 0, None, None, 0, facts.cost, None, None, unread)]
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
            lost.units,
            _loss(lost, line),
            unread or _why_unknown(lost, line),
        )
        for line, units, share, lost in zip(lines, back, shares, _losses(facts, lines, back), strict=True)
    ]


def _losses(facts: ClaimFacts, lines: Sequence[SoldLine], back: Sequence[int]) -> list[Lost]:
    """Units lost per line. An inspection speaks of an order: its first lines lose first.

    Nothing is lost before it is back. What nobody inspected is unread while the claim is open; of a closed one it
    costs nothing until an inspection says otherwise, as with its freight.
    """
    arrived: dict[str, int] = defaultdict(int)
    for line, units in zip(lines, back, strict=True):
        arrived[line.order] += units
    of_orders = {order: lost_units(units, facts.conditions.get(order, ())) for order, units in arrived.items()}
    taken: dict[str, int] = defaultdict(int)
    found = []
    for line, units in zip(lines, back, strict=True):
        whole = of_orders[line.order]
        if not units:
            found.append(Lost(0))
        elif isinstance(whole, Loss):
            settled = whole is Loss.NOT_INSPECTED and facts.status == CLOSED
            found.append(Lost(None, None if settled else _REASONS[whole]))
        else:
            found.append(Lost(min(units, whole - taken[line.order])))
            taken[line.order] += found[-1].units or 0
    return found


def _loss(lost: Lost, line: SoldLine) -> int | None:
    if not lost.units or line.unit_cost is None:
        return 0 if lost.units == 0 else None
    return centavos(line.unit_cost * lost.units)


def _why_unknown(lost: Lost, line: SoldLine) -> str | None:
    return NO_UNIT_COST if lost.units and line.unit_cost is None else lost.reason


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
