"""Effective tax rates: informed, or by the Simples table (kpis.md §5.3, §11.1)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viang_pipeline.domain.taxes import TaxRates, TaxRule, annualised, effective_rate

JANUARY, MARCH = date(2026, 1, 1), date(2026, 3, 1)


@pytest.mark.parametrize(
    ("rbt12", "rate"),
    [
        ("180000", "0.04"),
        ("300000", "0.0532"),
        ("360000", "0.0565"),
        ("500000", "0.06728"),
        ("1800000", "0.0945"),
        ("3600000", "0.11875"),
        ("0", "0.04"),
    ],
)
def test_the_rate_follows_the_published_table(rbt12: str, rate: str) -> None:
    assert effective_rate(Decimal(rbt12)) == Decimal(rate)


def test_a_rate_has_six_places_half_up() -> None:
    assert str(effective_rate(Decimal("190000"))) == "0.041737"  # 0.0417368…


@pytest.mark.parametrize("rbt12", ["3600000.01", "4800000", "-0.01"])
def test_revenue_beyond_the_table_needs_an_informed_rate(rbt12: str) -> None:
    with pytest.raises(ValueError, match="informed rate"):
        effective_rate(Decimal(rbt12))


cents = st.integers(0, 360_000_000).map(lambda n: Decimal(n).scaleb(-2))


@given(cents, cents)
def test_more_revenue_never_lowers_the_rate(one: Decimal, other: Decimal) -> None:
    less, more = sorted((one, other))

    assert effective_rate(less) <= effective_rate(more)


def test_a_company_younger_than_a_year_counts_its_mean_month_twelve_times() -> None:
    assert annualised(Decimal("50000"), 4) == Decimal("150000.00")
    assert annualised(Decimal("15000"), 1) == Decimal("180000.00")


@pytest.mark.parametrize("months", [0, 13])
def test_annualising_needs_one_to_twelve_months(months: int) -> None:
    with pytest.raises(ValueError, match="months"):
        annualised(Decimal("50000"), months)


def test_the_rate_of_a_day_is_the_one_in_force_then() -> None:
    rates = TaxRates([(MARCH, TaxRule(Decimal("0.06"), None)), (JANUARY, TaxRule(None, Decimal("300000")))])

    assert rates.rate_on(date(2026, 2, 28)) == Decimal("0.0532")
    assert rates.rate_on(MARCH) == Decimal("0.06")


def test_before_the_first_rate_there_is_none() -> None:
    assert TaxRates([(JANUARY, TaxRule(Decimal("0.06"), None))]).rate_on(date(2025, 12, 31)) is None


def test_before_the_first_known_table_there_is_no_simples_rate() -> None:
    assert TaxRates([(date(2017, 1, 1), TaxRule(None, Decimal("300000")))]).rate_on(date(2017, 12, 31)) is None
