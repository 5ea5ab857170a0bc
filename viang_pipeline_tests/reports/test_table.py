"""Where a table breaks between pages."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from pypdf import PdfReader

from viang_pipeline.reports.page import TOP, Sheet
from viang_pipeline.reports.table import Cell, Column, table
from viang_pipeline.reports.theme import Brand
from viang_pipeline_tests.reports.sample import READ_AT

ROWS = (1, 2, 3, 4, 5, 12)


def rows_of_pages(*, above: float, sub: str) -> dict[int, list[int]]:
    """Length of a table → how many of its rows stand on each page, when something ``above`` millimetres high stands
    before it, and its title is on the page where it begins."""
    sheet = Sheet(Brand(), title="t", running="r", made_at=READ_AT)
    for rows in ROWS:  # one after the other in one document: drawing and reading its fonts costs more than its tables
        sheet.new_page()
        sheet.y = TOP + above
        sheet.subheading(f"Os {rows} que mais vendem")
        lines = [[Cell(f"LINHA-{rows}-{number}", sub=sub)] for number in range(rows)]
        table(sheet, [Column("SKU", 1)], lines, empty="")
    pages = [page.extract_text() for page in PdfReader(BytesIO(sheet.finish())).pages]
    return {rows: _on_each(pages, rows) for rows in ROWS}


def _on_each(pages: list[str], rows: int) -> list[int]:
    found = [len(re.findall(rf"LINHA-{rows}-\d+", text)) for text in pages]
    (titled,) = [number for number, text in enumerate(pages) if f"Os {rows} que mais vendem" in text]
    (first, *_) = [number for number, count in enumerate(found) if count]
    assert titled == first
    return [count for count in found if count]


@pytest.mark.parametrize("sub", ["", "título"])
def test_no_row_stands_alone_at_the_end_of_a_page_or_at_the_beginning_of_the_next(sub: str) -> None:
    broken = 0
    for above in range(150, 250, 5):
        for rows, pages in rows_of_pages(above=above, sub=sub).items():
            assert sum(pages) == rows
            assert min(pages) >= min(rows, 2), (above, rows, pages)
            broken += len(pages) > 1
    assert broken > 10, "tables were broken at many places"
