"""Figures people read in the seller's panel, from a CSV file into ``panel_figures``: it has no API (kpis.md §12).

A bad line rejects the whole file, with its number and the reason.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

import psycopg

from viang_pipeline.domain.panel import FIGURES, Figure
from viang_pipeline.failures import UsageError

FIRST, LAST = "data_inicio", "data_fim"
_NUMBER = re.compile(r"\d{1,15}([.,]\d{1,6})?|\d{1,3}(\.\d{3})+(,\d{1,6})?")


class PanelFigure(NamedTuple):
    """One figure of the days ``first`` to ``last``: BRL, units or a fraction."""

    first: date
    last: date
    name: str
    value: Decimal


def read_panel_file(content: bytes, last_closed: date) -> list[PanelFigure]:
    """The figures of a CSV: header ``data_inicio,data_fim`` and figures by identifier; an empty cell is not informed.

    Comma or semicolon, decimal point or comma, UTF-8 or cp1252. Raises UsageError naming the line and what is wrong.
    """
    text = _decoded(content)
    delimiter = ";" if ";" in text.partition("\n")[0] else ","
    rows = list(csv.reader(text.splitlines(), delimiter=delimiter))
    names = _header(rows[0] if rows else [])
    found: dict[tuple[date, date, str], PanelFigure] = {}
    for number, cells in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(names):
            raise UsageError(f"Linha {number}: {len(cells)} colunas, o cabeçalho tem {len(names)}")
        for figure in _figures(number, dict(zip(names, map(str.strip, cells), strict=True)), last_closed):
            if figure[:3] in found:
                raise UsageError(f"Linha {number}: {figure.name} de {figure.first} a {figure.last} aparece duas vezes")
            found[figure[:3]] = figure
    if not found:
        raise UsageError("O arquivo não traz nenhum número")
    return list(found.values())


def store_panel_figures(
    conn: psycopg.Connection, client_id: str, figures: Iterable[PanelFigure], at: datetime
) -> tuple[int, int]:
    """Store them; a figure told again replaces the earlier one. Figures written, figures already so."""
    written = unchanged = 0
    for figure in figures:
        done = conn.execute(
            "insert into dashboard.panel_figures as p (client_id, inicio, fim, metrica, valor, informado_em)"
            " values (%s, %s, %s, %s, %s, %s) on conflict (client_id, inicio, fim, metrica) do update set"
            " valor = excluded.valor, informado_em = excluded.informado_em where p.valor <> excluded.valor",
            [client_id, *figure, at],
        ).rowcount
        written += done
        unchanged += 1 - done
    return written, unchanged


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _header(cells: Sequence[str]) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    if names[:2] != [FIRST, LAST]:
        raise UsageError(f"Linha 1: o cabeçalho deve começar com {FIRST},{LAST}")
    unknown = [name for name in names[2:] if name not in FIGURES]
    if unknown or not names[2:] or len(set(names)) != len(names):
        wrong = (
            f"coluna desconhecida ou repetida: {', '.join(unknown or names[2:])}" if names[2:] else "falta um número"
        )
        raise UsageError(f"Linha 1: {wrong}. Colunas possíveis: {', '.join(FIGURES)}")
    return names


def _figures(number: int, cells: Mapping[str, str], last_closed: date) -> Iterable[PanelFigure]:
    first, last = _day(number, cells, FIRST), _day(number, cells, LAST)
    if first > last:
        raise UsageError(f"Linha {number}: {FIRST} {first} é depois de {LAST} {last}")
    if last > last_closed:
        raise UsageError(f"Linha {number}: {LAST} {last} ainda não fechou; o último dia fechado é {last_closed}")
    for name, cell in cells.items():
        if name in FIGURES and cell:
            yield PanelFigure(first, last, name, _value(number, name, FIGURES[name], cell))


def _day(number: int, cells: Mapping[str, str], name: str) -> date:
    try:
        return date.fromisoformat(cells[name])
    except ValueError:
        raise UsageError(f"Linha {number}: {name} {cells[name]!r} não é uma data AAAA-MM-DD") from None


def _value(number: int, name: str, figure: Figure, cell: str) -> Decimal:
    percent = figure.unit == "fração" and cell.endswith("%")
    text = cell.rstrip("% ") if percent else cell.removeprefix("R$").strip()
    if not _NUMBER.fullmatch(text):
        raise UsageError(f"Linha {number}: {name} {cell!r} não é um número; sinais e letras não entram")
    value = Decimal(text.replace(".", "").replace(",", ".") if _brazilian(text) else text)
    if percent:
        value /= 100
    if figure.unit == "un" and value != int(value):
        raise UsageError(f"Linha {number}: {name} {cell!r} deve ser um número inteiro")
    if figure.unit == "BRL" and value != round(value, 2):
        raise UsageError(f"Linha {number}: {name} {cell!r} tem mais de duas casas; escreva 1234,56 ou 1234.56")
    if figure.unit == "fração" and value >= 1:
        raise UsageError(f"Linha {number}: {name} {cell!r} deve ser uma fração menor que 1, como 0,025, ou ter %")
    return value


def _brazilian(text: str) -> bool:
    """Whether a comma is the decimal sign, and points only group."""
    return "," in text or text.count(".") > 1
