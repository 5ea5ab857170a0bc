"""Money: whole centavos, half away from zero, no float (kpis.md R2, R3)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viang_pipeline.domain.money import brl, centavos, numeric_text, reais


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("10", 1000),
        ("0.005", 1),
        ("-0.005", -1),
        ("1.004999", 100),
        ("2.675", 268),
        ("-2.675", -268),
        ("18.449999999999999", 1845),
        ("0", 0),
    ],
)
def test_half_a_centavo_goes_away_from_zero(amount: str, expected: int) -> None:
    assert centavos(Decimal(amount)) == expected


@given(st.integers(-(10**14), 10**14))
def test_centavos_survive_the_way_to_reais_and_back(amount: int) -> None:
    assert centavos(reais(amount)) == amount


@given(st.integers(-(10**14), 10**14))
def test_the_text_for_the_database_is_the_exact_amount(amount: int) -> None:
    assert Decimal(numeric_text(amount)).as_tuple() == reais(amount).as_tuple()


def test_reais_have_two_decimals() -> None:
    assert str(reais(5)) == "0.05"
    assert str(reais(-12345)) == "-123.45"


@pytest.mark.parametrize(
    ("amount", "text"), [("1234.5", "R$ 1.234,50"), ("-0.01", "-R$ 0,01"), ("1234567.89", "R$ 1.234.567,89")]
)
def test_amounts_are_written_as_brazilians_do(amount: str, text: str) -> None:
    assert brl(Decimal(amount)) == text
