"""What a card and a dashboard are, as data: SQL, filters, looks and places on the 24-column grid.

Pure: what Metabase is sent is made from this in bodies.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

GRID: Final = 24

Display = Literal["scalar", "smartscalar", "bar", "line", "table"]
Looks = dict[str, Any]

_SECTION = re.compile(r"^-- (?:card|part): (\w+)\n", re.MULTILINE)
_PART = re.compile(r"(?<!\{)\{(\w+)\}(?!\})")
_TAG = re.compile(r"\{\{(\w+)\}\}")


@dataclass(frozen=True)
class Filter:
    """A filter of a dashboard and the template tag of the cards it fills."""

    tag: str
    name: str
    kind: Literal["text", "date"]


CLIENT = Filter("client_id", "Cliente", "text")
SINCE = Filter("inicio", "De", "date")
UNTIL = Filter("fim", "Até", "date")
SKU = Filter("sku", "SKU", "text")
FILTERS: Final = {each.tag: each for each in (CLIENT, SINCE, UNTIL, SKU)}


@dataclass(frozen=True)
class Card:
    """One question. ``key`` names its section in the dashboard's SQL file; ``note`` is read under its title."""

    key: str
    title: str
    display: Display
    looks: Looks = field(hash=False)
    note: str = ""


@dataclass(frozen=True)
class Heading:
    """A text on the dashboard itself."""

    key: str
    text: str


@dataclass(frozen=True)
class Place:
    """Where something stands on the grid."""

    item: Card | Heading
    col: int
    row: int
    width: int
    height: int


@dataclass(frozen=True)
class Row:
    """Things side by side, from the left; each with its width in columns."""

    height: int
    items: tuple[tuple[Card | Heading, int], ...]


@dataclass(frozen=True)
class Dashboard:
    """One dashboard: its rows from the top, and its filters."""

    key: str
    name: str
    about: str
    rows: tuple[Row, ...]
    filters: tuple[Filter, ...] = (CLIENT, SINCE, UNTIL)

    @property
    def places(self) -> Iterator[Place]:
        """Every item with its place: rows below one another, items side by side, so that nothing overlaps."""
        top = 0
        for row in self.rows:
            left = 0
            for item, width in row.items:
                yield Place(item, left, top, width, row.height)
                left += width
            top += row.height

    @property
    def cards(self) -> tuple[Card, ...]:
        """The cards, in reading order."""
        return tuple(place.item for place in self.places if isinstance(place.item, Card))


def row(height: int, *items: tuple[Card | Heading, int]) -> Row:
    """A row, written without brackets."""
    return Row(height, items)


def sql(dashboard: str, card: str) -> str:
    """The SQL of a card with the shared parts in their places; template tags stay for Metabase."""
    return _with_parts(_sections(dashboard)[card])


def tags(text: str) -> tuple[str, ...]:
    """Names of the template tags of a card's SQL, each once, in order."""
    return tuple(dict.fromkeys(_TAG.findall(text)))


@cache
def _sections(name: str) -> dict[str, str]:
    """Sections of a file of ``sql/`` by name, without the comments at their top."""
    text = files("viang_pipeline.metabase").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")
    _, *pieces = _SECTION.split(text)
    return {key: _without_comments(body) for key, body in zip(pieces[::2], pieces[1::2], strict=True)}


def _without_comments(body: str) -> str:
    return "\n".join(line for line in body.strip().splitlines() if not line.startswith("--"))


def _with_parts(text: str) -> str:
    return _PART.sub(lambda found: _with_parts(_sections("parts")[found.group(1)]), text)


# How numbers look: R$ 1.234,56 and 12,3 %, and days as 31/12/2026.
Format = Mapping[str, Any]
BRL: Final[Format] = {
    "number_style": "currency",
    "currency": "BRL",
    "currency_style": "symbol",
    "number_separators": ",.",
}
PERCENT: Final[Format] = {"number_style": "percent", "decimals": 1, "number_separators": ",."}
UNITS: Final[Format] = {"number_style": "decimal", "decimals": 0, "number_separators": ",."}
NUMBER: Final[Format] = {"number_style": "decimal", "number_separators": ",."}
DAY: Final[Format] = {"date_style": "D/M/YYYY", "date_abbreviate": False}
TEXT: Final[Format] = {}

SHADES: Final = {
    "final": {"color": "#509EE3"},
    "quase final": {"color": "#A9CDF1"},
    "preliminar": {"color": "#F2A86F"},
}
"""What may still change stands out; bars are stacked by how settled their days are."""


def _columns(formats: Mapping[str, tuple[str, Format]]) -> dict[str, Any]:
    return {f'["name","{name}"]': {"column_title": title, **how} for name, (title, how) in formats.items()}


def number(key: str, title: str, column: str, how: Format, note: str = "") -> Card:
    """One figure."""
    return Card(
        key, title, "scalar", {"scalar.field": column, "column_settings": _columns({column: (title, how)})}, note
    )


def trend(key: str, title: str, column: str, how: Format, note: str = "") -> Card:
    """One figure and how it moved; the SQL answers two rows, the period before and this one."""
    looks: Looks = {
        "scalar.field": column,
        "scalar.comparisons": [{"id": "anterior", "type": "previousValue"}],
        "column_settings": _columns({column: (title, how), "dia": ("Período até", DAY)}),
    }
    return Card(key, title, "smartscalar", looks, note)


def table(key: str, title: str, note: str = "", **formats: tuple[str, Format]) -> Card:
    """Rows with named, formatted columns, in this order."""
    looks: Looks = {
        "table.pivot": False,
        "table.columns": [{"name": name, "enabled": True} for name in formats],
        "column_settings": _columns(formats),
    }
    return Card(key, title, "table", looks, note)


def chart(
    kind: Literal["bar", "line"],
    key: str,
    title: str,
    by: tuple[str, ...],
    values: Mapping[str, tuple[str, Format]],
    *,
    note: str = "",
    axis: str = "Dia",
    stacked: bool = False,
    **looks: Any,
) -> Card:
    """Lines or bars over ``by`` (the axis, then what the series are of)."""
    first = next(iter(values.values()))
    given: Looks = {
        "graph.dimensions": list(by),
        "graph.metrics": list(values),
        "graph.x_axis.title_text": axis,
        "graph.y_axis.title_text": first[0] if len(values) == 1 else "",
        "column_settings": _columns({**values, by[0]: (axis, DAY if axis == "Dia" else TEXT)}),
        "series_settings": SHADES if stacked else {name: {"title": named[0]} for name, named in values.items()},
        **({"stackable.stack_type": "stacked"} if stacked else {}),
        **looks,
    }
    return Card(key, title, kind, given, note)
