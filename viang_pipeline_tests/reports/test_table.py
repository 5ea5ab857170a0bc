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


def rows_of_pages(rows: int, *, above: float, sub: str) -> list[int]:
    """How many rows of a table stand on each page, when something ``above`` millimetres high stands before it, and its
    title is on the page where it begins."""
    sheet = Sheet(Brand(), title="t", running="r", made_at=READ_AT)
    sheet.new_page()
    sheet.y = TOP + above
    sheet.subheading("Os que mais vendem")
    table(sheet, [Column("SKU", 1)], [[Cell(f"LINHA-{number}", sub=sub)] for number in range(rows)], empty="")
    pages = [page.extract_text() for page in PdfReader(BytesIO(sheet.finish())).pages]
    found = [len(re.findall(r"LINHA-\d+", text)) for text in pages]
    (titled,) = [number for number, text in enumerate(pages) if "Os que mais vendem" in text]
    assert found[titled] > 0
    return [count for count in found if count]


@pytest.mark.parametrize("sub", ["", "título"])
def test_no_row_stands_alone_at_the_end_of_a_page_or_at_the_beginning_of_the_next(sub: str) -> None:
    broken = 0
    for above in range(150, 250, 5):
        for rows in (1, 2, 3, 4, 5, 12):
            pages = rows_of_pages(rows, above=above, sub=sub)
            assert sum(pages) == rows
            assert min(pages) >= min(rows, 2), (above, rows, pages)
            broken += len(pages) > 1
    assert broken > 10, "tables were broken at many places"
