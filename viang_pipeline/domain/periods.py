"""Periods people ask for and the windows they are compared with (kpis.md §8 "windows").

Pure: a text and the last closed day in, closed windows of business days out. A day in progress is in no window (R10).
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Kind = Literal["days", "month", "week", "custom"]

_DAYS = re.compile(r"([1-9]\d{0,2})d")
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_WEEK = re.compile(r"(\d{4})-W(\d{2})")
_CUSTOM = re.compile(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})")
_SAME_WEEKDAYS = timedelta(days=364)
_WEEK_LENGTH = 7


class PeriodError(ValueError):
    """A text that is no period, or one without a closed day; the message says what is accepted."""


@dataclass(frozen=True)
class Window:
    """Business days from ``first`` to ``last``, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days the window has."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True)
class Period(Window):
    """A window and what was asked for: ``code`` is the text that names it (``30d``, ``2026-03``, ``2026-W11``)."""

    kind: Kind
    code: str

    @property
    def whole(self) -> bool:
        """Whether a calendar month or week has ended; other periods always have."""
        if self.kind == "month":
            return self.last.day == monthrange(self.last.year, self.last.month)[1]
        return self.kind != "week" or self.days == _WEEK_LENGTH

    @property
    def previous(self) -> Window:
        """The window before: same days of the month before, cut at its end; same weekdays of the week before; else
        the window just before, of the same length."""
        if self.kind == "month":
            end_before = self.first - timedelta(days=1)
            return Window(end_before.replace(day=1), end_before.replace(day=min(self.last.day, end_before.day)))
        back = timedelta(days=_WEEK_LENGTH if self.kind == "week" else self.days)
        return Window(self.first - back, self.last - back)

    @property
    def year_ago(self) -> Window:
        """The same calendar dates of the year before; for weekly cuts 364 days before, on the same weekdays."""
        if self.kind == "week" or (self.kind == "days" and self.days == _WEEK_LENGTH):
            return Window(self.first - _SAME_WEEKDAYS, self.last - _SAME_WEEKDAYS)
        return Window(_a_year_before(self.first), _a_year_before(self.last))


def parse_period(text: str, yesterday: date) -> Period:
    """The period a text names: ``7d``, ``30d``, ``AAAA-MM``, ``AAAA-Www`` or ``AAAA-MM-DD..AAAA-MM-DD``.

    Windows of N days end ``yesterday``, the last closed day; a month or week in progress is cut there. Raises
    PeriodError for anything else, and for a period without a closed day.
    """
    if found := _DAYS.fullmatch(text):
        return Period(yesterday - timedelta(days=int(found[1]) - 1), yesterday, "days", text)
    try:
        if found := _MONTH.fullmatch(text):
            year, month = int(found[1]), int(found[2])
            first, end = date(year, month, 1), date(year, month, monthrange(year, month)[1])
            return _closed(first, end, "month", text, yesterday)
        if found := _WEEK.fullmatch(text):
            first = date.fromisocalendar(int(found[1]), int(found[2]), 1)
            return _closed(first, first + timedelta(days=_WEEK_LENGTH - 1), "week", text, yesterday)
        if found := _CUSTOM.fullmatch(text):
            first, end = date.fromisoformat(found[1]), date.fromisoformat(found[2])
            if first > end:
                raise PeriodError(f"{text}: o primeiro dia vem depois do último")
            if end > yesterday:
                raise PeriodError(f"{text}: o último dia fechado é {yesterday}")
            return Period(first, end, "custom", text)
    except PeriodError:
        raise
    except ValueError:
        pass
    raise PeriodError(f"{text!r} não é um período; use 7d, 30d, AAAA-MM, AAAA-Www ou AAAA-MM-DD..AAAA-MM-DD")


def _closed(first: date, end: date, kind: Kind, text: str, yesterday: date) -> Period:
    if first > yesterday:
        raise PeriodError(f"{text}: ainda não tem nenhum dia fechado; o último dia fechado é {yesterday}")
    return Period(first, min(end, yesterday), kind, text)


def _a_year_before(day: date) -> date:
    """The same calendar date; 29 February falls on the 28th."""
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)
