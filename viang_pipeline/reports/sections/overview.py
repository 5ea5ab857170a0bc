"""The period on one page, in words; and the figures with both comparisons."""

from __future__ import annotations

from viang_pipeline.domain.brazilian import percent_text
from viang_pipeline.domain.metrics import BY_ID
from viang_pipeline.reports.data import Figure, ReportData
from viang_pipeline.reports.page import INNER, LEFT, Sheet
from viang_pipeline.reports.summary import ENOUGH_COVERAGE, Mark, Sentence, summary
from viang_pipeline.reports.theme import (
    BAD,
    BAD_TINT,
    FAINT,
    GOOD,
    GOOD_TINT,
    INK,
    LINE,
    PANEL,
    SOFT,
    WARNING,
    WARNING_TINT,
    WHITE,
    Colour,
)  # fmt: skip
from viang_pipeline.reports.wording import change_text, refusal_text, tone_colour, value_text

CARDS = (
    "faturamento", "mc", "mc_pct", "pedidos", "ticket_medio", "unidades", "comissao_pct", "ads_investimento", "acos",
    "tacos", "visitas", "conversao", "taxa_cancelamento", "reembolsos", "faturamento_liquido",
)  # fmt: skip
COLUMNS, CARD_HEIGHT, GAP = 3, 33.0, 4.0
_MARKS: dict[Mark, tuple[Colour, Colour]] = {
    "bom": (GOOD, GOOD_TINT),
    "ruim": (BAD, BAD_TINT),
    "aviso": (WARNING, WARNING_TINT),
    "neutro": (FAINT, PANEL),
}


def draw_words(sheet: Sheet, data: ReportData) -> None:
    """What matters, in sentences."""
    sheet.new_page()
    sheet.heading("O período em uma página")
    for sentence in summary(data):
        _sentence(sheet, sentence)


def draw_cards(sheet: Sheet, data: ReportData) -> None:
    """The page of cards."""
    sheet.new_page()
    sheet.heading(
        "Indicadores", "Cada número com o período anterior e o mesmo período um ano antes. Menos de 2 % é “estável”."
    )
    width = (INNER - GAP * (COLUMNS - 1)) / COLUMNS
    for number, metric in enumerate(CARDS):
        column = number % COLUMNS
        if column == 0:
            sheet.need(CARD_HEIGHT)
        _card(sheet, LEFT + column * (width + GAP), width, data.figures[metric])
        if column == COLUMNS - 1:
            sheet.y += CARD_HEIGHT + GAP
    sheet.note(
        "Cartões em cinza: a margem se apoia em menos de 80 % do faturamento. “–”: sem comparação, pelo motivo dito."
    )


def _sentence(sheet: Sheet, sentence: Sentence) -> None:
    colour, ground = _MARKS[sentence.mark]
    inner = INNER - 14
    lines = len(sheet.broken(sentence.text, inner, size=9.2))
    height = 12.6 + lines * 5.0
    sheet.need(height + 3)
    sheet.box(LEFT, sheet.y, INNER, height, ground, radius=2.2)
    sheet.dot(LEFT + 5.6, sheet.y + 6.4, 1.5, colour)
    sheet.text(LEFT + 10, sheet.y + 4.1, sentence.title, size=11, bold=True, width=inner)
    sheet.paragraph(LEFT + 10, sheet.y + 10.2, sentence.text, inner, size=9.2, colour=INK, leading=1.54)
    sheet.y += height + 3.4


def _card(sheet: Sheet, x: float, width: float, figure: Figure) -> None:
    weak = figure.coverage is not None and figure.coverage < ENOUGH_COVERAGE
    sheet.box(x, sheet.y, width, CARD_HEIGHT, PANEL if weak else WHITE, radius=2.2, border=LINE)
    name = BY_ID[figure.metric].nome_pt
    sheet.text(x + 4, sheet.y + 3.6, name, size=8, colour=SOFT, width=width - 8)
    known = figure.value is not None
    value = value_text(figure.metric, figure.value)
    sheet.text(
        x + 4, sheet.y + 8.4, value, size=15 if known else 11, bold=True, colour=SOFT if weak or not known else INK,
        width=width - 8, shrink=True,
    )  # fmt: skip
    if figure.coverage is not None:
        sheet.text(x + 4, sheet.y + 15.2, f"cobertura {percent_text(figure.coverage)}", size=6.8, colour=SOFT)
    top = sheet.y + 20.4
    for row, (label, comparison) in enumerate((("anterior", figure.previous), ("ano antes", figure.year))):
        y = top + row * 5.4
        sheet.text(x + 4, y, label, size=7.2, colour=SOFT)
        refused = refusal_text(comparison)
        said = f"– {refused}" if refused else change_text(figure.metric, comparison)
        sheet.text(
            x + 19, y - (0 if refused else 0.2), said, size=6.6 if refused else 8, bold=not refused,
            colour=FAINT if refused else tone_colour(comparison), width=width - 23, align="R",
        )  # fmt: skip
