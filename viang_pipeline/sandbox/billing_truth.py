"""What the platform charges a seller, line by line (contract §12): billing periods that are no calendar months."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from typing import Literal
from zoneinfo import ZoneInfo

from viang_pipeline.sandbox.timeline import instant_of
from viang_pipeline.sandbox.truth import Order, Seller

Document = Literal["BILL", "CREDIT_NOTE"]
LineKind = Literal["CHARGE", "BONUS"]

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
USUAL_CUT = 18
"""The last day of a period; the next one begins the day after."""


@dataclass(frozen=True, slots=True)
class BilledSale:
    """An order inside a line. Fees are totals of the order; ``net`` is what is charged, None where not broken down."""

    order: Order
    net: int | None
    rebate: int = 0


@dataclass(slots=True)
class BilledLine:
    """A line from ``at`` on, until ``gone_at``. ``amount`` in centavos and positive, of credits too."""

    detail_id: int
    seller_id: int
    at: datetime
    period: date
    document: Document
    kind: LineKind
    sub_type: str
    amount: int
    sales: tuple[BilledSale, ...] = ()
    shipment_id: int | None = None
    gone_at: datetime | None = None

    def visible_at(self, instant: datetime) -> bool:
        """Whether the line is in its period at ``instant``."""
        return self.at <= instant and (self.gone_at is None or instant < self.gone_at)


@dataclass(slots=True)
class BillingBook:
    """Every line of every seller, and the verbs that script them. ``cuts``: last day of a seller's periods."""

    lines: list[BilledLine] = field(default_factory=list)
    cuts: dict[int, int] = field(default_factory=dict)
    _ids: count[int] = field(default_factory=lambda: count(126_300_001))

    def period_of(self, seller_id: int, at: datetime) -> date:
        """The key of the period an instant falls into: the first of the month the period ends in."""
        day = at.astimezone(SAO_PAULO).date()
        return next_key(day) if day.day > self.cuts.get(seller_id, USUAL_CUT) else day.replace(day=1)

    def charge(
        self,
        seller: Seller | int,
        *,
        at: datetime,
        sub_type: str,
        amount: int,
        sales: Sequence[BilledSale] = (),
        shipment_id: int | None = None,
        document: Document = "BILL",
        kind: LineKind = "CHARGE",
    ) -> BilledLine:
        """A line of the period that ``at`` falls into."""
        when = instant_of(at)
        seller_id = seller if isinstance(seller, int) else seller.seller_id
        period = self.period_of(seller_id, when)
        line = BilledLine(
            next(self._ids), seller_id, when, period, document, kind, sub_type, amount, tuple(sales), shipment_id
        )
        self.lines.append(line)
        return line

    def sale_fee(self, order: Order, *, at: datetime, net: int | None = None, rebate: int = 0) -> BilledLine:
        """The selling fee of an order: what was announced when it was sold, unless ``net`` says otherwise."""
        fee = order.sale_fee * order.quantity if net is None else net
        return self.charge(order.seller_id, at=at, sub_type="CV", amount=fee, sales=[BilledSale(order, fee, rebate)])

    def credit(
        self, line: BilledLine, *, at: datetime, amount: int | None = None, document: Document = "CREDIT_NOTE"
    ) -> BilledLine:
        """Give (part of) a charge back: the matching code begins with B, the fee is not broken down again."""
        back = line.amount if amount is None else amount
        sales = [BilledSale(sale.order, None) for sale in line.sales]
        return self.charge(
            line.seller_id,
            at=at,
            sub_type="B" + line.sub_type[1:],
            amount=back,
            sales=sales,
            shipment_id=line.shipment_id,
            document=document,
            kind="BONUS",
        )

    def withdraw(self, line: BilledLine, *, at: datetime) -> None:
        """A provisional line is taken out of its period."""
        line.gone_at = instant_of(at)

    def of_period(self, seller_id: int, period: date, document: str, instant: datetime) -> list[BilledLine]:
        """The lines of a document of a period as they stand at ``instant``, by id."""
        found = [
            line
            for line in self.lines
            if (line.seller_id, line.period, line.document) == (seller_id, period, document)
            and line.visible_at(instant)
        ]
        return sorted(found, key=lambda line: line.detail_id)

    def begins(self, seller_id: int, period: date) -> date:
        """The first day of a period."""
        before = (period - timedelta(days=1)).replace(day=1)
        return before + timedelta(days=self.cuts.get(seller_id, USUAL_CUT))


def next_key(day: date) -> date:
    """The first of the month after ``day``."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
