"""Rows of named columns as the bytes of a file, in the ways exports and spreadsheet programs write them."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
FIRST_SERIAL = datetime(1899, 12, 30, tzinfo=SAO_PAULO).replace(tzinfo=None)


@dataclass(frozen=True, slots=True)
class Money:
    """Centavos to be printed as reais."""

    centavos: int


Value: TypeAlias = str | int | Money | datetime | None
Printed: TypeAlias = str | int | float | datetime | None


@dataclass(frozen=True, slots=True)
class Style:
    """How a file is written.

    ``width`` of the orders' template · ``money``: of an order on every row, or on its first · ``numbers``: ``cells``
    of the workbook, or text with a decimal ``comma`` or ``point`` · ``dates``: text, Excel ``serial`` or date
    ``cells`` · ``blank`` for what is not there · ``shuffle``: columns in the order this seed gives · ``repeat_profit``:
    a second ``Lucro Estimado`` with another value · ``rows_above`` the header and ``sheets_before`` the table ·
    ``encoding`` and ``separator`` of a CSV.
    """

    file: Literal["xlsx", "csv"] = "xlsx"
    width: int = 66
    money: Literal["every", "first"] = "every"
    numbers: Literal["cells", "comma", "point"] = "cells"
    dates: Literal["text", "serial", "cells"] = "text"
    blank: str = ""
    shuffle: int | None = None
    repeat_profit: bool = False
    rows_above: int = 0
    sheets_before: int = 0
    encoding: str = "cp1252"
    separator: str = ";"

    def as_csv(self) -> Style:
        """The same, saved as a CSV by a spreadsheet program: no cells, only text."""
        numbers: Literal["comma", "point"] = "comma" if self.numbers == "cells" else self.numbers
        dates: Literal["text", "serial"] = "text" if self.dates == "cells" else self.dates
        return replace(self, file="csv", numbers=numbers, dates=dates)


def written(columns: Sequence[str], rows: Sequence[Mapping[str, Value]], style: Style) -> bytes:
    """The bytes of a file with these columns; a column given twice takes ``<name> 2`` the second time."""
    seen: dict[str, int] = {}
    keys = []
    for name in columns:
        seen[name] = seen.get(name, 0) + 1
        keys.append(name if seen[name] == 1 else f"{name} {seen[name]}")
    order = list(range(len(columns)))
    if style.shuffle is not None:
        Random(style.shuffle).shuffle(order)
        order = _firsts_first(order, columns)
    table: list[list[Printed]] = [["Exportado do UpSeller"] for _ in range(style.rows_above)]
    table.append([columns[position] for position in order])
    table += [[_printed(row.get(keys[position]), style) for position in order] for row in rows]
    return _csv(table, style) if style.file == "csv" else _xlsx(table, style)


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A zip of files, by name."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def _firsts_first(order: list[int], columns: Sequence[str]) -> list[int]:
    """Columns of one name keep their own order wherever they are."""
    places: dict[str, list[int]] = {}
    for position in sorted(order):
        places.setdefault(columns[position], []).append(position)
    return [places[columns[position]].pop(0) for position in order]


def _printed(value: Value, style: Style) -> Printed:
    if value is None:
        return style.blank or None
    if isinstance(value, Money):
        return _number(Decimal(value.centavos) / 100, style)
    if isinstance(value, int):
        return value if style.numbers == "cells" else str(value)
    if isinstance(value, datetime):
        return _moment(value, style)
    return value


def _number(value: Decimal, style: Style) -> Printed:
    if style.numbers == "cells":
        return float(value)
    text = f"{value:.2f}"
    return text.replace(".", ",") if style.numbers == "comma" else text


def _moment(value: datetime, style: Style) -> Printed:
    local = value.astimezone(SAO_PAULO).replace(tzinfo=None)
    if style.dates == "cells":
        return local
    if style.dates == "serial":
        serial = Decimal((local - FIRST_SERIAL) // timedelta(seconds=1)) / 86_400
        return float(serial) if style.file == "xlsx" else f"{serial:.6f}".replace(".", ",")
    return f"{local:%Y-%m-%d %H:%M:%S}"


def _xlsx(table: Sequence[Sequence[Printed]], style: Style) -> bytes:
    from openpyxl import Workbook  # heavy, and every command of the pipeline that knows the sandbox would load it

    book = Workbook(write_only=True)
    for number in range(style.sheets_before):
        book.create_sheet(f"Origin{number or ''}").append(["0 - Nacional"])
    sheet = book.create_sheet("Sheet1")
    for row in table:
        sheet.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _csv(table: Sequence[Sequence[Printed]], style: Style) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=style.separator, lineterminator="\r\n")
    width = max(map(len, table))
    for row in table:
        writer.writerow(["" if cell is None else cell for cell in row] + [""] * (width - len(row)))
    return text.getvalue().encode(style.encoding)
