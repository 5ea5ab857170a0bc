"""How Bling writes days, stamps, numbers and what is not there (§5)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

BRASILIA = ZoneInfo("America/Sao_Paulo")
NO_DAY = "0000-00-00"


def brasilia_day(instant: datetime) -> date:
    """The day on the wall in Brasília."""
    return instant.astimezone(BRASILIA).date()


def wall_time(instant: datetime) -> datetime:
    """A naive Brasília time cut to seconds: what change filters compare."""
    return instant.astimezone(BRASILIA).replace(tzinfo=None, microsecond=0)


def from_wall(naive: datetime) -> datetime:
    """The instant of a naive Brasília time."""
    return naive.replace(tzinfo=BRASILIA).astimezone(UTC)


def stamp(instant: datetime) -> str:
    """``2026-08-14 15:10:02``, Brasília time without zone."""
    return wall_time(instant).isoformat(" ")


def day_text(day: date | None) -> str:
    """``2026-08-14``, or ``0000-00-00`` for none."""
    return day.isoformat() if day else NO_DAY


def number(quantity: Decimal | int) -> int | float:
    """A quantity: whole ones bare, others as the nearest float."""
    return int(quantity) if quantity == int(quantity) else float(quantity)
