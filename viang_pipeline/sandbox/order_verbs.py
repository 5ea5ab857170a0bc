"""What happens to orders: placing, paying, cancelling, giving money back.

Verbs on one order are scripted in time order; what is independent of the rest (tags, shipment) may be inserted earlier.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from operator import attrgetter
from types import EllipsisType

from viang_pipeline.sandbox.timeline import Timeline, instant_of
from viang_pipeline.sandbox.truth import (
    CancelDetail,
    Listing,
    Order,
    OrderState,
    Payment,
    Seller,
    Variation,
)

APPROVED = "approved"
_at = attrgetter("at")


class OrderVerbs(Timeline):
    """The orders of a World."""

    def new_pack(self) -> int:
        """A pack id to give to several orders."""
        return next(self._ids["pack"])

    def new_buyer(self) -> int:
        """A buyer id; who the buyer is follows from it."""
        return next(self._ids["buyer"])

    def place_order(
        self,
        seller: Seller,
        listing: Listing,
        *,
        at: datetime,
        quantity: int = 1,
        unit_price: int | None = None,
        full_unit_price: int | None = None,
        seller_discount: int | None = None,
        sale_fee: int | None = None,
        variation: Variation | None = None,
        seller_sku: str | EllipsisType | None = ...,
        seller_custom_field: str | EllipsisType | None = ...,
        pack: int | None = None,
        buyer_id: int | None = None,
        currency: str = "BRL",
        tags: Sequence[str] = (),
        status: str = "confirmed",
    ) -> Order:
        """An unpaid order. The SKU fields default to what the platform copies from the listing (contract §3.3)."""
        with self.lock:
            when = instant_of(at)
            stand = listing.state_at(when) or listing.states[0]
            if variation is None and listing.variations:
                variation = listing.variations[0]
            price = unit_price
            if price is None:
                price = variation.price if variation and variation.price is not None else stand.price
            full = price if full_unit_price is None else full_unit_price
            attribute = (variation.sku if variation else None) or stand.sku
            first = (variation.sku or variation.custom_field if variation else None) or stand.sku or stand.custom_field
            fee = int((price * listing.fee_rate).quantize(Decimal(1), ROUND_HALF_UP)) if sale_fee is None else sale_fee
            order = Order(
                order_id=next(self._ids["order"]),
                seller_id=seller.seller_id,
                buyer_id=buyer_id if buyer_id is not None else self.new_buyer(),
                created_at=when,
                listing_id=listing.listing_id,
                variation_id=variation.variation_id if variation else None,
                title=stand.title,
                category_id=listing.category_id,
                seller_sku=attribute if seller_sku is ... else seller_sku,
                seller_custom_field=first if seller_custom_field is ... else seller_custom_field,
                quantity=quantity,
                unit_price=price,
                full_unit_price=full,
                seller_discount=full - price if seller_discount is None else seller_discount,
                sale_fee=fee,
                currency=currency,
                listing_type=listing.listing_type,
                user_product_id=listing.user_product_id,
            )
            opening = (*tags, "not_delivered") + (("pack_order",) if pack else ())
            order.states.append(OrderState(when, status, pack_id=pack, tags=opening))
            self.orders[order.order_id] = order
            self._moved(seller.seller_id)
            return order

    def start_payment(
        self, order: Order, *, at: datetime, method: str = "bolbradesco", amount: int | None = None
    ) -> int:
        """A payment that waits for approval (a boleto): the order becomes ``payment_in_process``."""
        payment = self._new_payment(order, at, "pending", amount or order.total, method)
        last = order.states[-1]
        self._append(order, at, status="payment_in_process", payments=(*last.payments, payment))
        return payment.payment_id

    def reject_payment(self, order: Order, *, at: datetime, amount: int | None = None, method: str = "master") -> int:
        """A refused try; it stays first in ``payments[]``."""
        payment = self._new_payment(order, at, "rejected", amount or order.total, method)
        last = order.states[-1]
        self._append(order, at, status="payment_required", payments=(*last.payments, payment))
        return payment.payment_id

    def pay(
        self,
        order: Order,
        *,
        at: datetime,
        amount: int | None = None,
        method: str = "pix",
        payment_id: int | None = None,
    ) -> int:
        """An approved payment of ``amount`` (default: all that is missing), or the approval of a pending one.

        The order is ``partially_paid`` until its total is covered; then ``paid``, and closed at that instant.
        """
        when = instant_of(at)
        payments = order.states[-1].payments
        covered = sum(p.amount for p in payments if p.status == APPROVED)
        if payment_id is None:
            payment = self._new_payment(
                order, at, APPROVED, order.total - covered if amount is None else amount, method
            )
            payments = (*payments, payment)
        else:
            payments = tuple(
                replace(p, status=APPROVED, approved_at=when, changed_at=when) if p.payment_id == payment_id else p
                for p in payments
            )
            payment = next(p for p in payments if p.payment_id == payment_id)
        payments = _with_fees(payments, order)
        paid = covered + payment.amount >= order.total
        tags = order.states[-1].tags
        self._append(
            order,
            at,
            status="paid" if paid else "partially_paid",
            closed_at=when if paid else None,
            payments=payments,
            tags=(*tags, "paid") if paid and "paid" not in tags else tags,
        )
        return payment.payment_id

    def duplicate_payment(self, order: Order, *, at: datetime, refunded_at: datetime) -> int:
        """The buyer paid twice; the second payment is given back and the order stays as it is."""
        second = self._new_payment(order, at, APPROVED, order.total, "pix")
        self._append(order, at, payments=(*order.states[-1].payments, second))
        back = instant_of(refunded_at)
        self._append(
            order,
            back,
            payments=tuple(
                replace(p, status="refunded", refunded=p.amount, changed_at=back)
                if p.payment_id == second.payment_id
                else p
                for p in order.states[-1].payments
            ),
        )
        return second.payment_id

    def cancel(
        self,
        order: Order,
        *,
        at: datetime,
        group: str = "buyer",
        code: str = "cancel_purchase",
        requested_by: str = "buyer",
        date: datetime | None = None,
        refund: bool = True,
    ) -> None:
        """The order becomes ``cancelled``; approved payments are refunded, pending ones cancelled."""
        when = instant_of(at)
        payments = order.states[-1].payments
        if refund:
            payments = tuple(_given_back(p, when) for p in payments)
        detail = CancelDetail(instant_of(date) if date else when, group, code, requested_by)
        self._append(order, at, status="cancelled", payments=payments, cancel=detail)

    def refund(
        self,
        order: Order,
        *,
        at: datetime,
        amount: int | None = None,
        group: str = "mediations",
        code: str = "claim_refunded",
        requested_by: str = "meli",
    ) -> None:
        """Give money back: all of it cancels the order, a part makes it ``partially_refunded`` (parts add up)."""
        when = instant_of(at)
        payments = order.states[-1].payments
        left = sum(p.amount - p.refunded for p in payments if p.status == APPROVED)
        if amount is None or amount >= left:
            self.cancel(order, at=at, group=group, code=code, requested_by=requested_by)
            return
        remaining, changed = amount, []
        for payment in payments:
            part = min(remaining, payment.amount - payment.refunded) if payment.status == APPROVED else 0
            remaining -= part
            changed.append(replace(payment, refunded=payment.refunded + part, changed_at=when) if part else payment)
        self._append(order, at, status="partially_refunded", payments=tuple(changed))

    def wallet_refund(self, order: Order, *, at: datetime) -> None:
        """A full refund into the buyer's wallet: the order stays ``paid`` with the tag ``unfulfilled`` (§3.4)."""
        when = instant_of(at)
        last = order.states[-1]
        payments = tuple(
            replace(_given_back(p, when), tags=(*p.tags, "refund_account_money")) if p.status == APPROVED else p
            for p in last.payments
        )
        self._append(order, at, payments=payments, tags=(*last.tags, "unfulfilled"))

    def split_pack(self, orders: Sequence[Order], *, at: datetime) -> list[Order]:
        """The originals are cancelled with ``pack_splitted`` and a new, paid order takes the place of each."""
        created = []
        for order in orders:
            self.cancel(order, at=at, group="internal", code="pack_splitted", requested_by="meli")
            with self.lock:
                opening = OrderState(instant_of(at), "confirmed", pack_id=self.new_pack(), tags=("not_delivered",))
                twin = replace(order, order_id=next(self._ids["order"]), created_at=instant_of(at), states=[opening])
                self.orders[twin.order_id] = twin
            self.pay(twin, at=at, method="account_money")
            created.append(twin)
        return created

    def set_status(self, order: Order, *, at: datetime, status: str) -> None:
        """Any other status: ``pending_cancel``, ``invalid``, one nobody knows."""
        self._append(order, at, status=status)

    def tag(self, order: Order, *, at: datetime, add: Sequence[str] = (), remove: Sequence[str] = ()) -> None:
        """Add and remove tags from ``at`` on."""
        self._insert(
            order,
            at,
            lambda state: replace(
                state, tags=tuple(t for t in (*state.tags, *(a for a in add if a not in state.tags)) if t not in remove)
            ),
        )

    def touch(self, order: Order, *, at: datetime) -> None:
        """A change nobody can see, except that ``date_last_updated`` moves."""
        self._insert(order, at, lambda state: state)

    # --- how an order changes -----------------------------------------------------------------------------------------

    def _new_payment(self, order: Order, at: datetime, status: str, amount: int, method: str) -> Payment:
        when = instant_of(at)
        return Payment(
            payment_id=next(self._ids["payment"]),
            status=status,
            amount=amount,
            refunded=0,
            fee=0,
            method=method,
            created_at=when,
            approved_at=when if status == APPROVED else None,
            changed_at=when,
        )

    def _append(self, order: Order, at: datetime, **changes: object) -> None:
        when = instant_of(at)
        with self.lock:
            last = order.states[-1]
            if when < last.at:
                raise ValueError(f"order {order.order_id}: {when} is before its last change at {last.at}")
            order.states.append(replace(last, at=when, **changes))  # type: ignore[arg-type]
            self._moved(order.seller_id)

    def _insert(self, order: Order, at: datetime, change: Callable[[OrderState], OrderState]) -> None:
        """Apply a change that is independent of all others at ``at`` and to every later state."""
        when = instant_of(at)
        with self.lock:
            position = bisect_right(order.states, when, key=_at)
            if not position:
                raise ValueError(f"order {order.order_id}: {when} is before its creation")
            order.states.insert(position, replace(order.states[position - 1], at=when))
            for later in range(position, len(order.states)):
                order.states[later] = change(order.states[later])
            self._moved(order.seller_id)


def _with_fees(payments: tuple[Payment, ...], order: Order) -> tuple[Payment, ...]:
    """``marketplace_fee`` of the approved payments: together ``sale_fee × quantity`` once all is paid (§3.3)."""
    whole = order.sale_fee * order.quantity
    approved = [p for p in payments if p.status == APPROVED]
    left, fees = whole, {}
    for position, payment in enumerate(approved, 1):
        covers_all = position == len(approved) and sum(p.amount for p in approved) >= order.total
        fees[payment.payment_id] = left if covers_all else whole * payment.amount // max(order.total, 1)
        left -= fees[payment.payment_id]
    return tuple(replace(p, fee=fees.get(p.payment_id, p.fee)) for p in payments)


def _given_back(payment: Payment, when: datetime) -> Payment:
    if payment.status == APPROVED:
        return replace(payment, status="refunded", refunded=payment.amount, changed_at=when)
    if payment.status == "pending":
        return replace(payment, status="cancelled", changed_at=when)
    return payment
