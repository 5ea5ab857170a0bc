"""Believable marketplaces from a seed: purchases by the rhythm of day and week, and what becomes of each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from itertools import accumulate
from random import Random
from zoneinfo import ZoneInfo

from viang_pipeline.sandbox.ads_generate import advertise
from viang_pipeline.sandbox.billing_generate import bill_seller
from viang_pipeline.sandbox.bling.generate import keep_books
from viang_pipeline.sandbox.profiles import DEMO_PROFILES, Habits, Product, Profile
from viang_pipeline.sandbox.traffic_generate import attract
from viang_pipeline.sandbox.truth import Listing, Order, Seller, Shipment
from viang_pipeline.sandbox.world import World

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
BY_HOUR = (3, 1.5, 1, 0.5, 0.5, 0.7, 1.5, 2.5, 4, 5, 6, 7.5, 8.5, 7, 6, 6, 6, 6.5, 7, 8, 9.5, 9, 7, 5)
BY_WEEKDAY = (1.15, 1.1, 1.05, 1.0, 0.95, 0.85, 0.9)
HOURS_SO_FAR = tuple(accumulate(BY_HOUR))
FREE_SHIPPING_FROM = 7900
PRICE_CHANGE_DAYS = 35
ENDINGS = (90, 99, 49)
CARDS = ("pix", "pix", "master", "visa", "account_money")
BEFORE_DISPATCH = (
    ("buyer", "cancel_purchase", "buyer"),
    ("seller", "out_of_stock", "seller"),
    ("fraud", "fraud_risk", "meli"),
    ("fiscal", "invoice_not_issued", "meli"),
)
TWO_WEEKS = 14


def generate_world(
    seed: int = 1,
    *,
    first_day: date,
    last_day: date,
    profiles: Sequence[Profile] = DEMO_PROFILES,
    days_after: int = TWO_WEEKS,
) -> World:
    """A world of one seller per profile, selling from ``first_day`` to ``last_day`` + ``days_after`` (São Paulo days).

    The same arguments give the same world. Deliveries, cancellations and refunds follow after the last sale.
    """
    world = World(seed, start=_day_start(first_day - timedelta(days=30)))
    days = [first_day + timedelta(days=n) for n in range((last_day - first_day).days + 1 + days_after)]
    for position, profile in enumerate(profiles):
        story = _SellerStory(world, profile, Random(f"{seed}:{profile.slug}"))
        story.tell(days)
        if profile.advertises:
            advertise(world, story.seller, story.listings, days, Random(f"{seed}:ads:{profile.slug}"))
        attract(world, story.seller, story.listings, days, Random(f"{seed}:traffic:{profile.slug}"))
        bill_seller(world, story.seller, _day_start(days[-1] + timedelta(days=1)))
        if profile.keeps_books:
            world.bling.promise(partial(keep_books, world, story.seller, story.listings, days, position))
    return world


@dataclass(slots=True)
class _Purchase:
    """Orders a buyer placed together; ``paid_at`` of the last one."""

    orders: list[Order]
    paid_at: datetime


class _SellerStory:
    """Everything that happens to one seller, drawn from one source of chance."""

    def __init__(self, world: World, profile: Profile, chance: Random) -> None:
        self.world = world
        self.profile = profile
        self.habits: Habits = profile.habits
        self.chance = chance
        self.seller: Seller = world.add_seller(profile.slug, name=profile.name, tags=profile.tags)
        self.listings: list[Listing] = [self._listing(product) for product in profile.products]
        sold = [p.share if p.status == "active" else 0.0 for p in profile.products]
        self.shares = list(accumulate(sold))
        self.loyal: list[int] = []

    def tell(self, days: Sequence[date]) -> None:
        """All days, in order; prices move now and then."""
        for number, day in enumerate(days):
            start = _day_start(day)
            if number and number % PRICE_CHANGE_DAYS == 0:
                self._move_prices(start)
            expected = self.profile.orders_per_day * BY_WEEKDAY[day.weekday()]
            purchases = max(0, round(self.chance.gauss(expected, math.sqrt(expected)) / (1 + 1.4 * self.habits.pack)))
            for at in sorted(self._instant(start) for _ in range(purchases)):
                self._purchase(at)

    def _listing(self, product: Product) -> Listing:
        full = any(kind == "fulfillment" for kind, _ in self.profile.logistics)
        return self.world.add_listing(
            self.seller,
            title=product.title,
            price=product.price,
            sku=product.sku,
            custom_field=product.custom_field,
            variations=[self.world.variation(name, sku=sku, stock=40) for name, sku in product.variations],
            fee_rate=product.fee,
            listing_type=product.listing_type,
            logistic_type=self.profile.logistics[0][0],
            stock=0 if product.variations else 120,
            status=product.status,
            user_product_id=self.world.new_user_product() if product.user_product else None,
            inventory_id=f"{self.profile.slug[:4].upper()}{len(self.world.listings):05d}" if full else None,
        )

    def _move_prices(self, at: datetime) -> None:
        for listing in self.listings:
            reais = round(listing.states[-1].price * self.chance.uniform(0.96, 1.06)) // 100
            self.world.change_listing(listing, at=at, price=reais * 100 + self.chance.choice(ENDINGS))

    def _instant(self, day_start: datetime) -> datetime:
        hour = self.chance.choices(range(24), cum_weights=HOURS_SO_FAR)[0]
        return day_start + timedelta(hours=hour, milliseconds=self.chance.randrange(3_600_000))

    def _happens(self, probability: float) -> bool:
        return self.chance.random() < probability

    # --- a purchase ---------------------------------------------------------------------------------------------------

    def _purchase(self, at: datetime) -> None:
        size = self.chance.choice((2, 2, 3)) if self._happens(self.habits.pack) else 1
        pack = self.world.new_pack() if size > 1 or self._happens(0.7) else None
        buyer = self._buyer()
        orders = [self._order(at + timedelta(milliseconds=40 * n), pack, buyer) for n in range(size)]
        if size == 1 and self._leaves_the_usual_path(orders[0], at):
            return
        paid_at = self._payment(orders, at)
        if paid_at is None:
            return
        purchase = _Purchase(orders, paid_at)
        if size > 1 and self._happens(self.habits.pack_split):
            self._attached(purchase)
            for twin in self.world.split_pack(orders, at=paid_at + timedelta(hours=self.chance.randint(1, 5))):
                self._fulfil(_Purchase([twin], twin.states[-1].at))
            return
        self._fulfil(purchase)

    def _buyer(self) -> int:
        if self.loyal and self._happens(0.12):
            return self.chance.choice(self.loyal)
        buyer = self.world.new_buyer()
        if self._happens(0.1):
            self.loyal.append(buyer)
        return buyer

    def _order(self, at: datetime, pack: int | None, buyer: int) -> Order:
        listing = self.chance.choices(self.listings, cum_weights=self.shares)[0]
        price = listing.state_at(at).price  # type: ignore[union-attr]
        full = round(price * 1.15) // 10 * 10 + 9 if self._happens(self.habits.discounted) else price
        return self.world.place_order(
            self.seller,
            listing,
            at=at,
            quantity=self.chance.choice((2, 2, 2, 3, 4, 6)) if self._happens(self.habits.multi_unit) else 1,
            full_unit_price=full,
            seller_discount=(full - price) * 6 // 10,
            variation=self.chance.choice(listing.variations) if listing.variations else None,
            pack=pack,
            buyer_id=buyer,
            currency="USD" if self._happens(self.habits.foreign_currency) else "BRL",
            tags=("test_order",) if self._happens(self.habits.test_order) else (),
        )

    def _leaves_the_usual_path(self, order: Order, at: datetime) -> bool:
        """Orders that never become ordinary sales."""
        if self._happens(self.habits.invalid):
            self.world.set_status(order, at=at + timedelta(hours=2), status="invalid")
            return True
        if self._happens(self.habits.unknown_status):
            self.world.set_status(order, at=at + timedelta(minutes=2), status="under_review")
            return True
        return False

    def _payment(self, orders: list[Order], at: datetime) -> datetime | None:
        """Pay every order of a purchase; the instant of payment, None when it is never paid."""
        late = self._happens(self.habits.boleto)
        abandoned = late and self._happens(self.habits.boleto_abandoned)
        rejected = not late and self._happens(self.habits.rejected_first)
        paid_at = at + timedelta(seconds=self.chance.randint(5, 90))
        if late:
            paid_at = at + timedelta(hours=self.chance.uniform(14, 72))
        elif rejected:
            paid_at += timedelta(minutes=self.chance.randint(2, 15))
        method = self.chance.choice(CARDS)
        for order in orders:
            if late:
                slip = self.world.start_payment(order, at=at + timedelta(seconds=3))
                if abandoned:
                    expired = at + timedelta(days=4)
                    self.world.cancel(order, at=expired, code="payment_expired", requested_by="meli")
                    continue
                self.world.pay(order, at=paid_at, payment_id=slip)
                continue
            if rejected:
                self.world.reject_payment(order, at=at + timedelta(seconds=4))
            if order.total > 10_000 and self._happens(self.habits.two_payments):
                self.world.pay(order, at=paid_at, amount=order.total // 3, method="account_money")
            self.world.pay(order, at=paid_at, method=method)
        return None if abandoned else paid_at

    # --- what becomes of it -------------------------------------------------------------------------------------------

    def _fulfil(self, purchase: _Purchase) -> None:
        """Dispatch and delivery, then the fate of each order."""
        shipment = self._attached(purchase)
        early = [o for o in purchase.orders if self._happens(self.habits.cancelled_before_dispatch)]
        for order in early:
            group, code, by = self.chance.choice(BEFORE_DISPATCH)
            at = purchase.paid_at + timedelta(hours=self.chance.uniform(0.5, 16))
            self.world.cancel(order, at=at, group=group, code=code, requested_by=by)
        if len(early) == len(purchase.orders):
            last = max(order.states[-1].at for order in early)
            self.world.shipment_event(shipment, at=last + timedelta(minutes=1), status="cancelled")
            if shipment.costs:
                after = max(last + timedelta(hours=1), shipment.costs[-1].at)
                self.world.set_costs(shipment, at=after, seller_cost=0)
            return
        shipped = purchase.paid_at + timedelta(hours=self.chance.uniform(18, 50))
        delivered = shipped + timedelta(hours=self.chance.uniform(20, 140))
        self.world.deliver(shipment, ready=purchase.paid_at + timedelta(hours=2), shipped=shipped)
        if self._happens(self.habits.not_delivered):
            self.world.shipment_event(shipment, at=delivered, status="not_delivered", substatus="returned")
            for order in purchase.orders:
                if order not in early:
                    at = delivered + timedelta(hours=3)
                    self.world.cancel(order, at=at, group="delivery", code="not_delivered", requested_by="meli")
            return
        self.world.deliver(shipment, delivered=delivered)
        for order in purchase.orders:
            if order not in early:
                self._afterlife(order, delivered)

    def _attached(self, purchase: _Purchase) -> Shipment:
        """The shipment of a purchase, seen by its orders some minutes after payment."""
        logistic = self.chance.choices(
            [kind for kind, _ in self.profile.logistics], [share for _, share in self.profile.logistics]
        )[0]
        free = sum(order.total for order in purchase.orders) >= FREE_SHIPPING_FROM
        price = round(self.profile.freight * self.chance.uniform(0.85, 1.5)) // 5 * 5
        mine = price if free and logistic != "self_service" else 0
        at = purchase.paid_at + timedelta(minutes=self.chance.randint(1, 5))
        shipment = self.world.ship(
            self.seller,
            at=at,
            seller_cost=None if self._happens(self.habits.costs_never_come) else mine,
            buyer_cost=0 if free else price // 2,
            list_cost=price,
            costs_at=at + timedelta(minutes=self.chance.randint(5, 600)),
            logistic_type=logistic,
            before_costs="empty" if self._happens(0.5) else "not_found",
        )
        seen = at + timedelta(seconds=self.chance.randint(20, 300))
        self.world.attach_shipment(purchase.orders, shipment, at=seen)
        return shipment

    def _afterlife(self, order: Order, delivered: datetime) -> None:
        """Refunds and alerts after delivery; most orders have none."""
        later = delivered + timedelta(days=self.chance.uniform(2, 25))
        draw, habits = self.chance.random(), self.habits
        fates = accumulate(
            (habits.returned, habits.partly_refunded, habits.wallet_refunded, habits.paid_twice, habits.fraud_alert)
        )
        fate = next((number for number, limit in enumerate(fates) if draw < limit), None)
        if fate == 0:
            self.world.refund(order, at=later)
        elif fate == 1:
            self.world.refund(order, at=later, amount=max(100, order.total * self.chance.randint(10, 50) // 100))
        elif fate == 2:
            self.world.wallet_refund(order, at=later)
        elif fate == 3:
            again = order.states[-1].at + timedelta(minutes=10)
            self.world.duplicate_payment(order, at=again, refunded_at=again + timedelta(days=2))
        elif fate == 4:
            self.world.tag(order, at=delivered + timedelta(hours=5), add=("fraud_risk_detected",))


def _day_start(day: date) -> datetime:
    return datetime.combine(day, time.min, SAO_PAULO).astimezone(UTC)
