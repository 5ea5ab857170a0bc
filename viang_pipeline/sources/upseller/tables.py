"""The table inside a file: which kind it is, by its headers, and its rows by field (contract UpSeller §1, §10).

Headers are matched by name in any order. Only columns a layout names are taken out of a row, so that people never
leave this file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, islice
from typing import NamedTuple, TypeVar

from viang_pipeline.sources.redaction import redact
from viang_pipeline.sources.upseller.cells import BadCell, Cell, first_filled, is_blank
from viang_pipeline.sources.upseller.layouts import LAYOUTS, Layout, normalised
from viang_pipeline.sources.upseller.rejection import RejectedFile
from viang_pipeline.sources.upseller.workbook import Line, Sheet, sheets

HEADER_WITHIN = 20
"""Rows of a sheet that are searched for its headers."""

T = TypeVar("T")


class Refused(NamedTuple):
    """A row that is not taken."""

    line: int
    reason: str


@dataclass(frozen=True)
class Row:
    """One row: its number in the file and the filled cells of its fields."""

    line: int
    cells: Mapping[str, Cell]
    layout: Layout = field(repr=False)

    def get(self, name: str, read: Callable[[Cell], T | None]) -> T | None:
        """A field through one of the readers of cells. Raises BadCell naming the column."""
        try:
            return read(self.cells.get(name))
        except BadCell as bad:
            raise BadCell(f"{self.layout.printed(name)}: {bad}") from None

    def need(self, name: str, read: Callable[[Cell], T | None]) -> T:
        """The same for a field a row cannot be without."""
        found = self.get(name, read)
        if found is None:
            raise BadCell(f"{self.layout.printed(name)}: está vazio")
        return found


@dataclass(frozen=True)
class Table:
    """A recognised table. ``present``: fields that have a column; ``uneven``: rows that slipped."""

    file: str
    layout: Layout
    epoch: datetime
    rows: list[Row]
    present: frozenset[str]
    unknown_headers: list[str]
    uneven: list[Refused]


def read_table(name: str, content: bytes) -> Table:
    """The one table of a file.

    Raises RejectedFile when no sheet has the headers of any kind, when several do, and when there is no row.
    """
    best: tuple[float, str] = (0.0, "")
    for reading in sheets(name, content):
        found: list[Table] = []
        for sheet in reading:
            table, hint = _table_of(name, sheet)
            best = max(best, hint)
            if table is not None:
                found.append(table)
        filled = [table for table in found if table.rows or table.uneven]
        if len(filled) > 1:
            raise RejectedFile(
                "O arquivo tem mais de uma planilha com dados do UpSeller",
                where=name,
                action="Deixe só uma planilha em cada arquivo.",
            )
        if filled:
            return filled[0]
        if found:
            layout = found[0].layout
            raise RejectedFile(f"O arquivo de {layout.label} não tem nenhuma linha", where=name, kind=layout.kind)
    raise RejectedFile(
        best[1] or "Nenhuma planilha do arquivo tem os cabeçalhos de uma exportação do UpSeller",
        where=name,
        action="Exporte pedidos, lista de estoque, produtos, mapeamento ou kits com o modelo completo.",
    )


def _table_of(name: str, sheet: Sheet) -> tuple[Table | None, tuple[float, str]]:
    """The table of a sheet, or how near its best row came to one."""
    lines = iter(sheet.lines)
    first = list(islice(lines, HEADER_WITHIN))
    best: tuple[float, str] = (0.0, "")
    for position, (_, cells) in enumerate(first):
        headers = [_names(cell) for cell in cells]
        for layout in LAYOUTS:
            missing = _missing(layout, headers)
            if not missing:
                rest = chain(first[position + 1 :], lines)
                return _filled(name, layout, sheet, cells, headers, rest), best
            near = 1 - len(missing) / len(layout.required)
            if near >= 0.5:
                lacking = ", ".join(missing)
                best = max(best, (near, f"O arquivo parece de {layout.label}, mas falta a coluna {lacking}"))
    return None, best


def _names(cell: Cell) -> tuple[str, str]:
    """A header as a whole and without the hint after its first line break (contract §1)."""
    if not isinstance(cell, str) or is_blank(cell):
        return "", ""
    return normalised(cell.replace("_x000D_", "")), normalised(_first_line(cell))


def _first_line(header: str) -> str:
    return re.split(r"[\r\n]", header.strip(), maxsplit=1)[0]


def _missing(layout: Layout, headers: Sequence[tuple[str, str]]) -> list[str]:
    present = {name for either in headers for header in either for name in layout.aliases.get(header, ())}
    return [layout.printed(group[0]) for group in layout.required if not present.intersection(group)]


def _filled(
    name: str,
    layout: Layout,
    sheet: Sheet,
    printed: Sequence[Cell],
    headers: Sequence[tuple[str, str]],
    lines: Iterable[Line],
) -> Table:
    columns: dict[str, int] = {}
    unknown: list[str] = []
    for position, either in enumerate(headers):
        known = next((header for header in either if header in layout.decided), None)
        if known is not None:
            columns.setdefault(known, position)  # a header that is printed twice: the first one counts
        elif either[0]:
            unknown.append(redact(_first_line(str(printed[position])))[:60])
    places = {
        field_name: [columns[header] for header in map(normalised, aliases) if header in columns]
        for field_name, aliases in layout.fields.items()
    }
    places = {field_name: found for field_name, found in places.items() if found}
    rows: list[Row] = []
    uneven: list[Refused] = []
    for line, cells in lines:
        if all(map(is_blank, cells)):
            continue
        if sheet.even and len(cells) != len(headers):  # not even by blank cells: the last column may be blank itself
            uneven.append(Refused(line, f"tem {len(cells)} colunas e o cabeçalho tem {len(headers)}"))
            continue
        rows.append(Row(line, _taken(cells, places), layout))
    return Table(name, layout, sheet.epoch, rows, frozenset(places), unknown, uneven)


def _taken(cells: Sequence[Cell], places: Mapping[str, Sequence[int]]) -> dict[str, Cell]:
    width = len(cells)
    found: dict[str, Cell] = {}
    for name, positions in places.items():
        cell = first_filled(cells[position] for position in positions if position < width)
        if cell is not None:
            found[name] = cell
    return found
