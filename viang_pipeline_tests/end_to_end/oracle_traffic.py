"""What visits, stock and reputation must come out as, from the sandbox's truth alone: plain loops, no shared code.

Visits of a cold listing may be read some nights late; ``sku_visits`` says what they are once they are read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from viang_pipeline.sandbox import World
from viang_pipeline.sandbox.truth import Listing, ListingState
from viang_pipeline.sandbox.visits_truth import total_at
from viang_pipeline_tests.end_to_end.oracle import BUCKET, VALID, Oracle, day_of

ONE = timedelta(days=1)
GROWS_FOR = 4
"""Nights that read a day again; one that fewer had read is read with the next night."""


class Visited(NamedTuple):
    """Visits and valid orders of a SKU's own listings; both None for a ``reason``."""

    visits: int | None
    orders: int | None
    reason: str | None


class Stocked(NamedTuple):
    """Full, blocked in Full, announced; None = none, or cannot be said for a ``reason``."""

    full: int | None
    blocked: int | None
    announced: int | None
    reason: str | None


class TrafficOracle:
    """Follows the nights of one client. ``sales`` knows the order lines."""

    def __init__(self, world: World, seller_id: int, starts: date, sales: Oracle) -> None:
        self.world, self.seller_id, self.starts, self.sales = world, seller_id, starts, sales
        self.listings = [each for each in world.listings.values() if each.seller_id == seller_id]
        self.nights: list[datetime] = []
        self.photos: list[datetime] = []
        self.last_reading = datetime.min.replace(tzinfo=UTC)
        self.read_at: dict[date, datetime] = {}

    def night(self, now: datetime, asked: Iterable[date], *, visits: bool = True, stock: bool = True) -> None:
        """A night that read the listings, and visits and stock if they answered."""
        yesterday = day_of(now) - ONE
        self.nights.append(now)
        if stock:
            self.photos.append(now)
        if visits:
            newest = [yesterday - n * ONE for n in range(GROWS_FOR)]
            growing = [day for day, at in self.read_at.items() if day_of(at) < day + (GROWS_FOR - 1) * ONE]
            self.last_reading = now
            self.read_at |= dict.fromkeys([day for day in (*asked, *newest, *growing) if day >= self.starts], now)

    # --- visits -------------------------------------------------------------------------------------------------------

    def client_visits(self) -> dict[date, int]:
        """The account's series as the last night that read each day saw it."""
        series = self.world.visits.sellers[self.seller_id]
        return {day: total_at(series, day, at) for day, at in self.read_at.items()}

    def sku_visits(self) -> dict[tuple[date, str], Visited]:
        """(Day, SKU) → visits and orders of the listings that carry only it; None when an open one has several. A
        bucket of unknown SKUs has none."""
        orders: dict[tuple[date, str, str], int] = defaultdict(int)
        for line in self.sales.lines():
            orders[line.day, line.sku, line.order.listing_id] += line.kind == VALID
        found: dict[tuple[date, str], Visited] = {}
        for day in self.read_at:
            mixed: set[str] = set()
            counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
            for listing in self.listings:
                seen = self._seen(listing, day)
                skus = {sku for _, sku, _ in carried(listing, seen)}
                if len(skus) > 1:
                    mixed |= set() if seen.status == "closed" else skus
                    continue
                (sku,) = skus
                counts[sku][0] += total_at(self.world.visits.listings[listing.listing_id], day, self.last_reading)
                counts[sku][1] += orders[day, sku, listing.listing_id]
            for sku in {*counts, *mixed}:
                if not sku.startswith(BUCKET):
                    visits, sold = counts[sku]
                    known = Visited(visits, sold, None)
                    found[day, sku] = Visited(None, None, "anuncio_multi_sku") if sku in mixed else known
        return found

    def _seen(self, listing: Listing, day: date) -> ListingState:
        """The listing as the night after the day saw it, or the latest night before, or the first one."""
        before = [night for night in self.nights if day_of(night) <= day + ONE]
        return _state(listing, before[-1] if before else self.nights[0])

    # --- stock --------------------------------------------------------------------------------------------------------

    def stock(self) -> dict[tuple[date, str], Stocked]:
        """(Day, SKU) → stock, of the days that were photographed."""
        found: dict[tuple[date, str], Stocked] = {}
        for day, now in self._photos():
            full: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
            owners: dict[str, set[str]] = defaultdict(set)
            announced: dict[str, dict[str, int]] = defaultdict(dict)
            present: set[str] = set()
            for listing in self.listings:
                state = _state(listing, now)
                for inventory, sku, quantity in carried(listing, state):
                    stock = self.world.inventories.state_at(inventory, now) if inventory else None
                    if inventory is not None and stock is not None:
                        full[sku][inventory] = (stock.available, sum(n for _, n in stock.blocked))
                        owners[inventory].add(sku)
                    if state.status in ("active", "paused"):
                        unit = inventory or listing.user_product_id or listing.listing_id
                        announced[sku][unit] = max(quantity, announced[sku].get(unit, 0))
                    if inventory is not None or state.status in ("active", "paused"):
                        present.add(sku)
            for sku in present:
                shown = sum(announced[sku].values()) if announced[sku] else None
                if any(len(owners[inventory]) > 1 for inventory in full[sku]):
                    found[day, sku] = Stocked(None, None, shown, "inventario_de_varios_skus")
                    continue
                parts = full[sku].values()
                inside = (sum(part[0] for part in parts), sum(part[1] for part in parts)) if parts else (None, None)
                found[day, sku] = Stocked(*inside, shown, None)
        return found

    def client_stock(self) -> dict[date, tuple[int | None, int | None]]:
        """Day → Full and blocked in Full, each inventory once."""
        found: dict[date, tuple[int | None, int | None]] = {}
        for day, now in self._photos():
            names = {each for listing in self.listings for each, _, _ in carried(listing, _state(listing, now))}
            states = [self.world.inventories.state_at(name, now) for name in names if name is not None]
            known = [state for state in states if state is not None]
            found[day] = (None, None)
            if known:
                blocked = sum(n for state in known for _, n in state.blocked)
                found[day] = (sum(state.available for state in known), blocked)
        return found

    def reputation(self) -> dict[date, tuple[str | None, Decimal]]:
        """Day → level and claims rate shown; every night of these replays reads it."""
        states = self.world.reputations[self.seller_id]
        found = {}
        for now in self.nights:
            state = [each for each in states if each.at <= now][-1]
            found[day_of(now) - ONE] = (state.level, Decimal(state.claims.millionths) / 1_000_000)
        return found

    def _photos(self) -> Iterator[tuple[date, datetime]]:
        for now in self.photos:
            yield day_of(now) - ONE, now


def _state(listing: Listing, at: datetime) -> ListingState:
    return [state for state in listing.states if state.at <= at][-1]


def carried(listing: Listing, state: ListingState) -> list[tuple[str | None, str, int]]:
    """(inventory, SKU, quantity) of a listing or of each variation (D3 without the order)."""
    own = _clean(state.sku) or _clean(state.custom_field) or BUCKET + listing.listing_id
    if listing.variations:
        return [(each.inventory_id, _clean(each.sku) or own, each.stock) for each in listing.variations]
    return [(listing.inventory_id, own, state.stock)]


def _clean(text: str | None) -> str:
    return " ".join((text or "").split()).upper()
