"""Cancellations, returns and claims: four different things with their own figures (R16)."""

from __future__ import annotations

from decimal import Decimal

from viang_pipeline.domain.brazilian import percent_text
from viang_pipeline.domain.metrics import BY_ID
from viang_pipeline.insights.measures import ratio
from viang_pipeline.reports.charts import Series, by_day, legend
from viang_pipeline.reports.data import ReportData
from viang_pipeline.reports.page import Sheet
from viang_pipeline.reports.sections.ads import figures_row
from viang_pipeline.reports.sections.daily import day_labels
from viang_pipeline.reports.table import Cell, Column, table
from viang_pipeline.reports.theme import SOFT
from viang_pipeline.reports.wording import DASH, UNKNOWN, value_text


def draw(sheet: Sheet, data: ReportData) -> None:
    """Figures, the days, and the parts."""
    sheet.heading("Cancelamentos e devoluções", room=100)
    figures_row(sheet, data, ("valor_cancelado", "taxa_cancelamento", "devolucoes", "reembolsos", "custo_devolucao"))
    cancelled = Series("Valor cancelado", [day.valor_cancelado for day in data.days], sheet.brand.soft)
    if any(cancelled.values):
        legend(sheet, [cancelled])
        absent = [value is None for value in cancelled.values]
        by_day(sheet, day_labels(data.days), [cancelled], missing=absent, height=24)
    gross = data.figures["vendas_brutas"].value
    after = data.after_sale
    rows: list[tuple[str, Decimal | None]] = [
        ("valor_cancelado_pre", after.valor_cancelado_pre),
        ("valor_devolvido", after.valor_devolvido),
        ("unidades_devolvidas", after.unidades_devolvidas),
        ("reclamacoes", after.reclamacoes),
        ("mediacoes", after.mediacoes),
    ]
    table(
        sheet,
        [Column("", 5), Column("No período", 3, "R"), Column("Parte das vendas brutas", 3, "R")],
        [
            [
                BY_ID[metric].nome_pt,
                Cell(value_text(metric, value), bold=value is not None, colour=SOFT) if value is None
                else Cell(value_text(metric, value), bold=True),
                _share(metric, value, gross),
            ]
            for metric, value in rows
        ],
        empty="",
    )  # fmt: skip
    if any(value is None for _, value in rows):
        sheet.note(f"“{UNKNOWN.capitalize()}”: as reclamações ou os envios de algum dia não foram lidos.")


def _share(metric: str, value: Decimal | None, gross: Decimal | None) -> str:
    share = ratio(value, gross) if BY_ID[metric].unidade == "BRL" else None
    return DASH if share is None else percent_text(share)
