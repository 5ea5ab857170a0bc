"""A model's sentences with ``{{fact|slot}}`` in them, and how they are filled. Pure: what is unknown is refused."""

from __future__ import annotations

import re

from viang_pipeline.insights.facts import FactSheet
from viang_pipeline.insights.render import SHEET_SLOTS, SLOTS, sheet_slot, slot

_PLACEHOLDER = re.compile(r"\{\{\s*([\w.]+)\s*\|\s*(\w+)\s*\}\}")
PERIOD = "periodo"


class UnknownPlaceholder(ValueError):
    """A sentence asks for something no fact has."""


def fill(sentence: str, sheet: FactSheet) -> str:
    """The sentence with every placeholder replaced. Raises UnknownPlaceholder naming one that stands for nothing."""
    filled = _PLACEHOLDER.sub(lambda found: _value(found[1], found[2], sheet), sentence)
    if "{" in filled or "}" in filled:
        raise UnknownPlaceholder("chaves que não formam um marcador {{fato|campo}}")
    return filled


def cited(sentence: str) -> set[str]:
    """The ids of the facts a sentence cites."""
    return {found[1] for found in _PLACEHOLDER.finditer(sentence)} - {PERIOD}


def available(sheet: FactSheet) -> dict[str, list[str]]:
    """Fact id → the slots that may be asked of it."""
    slots = {fact.id: [name for name in SLOTS if slot(fact, name) is not None] for fact in sheet.facts}
    return {PERIOD: list(SHEET_SLOTS)} | slots


def _value(fact_id: str, name: str, sheet: FactSheet) -> str:
    if fact_id == PERIOD:
        value = sheet_slot(sheet, name)
    else:
        fact = sheet.get(fact_id)
        value = None if fact is None else slot(fact, name)
    if value is None:
        raise UnknownPlaceholder(f"{{{{{fact_id}|{name}}}}} não existe")
    return value
