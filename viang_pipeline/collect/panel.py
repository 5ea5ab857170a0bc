"""Figures people read in the seller's panel, from a CSV file into ``panel_figures``: it has no API (kpis.md §12).

A bad line rejects the whole file, with its number and the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple, TypeVar

import psycopg

from viang_pipeline.collect.csv_tables import amount_of, day_of, fraction_of, read_csv, whole_of
from viang_pipeline.domain.panel import FIGURES
from viang_pipeline.failures import UsageError

FIRST, LAST = "data_inicio", "data_fim"
T = TypeVar("T")


class PanelFigure(NamedTuple):
    """One figure of the days ``first`` to ``last``: BRL, units or a fraction."""

    first: date
    last: date
    name: str
    value: Decimal


def read_panel_file(content: bytes, last_closed: date) -> list[PanelFigure]:
    """The figures of a CSV: header ``data_inicio,data_fim`` and figures by identifier; an empty cell is not informed.

    Raises UsageError naming the line and what is wrong.
    """
    table = read_csv(content)
    _check_header(table.names)
    found: dict[tuple[date, date, str], PanelFigure] = {}
    for number, cells in table.lines:
        try:
            for figure in _figures(table.named(cells), last_closed):
                if figure[:3] in found:
                    raise ValueError(f"{figure.name} de {figure.first} a {figure.last} aparece duas vezes")
                found[figure[:3]] = figure
        except ValueError as problem:
            raise UsageError(f"Linha {number}: {problem}") from None
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


def _check_header(names: Sequence[str]) -> None:
    if list(names[:2]) != [FIRST, LAST]:
        raise UsageError(f"Linha 1: o cabeçalho deve começar com {FIRST},{LAST}")
    unknown = [name for name in names[2:] if name not in FIGURES]
    if unknown or not names[2:] or len(set(names)) != len(names):
        wrong = (
            f"coluna desconhecida ou repetida: {', '.join(unknown or names[2:])}" if names[2:] else "falta um número"
        )
        raise UsageError(f"Linha 1: {wrong}. Colunas possíveis: {', '.join(FIGURES)}")


def _figures(cells: Mapping[str, str], last_closed: date) -> Iterable[PanelFigure]:
    first, last = _told(FIRST, day_of, cells[FIRST]), _told(LAST, day_of, cells[LAST])
    if first > last:
        raise ValueError(f"{FIRST} {first} é depois de {LAST} {last}")
    if last > last_closed:
        raise ValueError(f"{LAST} {last} ainda não fechou; o último dia fechado é {last_closed}")
    for name, cell in cells.items():
        if name in FIGURES and cell:
            yield PanelFigure(first, last, name, Decimal(_told(name, _READERS[FIGURES[name].unit], cell)))


_READERS: Mapping[str, Callable[[str], Decimal | int]] = {"BRL": amount_of, "un": whole_of, "fração": fraction_of}


def _told(name: str, read: Callable[[str], T], cell: str) -> T:
    """The cell of a column. Raises ValueError naming it."""
    try:
        return read(cell)
    except ValueError as problem:
        raise ValueError(f"{name} {problem}") from None
