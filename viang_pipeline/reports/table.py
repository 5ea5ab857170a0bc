"""Tables: a head that comes again on every page, and rows of one height whose cells never run into each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from viang_pipeline.reports.page import INNER, LEFT, Sheet
from viang_pipeline.reports.theme import FAINT, INK, LINE, SOFT, Colour

ROW, HEAD = 7.2, 7.0
TOGETHER = 2
"""Rows a page has at least of a table: none stands alone at the end of one or at the beginning of the next."""


@dataclass(frozen=True)
class Column:
    """``width``: its part of the table, relative to the others. Numbers stand to the right and are never cut."""

    title: str
    width: float
    align: Literal["L", "R"] = "L"


@dataclass(frozen=True)
class Cell:
    """``sub``: a second, small line below ``text``."""

    text: str
    colour: Colour = INK
    bold: bool = False
    sub: str = ""


Row = Sequence[Cell | str]


def table(sheet: Sheet, columns: Sequence[Column], rows: Sequence[Row], *, empty: str) -> None:
    """Draw the rows; ``empty`` is said where there is none."""
    if not rows:
        sheet.note(empty)
        return
    total = sum(column.width for column in columns)
    widths = [column.width / total * INNER for column in columns]
    height = max((ROW + 3.4 if any(isinstance(c, Cell) and c.sub for c in row) else ROW) for row in rows)
    sheet.need(HEAD + height * (TOGETHER if len(rows) >= 2 * TOGETHER else len(rows)))
    _head(sheet, columns, widths)
    for number, row in enumerate(rows):
        page = sheet.pdf.page_no()
        sheet.need(height * (TOGETHER if number == len(rows) - TOGETHER else 1))
        if sheet.pdf.page_no() != page:
            _head(sheet, columns, widths)
        _row(sheet, columns, widths, row, height)
    sheet.y += 3


def _gap(position: int, columns: Sequence[Column]) -> float:
    """The room kept free right of a cell: none at the edge of the page."""
    return 0.0 if position == len(columns) - 1 else 2.0


def _head(sheet: Sheet, columns: Sequence[Column], widths: Sequence[float]) -> None:
    x = LEFT
    for position, (column, width) in enumerate(zip(columns, widths, strict=True)):
        room = width - _gap(position, columns)
        sheet.text(x, sheet.y + 1.4, column.title, size=7.5, bold=True, colour=SOFT, width=room, align=column.align)
        x += width
    sheet.y += HEAD
    sheet.rule(LEFT, sheet.y, INNER, FAINT)


def _row(sheet: Sheet, columns: Sequence[Column], widths: Sequence[float], row: Row, height: float) -> None:
    x = LEFT
    for position, (column, width, given) in enumerate(zip(columns, widths, row, strict=True)):
        cell = given if isinstance(given, Cell) else Cell(given)
        room = width - _gap(position, columns)
        top = sheet.y + (height - (6.6 if cell.sub else 3.2)) / 2
        sheet.text(
            x, top, cell.text, size=8.2, bold=cell.bold, colour=cell.colour, width=room, align=column.align,
            shrink=column.align == "R",
        )  # fmt: skip
        if cell.sub:
            sheet.text(x, top + 3.9, cell.sub, size=6.8, colour=SOFT, width=room, align=column.align)
        x += width
    sheet.y += height
    sheet.rule(LEFT, sheet.y, INNER, LINE)
