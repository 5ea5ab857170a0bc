"""Lines of a bill spread over their orders, and held against the platform's own totals (kpis.md §5.2, contract §12)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from viang_pipeline.domain.allocation import allocate
from viang_pipeline.domain.billing_codes import SELLING_FEE, meaning_of

CREDIT = "BONUS"


class BilledOrder(NamedTuple):
    """An order inside a line. ``weight`` and ``net`` in centavos; ``net`` None where the fee is not broken down."""

    order: str
    weight: int
    net: int | None


class BillLine(NamedTuple):
    """A line as the platform writes it: ``amount`` in centavos, positive for credits too."""

    detail: str
    document: str
    kind: str
    code: str
    amount: int
    orders: tuple[BilledOrder, ...] = ()

    @property
    def signed(self) -> int:
        """Centavos charged; negative when given back."""
        return -abs(self.amount) if self.kind == CREDIT else self.amount


class Charge(NamedTuple):
    """An order's part of a line (``order`` is empty when the line has none). Centavos, credits negative."""

    order: str
    amount: int
    net: int | None


def charges(line: BillLine) -> list[Charge]:
    """A line over its orders, each named once, by transaction amount (§4.3): the parts add up to the line."""
    weights: dict[str, int] = defaultdict(int)
    nets: dict[str, int | None] = {}
    for sale in line.orders:
        weights[sale.order] += max(sale.weight, 0)
        before = nets.get(sale.order, 0)
        nets[sale.order] = None if sale.net is None or before is None else before + sale.net
    if not weights:
        return [Charge("", line.signed, None)]
    parts = allocate(line.signed, list(weights.items()))
    return [Charge(order, part, nets[order]) for order, part in zip(weights, parts, strict=True)]


def billed_fee(parts: Iterable[tuple[BillLine, Charge]]) -> int | None:
    """``comissao_faturada`` of one order in centavos; None while no selling fee of it was charged.

    Only selling-fee codes count: the same breakdown may be repeated on a freight line. A charge counts its net fee, or
    its part of the line where there is no breakdown; a credit counts what was given back.
    """
    fees = [(line, part) for line, part in parts if meaning_of(line.code).meaning == SELLING_FEE]
    if all(line.kind == CREDIT for line, _ in fees):
        return None
    return sum(part.amount if line.kind == CREDIT or part.net is None else part.net for line, part in fees)


class SoldLine(NamedTuple):
    """A line of a billed order. ``value`` and ``fee`` in centavos; ``fee`` None where the estimate is not known."""

    line_no: int
    value: int
    fee: int | None


class BilledSale(NamedTuple):
    """A line's part of its order's billed fee, and that minus the estimated fee (None without one). Centavos."""

    line_no: int
    billed: int
    difference: int | None


def billed_lines(order: str, fee: int, lines: Sequence[SoldLine]) -> list[BilledSale]:
    """An order's billed fee over its lines, by gross value (§4.3): the parts add up to the fee."""
    parts = allocate(fee, [((order, line.line_no), line.value) for line in lines])
    return [
        BilledSale(line.line_no, part, None if line.fee is None else part - line.fee)
        for line, part in zip(lines, parts, strict=True)
    ]


Totals = Mapping[str, Mapping[str, int]]
"""Document → sub type → centavos, credits negative."""


class PeriodTotal(NamedTuple):
    """A sub type of a period in centavos. Without any summary the last three are None."""

    code: str
    billed: int
    announced: int | None
    agrees: bool | None
    difference: int | None


def line_totals(lines: Iterable[BillLine]) -> dict[str, dict[str, int]]:
    """What the lines add up to, by document and sub type."""
    totals: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for line in lines:
        totals[line.document][line.code] += line.signed
    return {document: dict(of_codes) for document, of_codes in totals.items()}


def confirmed(billed: Mapping[str, int], announced: Mapping[str, int]) -> bool:
    """Whether the lines of a document add up to its summary, sub type by sub type."""
    return all(billed.get(code, 0) == announced.get(code, 0) for code in {*billed, *announced})


def period_totals(billed: Totals, announced: Totals) -> list[PeriodTotal]:
    """Every sub type of a period, both documents together; it agrees only when it does in each of them."""
    codes = {code for side in (billed, announced) for of_codes in side.values() for code in of_codes}
    rows = []
    for code in sorted(codes):
        lines = {document: of_codes.get(code, 0) for document, of_codes in billed.items()}
        summary = {document: of_codes.get(code, 0) for document, of_codes in announced.items()}
        whole = sum(lines.values())
        if not announced:
            rows.append(PeriodTotal(code, whole, None, None, None))
            continue
        told = sum(summary.values())
        agrees = all(lines.get(document, 0) == summary.get(document, 0) for document in {*lines, *summary})
        rows.append(PeriodTotal(code, whole, told, agrees, whole - told))
    return rows
