"""CSV tables people bring, however a spreadsheet wrote them: separators, decimal signs and encodings of any kind.

Only the table and its cells; what a column means belongs to whoever reads it.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from viang_pipeline.failures import UsageError

_NUMBER = re.compile(r"\d{1,15}([.,]\d{1,6})?|\d{1,3}(\.\d{3})+(,\d{1,6})?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_DOUBTFUL = re.compile(r"[1-9]\d{0,2}\.\d{3}")


@dataclass(frozen=True)
class CsvTable:
    """Header in lower case, and every line that is not blank with its number in the file."""

    names: list[str]
    lines: list[tuple[int, list[str]]]

    def named(self, cells: list[str]) -> dict[str, str]:
        """One line's cells by column. Raises ValueError when it has more or fewer than the header."""
        if len(cells) != len(self.names):
            raise ValueError(f"{len(cells)} colunas, o cabeçalho tem {len(self.names)}")
        return dict(zip(self.names, cells, strict=True))


def read_csv(content: bytes) -> CsvTable:
    """The table in a file; cells without the blanks around them. Raises UsageError for what is no CSV."""
    text = _decoded(content)
    if "\x00" in text:
        raise UsageError("O arquivo não é um CSV: tem caracteres nulos")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in text.partition("\n")[0] else ",")
    try:
        header = [cell.strip().lower() for cell in next(reader, [])]
        lines = [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader]
    except csv.Error as problem:
        raise UsageError(f"Linha {reader.line_num}: não é CSV ({problem})") from None
    return CsvTable(header, [(number, cells) for number, cells in lines if any(cells)])


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def day_of(cell: str) -> date:
    """A date AAAA-MM-DD. Raises ValueError for any other form."""
    try:
        if _DAY.fullmatch(cell):
            return date.fromisoformat(cell)
    except ValueError:
        pass
    raise ValueError(f"{cell!r} não é uma data AAAA-MM-DD")


def number_of(cell: str) -> Decimal:
    """A number without sign; points may group thousands where a comma is the decimal sign.

    Raises ValueError, also for what has two readings: 1.234 is a thousand in one spreadsheet and one in another.
    """
    if not _NUMBER.fullmatch(cell):
        raise ValueError(f"{cell!r} não é um número; sinais e letras não entram")
    if _DOUBTFUL.fullmatch(cell):
        raise ValueError(f"{cell!r} tem duas leituras; escreva {cell.replace('.', '')} ou {cell.replace('.', ',')}")
    brazilian = "," in cell or cell.count(".") > 1
    return Decimal(cell.replace(".", "").replace(",", ".") if brazilian else cell)


def amount_of(cell: str, places: int = 2) -> Decimal:
    """An amount in BRL with at most so many decimals, R$ before it or not. Raises ValueError."""
    value = number_of(cell.removeprefix("R$").strip())
    if value != round(value, places):
        shown = "1234,5678"[: 5 + places]
        limit = {2: "duas", 4: "quatro"}[places]
        raise ValueError(f"{cell!r} tem mais de {limit} casas; escreva {shown} ou {shown.replace(',', '.')}")
    return value


def fraction_of(cell: str) -> Decimal:
    """A fraction below 1, or the same with a percent sign. Raises ValueError."""
    value = number_of(cell.rstrip("% ")) / 100 if cell.endswith("%") else number_of(cell)
    if value >= 1:
        raise ValueError(f"{cell!r} deve ser uma fração menor que 1, como 0,025, ou ter %")
    return value


def whole_of(cell: str) -> int:
    """A whole number. Raises ValueError."""
    value = number_of(cell)
    if value != int(value):
        raise ValueError(f"{cell!r} deve ser um número inteiro")
    return int(value)
