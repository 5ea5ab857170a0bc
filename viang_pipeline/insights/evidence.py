"""What a fact sheet gives the verifier to hold a text against: its facts by name, and how they are written. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from viang_pipeline.insights.facts import Fact, FactSheet
from viang_pipeline.insights.render import SHEET_SLOTS, sheet_slot, sku_text, slot

SKU, TITLE, PERIOD = 0xE000, 0xE800, 0xF000  # private signs that stand for what is masked
PP = "p_p_"
"""How ``p.p.`` is read: its dots end no sentence."""


@dataclass(frozen=True)
class Evidence:
    """One sheet, ready to be looked things up in."""

    sheet: FactSheet

    def masked(self, text: str) -> str:
        """The text with what it may hold as a whole (SKUs, titles, windows) replaced by signs."""
        single = " ".join(re.split(r"[^\S\n]+", text))
        return self.phrases.sub(lambda found: self.signs[found.group()], single).replace("p.p.", PP)

    def outside(self, text: str) -> str:
        """The text without them: what whoever wrote it answers for."""
        return self.phrases.sub("", " ".join(re.split(r"[^\S\n]+", text)))

    def says(self, figure: str, facts: Iterable[Fact], slots: tuple[str, ...]) -> bool:
        """Whether a figure is, sign for sign, how one of the facts is written in one of the slots."""
        return any(figure in self._figures(fact, slots) for fact in facts)

    def _figures(self, fact: Fact, slots: tuple[str, ...]) -> frozenset[str]:
        key = (fact.id, slots)
        if key not in self._written:
            texts = (slot(fact, name) for name in slots)
            self._written[key] = frozenset(_figure_of(text) for text in texts if text is not None)
        return self._written[key]

    @cached_property
    def _written(self) -> dict[tuple[str, tuple[str, ...]], frozenset[str]]:
        return {}

    @cached_property
    def signs(self) -> dict[str, str]:
        """What may stand in a text as a whole, and the sign that stands for it while the rest is read."""
        known = {text: chr(PERIOD) for name in SHEET_SLOTS if (text := sheet_slot(self.sheet, name)) is not None}
        known |= {sku_text(sku): chr(SKU + position) for position, sku in enumerate(self.skus)}
        return known | {title: chr(TITLE + position) for position, title in enumerate(self.of_title)}

    @cached_property
    def phrases(self) -> re.Pattern[str]:
        """Any of them, longest first."""
        ordered = sorted(self.signs, key=len, reverse=True)
        return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, ordered))})(?![\w-])")

    @cached_property
    def skus(self) -> list[str]:
        """Every SKU the sheet names."""
        return list(dict.fromkeys(fact.sku for fact in self.sheet.facts if fact.sku is not None))

    @cached_property
    def of_sku(self) -> dict[str, list[Fact]]:
        """The facts of each SKU."""
        return {sku: [fact for fact in self.sheet.facts if fact.sku == sku] for sku in self.skus}

    @cached_property
    def of_title(self) -> dict[str, set[str]]:
        """The SKUs that are sold under each title."""
        found: dict[str, set[str]] = {}
        for fact in self.sheet.facts:
            if fact.sku is not None and (title := slot(fact, "titulo")):
                found.setdefault(title, set()).add(fact.sku)
        return found

    @cached_property
    def of_metric(self) -> dict[str, list[Fact]]:
        """The facts of the whole client, by metric."""
        found: dict[str, list[Fact]] = {}
        for fact in self.sheet.facts:
            if fact.sku is None:
                found.setdefault(fact.metric, []).append(fact)
        return found

    @cached_property
    def final_dates(self) -> set[str]:
        """The days on which facts become final."""
        return {text for fact in self.sheet.facts if (text := slot(fact, "final_em"))}


def _figure_of(text: str) -> str:
    """The figure alone: an effect is written with its verb."""
    return re.sub(r"^(?:tirou|acrescentou) ", "", text).replace("p.p.", PP)
