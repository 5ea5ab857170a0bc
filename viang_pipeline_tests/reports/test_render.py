"""What a report says and how it is drawn, whatever the data are."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader

from viang_pipeline.domain.comparisons import Decomposition
from viang_pipeline.reports.data import Changes, Restated, SourceRead
from viang_pipeline.reports.page import printable
from viang_pipeline.reports.theme import Brand, colour_of
from viang_pipeline_tests.reports.sample import FINAL, READ_AT, drawn, empty_report, figures, report, sku, text_of

SECTIONS = (
    "O período em uma página", "Indicadores", "Faturamento e margem por dia", "Do faturamento à margem", "Ads", "SKUs",
    "Curva ABC", "Estoque: ruptura e cobertura", "Cancelamentos e devoluções", "Reputação",
    "O que mudou desde o último relatório", "Cobertura e frescor", "Glossário",
)  # fmt: skip
HOSTILE = (
    "Panela " * 60,
    "Ofertão 🔥🔥 <b>R$ 1</b> \\ (x) %s {0}",
    "linha 1\nlinha 2\x00\x07\x1b[31m\r\t fim",
    "שלום \u202eabc\u202c مرحبا",
    "a" * 400,
    "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L",
    "\ud800 sozinho",
    "",
)


def test_the_same_data_give_the_same_bytes_in_another_process_too() -> None:
    script = (
        "import hashlib; from viang_pipeline_tests.reports.sample import drawn, report;"
        "print(hashlib.sha256(drawn(report())).hexdigest())"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == hashlib.sha256(drawn(report())).hexdigest()


def test_the_date_of_the_document_is_that_of_its_data() -> None:
    metadata = PdfReader(BytesIO(drawn(report()))).metadata
    assert metadata is not None
    assert metadata.creation_date == READ_AT
    assert metadata.title == "Relatório: Loja Aurora – março de 2026"


def test_every_section_is_there_and_in_the_outline() -> None:
    reader = PdfReader(BytesIO(drawn(report())))
    assert tuple(entry.title for entry in reader.outline) == SECTIONS  # type: ignore[union-attr]


def test_the_fonts_are_embedded() -> None:
    page = PdfReader(BytesIO(drawn(report()))).pages[1]
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]  # type: ignore[index]
    assert fonts
    assert all("/FontFile2" in font["/DescendantFonts"][0].get_object()["/FontDescriptor"] for font in fonts)


def test_numbers_are_written_as_brazilians_read_them() -> None:
    text = text_of(drawn(report()))
    for expected in ("R$ 123.456,78", "1.234", "25,0 %", "+11,1 %", "5,00×", "31/03/2026", "20/05/2026, 03:30"):
        assert expected in text


def test_a_report_whose_blocks_are_all_final_says_so() -> None:
    text = text_of(drawn(report()))
    assert "FINAL" in text
    assert "preliminar" not in text.lower().split("glossário")[0]


def test_one_block_that_still_moves_marks_cover_and_every_page() -> None:
    later = replace(FINAL[3], maturity="preliminar", final_on=date(2026, 5, 15))
    document = drawn(report(blocks=(*FINAL[:3], later)))
    pages = [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(document)).pages]
    assert "PRELIMINAR" in pages[0]
    assert "preliminar até 15/05/2026" in pages[0]
    assert all("· preliminar" in page for page in pages[1:])


def test_a_month_with_a_day_that_was_not_read_is_preliminary_and_says_how_many() -> None:
    data = report(sheet=replace(report().sheet, days_read=30))
    assert data.state == "preliminar"
    assert "Faltam 1 de 31 dias" in text_of(drawn(data))


def test_what_is_not_known_is_never_shown_as_zero() -> None:
    unknown = figures(mc=None, mc_pct=None, ads_investimento=None, ads_receita=None, acos=None, roas=None, tacos=None)
    days = tuple(replace(day, mc=None, ads_investimento=None, ads_receita=None) for day in report().days)
    text = text_of(drawn(report(figures=unknown, days=days, bridge=None)))
    assert "R$ 0,00" not in text
    assert not re.search(r"(?<![\d,])0,0 %", text)
    assert "não informado" in text
    assert "A margem não pôde ser calculada" in text
    assert "Os Ads do período não foram lidos: isso não quer dizer que nada foi investido" in text


def test_zero_is_shown_as_zero() -> None:
    days = tuple(replace(day, ads_investimento=Decimal(0), ads_receita=Decimal(0)) for day in report().days)
    text = text_of(drawn(report(figures=figures(ads_investimento="0", ads_receita="0", acos=None), days=days)))
    assert "Sem investimento em Ads" in text
    assert "Nenhum valor foi investido" in text


def test_a_sku_without_a_known_margin_has_a_dash() -> None:
    text = text_of(drawn(report(skus=replace(report().skus, best=(sku("SEM-CUSTO", None, mc=None, mc_pct=None),)))))
    assert "SEM-CUSTO 10 R$ 1.000,00 +25 % – – R$ 50,00" in text


def test_an_empty_month_is_short_and_says_why() -> None:
    document = drawn(empty_report())
    assert len(PdfReader(BytesIO(document)).pages) == 3
    text = text_of(document)
    assert "Ainda não há números deste período" in text
    assert "R$ 0,00" not in text


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_a_seller_writes_the_report_is_drawn_in_as_many_pages(text: str) -> None:
    hostile = report(text, skus=replace(report().skus, best=(sku(text or "X", text),)))
    pages = PdfReader(BytesIO(drawn(hostile, brand=Brand(name=text)))).pages
    assert len(pages) == len(PdfReader(BytesIO(drawn(report()))).pages)


@pytest.mark.parametrize("text", HOSTILE)
def test_text_from_outside_is_one_line_without_control_and_direction_characters(text: str) -> None:
    assert not {c for c in printable(text) if ord(c) < 32 or c in "\u202e\u202c\u200f\ufeff"}


def test_accents_and_signs_of_portuguese_are_drawn() -> None:
    said = "Ação à vista: 50 % – “maçã”, coração, pingüim, R$ 5 × 2 ≥ 10 Σ"
    assert printable(said) == said
    assert said in text_of(drawn(report(said)))


def test_changes_since_the_last_report_are_told_with_their_reason() -> None:
    since = datetime(2026, 4, 4, 11, tzinfo=UTC)
    changes = Changes(since, (Restated("reembolsos", "reembolso", 2, Decimal("150.00")),))
    text = text_of(drawn(report(), changes))
    assert "feito em 04/04/2026, 08:00" in text
    assert "Reembolsos (por data da venda) reembolso ou devolução 2 +R$ 150,00" in text
    assert "Nenhum número já mostrado mudou" in text_of(drawn(report(), Changes(since)))


def test_a_margin_that_may_not_be_split_says_why() -> None:
    sheet = replace(report().sheet, margin_split=Decomposition({}, "poucos_pedidos_cobertos"))
    assert "Não é dito: poucos pedidos cobertos" in text_of(drawn(report(sheet=sheet)))


def test_a_bridge_whose_parts_do_not_close_is_not_shown() -> None:
    whole = report().bridge
    assert whole is not None
    broken = replace(whole, before_ads=whole.before_ads + 50)
    assert "As partes não somam a margem" in text_of(drawn(report(bridge=broken)))


def test_the_agencys_name_colour_and_logo_are_used(tmp_path: Path) -> None:
    logo = tmp_path / "logo.png"
    Image.new("RGB", (300, 100), (200, 30, 30)).save(logo)
    document = drawn(report(), brand=Brand("Agência Norte", colour_of("#C81E1E"), logo))
    reader = PdfReader(BytesIO(document))
    assert len(reader.pages[0].images) == 1
    assert "Agência Norte" in reader.pages[1].extract_text()


def test_the_digest_changes_with_a_number_and_not_with_another_reading_of_the_same() -> None:
    read_again = SourceRead("mercado_livre", "orders", 31, datetime(2026, 5, 21, tzinfo=UTC))
    again = report(quality=replace(report().quality, reads=(read_again,)), as_of=read_again.last)
    assert again.hash == report().hash
    assert report(figures=figures(pedidos="1235")).hash != report().hash
