"""Numbers, dates and periods as Brazilians read them. Rounding here is for display only, half away from zero (R3)."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from viang_pipeline.domain.money import brl
from viang_pipeline.domain.periods import Period, Window

MONTHS = (
    "janeiro", "fevereiro", "março", "abril", "maio", "junho",
    "julho", "agosto", "setembro", "outubro", "novembro", "dezembro",
)  # fmt: skip

_CENT = Decimal("0.01")


def decimal_text(value: Decimal, places: int) -> str:
    """``1.234,5``: a number with a fixed count of decimals."""
    rounded = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    rounded = abs(rounded) if rounded == 0 else rounded
    return f"{rounded:,.{places}f}".replace(",", "_").replace(".", ",").replace("_", ".")


def money_text(value: Decimal) -> str:
    """``R$ 1.234,56``, rounded to centavos."""
    rounded = value.quantize(_CENT, ROUND_HALF_UP)
    return brl(abs(rounded) if rounded == 0 else rounded)


def integer_text(value: Decimal | int) -> str:
    """``1.234``."""
    return decimal_text(Decimal(value), 0)


def percent_text(fraction: Decimal, places: int = 1) -> str:
    """``12,3 %`` from 0.1234: one decimal unless asked."""
    return f"{decimal_text(fraction * 100, places)} %"


def signed_percent_text(fraction: Decimal, places: int = 1) -> str:
    """``+12,3 %``."""
    return _signed(percent_text(fraction, places))


def points_text(fraction: Decimal) -> str:
    """``+1,2 p.p.`` from 0.012."""
    return _signed(f"{decimal_text(fraction * 100, 1)} p.p.")


def multiple_text(value: Decimal) -> str:
    """``5,06×``: how many times."""
    return f"{decimal_text(value, 2)}×"


def day_text(day: date) -> str:
    """``10/03/2026``."""
    return f"{day:%d/%m/%Y}"


def window_text(window: Window) -> str:
    """``01/03/2026 a 31/03/2026``; one day alone stands alone."""
    if window.first == window.last:
        return day_text(window.first)
    return f"{day_text(window.first)} a {day_text(window.last)}"


def month_text(day: date) -> str:
    """``março de 2026``."""
    return f"{MONTHS[day.month - 1]} de {day.year}"


def period_text(period: Period) -> str:
    """What a person calls the period: ``março de 2026``, ``últimos 7 dias (01/03/2026 a 07/03/2026)``."""
    dates = window_text(period)
    if period.kind == "month":
        name = month_text(period.first)
        return name if period.whole else f"{name}, até {day_text(period.last)}"
    if period.kind == "week":
        return f"semana de {dates}"
    if period.kind == "days":
        return f"últimos {period.days} dias ({dates})" if period.days > 1 else f"ontem ({dates})"
    return dates


def _signed(text: str) -> str:
    return text if text.startswith("-") or not any(digit in "123456789" for digit in text) else f"+{text}"
