"""Reads a finished text and refuses whatever no fact supports: the last word on every text a model had a part in.

Figures, words for numbers, dates, SKUs and directions are bound to the metric or SKU they stand with; what cannot be
bound is refused. It knows nothing of how the text came about. Pure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from viang_pipeline.insights import lexicon
from viang_pipeline.insights.evidence import Evidence
from viang_pipeline.insights.facts import FactSheet
from viang_pipeline.insights.lexicon import words
from viang_pipeline.insights.sentences import Kind, Problem, Sentence

__all__ = ["Kind", "Problem", "Verifier"]

_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+|;|(?<=p_p_)\s+(?=[A-ZÁÉÍÓÚÂÊÔÃÕÇ])")
_FINAL, _PRELIMINARY = words(lexicon.FINAL_CLAIM), words(lexicon.PRELIMINARY_CLAIM)
_NO_PROSE = re.compile(r"[<>{}\[\]|\\`^~#@*=]")
"""Signs of markup and of prompts: outside of a SKU or title they are a model that repeats what it was fed."""
_QUOTED = re.compile(r"[“”\"«»]")


class Verifier:
    """Judges texts about one fact sheet."""

    def __init__(self, sheet: FactSheet) -> None:
        self.sheet = sheet
        self.evidence = Evidence(sheet)

    def problems(self, text: str) -> list[Problem]:
        """Everything the facts do not support; empty for a text that may be shown."""
        strange = _strange_signs(self.evidence.outside(text))  # a seller's own "1ª linha" is no figure of ours
        if strange:
            return [Problem("escrita", strange)]
        masked = self.evidence.masked(text)
        found = [Problem("titulo", sign.group()) for sign in _QUOTED.finditer(masked)]
        found += [Problem("escrita", sign.group()) for sign in _NO_PROSE.finditer(masked)]
        found += self._maturity(masked)
        for sentence in _SENTENCE.split(masked):
            if sentence and sentence.strip():
                found += Sentence(self.evidence, sentence).problems()
        return found

    def _maturity(self, text: str) -> Iterator[Problem]:
        final = self.sheet.maturity == "final"
        for claim in (_PRELIMINARY if final else _FINAL).finditer(text):
            yield Problem("maturidade", claim.group())


def _strange_signs(text: str) -> str | None:
    """A sign that can hide a figure or a word: other digits, other alphabets, invisible and private signs."""
    for sign in sorted(set(text)):
        if sign in "\n ":
            continue
        category = unicodedata.category(sign)
        foreign = category.startswith("L") and not unicodedata.name(sign, "").startswith("LATIN")
        number = category in ("Nl", "No") or (category == "Nd" and not "0" <= sign <= "9")
        mark = category.startswith("M")
        if foreign or number or mark or category in ("Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp"):
            return f"U+{ord(sign):04X}"
    return None
