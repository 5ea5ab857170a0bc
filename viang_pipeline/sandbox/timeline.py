"""The ground of a World: ids, lock, sellers and listings. Orders and shipments are in their own files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from threading import RLock
from types import EllipsisType

from viang_pipeline.sandbox.inventory_truth import InventoryBook
from viang_pipeline.sandbox.reputation_truth import ReputationState
from viang_pipeline.sandbox.truth import (
    Listing,
    ListingState,
    Order,
    Seller,
    Shipment,
    Variation,
)
from viang_pipeline.sandbox.visits_truth import VisitBook


def instant_of(value: datetime) -> datetime:
    """An aware instant in UTC, cut to the milliseconds the platform shows."""
    if value.tzinfo is UTC and not value.microsecond % 1000:
        return value
    if value.tzinfo is None:
        raise ValueError(f"instant without offset: {value!r}")
    return value.astimezone(UTC).replace(microsecond=value.microsecond // 1000 * 1000)


class Timeline:
    """What happens to sellers and listings, and the ids and the lock that all verbs share.

    ``lock`` guards reads by a server against verbs of another thread; ``version`` grows with every verb.
    """

    def __init__(self, seed: int = 1, start: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> None:
        self.seed = seed
        self.start = instant_of(start)
        self.lock = RLock()
        self.sellers: dict[int, Seller] = {}
        self.listings: dict[str, Listing] = {}
        self.orders: dict[int, Order] = {}
        self.shipments: dict[int, Shipment] = {}
        self.version: dict[int, int] = {}
        self.visits = VisitBook()
        self.inventories = InventoryBook()
        self.reputations: dict[int, list[ReputationState]] = {}
        self._ids = {
            "seller": count(2_400_100_001, 7_919),
            "listing": count(5_550_001_112),
            "variation": count(180_000_000_001),
            "order": count(2_000_011_111_222_333),
            "pack": count(2_000_009_999_888_777),
            "payment": count(120_000_000_001),
            "shipment": count(45_001_112_223),
            "buyer": count(31_337),
            "user_product": count(900_100),
        }

    # --- sellers and listings -----------------------------------------------------------------------------------------

    def add_seller(
        self, slug: str, *, name: str | None = None, seller_id: int | None = None, tags: Iterable[str] = ()
    ) -> Seller:
        """A seller account, present from the start."""
        with self.lock:
            identity = seller_id or next(self._ids["seller"])
            seller = Seller(identity, slug, name or slug.replace("-", " ").title(), self.start, tuple(tags))
            self.sellers[identity] = seller
            self.version[identity] = 0
            return seller

    def seller(self, key: Seller | int | str) -> Seller:
        """A seller by itself, its id or its slug. Raises KeyError."""
        if isinstance(key, Seller):
            return key
        for seller in self.sellers.values():
            if str(key) in (str(seller.seller_id), seller.slug):
                return seller
        raise KeyError(key)

    def variation(
        self,
        name: str,
        *,
        sku: str | None = None,
        custom_field: str | None = None,
        price: int | None = None,
        stock: int = 10,
        inventory_id: str | None = None,
    ) -> Variation:
        """A variation to give to ``add_listing``."""
        identity = next(self._ids["variation"])
        return Variation(identity, name, sku, custom_field, price, stock, None, inventory_id)

    def new_user_product(self) -> str:
        """A user product id, for one or several listings that share a stock."""
        return f"MLBU{next(self._ids['user_product'])}"

    def add_listing(
        self,
        seller: Seller,
        *,
        title: str,
        price: int,
        sku: str | None = None,
        custom_field: str | None = None,
        variations: Sequence[Variation] = (),
        at: datetime | None = None,
        fee_rate: Decimal = Decimal("0.12"),
        listing_type: str = "gold_special",
        logistic_type: str = "drop_off",
        stock: int = 100,
        status: str = "active",
        user_product_id: str | None = None,
        inventory_id: str | None = None,
        category_id: str = "MLB1234",
    ) -> Listing:
        """A listing; ``fee_rate`` gives the default ``sale_fee`` of its orders."""
        with self.lock:
            created = instant_of(at) if at else self.start
            listing = Listing(
                listing_id=f"MLB{next(self._ids['listing'])}",
                seller_id=seller.seller_id,
                created_at=created,
                category_id=category_id,
                listing_type=listing_type,
                fee_rate=fee_rate,
                logistic_type=logistic_type,
                user_product_id=user_product_id,
                inventory_id=inventory_id,
                variations=tuple(variations),
            )
            listing.states.append(ListingState(created, title, price, status, (), stock, sku, custom_field))
            self.listings[listing.listing_id] = listing
            self._moved(seller.seller_id)
            return listing

    def change_listing(
        self,
        listing: Listing,
        *,
        at: datetime,
        title: str | EllipsisType = ...,
        price: int | EllipsisType = ...,
        status: str | EllipsisType = ...,
        sub_status: tuple[str, ...] | EllipsisType = ...,
        stock: int | EllipsisType = ...,
        sku: str | EllipsisType | None = ...,
        custom_field: str | EllipsisType | None = ...,
    ) -> None:
        """New facts of a listing from ``at`` on."""
        given = {
            "title": title,
            "price": price,
            "status": status,
            "sub_status": sub_status,
            "stock": stock,
            "sku": sku,
            "custom_field": custom_field,
        }
        changes = {name: value for name, value in given.items() if value is not ...}
        with self.lock:
            when = instant_of(at)
            last = listing.states[-1]
            if when < last.at:
                raise ValueError("listing changes are scripted in time order")
            listing.states.append(replace(last, at=when, **changes))  # type: ignore[arg-type]
            self._moved(listing.seller_id)

    def _moved(self, seller_id: int) -> None:
        self.version[seller_id] += 1
