"""The query of a request as Bling reads it: pages, choices, lists in brackets, periods of at most a year (§4, §5).

Unknown parameters are ignored, as is a list without brackets.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, TypeVar

from starlette.datastructures import QueryParams

PAGE = 100
DAY = re.compile(r"\d{4}-\d\d-\d\d")
MOMENT = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d)?")
T = TypeVar("T")
When = TypeVar("When", date, datetime)


class BadQuestionError(Exception):
    """A parameter Bling refuses with 400; the text is the description."""


@dataclass(frozen=True, slots=True)
class Span(Generic[When]):
    """Both ends included; None is open."""

    since: When | None = None
    until: When | None = None

    def holds(self, value: When | None) -> bool:
        """Whether a value lies inside; nothing lies inside a bounded span when it does not exist."""
        if value is None:
            return self.since is None and self.until is None
        return (self.since is None or self.since <= value) and (self.until is None or value <= self.until)


class Question:
    """The parameters of one request. Every reader raises BadQuestionError for what Bling would refuse."""

    def __init__(self, params: QueryParams) -> None:
        self._params = params

    def page(self, rows: Sequence[T]) -> Sequence[T]:
        """The rows of the page asked for; a ``limite`` above 100 gives 100."""
        number, limit = self.whole("pagina"), self.whole("limite")
        number, limit = 1 if number is None else number, PAGE if limit is None else limit
        if number < 1 or limit < 1:
            raise BadQuestionError("A paginação é inválida.")
        size = min(limit, PAGE)
        return rows[(number - 1) * size : number * size]

    def text(self, name: str) -> str | None:
        """A parameter as it is; None when absent or empty."""
        return self._params.get(name) or None

    def whole(self, name: str) -> int | None:
        """A whole number."""
        text = self.text(name)
        return None if text is None else _whole(name, text)

    def wholes(self, name: str) -> frozenset[int]:
        """A list of whole numbers; empty when absent."""
        return frozenset(_whole(name, text) for text in self.texts(name))

    def texts(self, name: str) -> list[str]:
        """A list: the name repeated with brackets."""
        return [text for text in self._params.getlist(f"{name}[]") if text]

    def choice(self, name: str, default: T, allowed: Collection[T]) -> T:
        """One of the values of a list; ``default`` when absent."""
        text = self.text(name)
        if text is None:
            return default
        for value in allowed:
            if str(value) == text:
                return value
        raise BadQuestionError(f"O valor de {name} é inválido.")

    def days(self, first: str, last: str) -> Span[date]:
        """A pair of date filters."""
        since, until = self._day(first), self._day(last)
        _at_most_a_year(first, since, until)
        return Span(since, until)

    def moments(self, first: str, last: str) -> Span[datetime]:
        """A pair of datetime filters in Brasília wall time; a bare date is its midnight."""
        since, until = self._moment(first), self._moment(last)
        _at_most_a_year(first, since, until)
        return Span(since, until)

    def _day(self, name: str) -> date | None:
        text = self.text(name)
        if text is None:
            return None
        if not DAY.fullmatch(text):
            raise BadQuestionError(f"A data em {name} é inválida.")
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise BadQuestionError(f"A data em {name} é inválida.") from None

    def _moment(self, name: str) -> datetime | None:
        text = self.text(name)
        if text is None:
            return None
        if not MOMENT.fullmatch(text):
            raise BadQuestionError(f"A data em {name} é inválida.")
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            raise BadQuestionError(f"A data em {name} é inválida.") from None


def _whole(name: str, text: str) -> int:
    if not re.fullmatch(r"-?\d+", text):
        raise BadQuestionError(f"O valor de {name} é inválido.")
    return int(text)


def _at_most_a_year(name: str, since: When | None, until: When | None) -> None:
    if since is None or until is None:
        return
    try:
        limit = since.replace(year=since.year + 1)
    except ValueError:
        limit = since.replace(year=since.year + 1, day=28)
    if until > limit:
        raise BadQuestionError(f"O período em {name} não pode ser maior que um ano.")
