"""What happens to sales orders and their invoices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from itertools import count
from operator import attrgetter

from viang_pipeline.sandbox.bling.catalog_truth import Product
from viang_pipeline.sandbox.bling.catalog_verbs import CatalogVerbs
from viang_pipeline.sandbox.bling.ground import Ids
from viang_pipeline.sandbox.bling.notation import brasilia_day
from viang_pipeline.sandbox.bling.sales_truth import (
    Fees,
    Invoice,
    InvoiceState,
    InvoiceStatus,
    Sale,
    SaleItem,
    SaleState,
)
from viang_pipeline.sandbox.bling.truth import AccountTraits, Channel, Company, Status
from viang_pipeline.sandbox.timeline import instant_of

OPEN, FULFILLED, CANCELLED, IN_PROGRESS = 6, 9, 12, 15
"""Seeded status ids (§6.3)."""
_at = attrgetter("at")


class SalesVerbs(CatalogVerbs):
    """The sales orders of an account."""

    def __init__(self, ids: Ids, seller_id: int, company: Company, traits: AccountTraits) -> None:
        super().__init__(ids, seller_id, company, traits)
        self.sales: dict[int, Sale] = {}
        self.invoices: dict[int, Invoice] = {}
        self._numbers = count(501)
        self._invoice_numbers = count(321)

    def item(
        self,
        product: Product | None,
        *,
        at: datetime,
        quantity: Decimal | int = 1,
        unit_price: int | None = None,
        code: str | None = None,
        description: str | None = None,
        discount: Decimal | int = 0,
    ) -> SaleItem:
        """A line of ``product`` as it is named and priced at ``at``; without a product it is free text."""
        state = product.state_at(instant_of(at)) if product else None
        return SaleItem(
            code=code if code is not None else state.code if state else "",
            description=description or (state.name if state else "Item avulso"),
            quantity=Decimal(quantity),
            unit_price=unit_price if unit_price is not None else state.price if state else 0,
            product_id=product.product_id if product else 0,
            discount=Decimal(discount),
            item_id=self.ids.next("item"),
        )

    def sell(
        self,
        items: Sequence[SaleItem],
        *,
        at: datetime,
        channel: Channel | None = None,
        store_number: str = "",
        buyer_id: int | None = None,
        day: date | None = None,
        status: Status | int = OPEN,
        discount: int = 0,
        discount_in_percent: bool = False,
        freight: int = 0,
        other_costs: int = 0,
        fees: Fees | None = None,
    ) -> Sale:
        """An order that arrives at ``at``: of a store, or typed in at the counter without one (``loja.id`` 0)."""
        with self.ids.lock:
            when = instant_of(at)
            sale = Sale(
                self.ids.next("sale"),
                next(self._numbers),
                store_number,
                day or brasilia_day(when),
                channel.channel_id if channel else 0,
                buyer_id if buyer_id is not None else self.new_buyer(),
            )
            state = SaleState(
                when,
                when,
                _id(status),
                tuple(items),
                discount,
                discount_in_percent,
                freight,
                other_costs,
                fees or Fees(),
            )
            sale.states.append(state)
            self.sales[sale.sale_id] = sale
            return sale

    def set_status(self, sale: Sale, status: Status | int, *, at: datetime) -> None:
        """Another status from ``at`` on; stock does not move by itself (§6.3)."""
        self._sale_state(sale, at, status_id=_id(status))

    def set_fees(self, sale: Sale, fees: Fees, *, at: datetime, stamped: bool = True) -> None:
        """``taxas`` become known; without ``stamped`` no change filter notices (§0.4, unsure)."""
        self._sale_state(sale, at, stamped=stamped, fees=fees)

    def dispatch(self, sale: Sale, *, at: datetime, status: Status | int = FULFILLED) -> None:
        """It leaves the house."""
        self._sale_state(sale, at, status_id=_id(status), dispatched_on=brasilia_day(instant_of(at)))

    def touch(self, sale: Sale, *, at: datetime) -> None:
        """A change nobody can see, except that its change stamp moves."""
        self._sale_state(sale, at)

    def delete_sale(self, sale: Sale, *, at: datetime) -> None:
        """Gone: absent from lists, its detail a 404 (§6.4)."""
        self._sale_state(sale, at, deleted=True)

    def invoice(self, sale: Sale, *, at: datetime, status: InvoiceStatus = 6) -> Invoice:
        """The NF-e of an order, issued at ``at``."""
        state = sale.states[-1]
        invoice = self._new_invoice(sale, at, state, direction_in=False, status=status)
        self._sale_state(sale, at, invoice_id=invoice.invoice_id)
        return invoice

    def return_invoice(self, sale: Sale, *, at: datetime) -> Invoice:
        """The inbound NF-e of a return (``finalidade`` 4). It leaves the order as it is."""
        return self._new_invoice(sale, at, sale.states[-1], direction_in=True, status=6)

    def set_invoice_status(self, invoice: Invoice, status: InvoiceStatus, *, at: datetime) -> None:
        """Another status of an NF-e from ``at`` on."""
        with self.ids.lock:
            invoice.states.append(InvoiceState(instant_of(at), status))
            invoice.states.sort(key=_at)

    def _new_invoice(
        self, sale: Sale, at: datetime, state: SaleState, *, direction_in: bool, status: InvoiceStatus
    ) -> Invoice:
        with self.ids.lock:
            when = instant_of(at)
            identity, number = self.ids.next("invoice"), next(self._invoice_numbers)
            month = brasilia_day(when).strftime("%y%m")
            cnpj = "".join(filter(str.isdigit, self.company.cnpj))
            invoice = Invoice(
                invoice_id=identity,
                number=number,
                issued_at=when,
                buyer_id=sale.buyer_id,
                channel_id=sale.channel_id,
                store_number=sale.store_number,
                items=state.items,
                freight=state.freight,
                value=state.total,
                access_key=f"41{month}{cnpj}55001{number:09d}1{identity % 10**8:08d}0",
                direction=0 if direction_in else 1,
                purpose=4 if direction_in else 1,
            )
            invoice.states.append(InvoiceState(when, status))
            self.invoices[identity] = invoice
            return invoice

    def _sale_state(self, sale: Sale, at: datetime, *, stamped: bool = True, **changes: object) -> None:
        when = instant_of(at)
        with self.ids.lock:
            last = sale.states[-1]
            if when < last.at:
                raise ValueError(f"order {sale.number}: {when} is before its last change at {last.at}")
            changed = when if stamped else last.changed_at
            sale.states.append(replace(last, at=when, changed_at=changed, **changes))  # type: ignore[arg-type]


def _id(status: Status | int) -> int:
    return status if isinstance(status, int) else status.status_id
