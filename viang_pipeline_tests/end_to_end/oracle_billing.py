"""What the marts of billing must show after each night, from the sandbox's truth alone (kpis.md §5.2, contract §12).

Told which periods were read, it holds the lines shown then. It knows no rule by which they are chosen.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from viang_pipeline.sandbox import World
from viang_pipeline.sandbox.billing_truth import BilledLine

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
DOCUMENTS = ("BILL", "CREDIT_NOTE")
Amounts = dict[str, int]


class BillingOracle:
    """Stored lines by id, the summaries seen, and when each period was read and first showed a line."""

    def __init__(self, world: World, seller_id: int) -> None:
        self.book, self.seller_id = world.billing, seller_id
        self.held: dict[int, BilledLine] = {}
        self.summaries: dict[tuple[date, str], Amounts] = {}
        self.read_on: dict[date, date] = {}
        self.first_line_on: dict[date, date] = {}

    def night(self, now: datetime, periods: Iterable[date]) -> None:
        """These periods were read completely at ``now``."""
        today = now.astimezone(SAO_PAULO).date()
        midnight = datetime.combine(today, datetime.min.time(), SAO_PAULO)
        for period in periods:
            self.read_on[period] = today
            for document in DOCUMENTS:
                shown = self.book.of_period(self.seller_id, period, document, now)
                announced = _amounts(self.book.of_period(self.seller_id, period, document, midnight))
                self.summaries[period, document] = announced
                if shown:
                    self.first_line_on.setdefault(period, today)
                if _amounts(shown) == announced:
                    for line in self._of(period, document):
                        del self.held[line.detail_id]
                self.held |= {line.detail_id: line for line in shown}

    def fees(self) -> dict[str, int]:
        """Order → centavos of its billed selling fee; orders without a fee charged are absent."""
        charged: Counter[str] = Counter()
        back: Counter[str] = Counter()
        for line in self.held.values():
            for sale in line.sales:
                if line.sub_type == "CV":
                    assert sale.net is not None
                    charged[str(sale.order.order_id)] += sale.net
                elif line.sub_type == "BV":
                    back[str(sale.order.order_id)] += line.amount
        return {order: fee - back[order] for order, fee in charged.items()}

    def periods(self) -> dict[tuple[date, str], tuple[int, int, bool, bool]]:
        """(Period, sub type) → billed, announced, whether they agree in each document, whether it is closed."""
        codes: dict[date, set[str]] = defaultdict(set)
        for line in self.held.values():
            codes[line.period].add(line.sub_type)
        for (period, _), amounts in self.summaries.items():
            codes[period] |= set(amounts)
        return {(period, code): self._row(period, code) for period, of in codes.items() for code in of}

    def _row(self, period: date, code: str) -> tuple[int, int, bool, bool]:
        billed = [_amounts(self._of(period, document)).get(code, 0) for document in DOCUMENTS]
        announced = [self.summaries.get((period, document), {}).get(code, 0) for document in DOCUMENTS]
        return sum(billed), sum(announced), billed == announced, self.closed(period)

    def closed(self, period: date) -> bool:
        """Read on or after the day a later period first showed a line (kpis.md §7)."""
        later = [day for key, day in self.first_line_on.items() if key > period]
        return period in self.read_on and bool(later) and self.read_on[period] >= min(later)

    def _of(self, period: date, document: str) -> list[BilledLine]:
        return [line for line in self.held.values() if (line.period, line.document) == (period, document)]


def _amounts(lines: Iterable[BilledLine]) -> Amounts:
    totals: Amounts = {}
    for line in lines:
        totals[line.sub_type] = totals.get(line.sub_type, 0) + (line.amount if line.kind == "CHARGE" else -line.amount)
    return totals
