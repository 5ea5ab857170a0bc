"""Believable sales orders: what a seller sold on the marketplace as its ERP tells it, another channel, the counter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from operator import attrgetter
from random import Random

from viang_pipeline.sandbox.bling.book import BlingAccount
from viang_pipeline.sandbox.bling.generate_catalog import Shelf, morning
from viang_pipeline.sandbox.bling.sales_truth import Fees, Sale, SaleItem
from viang_pipeline.sandbox.bling.sales_verbs import CANCELLED, FULFILLED, IN_PROGRESS, OPEN
from viang_pipeline.sandbox.bling.truth import Category, Channel, Status
from viang_pipeline.sandbox.truth import Order, Shipment
from viang_pipeline.sandbox.world import World

OTHER_CHANNEL, COUNTER = 0.15, 0.03
"""Orders elsewhere for each one on the marketplace."""
UNSTAMPED_FEES, FEES_NEVER = 0.1, 0.04
DELETED_WHEN_CANCELLED = 0.1
LATE_CANCEL = timedelta(days=20)
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


@dataclass(slots=True)
class Books:
    """What every order needs: where it comes from, its own statuses, how store numbers are written."""

    world: World
    account: BlingAccount
    shelf: Shelf
    chance: Random
    waiting: Status
    sent: Status
    income: Category
    by_pack: bool
    reconnected: tuple[datetime, Channel] | None = None

    def market(self, at: datetime) -> Channel:
        """The marketplace's store at an instant; reconnecting made it another one."""
        if self.reconnected is not None and at >= self.reconnected[0]:
            return self.reconnected[1]
        return self.shelf.market


@dataclass(slots=True)
class _Draft:
    """An order to be entered at ``at``, and what follows, in any order."""

    at: datetime
    enter: Callable[[], Sale]
    steps: list[tuple[datetime, Callable[[Sale], object]]] = field(default_factory=list)

    def then(self, at: datetime, step: Callable[[Sale], object]) -> None:
        """Something that happens to it, never before it exists."""
        self.steps.append((max(at, self.at), step))


def enter_sales(books: Books, days: Sequence[date]) -> None:
    """Every marketplace order of the seller, others of Shopee and of the counter, in the order they arrive."""
    seller_id = books.account.seller_id
    orders = sorted((o for o in books.world.orders.values() if o.seller_id == seller_id), key=attrgetter("created_at"))
    drafts = [_from_market(books, group) for group in _groups(orders, books.by_pack)]
    for day in days:
        expected = len(orders) / len(days)
        drafts += [_from_shopee(books, day) for _ in range(_about(expected * OTHER_CHANNEL, books.chance))]
        drafts += [_at_the_counter(books, day) for _ in range(_about(expected * COUNTER, books.chance))]
    for draft in sorted(drafts, key=attrgetter("at")):
        sale = draft.enter()
        for _, step in sorted(draft.steps, key=lambda each: each[0]):
            step(sale)


def _groups(orders: Iterable[Order], by_pack: bool) -> list[list[Order]]:
    """Orders that the account receives as one."""
    groups: dict[int, list[Order]] = {}
    for order in orders:
        pack = order.states[-1].pack_id if by_pack else None
        groups.setdefault(pack or order.order_id, []).append(order)
    return list(groups.values())


def _about(expected: float, chance: Random) -> int:
    whole = int(expected)
    return whole + (chance.random() < expected - whole)


# --- the marketplace --------------------------------------------------------------------------------------------------


def _from_market(books: Books, group: list[Order]) -> _Draft:
    chance, account, first = books.chance, books.account, group[0]
    at = first.created_at + timedelta(minutes=chance.randint(2, 15))
    paid = [state.closed_at for order in group for state in order.states if state.closed_at is not None]
    paid_at = min(paid) if paid else None
    shipment = next((s for order in group if (s := _shipment(books, order))), None)
    cost = shipment.costs[-1] if shipment and shipment.costs else None
    items = [_market_item(books, order) for order in group]
    number = first.states[-1].pack_id if books.by_pack else None

    def enter() -> Sale:
        return account.sell(
            items,
            at=at,
            channel=books.market(at),
            store_number=str(number or first.order_id),
            buyer_id=first.buyer_id,
            status=OPEN if paid_at and paid_at <= at else books.waiting,
            freight=cost.buyer if cost else 0,
        )

    draft = _Draft(at, enter)
    cancelled_at = _cancelled_at(group)
    if cancelled_at is not None:
        cancelled_at = max(cancelled_at, at) + timedelta(minutes=chance.randint(5, 60))
    shipped_at = next((event.at for event in shipment.events if event.status == "shipped"), None) if shipment else None
    if paid_at is not None:
        fees = Fees(
            sum(order.sale_fee * order.quantity for order in group),
            cost.seller if cost else 0,
            sum(order.total for order in group),
        )
        if paid_at > at:
            _unless_cancelled(draft, paid_at, cancelled_at, lambda sale: account.set_status(sale, OPEN, at=paid_at))
        _bill(books, draft, max(paid_at, at), cancelled_at, fees)
    if shipped_at is not None:
        sent = books.sent if shipment and shipment.logistic_type == "fulfillment" else FULFILLED
        _unless_cancelled(
            draft, shipped_at, cancelled_at, lambda sale: account.dispatch(sale, at=shipped_at, status=sent)
        )
    if cancelled_at is not None:
        _cancel(books, draft, cancelled_at, returned=shipped_at is not None and shipped_at < cancelled_at)
    return draft


def _market_item(books: Books, order: Order) -> SaleItem:
    product = books.shelf.by_listing.get((order.listing_id, order.variation_id))
    code = order.seller_sku or order.seller_custom_field or ""
    if not code and books.chance.random() < 0.3:
        product = None
    return books.account.item(
        product,
        at=order.created_at,
        quantity=order.quantity,
        unit_price=order.unit_price,
        code=code,
        description=order.title,
    )


def _shipment(books: Books, order: Order) -> Shipment | None:
    return books.world.shipments.get(order.states[-1].shipment_id or 0)


def _cancelled_at(group: list[Order]) -> datetime | None:
    """When the last of them was cancelled; None while one stands."""
    if any(order.states[-1].status != "cancelled" for order in group):
        return None
    return max(next(s.at for s in order.states if s.status == "cancelled") for order in group)


# --- elsewhere --------------------------------------------------------------------------------------------------------


def _from_shopee(books: Books, day: date) -> _Draft:
    chance, account = books.chance, books.account
    at = morning(day, chance.randint(0, 23)) + timedelta(seconds=chance.randrange(3600))
    product = books.shelf.kit if chance.random() < 0.2 else chance.choice(books.shelf.sold)
    item = account.item(product, at=at, quantity=chance.choice((1, 1, 1, 2)))
    number = f"{day:%y%m%d}" + "".join(chance.choices(LETTERS + "0123456789", k=8))
    draft = _Draft(at, lambda: account.sell([item], at=at, channel=books.shelf.shopee, store_number=number))
    cancelled_at = at + LATE_CANCEL if chance.random() < 0.02 else None
    _bill(books, draft, at, cancelled_at, Fees(item.total * 14 // 100 + 300, 0, item.total))
    shipped = at + timedelta(hours=chance.randint(20, 60))
    draft.then(shipped, lambda sale: account.dispatch(sale, at=shipped))
    if cancelled_at is not None:
        _cancel(books, draft, cancelled_at, returned=True)
    return draft


def _at_the_counter(books: Books, day: date) -> _Draft:
    """Paid and taken home at once; now and then something nobody registered, or with a discount."""
    chance, account = books.chance, books.account
    at = morning(day, chance.randint(9, 18)) + timedelta(minutes=chance.randrange(60))
    if chance.random() < 0.2:
        item = account.item(None, at=at, unit_price=chance.randint(10, 80) * 100, description="Venda balcão")
    else:
        item = account.item(chance.choice(books.shelf.sold), at=at, discount=chance.choice((0, 0, 5)))
    percent = chance.random() < 0.3
    draft = _Draft(
        at,
        lambda: account.sell(
            [item], at=at, status=FULFILLED, discount=10_00 if percent else 0, discount_in_percent=percent
        ),
    )

    def collect(sale: Sale) -> None:
        account.settle(account.expect(sale, at=at, due_on=day, category=books.income), at=at)

    draft.then(at, collect)
    return draft


# --- what follows everywhere ------------------------------------------------------------------------------------------


def _bill(books: Books, draft: _Draft, paid_at: datetime, cancelled_at: datetime | None, fees: Fees) -> None:
    """The invoice some hours after payment, the fees a day or more later, the money a month later."""
    chance, account = books.chance, books.account
    invoiced = paid_at + timedelta(minutes=chance.randint(40, 500))

    def invoice(sale: Sale) -> None:
        account.invoice(sale, at=invoiced)
        account.set_status(sale, IN_PROGRESS, at=invoiced)

    _unless_cancelled(draft, invoiced, cancelled_at, invoice)
    if chance.random() >= FEES_NEVER:
        known = paid_at + timedelta(hours=chance.randint(14, 60))
        stamped = chance.random() >= UNSTAMPED_FEES
        _unless_cancelled(
            draft, known, cancelled_at, lambda sale: account.set_fees(sale, fees, at=known, stamped=stamped)
        )
    due = (paid_at + timedelta(days=30)).date()

    def collect(sale: Sale) -> None:
        bill = account.expect(sale, at=paid_at, due_on=due, category=books.income)
        if cancelled_at is not None and cancelled_at.date() <= due:
            account.set_bill_status(bill, 5, at=cancelled_at)
        else:
            account.settle(bill, at=morning(due, 10))

    draft.then(paid_at, collect)


def _unless_cancelled(
    draft: _Draft, at: datetime, cancelled_at: datetime | None, step: Callable[[Sale], object]
) -> None:
    if cancelled_at is None or at < cancelled_at:
        draft.then(at, step)


def _cancel(books: Books, draft: _Draft, at: datetime, *, returned: bool) -> None:
    account = books.account

    def cancel(sale: Sale) -> None:
        account.set_status(sale, CANCELLED, at=at)
        invoice = account.invoices.get(sale.states[-1].invoice_id)
        if invoice is not None and returned:
            account.return_invoice(sale, at=at + timedelta(hours=4))
        elif invoice is not None:
            account.set_invoice_status(invoice, 2, at=at)

    draft.then(at, cancel)
    if books.chance.random() < DELETED_WHEN_CANCELLED:
        gone = at + timedelta(days=15)
        draft.then(gone, lambda sale: account.delete_sale(sale, at=gone))
