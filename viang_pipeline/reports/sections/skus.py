"""The best and the worst SKUs."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from viang_pipeline.domain.brazilian import integer_text, money_text, percent_text, signed_percent_text
from viang_pipeline.reports.data import ReportData, Sku
from viang_pipeline.reports.page import Sheet
from viang_pipeline.reports.table import Cell, Column, Row, table
from viang_pipeline.reports.theme import BAD, GOOD, INK, SOFT
from viang_pipeline.reports.wording import DASH

STABLE = Decimal("0.02")
COLUMNS = (
    Column("SKU", 5.4), Column("Unidades", 1.3, "R"), Column("Faturamento", 2.1, "R"), Column("Anterior", 1.4, "R"),
    Column("Margem", 2.1, "R"), Column("Margem %", 1.4, "R"), Column("Ads", 1.8, "R"),
)  # fmt: skip


def draw(sheet: Sheet, data: ReportData) -> None:
    """Both tables."""
    sheet.heading(
        "SKUs",
        f"{integer_text(data.skus.count)} SKUs com venda ou Ads no período. Margem “–”: nenhuma venda com todos os "
        "custos conhecidos, ou Ads não lidos.",
    )
    sheet.subheading("Os que mais vendem")
    comparable = data.figures["faturamento"].previous.refused is None
    table(sheet, COLUMNS, _rows(data.skus.best, comparable=comparable), empty="Nenhum SKU foi vendido no período.")
    if data.skus.unidentified:
        sheet.note(f"Além destes, {money_text(data.skus.unidentified)} em itens sem SKU identificado.")
    sheet.subheading("Os que mais perdem")
    table(
        sheet, COLUMNS, _rows(data.skus.worst, comparable=comparable),
        empty="Nenhum SKU com margem conhecida teve prejuízo no período.",
    )  # fmt: skip


def _rows(skus: Sequence[Sku], *, comparable: bool) -> list[Row]:
    return [
        [
            Cell(each.sku, sub=each.title or ""),
            integer_text(each.unidades),
            Cell(money_text(each.faturamento), bold=True),
            _change(each, comparable=comparable),
            _money(each.mc),
            _percent(each.mc_pct),
            money_text(each.ads_investimento) if each.ads_investimento else DASH,
        ]
        for each in skus
    ]


def _change(each: Sku, *, comparable: bool) -> Cell:
    if not comparable or each.faturamento_antes <= 0:
        return Cell(DASH, colour=SOFT)
    change = each.faturamento / each.faturamento_antes - 1
    if abs(change) < STABLE:
        return Cell("estável", colour=SOFT)
    return Cell(signed_percent_text(change, 0), colour=GOOD if change > 0 else BAD)


def _money(value: Decimal | None) -> Cell:
    if value is None:
        return Cell(DASH, colour=SOFT)
    return Cell(money_text(value), colour=BAD if value < 0 else INK)


def _percent(value: Decimal | None) -> Cell:
    if value is None:
        return Cell(DASH, colour=SOFT)
    return Cell(percent_text(value), colour=BAD if value < 0 else INK)
