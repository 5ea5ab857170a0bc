"""Ad spend and its results, from the ad group that is billed down to the SKU (kpis.md §4.3, §5.6, D9, D10).

Nothing is forced on a SKU: what cannot be placed stays the client's (``ads_nao_alocado``), so that the SKUs and the
remainder are the advertiser's total to the centavo (I4).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from viang_pipeline.domain.allocation import allocate
from viang_pipeline.domain.sku import NO_SKU

LOOK_BACK = timedelta(days=28)
"""How far revenue before a day weighs on it, when the day itself has none (§4.3)."""


class AdFigures(NamedTuple):
    """What ads did; money in centavos. The field names are those of the columns after ``ads_``."""

    investimento: int = 0
    impressoes: int = 0
    cliques: int = 0
    receita_direta: int = 0
    receita_assistida: int = 0
    unidades: int = 0

    @property
    def receita(self) -> int:
        """Direct + assisted (§5.6, I5)."""
        return self.receita_direta + self.receita_assistida

    def plus(self, other: AdFigures) -> AdFigures:
        """Both together."""
        return AdFigures(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


class GroupDay(NamedTuple):
    """One ad group's day. ``figures`` is the bill; ``listing`` the only listing behind it, otherwise ``items`` are the
    listings it had, with what the platform says of each."""

    group: str
    figures: AdFigures
    listing: str | None = None
    items: Mapping[str, AdFigures] = {}

    @property
    def per_listing(self) -> Mapping[str, AdFigures]:
        """The rows of its listings; of a group with one listing the group itself."""
        return self.items if self.listing is None else {self.listing: self.figures}


class SkuWeights(NamedTuple):
    """What splits a listing among its SKUs: how many variations carry each, and its valid revenue in that listing, in
    centavos, on the day and in the 28 days before (D9)."""

    variations: Mapping[str, int]
    of_day: Mapping[str, int] = {}
    before: Mapping[str, int] = {}


class SkuDay(NamedTuple):
    """A SKU's part; ``rateado`` when some of it came from a listing that carries several SKUs."""

    figures: AdFigures
    rateado: bool


def by_listing(groups: Iterable[GroupDay]) -> dict[str, AdFigures]:
    """What each listing takes of its groups' figures; a listing may be in several groups (own page and catalogue).

    Every figure of a group is split by the same figure of its listings, then by their cost, then equally (D10). A group
    without listings is left out: it stays in the remainder.
    """
    found: dict[str, AdFigures] = {}
    for group in groups:
        rows = sorted(group.per_listing.items())
        if not rows:
            continue
        costs = [(listing, own.investimento) for listing, own in rows]
        columns = []
        for position, total in enumerate(group.figures):
            own_weights = [(listing, own[position]) for listing, own in rows]
            weights = own_weights if any(weight for _, weight in own_weights) else costs
            columns.append(allocate(total, weights))
        for (listing, _), parts in zip(rows, zip(*columns, strict=True), strict=True):
            found[listing] = found.get(listing, AdFigures()).plus(AdFigures(*parts))
    return found


def by_sku(listings: Mapping[str, AdFigures], weights: Mapping[str, SkuWeights]) -> dict[str, SkuDay]:
    """What each SKU takes of its listings' figures; SKUs without any figure have no entry.

    A listing nobody knows goes to the bucket ``__SEM_SKU__:<listing>`` (R13).
    """
    found: dict[str, SkuDay] = {}
    for listing, figures in sorted(listings.items()):
        for sku, part in _split(listing, figures, weights.get(listing)).items():
            known = found.get(sku, SkuDay(AdFigures(), False))
            found[sku] = SkuDay(known.figures.plus(part.figures), known.rateado or part.rateado)
    return {sku: day for sku, day in found.items() if any(day.figures)}


def items_against_groups(groups: Iterable[GroupDay]) -> int:
    """``ads_itens_vs_campanha`` in centavos: Σ cost of the listings − Σ cost of their groups (§5.10)."""
    return sum(
        sum(own.investimento for own in group.per_listing.values()) - group.figures.investimento for group in groups
    )


def is_pending(figures: AdFigures, day: date, last_complete: date | None) -> bool:
    """Spend with no sale and no impressions after the last complete day: the platform has not finished it (§5.6)."""
    after = last_complete is None or day > last_complete
    return after and figures.investimento > 0 and not (figures.receita or figures.unidades or figures.impressoes)


def _split(listing: str, figures: AdFigures, weights: SkuWeights | None) -> dict[str, SkuDay]:
    if weights is None or not weights.variations:
        return {NO_SKU + listing: SkuDay(figures, False)}
    skus = sorted(weights.variations)
    if len(skus) == 1:
        return {skus[0]: SkuDay(figures, False)}
    chosen = next(
        (revenue for revenue in (weights.of_day, weights.before) if any(revenue.get(sku) for sku in skus)),
        weights.variations,
    )
    shares = [((listing, sku), chosen.get(sku, 0)) for sku in skus]
    columns = [allocate(total, shares) for total in figures]
    return {sku: SkuDay(AdFigures(*parts), True) for sku, parts in zip(skus, zip(*columns, strict=True), strict=True)}
