"""A report's data as a PDF: which sections, in which order. Pure: same data, same bytes."""

from __future__ import annotations

from datetime import UTC, datetime, time

from viang_pipeline.domain.brazilian import period_text
from viang_pipeline.reports.data import Changes, ReportData
from viang_pipeline.reports.page import Sheet
from viang_pipeline.reports.sections import (
    ads,
    after_sale,
    changes,
    cover,
    daily,
    glossary,
    margin,
    overview,
    portfolio,
    quality,
    reputation,
    skus,
)
from viang_pipeline.reports.theme import Brand


def render(data: ReportData, changed: Changes, brand: Brand) -> bytes:
    """The document. Its date is that of the data, never the clock's."""
    name = f"{data.sheet.client_name} – {period_text(data.sheet.period)}"
    mark = "" if data.state == "final" else " · preliminar"
    made_at = data.as_of or datetime.combine(data.sheet.period.last, time(), UTC)
    sheet = Sheet(brand, title=f"Relatório: {name}", running=name + mark, made_at=made_at)
    cover.draw(sheet, data)
    overview.draw_words(sheet, data)
    if not data.empty:
        beside_words = sheet.has_room(daily.HEIGHT)
        if beside_words:
            daily.draw(sheet, data)
        overview.draw_cards(sheet, data)
        if not beside_words:
            daily.draw(sheet, data)
        for section in (margin, ads, skus, portfolio, after_sale):
            section.draw(sheet, data)
    reputation.draw(sheet, data)
    changes.draw(sheet, changed)
    quality.draw(sheet, data)
    glossary.draw(sheet)
    return sheet.finish()
