"""One cell of a spreadsheet as text, identifier, amount, quantity or instant (contract UpSeller §1).

Money is exact as printed: a numeric cell arrives as the shortest float that has the stored digits, and its ``repr``
gives these digits back, so ``Decimal(repr(x))`` does no binary arithmetic. A cell that cannot be read raises BadCell
with a reason that never quotes the cell: a column that slipped may hold a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from viang_pipeline.domain.business_day import SAO_PAULO
from viang_pipeline.sources.payloads import without_noise

Cell = str | int | float | Decimal | datetime | date | time | timedelta | None

MOST_DIGITS = 15
"""A spreadsheet keeps no more digits of a number: a longer identifier in a numeric cell has lost some."""

LONGEST_NAME = 200

WINDOWS_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001  a wall clock, as all of a spreadsheet
"""What serials are counted from, unless the workbook says otherwise."""

SERIAL_DAYS = (20_000, 80_000)
"""Excel serials taken for dates: 1954 to 2119."""

_NOTHING = frozenset({"", "--"})
_FORMULA_ERRORS = frozenset({"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"})
_SCIENTIFIC = re.compile(r"-?\d(?:[.,]\d+e\+?|e\+)\d{1,3}", re.IGNORECASE)
_PLAIN = re.compile(r"-?\d{1,15}(?:[.,]\d{1,10})?")
_THOUSAND = re.compile(r"-?[1-9]\d{0,2}\.\d{3}")
_BRAZILIAN = re.compile(r"-?\d{1,3}(?:\.\d{3})+(?:,\d+)?")
_ENGLISH = re.compile(r"-?\d{1,3}(?:(?:,\d{3})+\.\d+|(?:,\d{3}){2,})")
_DAY_FIRST = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?:[ T](\d.+))?")


class BadCell(ValueError):
    """A cell that cannot be what its column says; the message is the reason, in Portuguese."""


def is_blank(cell: Cell) -> bool:
    """Nothing printed: an empty cell, spaces, or ``--``."""
    return cell is None or (isinstance(cell, str) and _stripped(cell) in _NOTHING)


def text(cell: Cell, longest: int = 1000) -> str | None:
    """A label; None when blank. Raises BadCell for a formula's error and for what is too long to be one."""
    if is_blank(cell):
        return None
    if isinstance(cell, str):
        if cell in _FORMULA_ERRORS:
            raise BadCell("a célula tem um erro de fórmula")
        if len(cell) > longest:
            raise BadCell("o texto é longo demais")
        return _stripped(cell)
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def short_text(cell: Cell) -> str | None:
    """A label short enough to tell rows apart by."""
    return text(cell, LONGEST_NAME)


def identifier(cell: Cell) -> str | None:
    """An id or SKU as text; None when blank.

    Raises BadCell for what a spreadsheet program made of it: scientific notation, a rounded number, a date.
    """
    if isinstance(cell, (datetime, date, time, timedelta, bool)):
        raise BadCell("o código virou data ou lógico na planilha")
    if isinstance(cell, (int, float, Decimal)):
        if not abs(cell) < 10**MOST_DIGITS:
            raise BadCell(f"o código tem mais de {MOST_DIGITS} dígitos em célula numérica e perdeu dígitos")
        if cell != int(cell):
            raise BadCell("o código virou número com casas decimais na planilha")
        return str(int(cell))
    found = short_text(cell)
    if found is not None and _SCIENTIFIC.fullmatch(found):
        raise BadCell("o código está em notação científica e perdeu dígitos")
    return found


def amount(cell: Cell) -> Decimal | None:
    """Money or a rate: two decimals, or up to six where it really has them; None when blank."""
    found = _number(cell)
    try:
        return None if found is None else without_noise(found)
    except ValueError:
        raise BadCell("não é um valor") from None


def quantity(cell: Cell) -> int | None:
    """A whole number, negative ones included; None when blank."""
    found = _number(cell)
    if found is None:
        return None
    if found != int(found):
        raise BadCell("a quantidade não é um número inteiro")
    return int(found)


def instant(cell: Cell, epoch: datetime = WINDOWS_EPOCH) -> datetime | None:
    """A wall-clock time of Brasília as an aware instant, to the second; None when blank.

    Text ``AAAA-MM-DD HH:MM:SS`` or ``DD/MM/AAAA HH:MM``, a date cell, or an Excel serial counted from ``epoch``.
    """
    if is_blank(cell):
        return None
    found = _moment(cell, epoch)
    if found.tzinfo is None:
        found = found.replace(tzinfo=SAO_PAULO)
    whole = (found.astimezone(UTC) + timedelta(milliseconds=500)).replace(microsecond=0)
    return whole.astimezone(SAO_PAULO)


def yes_or_no(cell: Cell) -> bool | None:
    """``Sim``/``Não`` and their like; None for anything else."""
    said = str(cell).strip().lower()
    return True if said in ("sim", "s", "yes", "true", "1") else False if said in _NO else None


_NO = ("não", "nao", "n", "no", "false", "0")


def first_filled(cells: Iterable[Cell]) -> Cell:
    """The first cell that is not blank."""
    return next((cell for cell in cells if not is_blank(cell)), None)


def _stripped(text: str) -> str:
    return text.replace("\x00", "").replace("_x000D_", "").strip(" \t\r\n\xa0\ufeff")


def _number(cell: Cell) -> Decimal | None:
    if is_blank(cell):
        return None
    if isinstance(cell, bool) or not isinstance(cell, (str, int, float, Decimal)):
        raise BadCell("não é um número")
    if not isinstance(cell, str):
        found = Decimal(repr(cell)) if isinstance(cell, float) else Decimal(cell)
        if not found.is_finite() or abs(found) >= 10**MOST_DIGITS:
            raise BadCell("não é um número")
        return found
    written = _stripped(cell).removeprefix("R$").strip(" \xa0")
    if _THOUSAND.fullmatch(written):
        raise BadCell("um ponto seguido de três dígitos tanto pode ser milhar quanto decimal")
    if _PLAIN.fullmatch(written):
        return Decimal(written.replace(",", "."))
    if _BRAZILIAN.fullmatch(written):
        return Decimal(written.replace(".", "").replace(",", "."))
    if _ENGLISH.fullmatch(written):
        return Decimal(written.replace(",", ""))
    raise BadCell("não é um número")


def _moment(cell: Cell, epoch: datetime) -> datetime:
    if isinstance(cell, datetime):
        return cell
    if isinstance(cell, date):
        return datetime.combine(cell, time.min)
    if isinstance(cell, str):
        return _written_moment(_stripped(cell), epoch)
    if isinstance(cell, (int, float, Decimal)) and SERIAL_DAYS[0] <= cell < SERIAL_DAYS[1]:
        from openpyxl.utils.datetime import from_excel  # heavy, and most runs read no file

        found = from_excel(float(cell), epoch)
        if isinstance(found, datetime):
            return found
    raise BadCell("não é uma data")


def _written_moment(written: str, epoch: datetime) -> datetime:
    day_first = _DAY_FIRST.fullmatch(written)
    if day_first:
        day, month, year, clock = day_first.groups()
        written = f"{year}-{month:0>2}-{day:0>2}" + (f" {'0' * (clock[1] == ':')}{clock}" if clock else "")
    elif re.fullmatch(r"\d{5}(?:[.,]\d+)?", written):
        return _moment(Decimal(written.replace(",", ".")), epoch)
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        raise BadCell("não é uma data") from None
