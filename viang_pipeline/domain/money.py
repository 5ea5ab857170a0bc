"""Money as whole centavos (int) inside, ``numeric(18,2)`` at the border; never a float (kpis.md R2, R3)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal


def centavos(amount: Decimal) -> int:
    """A BRL amount as whole centavos, half away from zero (API money may carry binary noise, R3)."""
    return int((amount * 100).to_integral_value(ROUND_HALF_UP))


def reais(amount: int) -> Decimal:
    """Whole centavos as a BRL amount with two decimals."""
    return Decimal(amount).scaleb(-2)


def numeric_text(amount: int) -> str:
    """Whole centavos as Postgres reads a ``numeric`` exactly, and fastest written: ``-123405e-2``."""
    return f"{amount}e-2"


def brl(amount: Decimal) -> str:
    """A BRL amount as Brazilians write it: ``R$ 1.234,56``."""
    text = f"{abs(amount):,.2f}".replace(",", "_").replace(".", ",").replace("_", ".")
    return f"-R$ {text}" if amount < 0 else f"R$ {text}"
