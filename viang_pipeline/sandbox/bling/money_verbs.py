"""What happens to bills: entry, payment, cancellation, a new due date."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from viang_pipeline.sandbox.bling.ground import Ids
from viang_pipeline.sandbox.bling.money_truth import Bill, BillState, BillStatus
from viang_pipeline.sandbox.bling.notation import brasilia_day
from viang_pipeline.sandbox.bling.sales_truth import Sale
from viang_pipeline.sandbox.bling.sales_verbs import SalesVerbs
from viang_pipeline.sandbox.bling.truth import AccountTraits, Category, Company
from viang_pipeline.sandbox.timeline import instant_of


class MoneyVerbs(SalesVerbs):
    """The bills of an account."""

    def __init__(self, ids: Ids, seller_id: int, company: Company, traits: AccountTraits) -> None:
        super().__init__(ids, seller_id, company, traits)
        self.payables: dict[int, Bill] = {}
        self.receivables: dict[int, Bill] = {}

    def owe(
        self,
        text: str,
        amount: int,
        *,
        at: datetime,
        due_on: date,
        accrual_on: date | None = None,
        issued_on: date | None = None,
        category: Category | None = None,
        supplier_id: int | None = None,
        document: str = "",
        monthly: bool = False,
    ) -> Bill:
        """A bill to pay, entered at ``at``; issue and ``competencia`` default to that day."""
        with self.ids.lock:
            entered = brasilia_day(instant_of(at))
            bill = Bill(
                self.ids.next("payable"),
                amount,
                issued_on or entered,
                due_on,
                accrual_on or issued_on or entered,
                supplier_id or self.supplier_id,
                category.category_id if category else 0,
                document,
                text,
                monthly,
            )
            bill.states.append(BillState(instant_of(at), 1, due_on))
            self.payables[bill.bill_id] = bill
            return bill

    def expect(
        self,
        sale: Sale,
        *,
        at: datetime,
        due_on: date,
        amount: int | None = None,
        category: Category | None = None,
    ) -> Bill:
        """A bill to receive for a sale, of its total unless ``amount`` is given."""
        with self.ids.lock:
            entered = brasilia_day(instant_of(at))
            bill = Bill(
                self.ids.next("receivable"),
                sale.states[-1].total if amount is None else amount,
                entered,
                due_on,
                entered,
                0,
                category.category_id if category else 0,
                str(sale.number),
                f"Ref. ao pedido de venda nº {sale.number}",
                buyer_id=sale.buyer_id,
                sale_id=sale.sale_id,
            )
            bill.states.append(BillState(instant_of(at), 1, due_on))
            self.receivables[bill.bill_id] = bill
            return bill

    def settle(self, bill: Bill, *, at: datetime, amount: int | None = None) -> None:
        """Pay a bill, or a part: paid (2) when nothing is left, partial (3) otherwise."""
        last = bill.states[-1]
        paid = last.paid + (bill.amount - last.paid if amount is None else amount)
        status: BillStatus = 2 if paid >= bill.amount else 3
        payments = (*last.payments, self.ids.next("payment"))
        day = brasilia_day(instant_of(at))
        self._bill_state(bill, at, status=status, paid=paid, paid_on=day, payments=payments)

    def set_bill_status(self, bill: Bill, status: BillStatus, *, at: datetime) -> None:
        """Any other status: 4 returned, 5 cancelled, 6 partly returned, 7 confirmed."""
        self._bill_state(bill, at, status=status)

    def postpone(self, bill: Bill, due_on: date, *, at: datetime) -> None:
        """Another due date; ``vencimentoOriginal`` keeps the first."""
        self._bill_state(bill, at, due_on=due_on)

    def _bill_state(self, bill: Bill, at: datetime, **changes: object) -> None:
        when = instant_of(at)
        with self.ids.lock:
            last = bill.states[-1]
            if when < last.at:
                raise ValueError(f"bill {bill.bill_id}: {when} is before its last change at {last.at}")
            bill.states.append(replace(last, at=when, **changes))  # type: ignore[arg-type]
