"""Revenue and margin of each day."""

from __future__ import annotations

from viang_pipeline.domain.brazilian import day_text, integer_text, money_text
from viang_pipeline.reports.charts import Series, by_day, legend
from viang_pipeline.reports.data import Day, ReportData
from viang_pipeline.reports.page import Sheet

HEIGHT = 105.0
"""What the whole section takes, with its title."""
WEEKDAYS = ("seg", "ter", "qua", "qui", "sex", "sáb", "dom")


def draw(sheet: Sheet, data: ReportData) -> None:
    """The chart and what stands out in it."""
    sheet.heading("Faturamento e margem por dia", room=HEIGHT - 25)
    labels = day_labels(data.days)
    revenue = Series("Faturamento", [day.faturamento for day in data.days], sheet.brand.soft)
    margin = Series("Margem de contribuição", [day.mc for day in data.days], sheet.brand.strong)
    legend(sheet, [revenue, margin], lines=[margin.name])
    by_day(sheet, labels, [revenue], lines=[margin], missing=[day.faturamento is None for day in data.days])
    sheet.note(_remarks(data))


def day_labels(days: tuple[Day, ...]) -> list[str]:
    """``01``, … within a month; with the weekday when there are few."""
    if len(days) <= 7:
        return [f"{WEEKDAYS[day.dia.weekday()]} {day.dia:%d/%m}" for day in days]
    return [f"{day.dia:%d}" for day in days]


def _remarks(data: ReportData) -> str:
    known = [(day.faturamento, day.dia) for day in data.days if day.faturamento is not None]
    if not known:
        return "Nenhum dia do período tem números."
    best, worst = max(known), min(known)
    text = f"Melhor dia: {day_text(best[1])}, {money_text(best[0])}."
    if len(known) > 1:
        text += f" Dia mais fraco: {day_text(worst[1])}, {money_text(worst[0])}."
    absent = len(data.days) - len(known)
    if absent:
        text += f" Dias tracejados ({integer_text(absent)}): sem números, o que não é o mesmo que zero."
    if any(day.faturamento is not None and day.mc is None for day in data.days):
        text += " Onde a linha se interrompe, a margem do dia não pôde ser calculada."
    return text
