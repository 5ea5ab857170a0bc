"""Effective tax rates on sales: informed, or by the Simples Nacional table (kpis.md §5.3, §11.1). Pure.

Rates are fractions with six places; revenue is in BRL.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from viang_pipeline.domain.effective import Dated

PLACES = Decimal("0.000001")


class Band(NamedTuple):
    """Revenue up to ``limit``: nominal rate and the part deducted from the nominal tax."""

    limit: Decimal
    nominal: Decimal
    deduction: Decimal


class SimplesTable(NamedTuple):
    """Bands in ascending order, in force from ``since`` on.

    Above the last limit the state's tax leaves the single rate: the formula alone would understate.
    """

    since: date
    bands: tuple[Band, ...]

    @property
    def limit(self) -> Decimal:
        """The highest revenue for which the table alone gives the rate."""
        return self.bands[-1].limit


def _band(limit: str, percent: str, deduction: str) -> Band:
    return Band(Decimal(limit), Decimal(percent) / 100, Decimal(deduction))


ANEXO_I = (
    SimplesTable(
        since=date(2018, 1, 1),
        bands=(
            _band("180000", "4", "0"),
            _band("360000", "7.3", "5940"),
            _band("720000", "9.5", "13860"),
            _band("1800000", "10.7", "22500"),
            _band("3600000", "14.3", "87300"),
        ),
    ),
)
"""Commerce, oldest first. The sixth band, up to 4.8 million, is left out: there an informed rate is required."""


class TaxRule(NamedTuple):
    """What a client told of its tax: the accountant's effective ``aliquota``, or ``rbt12`` for the Simples table."""

    aliquota: Decimal | None
    rbt12: Decimal | None


def effective_rate(rbt12: Decimal, table: SimplesTable = ANEXO_I[-1]) -> Decimal:
    """``(RBT12 × nominal - deduction) ÷ RBT12``; without revenue the first band's nominal rate.

    ``rbt12``: gross revenue of the twelve months before the month. Raises ValueError when it is negative or above the
    table's limit.
    """
    band = next((band for band in table.bands if rbt12 <= band.limit), None)
    if rbt12 < 0 or band is None:
        raise ValueError(f"RBT12 {rbt12} is outside 0 to {table.limit}: an informed rate is required")
    rate = band.nominal - band.deduction / rbt12 if rbt12 else band.nominal
    return rate.quantize(PLACES, ROUND_HALF_UP)


def annualised(revenue: Decimal, months: int) -> Decimal:
    """RBT12 of a company younger than a year: the mean month of its ``months`` of activity, twelve times.

    In its first month that is the month's own revenue × 12 (LC 123/2006, art. 18 §2). In centavos, half-up. Raises
    ValueError outside 1 to 12 months.
    """
    if not 1 <= months <= 12:
        raise ValueError(f"{months} months of activity are not 1 to 12")
    return (revenue * 12 / months).quantize(Decimal("0.01"), ROUND_HALF_UP)


class TaxRates:
    """The effective rate of one client on any day, from (first day, rule) pairs."""

    def __init__(self, rules: Iterable[tuple[date, TaxRule]]) -> None:
        self._rules = Dated((None, since, rule) for since, rule in rules)
        self._tables = Dated((None, table.since, table) for table in ANEXO_I)

    def rate_on(self, day: date) -> Decimal | None:
        """The rate in force; None when none was told for the day, or no table of it is known."""
        rule = self._rules.on(None, day)
        if rule is None or rule.rbt12 is None:
            return rule.aliquota if rule else None
        table = self._tables.on(None, day)
        return effective_rate(rule.rbt12, table) if table else None
