"""The ABC curve and the stock: what concentrates the sales, what is out of stock, what soon will be (kpis.md §5.8)."""

from __future__ import annotations

from decimal import Decimal

from viang_pipeline.domain.brazilian import day_text, decimal_text, integer_text, money_text, percent_text
from viang_pipeline.reports.charts import stacked
from viang_pipeline.reports.data import Portfolio, ReportData, StockSku
from viang_pipeline.reports.page import INNER, LEFT, Sheet
from viang_pipeline.reports.table import Cell, Column, Row, table
from viang_pipeline.reports.theme import BAD, FAINT, GOOD, INK, LINE, SOFT, WARNING, WHITE, Colour
from viang_pipeline.reports.wording import DASH, STATES, UNKNOWN

_STATE_COLOURS: dict[str, Colour] = {
    "RUPTURA": BAD, "COMPRA_URGENTE": (222, 106, 62), "COMPRAR_EM_BREVE": WARNING, "COBERTURA_BAIXA": (214, 178, 88),
    "ADEQUADA": GOOD, "EXCESSO": (98, 110, 180),
}  # fmt: skip


def draw(sheet: Sheet, data: ReportData) -> None:
    """Both sections."""
    _abc(sheet, data.portfolio)
    _stock(sheet, data)


def _abc(sheet: Sheet, portfolio: Portfolio | None) -> None:
    sheet.heading(
        "Curva ABC",
        "90 dias de faturamento: A são os SKUs que fazem os primeiros 80 %, B até 95 %, C o resto.",
        room=55,
    )
    total = sum((each.faturamento for each in portfolio.abc), Decimal(0)) if portfolio else Decimal(0)
    if portfolio is None or not total:
        sheet.note("Curva não informada: ainda não há 90 dias calculados ou nenhuma venda neles.")
        return
    brand = sheet.brand
    grounds = {"A": (brand.strong, WHITE), "B": (brand.soft, INK), "C": (LINE, INK)}
    stacked(
        sheet,
        [
            (f"{each.curva}  {percent_text(each.faturamento / total)}", each.faturamento, *grounds[each.curva])
            for each in portfolio.abc
        ],
    )
    count = sum(each.skus for each in portfolio.abc)
    table(
        sheet,
        [Column("Classe", 2), Column("SKUs", 2, "R"), Column("Parte dos SKUs", 2, "R"),
         Column("Faturamento em 90 dias", 3, "R"), Column("Parte do faturamento", 3, "R")],
        [
            [
                Cell(each.curva, bold=True), integer_text(each.skus), percent_text(Decimal(each.skus) / count),
                money_text(each.faturamento), percent_text(each.faturamento / total),
            ]
            for each in portfolio.abc
        ],
        empty="",
    )  # fmt: skip
    sheet.note(f"Posição em {day_text(portfolio.dia)}, o dia completo mais novo.")


def _stock(sheet: Sheet, data: ReportData) -> None:
    sheet.heading("Estoque: ruptura e cobertura", room=50)
    stock, portfolio = data.stock, data.portfolio
    cells = [
        ("Unidades disponíveis", None if stock is None or stock.estoque_disponivel is None
         else integer_text(stock.estoque_disponivel)),
        ("Valor do estoque a custo", None if stock is None or stock.valor_estoque is None
         else money_text(stock.valor_estoque)),
        ("Taxa de ruptura em 30 dias", None if stock is None or stock.taxa_ruptura is None
         else percent_text(stock.taxa_ruptura)),
        ("SKUs em ruptura", None if portfolio is None else integer_text(portfolio.out_of_stock)),
        ("Venda perdida estimada", None if portfolio is None or portfolio.lost is None
         else money_text(portfolio.lost)),
    ]  # fmt: skip
    width = INNER / len(cells)
    for number, (name, value) in enumerate(cells):
        x = LEFT + number * width
        sheet.text(x, sheet.y, name, size=7.6, colour=SOFT, width=width - 3)
        sheet.text(
            x, sheet.y + 4.4, value or UNKNOWN, size=12 if value else 9, bold=True, colour=INK if value else SOFT,
            width=width - 3, shrink=True,
        )  # fmt: skip
    sheet.y += 14
    sheet.note(_remarks(data))
    if portfolio is None:
        return
    _states(sheet, portfolio)
    sheet.subheading("Decisões mais urgentes")
    table(
        sheet,
        [Column("SKU", 4.8), Column("Curva", 1), Column("Estado", 2.8), Column("Estoque", 1.4, "R"),
         Column("Venda por dia", 1.8, "R"), Column("Cobertura", 1.7, "R"), Column("Venda perdida", 2.1, "R")],
        [_row(each) for each in portfolio.urgent],
        empty="Nenhum SKU em ruptura ou perto dela, entre os que têm estoque conhecido.",
    )  # fmt: skip


def _remarks(data: ReportData) -> str:
    parts = []
    if data.stock is None:
        parts.append("Estoque não informado: nenhuma foto do estoque neste período.")
    else:
        parts.append(f"Foto do estoque no fechamento de {day_text(data.stock.dia)}.")
        share = data.stock.valor_estoque_cobertura
        if share is not None and share < 1:
            parts.append(f"O valor cobre {percent_text(share)} das unidades: o custo das outras não é conhecido.")
    if data.portfolio is not None:
        parts.append(f"Ruptura e cobertura em {day_text(data.portfolio.dia)}.")
    return " ".join(parts)


def _states(sheet: Sheet, portfolio: Portfolio) -> None:
    known = [(state, portfolio.states[state]) for state in STATES if state in portfolio.states]
    if not known:
        sheet.note("Estado de estoque não informado: faltam a foto do estoque ou os prazos de compra do cliente.")
        return
    stacked(
        sheet,
        [(integer_text(count), Decimal(count), _STATE_COLOURS[state], WHITE) for state, count in known],
        height=7,
    )  # fmt: skip
    names = [(f"{STATES[state]}: {integer_text(count)}", _STATE_COLOURS[state]) for state, count in known]
    if portfolio.unknown_states:
        names.append((f"Não afirmado: {integer_text(portfolio.unknown_states)}", FAINT))
    x = LEFT
    for label, colour in names:
        width = 4 + sheet.width_of(label, 7.5)
        if x + width > LEFT + INNER:
            x, sheet.y = LEFT, sheet.y + 5
        sheet.dot(x + 1.3, sheet.y + 1.5, 1.2, colour)
        sheet.text(x + 4, sheet.y, label, size=7.5, colour=SOFT)
        x += width + 6
    sheet.y += 8


def _row(each: StockSku) -> Row:
    days = None if each.cobertura_dias is None else f"{decimal_text(each.cobertura_dias, 0)} dias"
    return [
        Cell(each.sku, sub=each.title or ""),
        each.curva_abc or DASH,
        Cell(
            STATES[each.estado] if each.estado else "Ruptura", colour=_STATE_COLOURS.get(each.estado or "RUPTURA", INK)
        ),
        DASH if each.estoque_disponivel is None else integer_text(each.estoque_disponivel),
        DASH if each.vmd_30 is None else decimal_text(each.vmd_30, 2),
        days or DASH,
        DASH if each.venda_perdida_est is None else money_text(each.venda_perdida_est),
    ]
