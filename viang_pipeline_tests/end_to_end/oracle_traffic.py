"""What visits, stock and reputation must come out as, from the sandbox's truth alone: plain loops, no shared code.

Visits of a cold listing may be read some nights late; ``sku_visits`` says what they are once they are read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from viang_pipeline.sandbox import World
from viang_pipeline.sandbox.truth import Listing, ListingState

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
ONE = timedelta(days=1)
GROWS_FOR = 4
"""Newest days every night reads again."""


class TrafficOracle:
    """Follows the nights of one client."""

    def __init__(self, world: World, seller_id: int, starts: date) -> None:
        self.world, self.seller_id, self.starts = world, seller_id, starts
        self.listings = [each for each in world.listings.values() if each.seller_id == seller_id]
        self.nights: list[datetime] = []
        self.read_at: dict[date, datetime] = {}

    def night(self, now: datetime, asked: Iterable[date]) -> None:
        """A night that read ``asked`` completely."""
        yesterday = now.astimezone(SAO_PAULO).date() - ONE
        newest = (yesterday - n * ONE for n in range(GROWS_FOR))
        self.nights.append(now)
        self.read_at |= dict.fromkeys([day for day in (*asked, *newest) if day >= self.starts], now)

    # --- visits -------------------------------------------------------------------------------------------------------

    def client_visits(self) -> dict[date, int]:
        """The account's series as the last night that read each day saw it."""
        series = self.world.visits.sellers[self.seller_id]
        return {day: _known(series.get(day, []), at) for day, at in self.read_at.items()}

    def sku_visits(self, day: date) -> dict[str, tuple[int | None, int | None]]:
        """SKU → visits and orders of the listings that carry only it; both None when an open one has several."""
        last, found = self.nights[-1], defaultdict(lambda: [0, 0])
        mixed: set[str] = set()
        for listing in self.listings:
            skus = {sku for _, sku, _ in _carried(listing, self._seen(listing, day))}
            if len(skus) > 1:
                mixed |= set() if self._seen(listing, day).status == "closed" else skus
                continue
            (sku,) = skus
            found[sku][0] += _known(self.world.visits.listings[listing.listing_id].get(day, []), last)
            found[sku][1] += self._valid_orders(listing, day)
        return {sku: (None, None) if sku in mixed else tuple(found[sku]) for sku in {*found, *mixed}}  # type: ignore[misc]

    def _seen(self, listing: Listing, day: date) -> ListingState:
        """The listing as the night after the day saw it, or the latest night before, or the first one."""
        before = [night for night in self.nights if night.astimezone(SAO_PAULO).date() <= day + ONE]
        return _state(listing, before[-1] if before else self.nights[0])

    def _valid_orders(self, listing: Listing, day: date) -> int:
        count = 0
        for order in self.world.orders.values():
            if order.listing_id == listing.listing_id and order.created_at.astimezone(SAO_PAULO).date() == day:
                state = order.state_at(self.nights[-1])
                count += state is not None and state.status == "paid"
        return count

    # --- photos -------------------------------------------------------------------------------------------------------

    def stock(self) -> dict[tuple[date, str], tuple[int | None, int | None, int | None]]:
        """(day, SKU) → Full, Full blocked, announced; of the days whose night happened."""
        found: dict[tuple[date, str], tuple[int | None, int | None, int | None]] = {}
        for day, now in self._photos():
            full: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
            shown: dict[str, dict[str, int]] = defaultdict(dict)
            for listing in self.listings:
                state = _state(listing, now)
                for inventory, sku, quantity in _carried(listing, state):
                    stock = self.world.inventories.state_at(inventory, now) if inventory else None
                    if stock is not None:
                        full[sku][str(inventory)] = (stock.available, sum(n for _, n in stock.blocked))
                    if state.status in ("active", "paused"):
                        unit = inventory or listing.user_product_id or listing.listing_id
                        shown[sku][unit] = max(quantity, shown[sku].get(unit, 0))
            for sku in {*full, *shown}:
                parts = full[sku].values()
                found[day, sku] = (
                    sum(part[0] for part in parts) if parts else None,
                    sum(part[1] for part in parts) if parts else None,
                    sum(shown[sku].values()) if shown[sku] else None,
                )
        return found

    def reputation(self) -> dict[date, tuple[str | None, Decimal]]:
        """Day → level and claims rate shown."""
        states = self.world.reputations[self.seller_id]
        found = {}
        for day, now in self._photos():
            state = [each for each in states if each.at <= now][-1]
            found[day] = (state.level, Decimal(state.claims.millionths) / 1_000_000)
        return found

    def _photos(self) -> Iterator[tuple[date, datetime]]:
        for now in self.nights:
            yield now.astimezone(SAO_PAULO).date() - ONE, now


def _known(counts: Iterable[object], at: datetime) -> int:
    seen = [count.total for count in counts if count.at <= at]  # type: ignore[attr-defined]
    return seen[-1] if seen else 0


def _state(listing: Listing, at: datetime) -> ListingState:
    return [state for state in listing.states if state.at <= at][-1]


def _carried(listing: Listing, state: ListingState) -> list[tuple[str | None, str, int]]:
    """(inventory, SKU, quantity) of a listing or of each variation."""
    if listing.variations:
        return [(each.inventory_id, str(each.sku), each.stock) for each in listing.variations]
    return [(listing.inventory_id, str(state.sku), state.stock)]
