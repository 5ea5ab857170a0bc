"""How facts are written: one spelling per figure, used by every text and known to the verifier. Pure.

A slot is what of a fact is written (``valor``, ``direcao``…); ``None`` where a fact has no such thing.
"""

from __future__ import annotations

import re
from decimal import Decimal

from viang_pipeline.domain.brazilian import (
    day_text,
    integer_text,
    money_text,
    multiple_text,
    percent_text,
    period_text,
    points_text,
    window_text,
)
from viang_pipeline.domain.comparisons import MULTIPLES, Comparison
from viang_pipeline.insights.facts import Fact, FactSheet
from viang_pipeline.sources.redaction import scrub

LONGEST_TITLE, LONGEST_SKU = 60, 40
SLOTS = (
    "valor", "anterior", "variacao", "diferenca", "direcao", "ano_anterior", "ano_variacao", "ano_diferenca",
    "ano_direcao", "efeito", "sku", "titulo", "final_em",
)  # fmt: skip
SHEET_SLOTS = ("nome", "anterior", "ano", "dias_lidos")
_PLURAL = frozenset({"vendas_brutas", "pedidos", "unidades", "reembolsos", "devolucoes", "visitas"})
_DIRECTIONS = {
    "subiu": ("subiu", "subiram"),
    "caiu": ("caiu", "caíram"),
    "estavel": ("ficou estável", "ficaram estáveis"),
}
_UNFIT = re.compile(r"[^\w\s.,;:!?()/+&%°ªº'\-]|_")


def slot(fact: Fact, name: str) -> str | None:
    """A slot of a fact as text; None when the fact has none, and for a comparison that was refused."""
    comparison = fact.year if name.startswith("ano_") else fact.previous
    kind = name.removeprefix("ano_")
    if name in ("valor", "efeito", "sku", "titulo", "final_em"):
        return _own(fact, name)
    if comparison is None or comparison.refused is not None or name not in SLOTS:
        return None
    return _compared(fact, comparison, kind)


def _own(fact: Fact, name: str) -> str | None:
    effect = fact.role == "efeito"
    if name == "efeito":
        return _effect(fact) if effect else None
    if name == "valor":
        return None if effect else value_text(fact.metric, fact.unit, fact.value)
    if name == "sku":
        return sku_text(fact.sku) if fact.sku else None
    if name == "titulo":
        return title_text(fact.title) if fact.title and safe_title(fact.title) else None
    return day_text(fact.final_on) if fact.final_on else None


def _compared(fact: Fact, comparison: Comparison, kind: str) -> str | None:
    if kind == "anterior" and comparison.before is not None:
        return value_text(fact.metric, fact.unit, comparison.before)
    if kind in ("variacao", "diferenca") and comparison.direction == "estavel":
        return None  # within the noise band nothing is said of a size (kpis.md §8)
    if kind == "variacao":
        return change_text(fact, comparison)
    if kind == "diferenca" and comparison.difference is not None:
        return difference_text(fact, comparison.difference)
    if kind == "direcao" and comparison.direction is not None:
        return _DIRECTIONS[comparison.direction][fact.metric in _PLURAL and fact.sku is None]
    return None


def sheet_slot(sheet: FactSheet, name: str) -> str | None:
    """What is written of the period itself."""
    return {
        "nome": period_text(sheet.period),
        "anterior": window_text(sheet.previous),
        "ano": window_text(sheet.year_ago),
        "dias_lidos": f"{sheet.days_read} de {sheet.period.days} dias",
    }.get(name)


def value_text(metric: str, unit: str, value: Decimal) -> str:
    """A figure in its unit."""
    if unit == "BRL":
        return money_text(value)
    if unit == "fração":
        return multiple_text(value) if metric in MULTIPLES else percent_text(value)
    return integer_text(value)


def difference_text(fact: Fact, difference: Decimal) -> str:
    """A difference without its sign, which the word of the direction tells: rates in percentage points."""
    size = abs(difference)
    if fact.unit == "fração" and fact.metric not in MULTIPLES:
        return points_text(size).removeprefix("+")
    return value_text(fact.metric, fact.unit, size)


def change_text(fact: Fact, comparison: Comparison) -> str | None:
    """How much it changed: a percentage of an amount; the difference where there is no such percentage."""
    if comparison.relative is not None:
        return percent_text(abs(comparison.relative))
    return None if comparison.difference is None else difference_text(fact, comparison.difference)


def _effect(fact: Fact) -> str:
    verb = "tirou" if fact.value < 0 else "acrescentou"
    return f"{verb} {points_text(abs(fact.value)).removeprefix('+')}"


def sku_text(sku: str) -> str:
    """A SKU, always announced as one."""
    return f"SKU {safe_sku(sku)}"


def title_text(title: str) -> str:
    """A title in quotation marks."""
    return f"“{safe_title(title)}”"


def safe_title(title: str) -> str:
    """A seller's title as data: one line of plain signs, without anything that looks like a person, and cut."""
    plain = " ".join(_UNFIT.sub(" ", scrub(title)).split())
    return plain if len(plain) <= LONGEST_TITLE else f"{plain[: LONGEST_TITLE - 1].rstrip()}…"


def safe_sku(sku: str) -> str:
    """A seller's SKU as data: plain signs, cut."""
    plain = re.sub(r"[^\w.\-/]", "-", scrub(sku))
    return plain[:LONGEST_SKU]
