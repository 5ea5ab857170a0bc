"""Ads: what was invested, what it brought, and where it brought nothing (kpis.md §5.6)."""

from __future__ import annotations

from viang_pipeline.domain.brazilian import day_text, money_text
from viang_pipeline.reports.charts import Series, by_day, legend
from viang_pipeline.reports.data import ReportData
from viang_pipeline.reports.page import INNER, LEFT, Sheet
from viang_pipeline.reports.sections.daily import day_labels
from viang_pipeline.reports.table import Cell, Column, table
from viang_pipeline.reports.theme import FAINT, INK, SOFT
from viang_pipeline.reports.wording import change_text, refusal_text, short_name, tone_colour, value_text

SHOWN = ("ads_investimento", "ads_receita", "acos", "roas", "tacos")


def draw(sheet: Sheet, data: ReportData) -> None:
    """Figures, the days, and spend without a sale."""
    invested = any(day.ads_investimento for day in data.days)
    sheet.heading("Ads", room=70 if invested else 30)
    figures_row(sheet, data, SHOWN)
    if data.figures["ads_investimento"].value is None and all(day.ads_investimento is None for day in data.days):
        sheet.note("Os Ads do período não foram lidos: isso não quer dizer que nada foi investido.")
        return
    if not invested:
        sheet.note("Nenhum valor foi investido nos dias lidos.")
        return
    spend = Series("Investimento", [day.ads_investimento for day in data.days], sheet.brand.strong)
    income = Series("Receita de Ads", [day.ads_receita for day in data.days], sheet.brand.soft)
    legend(sheet, [income, spend])
    by_day(
        sheet, day_labels(data.days), [income, spend], missing=[day.ads_investimento is None for day in data.days],
        height=34,
    )  # fmt: skip
    ads = next(block for block in data.blocks if block.name == "Ads")
    if ads.final_on is not None:
        sheet.note(f"Vendas atribuídas a Ads ainda crescem: os números fecham em {day_text(ads.final_on)}.")
    if data.skus.wasted:
        sheet.subheading("Ads sem nenhuma venda do SKU no período")
        table(
            sheet,
            [Column("SKU", 5), Column("Investimento", 2, "R")],
            [[Cell(each.sku, sub=each.title or ""), money_text(each.ads_investimento)] for each in data.skus.wasted],
            empty="",
        )


def figures_row(sheet: Sheet, data: ReportData, metrics: tuple[str, ...]) -> None:
    """Figures side by side, each with how it changed."""
    width = INNER / len(metrics)
    for number, metric in enumerate(metrics):
        figure, x = data.figures[metric], LEFT + number * width
        known = figure.value is not None
        sheet.text(x, sheet.y, short_name(metric), size=7.6, colour=SOFT, width=width - 3)
        sheet.text(
            x, sheet.y + 4.4, value_text(metric, figure.value), size=12 if known else 9, bold=True,
            colour=INK if known else SOFT, width=width - 3, shrink=True,
        )  # fmt: skip
        refused = refusal_text(figure.previous)
        sheet.text(
            x, sheet.y + 10.6, f"– {refused}" if refused else change_text(metric, figure.previous),
            size=6.6 if refused else 8, colour=FAINT if refused else tone_colour(figure.previous), width=width - 3,
        )  # fmt: skip
    sheet.y += 18
