"""Worlds where almost every sale changes later: everything the dictionary has a rule for, at high rates.

Same seed, same world.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from viang_pipeline.sandbox import World
from viang_pipeline.sandbox.truth import Listing, Order, Seller, Shipment

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def turbulent_world(seed: int, first: date, days: int, *, sellers: int = 2) -> World:
    """``sellers`` shops that sell on ``days`` days from ``first``; what happens to their orders goes on for months."""
    world = World(seed=seed, start=datetime.combine(first - timedelta(days=30), time.min, UTC))
    for number in range(sellers):
        _Shop(world, Random(f"{seed}/{number}"), world.add_seller(f"loja-{number}")).trade(first, days)
    return world


class _Shop:
    def __init__(self, world: World, random: Random, seller: Seller) -> None:
        self.world, self.random, self.seller = world, random, seller
        self.listings = self._listings()
        self.buyers = [world.new_buyer() for _ in range(12)]
        self.lives: list[tuple[float, Callable[[Order, datetime], None]]] = [
            (26, self._uneventful),
            (8, self._late_payment),
            (6, self._second_try),
            (5, self._two_payments),
            (3, self._never_paid),
            (4, self._cancelled_unpaid),
            (8, self._cancelled_before_dispatch),
            (9, self._returned),
            (8, self._partly_refunded),
            (4, self._refunded_in_parts_then_whole),
            (5, self._wallet_refund),
            (4, self._paid_twice),
            (5, self._pending_cancel),
            (4, self._split),
            (3, self._oddity),
            (3, self._retouched),
        ]

    def trade(self, first: date, days: int) -> None:
        for n in range(days):
            for _ in range(self.random.choices([0, 1, 2, 4], [1, 3, 3, 1])[0]):
                self._purchase(self._moment(first + timedelta(days=n)))

    def _listings(self) -> list[Listing]:
        add, seller = self.world.add_listing, self.seller
        blue = self.world.variation("Azul", sku=" cam-01-az ")
        green = self.world.variation("Verde", sku="CAM-01-VD", price=61_17)
        stock = self.world.new_user_product()
        return [
            add(seller, title="Garrafa", price=89_90, sku="GAR-1L"),
            add(seller, title="Garrafa, outro anúncio", price=93_33, sku="gar-1l", user_product_id=stock),
            add(seller, title="Caneca", price=19_99, sku=None, custom_field="  0042  caneca "),
            add(seller, title="Camiseta", price=59_01, variations=(blue, green)),
            add(seller, title="Sem código", price=33_34),
            add(seller, title="Caro", price=1_234_56, sku="CARO", user_product_id=stock),
            add(seller, title="Barato", price=7, sku="BARATO"),
        ]

    def _moment(self, day: date) -> datetime:
        """Often near midnight, on either side of it."""
        hour = self.random.choice([0, 0, 1, 3, 9, 12, 15, 18, 20, 21, 22, 23, 23])
        at = datetime.combine(day, time(hour, self.random.randrange(60), self.random.randrange(60)), SAO_PAULO)
        return at.astimezone(UTC)

    def _purchase(self, at: datetime) -> None:
        """One order, or a pack of two or three that may cross midnight and shares a shipment."""
        size = self.random.choices([1, 2, 3], [7, 2, 1])[0]
        pack = self.world.new_pack() if size > 1 or self.random.random() < 0.3 else None
        buyer = self.random.choice(self.buyers)
        orders = []
        for n in range(size):
            listing = self.random.choice(self.listings)
            given = {} if self.random.random() < 0.7 else {"seller_sku": None, "seller_custom_field": None}
            orders.append(
                self.world.place_order(
                    self.seller,
                    listing,
                    at=at + n * MINUTE,
                    quantity=self.random.choices([1, 2, 3, 7], [12, 4, 2, 1])[0],
                    variation=self.random.choice(listing.variations) if listing.variations else None,
                    full_unit_price=None if self.random.random() < 0.6 else 2_000_00,
                    pack=pack,
                    buyer_id=buyer,
                    **given,  # type: ignore[arg-type]
                )
            )
        lives = self.random.choices([life for _, life in self.lives], [weight for weight, _ in self.lives], k=size)
        for order, life in zip(orders, lives, strict=True):
            life(order, order.created_at)
        if self.random.random() < 0.8:
            self._ship(orders, at + 3 * MINUTE)

    def _ship(self, orders: list[Order], at: datetime) -> Shipment:
        pick = self.random
        cost = pick.choice([None, 0, 15_95, 20_45, 18_00, 7, 33_31])
        shipment = self.world.ship(
            self.seller,
            at=at,
            seller_cost=cost,
            buyer_cost=pick.choice([0, 0, 9_99]),
            costs_at=at + pick.choice([MINUTE, 2 * DAY, 5 * DAY]),
            before_costs=pick.choice(["not_found", "empty"]),
            logistic_type=pick.choice(["drop_off", "self_service", "fulfillment"]),
        )
        shipped = at + pick.choice([6 * HOUR, 2 * DAY])
        self.world.shipment_event(shipment, at=shipped, status="shipped")
        arrives = shipped + pick.choice([DAY, 6 * DAY])
        lost = pick.random() < 0.1
        self.world.shipment_event(shipment, at=arrives, status="not_delivered" if lost else "delivered")
        self.world.attach_shipment(orders, shipment, at=at + pick.choice([MINUTE, 9 * HOUR]))
        if cost is not None and pick.random() < 0.3:  # charged again on a return
            back = [o.states[-1].at for o in orders if o.states[-1].status == "cancelled"]
            if back and max(back) > at + 5 * DAY:
                self.world.set_costs(shipment, at=max(back), seller_cost=cost + 11_11)
        return shipment

    # --- lives of an order --------------------------------------------------------------------------------------------

    def _later(self, at: datetime, *choices: timedelta) -> datetime:
        return at + self.random.choice(choices) + self.random.randrange(120) * MINUTE

    def _uneventful(self, order: Order, at: datetime) -> datetime:
        paid = at + 2 * MINUTE
        self.world.pay(order, at=paid)
        return paid

    def _late_payment(self, order: Order, at: datetime) -> None:
        boleto = self.world.start_payment(order, at=at + MINUTE)
        self.world.pay(order, at=self._later(at, DAY, 2 * DAY, 3 * DAY), payment_id=boleto)

    def _second_try(self, order: Order, at: datetime) -> None:
        self.world.reject_payment(order, at=at + MINUTE)
        self.world.pay(order, at=self._later(at, 10 * MINUTE, DAY))

    def _two_payments(self, order: Order, at: datetime) -> None:
        self.world.pay(order, at=at + MINUTE, amount=order.total // 3, method="master")
        self.world.pay(order, at=self._later(at, 5 * MINUTE, 2 * DAY))

    def _never_paid(self, order: Order, at: datetime) -> None:
        if self.random.random() < 0.5:
            self.world.start_payment(order, at=at + MINUTE)

    def _cancelled_unpaid(self, order: Order, at: datetime) -> None:
        self.world.cancel(order, at=self._later(at, HOUR, 2 * DAY))

    def _cancelled_before_dispatch(self, order: Order, at: datetime) -> None:
        self._uneventful(order, at)
        self.world.cancel(order, at=self._later(at, 10 * MINUTE, 2 * HOUR))

    def _returned(self, order: Order, at: datetime) -> None:
        self._uneventful(order, at)
        when = self._later(at, 9 * DAY, 20 * DAY, 50 * DAY, 75 * DAY)
        date = when - self.random.choice([timedelta(), 2 * HOUR, DAY])
        self.world.cancel(order, at=when, group="mediations", code="claim_refunded", date=date)

    def _partly_refunded(self, order: Order, at: datetime) -> None:
        self._uneventful(order, at)
        self.world.refund(order, at=self._later(at, DAY, 9 * DAY, 30 * DAY), amount=max(1, order.total // 7))

    def _refunded_in_parts_then_whole(self, order: Order, at: datetime) -> None:
        self._partly_refunded(order, at)
        self.world.refund(order, at=self._later(order.states[-1].at, DAY, 10 * DAY))

    def _wallet_refund(self, order: Order, at: datetime) -> None:
        self._uneventful(order, at)
        self.world.wallet_refund(order, at=self._later(at, HOUR, 4 * DAY, 12 * DAY))

    def _paid_twice(self, order: Order, at: datetime) -> None:
        self._uneventful(order, at)
        self.world.duplicate_payment(order, at=at + 5 * MINUTE, refunded_at=self._later(at, HOUR, 3 * DAY))

    def _pending_cancel(self, order: Order, at: datetime) -> None:
        self._uneventful(order, at)
        self.world.set_status(order, at=self._later(at, HOUR, 3 * DAY), status="pending_cancel")
        if self.random.random() < 0.6:
            self.world.cancel(order, at=self._later(order.states[-1].at, HOUR, 4 * DAY))

    def _split(self, order: Order, at: datetime) -> None:
        self._uneventful(order, at)
        self.world.split_pack([order], at=self._later(at, HOUR, DAY))

    def _oddity(self, order: Order, at: datetime) -> None:
        """What must not count: test orders, other currencies, statuses nobody knows, malicious buyers."""
        self._uneventful(order, at)
        odd = self.random.randrange(4)
        if odd == 0:
            self.world.tag(order, at=at, add=["test_order"])
        elif odd == 1:
            order.currency = "USD"
        elif odd == 2:
            self.world.set_status(order, at=self._later(at, HOUR, DAY), status="vanished")
        else:
            self.world.set_status(order, at=self._later(at, HOUR, DAY), status="invalid")

    def _retouched(self, order: Order, at: datetime) -> None:
        """Changes without meaning."""
        self._uneventful(order, at)
        for _ in range(3):
            self.world.touch(order, at=self._later(at, HOUR, 2 * DAY, 6 * DAY))
