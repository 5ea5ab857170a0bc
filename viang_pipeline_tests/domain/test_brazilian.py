"""Numbers, dates and periods as Brazilians read them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from viang_pipeline.domain import brazilian
from viang_pipeline.domain.periods import parse_period


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (brazilian.money_text(Decimal("1234567.895")), "R$ 1.234.567,90"),
        (brazilian.money_text(Decimal("-0.001")), "R$ 0,00"),
        (brazilian.money_text(Decimal("-12.5")), "-R$ 12,50"),
        (brazilian.integer_text(12345), "12.345"),
        (brazilian.percent_text(Decimal("0.1235")), "12,4 %"),
        (brazilian.percent_text(Decimal("-0.0004")), "0,0 %"),
        (brazilian.signed_percent_text(Decimal("0.1")), "+10,0 %"),
        (brazilian.points_text(Decimal("0.012")), "+1,2 p.p."),
        (brazilian.points_text(Decimal("-0.012")), "-1,2 p.p."),
        (brazilian.points_text(Decimal(0)), "0,0 p.p."),
        (brazilian.multiple_text(Decimal("5.0612")), "5,06×"),
        (brazilian.day_text(date(2026, 3, 1)), "01/03/2026"),
    ],
)
def test_figures(text: str, expected: str) -> None:
    assert text == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("7d", "últimos 7 dias (13/03/2026 a 19/03/2026)"),
        ("2026-02", "fevereiro de 2026"),
        ("2026-03", "março de 2026, até 19/03/2026"),
        ("2026-W11", "semana de 09/03/2026 a 15/03/2026"),
        ("2026-03-05..2026-03-05", "05/03/2026"),
    ],
)
def test_periods(code: str, expected: str) -> None:
    assert brazilian.period_text(parse_period(code, date(2026, 3, 19))) == expected
