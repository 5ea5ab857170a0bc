"""The cover: whose report, which period, and whether its numbers may still move (kpis.md §7)."""

from __future__ import annotations

from viang_pipeline.domain.brazilian import day_text, period_text, window_text
from viang_pipeline.domain.business_day import SAO_PAULO
from viang_pipeline.reports.data import Block, ReportData
from viang_pipeline.reports.page import HEIGHT, INNER, LEFT, WIDTH, Sheet
from viang_pipeline.reports.theme import GOOD, INK, LINE, SOFT, WARNING, WHITE, mix

PANEL = 168.0
NAME_SIZES = (34, 27, 21, 16)
LOGO_WIDTH, LOGO_HEIGHT = 62.0, 18.0


def draw(sheet: Sheet, data: ReportData) -> None:
    """The first page."""
    sheet.new_page(running=False)
    _ground(sheet)
    _agency(sheet)
    period = data.sheet.period
    ink = mix(sheet.brand.dark, WHITE, 0.75)
    kind = {"month": "Relatório mensal", "week": "Relatório semanal"}.get(period.kind, "Relatório")
    sheet.text(LEFT, 82, kind, size=12, colour=ink)
    name = data.sheet.client_name
    size = next((s for s in NAME_SIZES if len(sheet.broken(name, INNER - 10, size=s, bold=True)) <= 3), NAME_SIZES[-1])
    height = sheet.paragraph(LEFT, 90, name, INNER - 10, size=size, bold=True, colour=WHITE, leading=1.16, lines=3)
    when = period_text(period)
    sheet.paragraph(LEFT, 96 + height, when[:1].upper() + when[1:], INNER, size=15, colour=WHITE, lines=1)
    _state(sheet, data)
    _windows(sheet, data)


def _ground(sheet: Sheet) -> None:
    brand = sheet.brand
    sheet.box(0, 0, WIDTH, PANEL, brand.dark)
    with sheet.pdf.rect_clip(0, 0, WIDTH, PANEL):
        for radius, share in ((96, 0.06), (70, 0.10), (44, 0.16)):
            sheet.dot(WIDTH - 14, 22, radius, mix(brand.dark, brand.strong, share * 4))
    sheet.box(0, PANEL, WIDTH, 1.6, brand.colour)


def _agency(sheet: Sheet) -> None:
    if sheet.brand.logo is not None:
        sheet.box(LEFT, 22, LOGO_WIDTH, LOGO_HEIGHT, WHITE, radius=2)
        sheet.pdf.image(
            sheet.brand.logo, LEFT + 4, 25, LOGO_WIDTH - 8, LOGO_HEIGHT - 6, keep_aspect_ratio=True,
            alt_text=sheet.brand.name,
        )  # fmt: skip
    else:
        sheet.dot(LEFT + 3.2, 28.2, 3.2, WHITE)
        sheet.dot(LEFT + 3.2, 28.2, 1.5, sheet.brand.strong)
        sheet.text(LEFT + 9.5, 25.4, sheet.brand.name, size=15, bold=True, colour=WHITE, width=INNER - 10)


def _state(sheet: Sheet, data: ReportData) -> None:
    final = data.state == "final"
    colour = GOOD if final else WARNING
    sheet.y = PANEL + 14
    width = sheet.pill(LEFT, sheet.y, "FINAL" if final else "PRELIMINAR", colour, WHITE, size=10)
    sheet.paragraph(LEFT + width + 5, sheet.y - 0.4, _meaning(data), INNER - width - 5, size=9, colour=INK)
    sheet.y += 17
    cell = INNER / len(data.blocks)
    for number, block in enumerate(data.blocks):
        x = LEFT + number * cell
        settled = block.maturity == "final"
        sheet.rule(x, sheet.y, cell - 4, GOOD if settled else WARNING, thickness=0.9)
        sheet.text(x, sheet.y + 3, block.name, size=9, bold=True)
        sheet.text(x, sheet.y + 7.6, _until(data, block), size=7.8, colour=SOFT, width=cell - 4)
    sheet.y += 18


def _until(data: ReportData, block: Block) -> str:
    if data.empty:
        return "sem números"
    if block.final_on is None:
        return "final"
    return f"{'quase final' if block.almost else 'preliminar'} até {day_text(block.final_on)}"


def _meaning(data: ReportData) -> str:
    if data.state == "final":
        return "Todos os números do período já são definitivos. Se algum ainda mudar, a mudança fica registrada."
    if data.empty:
        return "O período ainda não tem nenhum número calculado."
    reasons = []
    if not data.sheet.period.whole:
        reasons.append("o período ainda não terminou")
    if not data.sheet.complete:
        reasons.append(f"{data.sheet.period.days - data.sheet.days_read} dia(s) ainda não foram lidos por inteiro")
    if data.final_on is not None:
        reasons.append(f"pagamentos, devoluções e Ads ainda podem mudar até {day_text(data.final_on)}")
    text = "; ".join(reasons)
    return f"{text[:1].upper()}{text[1:]}."


def _windows(sheet: Sheet, data: ReportData) -> None:
    rows = [
        ("Período", window_text(data.sheet.period)),
        ("Comparado com", window_text(data.sheet.previous)),
        ("Um ano antes", window_text(data.sheet.year_ago)),
        ("Dias lidos por inteiro", f"{data.sheet.days_read} de {data.sheet.period.days}"),
        ("Pedidos lidos até", f"{data.as_of.astimezone(SAO_PAULO):%d/%m/%Y, %H:%M}" if data.as_of else "não informado"),
    ]
    for name, value in rows:
        sheet.text(LEFT, sheet.y, name, size=8.5, colour=SOFT)
        sheet.text(LEFT + 46, sheet.y, value, size=8.5, bold=True)
        sheet.y += 6.4
    sheet.rule(LEFT, HEIGHT - 20, INNER, LINE)
    sheet.text(
        LEFT, HEIGHT - 16, f"Preparado por {sheet.brand.name} para {data.sheet.client_name}", size=7.5, colour=SOFT,
        width=INNER,
    )  # fmt: skip
