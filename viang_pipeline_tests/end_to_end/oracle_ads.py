"""What ads have to be, computed a second time: from the sandbox's truth and kpis.md §4.3, §5.6, sharing no code.

Whole centavos and plain loops. Nothing of viang_pipeline but the sandbox is imported.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from viang_pipeline.sandbox.ads_truth import NOTHING, AdGroup, Figures
from viang_pipeline.sandbox.truth import Listing
from viang_pipeline.sandbox.world import World
from viang_pipeline_tests.end_to_end.oracle import BUCKET, VALID, Oracle, day_of, spread

Numbers = tuple[int, int, int, int, int, int]
"""Spend, impressions, clicks, direct sales, assisted sales, units."""
Row = dict[str, object]
ZERO: Numbers = (0, 0, 0, 0, 0, 0)


@dataclass
class _Group:
    """A group's day as last seen: its bill, and its listings where they are known."""

    bill: Numbers
    listings: dict[str, Numbers] = field(default_factory=dict)


class AdsOracle:
    """The true ads of one seller as the nights so far could see them. ``sales`` knows the order lines."""

    def __init__(self, world: World, seller_id: int, starts: date, sales: Oracle) -> None:
        self._world, self._seller, self._starts, self._sales = world, seller_id, starts, sales
        self._with_ads: date | None = None
        self.settled_on: dict[date, date] = {}
        self._totals: dict[date, Numbers] = {}
        self._states: dict[date, str] = {}
        self._groups: dict[date, dict[int, _Group]] = defaultdict(dict)

    def night(self, at: datetime, asked: list[date]) -> None:
        """A complete night at ``at`` that was asked for these days."""
        today = day_of(at)
        yesterday = today - timedelta(days=1)
        wall = today - timedelta(days=90)
        closed = {day for day in asked if self._starts <= day <= yesterday}
        days = {day for day in closed if day >= wall}
        if yesterday in days:
            days |= {yesterday - timedelta(days=n) for n in range(15)}
            if today.isoweekday() == 7:  # the sweep of a Sunday reads sixty days, its night the rest of the ninety
                days |= {today - timedelta(days=n) for n in range(61, 91)}
        days = {day for day in days if day >= self._starts}
        account = self._world.ads.advertisers.get(self._seller)
        if account is None or not account.active_at(at):
            for day in days | closed:
                if self._states.get(day) != "lido":  # nobody sees its numbers any more
                    self.settled_on[day] = today
                had_ads_since = self._with_ads is not None and day <= self._with_ads
                self._states.setdefault(day, "fora_do_alcance" if had_ads_since else "sem_ads")
            return
        self._with_ads = today
        for day in closed - days:
            if self._states.setdefault(day, "fora_do_alcance") != "lido":
                self.settled_on[day] = today
        for day in days:
            self._look(day, at)

    def client_days(self) -> dict[date, Row]:
        """``fact_ads_client_day``; money in centavos."""
        rows: dict[date, Row] = {}
        finished = [day for day, total in self._totals.items() if any(total[n] for n in (1, 3, 4, 5))]
        last = max(finished, default=date.min)
        for day, state in self._states.items():
            if state == "fora_do_alcance":
                rows[day] = {"estado": state, **_named(None), "ads_nao_alocado": None, "ads_itens_vs_campanha": None}
                rows[day]["pendente"] = False
                continue
            total = self._totals.get(day, ZERO) if state == "lido" else ZERO
            groups = self._groups[day].values()
            placed = sum(numbers[0] for numbers, _ in self._on_skus(day).values())
            items = sum(numbers[0] for group in groups for numbers in group.listings.values())
            rows[day] = {
                "estado": state,
                **_named(total),
                "ads_nao_alocado": total[0] - placed,
                "ads_itens_vs_campanha": items - sum(group.bill[0] for group in groups),
                "pendente": total[0] > 0 and day > last,
            }
        return rows

    def sku_days(self) -> dict[tuple[date, str], Row]:
        """``fact_ads_sku_day``; money in centavos."""
        return {
            (day, sku): {**_named(numbers), "ads_rateado": split}
            for day in self._states
            for sku, (numbers, split) in self._on_skus(day).items()
            if any(numbers)
        }

    def _look(self, day: date, at: datetime) -> None:
        """One day read at ``at``: groups that are gone keep what was last seen of them."""
        self._states[day] = "lido"
        self.settled_on[day] = day_of(at)
        self._totals[day] = _numbers(self._world.ads.total(self._seller, day, at))
        for group in self._world.ads.groups_of(self._seller):
            if not group.listed_at(at):
                continue
            bill = _numbers(group.figures(day, at))
            seen = self._groups[day].setdefault(group.group_id, _Group(bill))
            seen.bill = bill
            only = self._only_listing(group, at)
            if only is not None:
                seen.listings = {only: bill}
            elif bill[0] or bill[3] or bill[4] or bill[5]:
                report = group.report_at(day, at)
                items = report.items if report else {}
                seen.listings = {listing: _numbers(figures) for listing, figures in items.items()}

    def _only_listing(self, group: AdGroup, at: datetime) -> str | None:
        if group.kind == "ITEM":
            return group.external_id
        if group.kind == "CATALOG":
            return None
        family = [
            listing.listing_id
            for listing in self._world.listings.values()
            if listing.seller_id == self._seller
            and str(listing.family_id) == group.external_id
            and listing.state_at(at) is not None
        ]
        return family[0] if len(family) == 1 else None

    def _on_skus(self, day: date) -> dict[str, tuple[Numbers, bool]]:
        """SKU → its part and whether a listing was split for it."""
        found: dict[str, tuple[Numbers, bool]] = {}
        for listing, numbers in self._on_listings(day).items():
            for sku, part, split in self._split(self._world.listings[listing], numbers, day):
                before, was_split = found.get(sku, (ZERO, False))
                found[sku] = (_plus(before, part), was_split or split)
        return found

    def _on_listings(self, day: date) -> dict[str, Numbers]:
        found: dict[str, Numbers] = {}
        for group in self._groups[day].values():
            names = sorted(group.listings)
            if not names:
                continue
            parts = []
            for n in range(6):
                own = [group.listings[name][n] for name in names]
                cost = [group.listings[name][0] for name in names]
                parts.append(spread(group.bill[n], own if any(own) else cost))
            for position, name in enumerate(names):
                share: Numbers = tuple(column[position] for column in parts)  # type: ignore[assignment]
                found[name] = _plus(found.get(name, ZERO), share)
        return found

    def _split(self, listing: Listing, numbers: Numbers, day: date) -> list[tuple[str, Numbers, bool]]:
        """D9: valid revenue in this listing, of the day, else of the 28 days before, else equal among variations."""
        carried = Counter(_carried(listing))
        skus = sorted(carried)
        if len(skus) == 1:
            return [(skus[0], numbers, False)]
        for first in (day, day - timedelta(days=28)):
            last = day if first == day else day - timedelta(days=1)
            weights = [self._sold(listing, sku, first, last) for sku in skus]
            if any(weights):
                break
        else:
            weights = [carried[sku] for sku in skus]
        columns = [spread(number, weights) for number in numbers]
        return [
            (sku, tuple(column[n] for column in columns), True)  # type: ignore[misc]
            for n, sku in enumerate(skus)
        ]

    def _sold(self, listing: Listing, sku: str, first: date, last: date) -> int:
        return sum(
            line.value
            for line in self._sales.lines()
            if line.kind == VALID
            and line.order.listing_id == listing.listing_id
            and line.sku == sku
            and first <= line.day <= last
        )


def _carried(listing: Listing) -> list[str]:
    """D3 without the order: one SKU per variation, or one for the whole listing."""
    state = listing.states[0]
    own = _clean(state.sku) or _clean(state.custom_field) or BUCKET + listing.listing_id
    if not listing.variations:
        return [own]
    return [_clean(variation.sku) or own for variation in listing.variations]


def _clean(text: str | None) -> str:
    return " ".join((text or "").split()).upper()


def _numbers(figures: Figures) -> Numbers:
    found = figures or NOTHING
    return (found.cost, found.prints, found.clicks, found.direct, found.indirect, found.units)


def _plus(one: Numbers, other: Numbers) -> Numbers:
    return tuple(a + b for a, b in zip(one, other, strict=True))  # type: ignore[return-value]


def _named(numbers: Numbers | None) -> Row:
    if numbers is None:
        names = ("investimento", "impressoes", "cliques", "receita_direta", "receita_assistida", "receita", "unidades")
        return {f"ads_{name}": None for name in names}
    cost, prints, clicks, direct, indirect, units = numbers
    return {
        "ads_investimento": cost,
        "ads_impressoes": prints,
        "ads_cliques": clicks,
        "ads_receita_direta": direct,
        "ads_receita_assistida": indirect,
        "ads_receita": direct + indirect,
        "ads_unidades": units,
    }
