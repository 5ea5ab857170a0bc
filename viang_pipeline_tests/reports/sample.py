"""Data of a report written by hand: a shop in March 2026, of which a test changes what it is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

from pypdf import PdfReader

from viang_pipeline.domain.comparisons import Comparison, Decomposition, Reading, compare
from viang_pipeline.domain.metrics import BY_ID
from viang_pipeline.domain.periods import parse_period
from viang_pipeline.insights.facts import FactSheet
from viang_pipeline.insights.measures import STATED
from viang_pipeline.reports.data import (
    AbcClass,
    AfterSale,
    Block,
    Bridge,
    Changes,
    Day,
    Figure,
    Portfolio,
    Quality,
    ReportData,
    Reputation,
    Sku,
    Skus,
    SourceRead,
    Stock,
    StockSku,
)  # fmt: skip
from viang_pipeline.reports.render import render
from viang_pipeline.reports.theme import Brand

MARCH = parse_period("2026-03", date(2026, 6, 1))
READ_AT = datetime(2026, 5, 20, 6, 30, tzinfo=UTC)
FINAL = tuple(Block(name, "final", None) for name in ("Vendas", "Ads", "Visitas", "Devoluções"))
UNKNOWN = Comparison(None, refused="sem_valor")
VALUES = {
    "faturamento": "123456.78", "pedidos": "1234", "unidades": "1500", "ticket_medio": "100.05", "mc": "24691.36",
    "mc_pct": "0.25", "mc_cobertura": "0.8", "taxa_cancelamento": "0.0512", "valor_cancelado": "6200.00",
    "ads_investimento": "3000.00", "ads_receita": "15000.00", "acos": "0.2", "roas": "5", "tacos": "0.0243",
}  # fmt: skip


def figures(**values: str | None) -> dict[str, Figure]:
    """Every stated metric: a value, and a tenth less before; None and what is not named are not known."""
    found = {}
    for metric in STATED:
        text = (VALUES | values).get(metric)
        value = None if text is None else Decimal(text)
        before = None if value is None else value * Decimal("0.9")
        now = Reading(value, coverage=Decimal("0.8"), covered_orders=100)
        previous = compare(BY_ID[metric], now, replace(now, value=before))
        year = Comparison(None, refused="sem_valor_anterior" if value is not None else "sem_valor")
        found[metric] = Figure(metric, value, previous, year, Decimal("0.8") if metric == "mc" else None)
    return found


def sku(name: str = "PAN-7", title: str | None = "Jogo de Panelas", **values: Any) -> Sku:
    """A SKU that sold."""
    return Sku(
        **{
            "sku": name, "title": title, "faturamento": Decimal("1000.00"), "faturamento_antes": Decimal("800.00"),
            "unidades": Decimal(10), "mc": Decimal("250.00"), "mc_pct": Decimal("0.25"), "cobertura": Decimal(1),
            "ads_investimento": Decimal("50.00"),
        }
        | values
    )  # fmt: skip


def report(name: str = "Loja Aurora", **given: Any) -> ReportData:
    """A whole, final month of a shop."""
    days = [MARCH.first + timedelta(days=number) for number in range(MARCH.days)]
    sheet = FactSheet("aurora", name, MARCH, MARCH.previous, MARCH.year_ago, MARCH.days, (), Decomposition({}))
    whole = {
        "sheet": sheet,
        "figures": figures(),
        "blocks": FINAL,
        "days": tuple(Day(day, True, Decimal("3982.48"), Decimal("796.50"), Decimal("3185.98"), Decimal("96.77"),
                          Decimal("483.87"), Decimal("200.00")) for day in days),
        "bridge": Bridge(Decimal(1000), {"comissao": Decimal(120), "cmv": Decimal(500)}, Decimal(380), Decimal(80),
                         Decimal(300)),
        "skus": Skus(1, (sku(),), (), (), Decimal(0)),
        "portfolio": Portfolio(
            date(2026, 5, 19), (AbcClass("A", 8, Decimal(800)), AbcClass("B", 12, Decimal(150)),
                                AbcClass("C", 30, Decimal(50))),
            {"ADEQUADA": 40, "RUPTURA": 3}, 7, 3, Decimal("412.00"),
            (StockSku("POTE-10", "Kit de Potes", "A", 0, Decimal("3.1"), Decimal(0), "RUPTURA", Decimal("412.00")),),
        ),
        "stock": Stock(date(2026, 3, 31), 537, Decimal("21588.17"), Decimal("0.85"), Decimal("0.06")),
        "after_sale": AfterSale(Decimal("5000.00"), Decimal("1200.00"), Decimal(4), Decimal(9), Decimal(1)),
        "reputation": Reputation(
            date(2026, 3, 31), "5_green", None, "gold", "60 days", 630,
            {"rep_reclamacoes": Decimal("0.0108"), "rep_atrasos": Decimal("0.031"), "rep_cancelamentos": None}, {},
        ),
        "quality": Quality(
            Decimal(0), Decimal("0.1"), Decimal("0.05"), Decimal(0), {"frete_nao_observado": 4},
            (SourceRead("mercado_livre", "orders", 31, READ_AT),), 0,
        ),
        "as_of": READ_AT,
    }  # fmt: skip
    return ReportData(**(whole | given))


def empty_report() -> ReportData:
    """A month of which nothing was ever read."""
    return report(
        sheet=replace(report().sheet, days_read=0), figures=figures(**dict.fromkeys(VALUES)),
        blocks=tuple(replace(block, maturity="preliminar", final_on=date(2026, 5, 15)) for block in FINAL),
        days=tuple(Day(day.dia, False) for day in report().days), bridge=None,
        skus=Skus(0, (), (), (), Decimal(0)), portfolio=None, stock=None, after_sale=AfterSale(*[None] * 5),
        reputation=None, quality=Quality(None, None, None, None, {}, (), 0), as_of=None,
    )  # fmt: skip


def drawn(data: ReportData, changes: Changes = Changes(None), brand: Brand = Brand()) -> bytes:  # noqa: B008 (frozen)
    """The PDF."""
    return render(data, changes, brand)


def text_of(document: bytes) -> str:
    """Its words, page after page, in single spaces."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(document)).pages).split())
