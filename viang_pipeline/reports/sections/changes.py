"""What moved in the period's numbers after the report that was made before this one (kpis.md §7)."""

from __future__ import annotations

from viang_pipeline.domain.brazilian import integer_text
from viang_pipeline.domain.business_day import SAO_PAULO
from viang_pipeline.domain.metrics import BY_ID
from viang_pipeline.reports.data import Changes, Restated
from viang_pipeline.reports.page import Sheet
from viang_pipeline.reports.table import Cell, Column, table
from viang_pipeline.reports.wording import DASH, MOTIVES, value_text


def draw(sheet: Sheet, changes: Changes) -> None:
    """One line per metric and reason."""
    sheet.heading("O que mudou desde o último relatório", room=45)
    if changes.since is None:
        sheet.note("Este é o primeiro relatório deste período: ainda não há com o que comparar.")
        return
    before = f"{changes.since.astimezone(SAO_PAULO):%d/%m/%Y, %H:%M}"
    sheet.note(f"Frente ao relatório deste mesmo período feito em {before}.")
    table(
        sheet,
        [Column("Número", 5), Column("Por quê", 4), Column("Dias", 1, "R"), Column("Diferença", 3, "R")],
        [
            [BY_ID[each.metrica].nome_pt, MOTIVES[each.motivo], integer_text(each.days), Cell(_moved(each), bold=True)]
            for each in changes.moves
        ],
        empty="Nenhum número já mostrado mudou desde então.",
    )
    if any(each.diferenca is None for each in changes.moves):
        sheet.note(f"“{DASH}”: o número passou a existir ou deixou de existir em algum dia.")


def _moved(each: Restated) -> str:
    if each.diferenca is None:
        return DASH
    text = value_text(each.metrica, each.diferenca)
    return f"+{text}" if each.diferenca > 0 else text
