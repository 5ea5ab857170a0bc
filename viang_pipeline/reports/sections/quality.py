"""What the numbers stand on: coverage, what is missing and why, how much of each source was read (kpis.md §5.10)."""

from __future__ import annotations

from decimal import Decimal

from viang_pipeline.domain.brazilian import integer_text, percent_text
from viang_pipeline.domain.business_day import SAO_PAULO
from viang_pipeline.reports.data import ReportData
from viang_pipeline.reports.page import INNER, LEFT, Sheet
from viang_pipeline.reports.table import Cell, Column, table
from viang_pipeline.reports.theme import BAD, INK, LINE, SOFT, WARNING
from viang_pipeline.reports.wording import UNKNOWN, reason_text
from viang_pipeline.warehouse.client_status import RESOURCES
from viang_pipeline.warehouse.token_store import PLATFORM_NAMES

SHOWN = frozenset(
    {
        "orders", "shipments", "listings", "visits", "stock", "account", "ads", "claims", "billing", "discounts",
        "products", "costs", "payables", "receivables", "invoices", "structures", "kits", "links",
    }
)  # fmt: skip
"""What the numbers stand on; lists of codes and settings are left out."""


def draw(sheet: Sheet, data: ReportData) -> None:
    """Shares of revenue, reasons, and readings."""
    sheet.heading(
        "Cobertura e frescor", "O que falta nos números nunca é estimado: fica de fora e é dito aqui.", room=60
    )
    quality = data.quality
    for name, lacking in (
        ("Com custo do produto conhecido", quality.sem_custo),
        ("Com frete observado", quality.sem_frete),
        ("Com imposto conhecido", quality.sem_imposto),
        ("Com SKU identificado", quality.sem_sku),
    ):
        _bar(sheet, name, None if lacking is None else 1 - lacking)
    sheet.y += 2
    if quality.quarantined:
        sheet.note(
            f"{integer_text(quality.quarantined)} pedido(s) em quarentena, fora de todos os números: moeda, site ou "
            "situação desconhecidos, ou um valor impossível."
        )
    if quality.missing:
        sheet.subheading("O que falta", room=30)
        days = len(data.days)
        table(
            sheet,
            [Column("Motivo", 6), Column("Dias", 2, "R")],
            [
                [_sentence(reason_text(code)), f"{integer_text(count)} de {integer_text(days)}"]
                for code, count in list(quality.missing.items())[:12]
            ],
            empty="",
        )
    sheet.subheading("Leituras do período", room=30)
    table(
        sheet,
        [
            Column("Fonte", 3),
            Column("O quê", 3),
            Column("Dias lidos", 2, "R"),
            Column("Última leitura completa", 3, "R"),
        ],
        [
            [
                PLATFORM_NAMES.get(each.source, each.source),
                RESOURCES[each.resource],
                Cell(
                    f"{integer_text(each.days)} de {integer_text(len(data.days))}",
                    colour=INK if each.days == len(data.days) else BAD if each.days == 0 else WARNING,
                ),
                UNKNOWN if each.last is None else f"{each.last.astimezone(SAO_PAULO):%d/%m/%Y, %H:%M}",
            ]
            for each in quality.reads
            if each.resource in SHOWN and (each.source, each.resource) != ("bling", "account")
        ],
        empty="Nenhuma fonte foi lida neste período.",
    )


def _bar(sheet: Sheet, name: str, share: Decimal | None) -> None:
    sheet.text(LEFT, sheet.y + 0.2, name, size=8.6)
    left, width = LEFT + 62, INNER - 62 - 26
    sheet.box(left, sheet.y + 0.6, width, 3.2, LINE, radius=1.6)
    if share:
        weak = share < Decimal("0.8")
        sheet.box(left, sheet.y + 0.6, width * float(share), 3.2, WARNING if weak else sheet.brand.strong, radius=1.6)
    said = UNKNOWN if share is None else percent_text(share)
    sheet.text(
        LEFT, sheet.y + 0.2, said, size=8.6, bold=share is not None, colour=SOFT if share is None else INK, width=INNER,
        align="R",
    )  # fmt: skip
    sheet.y += 7


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
