"""Pace, ABC class and trend of SKUs (kpis.md §5.8, §5.9)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viang_pipeline.domain.portfolio import SkuSales, abc_classes, daily_pace, standings, trend


def sold(sku: str, revenue: str, recent: int = 0, before: int = 0) -> SkuSales:
    return SkuSales(sku, recent, before, Decimal(revenue))


def test_the_sku_that_crosses_a_limit_stays_in_the_upper_class() -> None:
    shares = [sold("a", "79.99"), sold("b", "15.00"), sold("c", "0.02"), sold("d", "4.99")]
    assert abc_classes(shares) == {"a": "A", "b": "A", "d": "B", "c": "C"}


def test_a_share_of_exactly_eighty_percent_before_a_sku_ends_class_a() -> None:
    assert abc_classes([sold("a", "80.00"), sold("b", "15.00"), sold("c", "5.00")]) == {"a": "A", "b": "B", "c": "C"}


def test_equal_revenue_is_ranked_by_sku() -> None:
    assert abc_classes([sold("z", "10"), sold("a", "10")]) == {"a": "A", "z": "A"}
    assert abc_classes([sold("z", "10"), *(sold(f"s{n}", "10") for n in range(9))])["z"] == "B"


def test_a_sku_without_a_sale_has_no_class_and_takes_part_in_none() -> None:
    assert abc_classes([sold("a", "10"), sold("b", "0")]) == {"a": "A"}
    assert abc_classes([sold("a", "0")]) == {}


def test_an_unidentified_sku_takes_part_and_is_shown() -> None:
    assert set(abc_classes([sold("__SEM_SKU__:MLB1", "90"), sold("a", "10")])) == {"__SEM_SKU__:MLB1", "a"}


@given(st.dictionaries(st.text(min_size=1, max_size=4), st.integers(0, 10**9), max_size=40))
def test_the_classes_hold_all_revenue_and_no_class_is_above_a_bigger_seller(cents: dict[str, int]) -> None:
    """I15 on frames."""
    sales = [SkuSales(sku, 0, 0, Decimal(amount).scaleb(-2)) for sku, amount in cents.items()]
    classes = abc_classes(sales)
    revenue = {each.sku: each.revenue for each in sales}
    assert sum((revenue[sku] for sku in classes), Decimal(0)) == sum(revenue.values(), Decimal(0))
    ranked = sorted(classes, key=lambda sku: (-revenue[sku], sku))
    assert [classes[sku] for sku in ranked] == sorted(classes.values())


@pytest.mark.parametrize(("units", "days", "pace"), [(45, 30, "1.500000"), (1, 28, "0.033333"), (45, 27, None)])
def test_the_pace_needs_28_computed_days_and_always_divides_by_30(units: int, days: int, pace: str | None) -> None:
    assert daily_pace(units, days) == (None if pace is None else Decimal(pace))


@pytest.mark.parametrize(
    ("recent", "before", "found"),
    [
        (25, 40, "crescente"),
        (24, 40, "estavel"),
        (16, 40, "estavel"),
        (15, 40, "decrescente"),
        (12, 0, "crescente"),
        (0, 12, "decrescente"),
    ],
)
def test_the_trend_compares_the_last_30_days_with_the_60_before(recent: int, before: int, found: str) -> None:
    assert trend(recent, before, days=90) == found


def test_no_trend_is_stated_from_few_units_or_a_short_history() -> None:
    assert trend(11, 0, days=90) is None
    assert trend(12, 0, days=83) is None
    assert trend(12, 0, days=84) == "crescente"


def test_what_is_not_stated_has_its_reason() -> None:
    (found,) = standings([sold("a", "10", recent=3, before=2)], days_recent=20, days=20)
    assert (found.pace, found.abc, found.trend) == (None, "A", None)
    assert found.missing == ("historico_curto", "poucas_unidades")
