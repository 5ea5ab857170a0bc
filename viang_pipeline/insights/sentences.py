"""One sentence held against the evidence: what was named last is what figures and directions speak of. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from viang_pipeline.domain.comparisons import Comparison
from viang_pipeline.insights import lexicon
from viang_pipeline.insights.evidence import PP, SKU, TITLE, Evidence
from viang_pipeline.insights.facts import Fact
from viang_pipeline.insights.lexicon import words

Kind = Literal[
    "numero", "palavra_numero", "data", "sku", "titulo", "direcao", "papel", "causa", "maturidade", "afirmacao",
    "escrita",
]  # fmt: skip


class Problem(NamedTuple):
    """Something in a text that no fact supports, and the words it is in."""

    kind: Kind
    found: str


class _Mark(NamedTuple):
    start: int
    end: int
    kind: str
    value: str


_A_SKU, _A_TITLE = re.compile(r"[\ue000-\ue7ff]"), re.compile(r"[\ue800-\uefff]")
_FIGURE = re.compile(
    r"[-−+]?R\$\s?[-−]?\d[\d.,]*|\d{1,4}/\d{1,4}(?:/\d{1,4})?|[-−+]?\d[\d.,]*(?:\s?(?:%|p_p_|×|x\b))?|\d"
)
_CODE = re.compile(r"\b(?=[A-Z0-9._/\-]*[A-Z][A-Z0-9._/\-]*[A-Z0-9])[A-Z0-9][A-Z0-9._/\-]{2,}\b")
_AFTER_SKU = re.compile(r"\bSKU\s+([^\s,.;:]+)")
_NOT_A_SKU = frozenset(("que", "com", "em", "foi", "de", "do", "sem", "teve", "está", "não", "e", "ou", "da"))
_METRIC = words("|".join(re.escape(name) for name in sorted(lexicon.METRIC_NAMES, key=len, reverse=True)))
_ROLE = words("|".join(re.escape(name) for name in sorted(lexicon.ROLE_PHRASES, key=len, reverse=True)))
_MEANINGS = {**lexicon.DIRECTIONS, "deu": lexicon.GAVE, "tirou": lexicon.TOOK}
_DIRECTION = words("|".join(f"(?P<{meaning}>{pattern})" for meaning, pattern in _MEANINGS.items()))
_A_MOVE = "|".join(pattern for meaning, pattern in lexicon.DIRECTIONS.items() if meaning != "estavel")
_NUMBER_WORD, _TIME_WORD, _CAUSE = words(lexicon.NUMBER_WORDS), words(lexicon.TIME_WORDS), words(lexicon.CAUSES)
_YEAR, _BEFORE_WINDOW = words(lexicon.YEAR_CUES), words(lexicon.PREVIOUS_CUES)
_UNSAYABLE = words(lexicon.UNSAYABLE)
_NEGATED = re.compile(rf"(?<!\w)(?:{lexicon.NEGATIONS})(?:\s+\w+)?\s+$", re.IGNORECASE)
_NARROWED = re.compile(r"\s+(?:d[eoa]s?|n[oa]s?|em)\s+(?:[oa]s?\s+)?([^\W\d]\w*)", re.IGNORECASE)
_TURN = words("enquanto|mas|porém|já|ao passo que")
_CUE_BEFORE = re.compile(rf"(?<!\w){lexicon.BEFORE_CUES}\s*$", re.IGNORECASE)
_CUE_CHANGE = re.compile(rf"(?<!\w)(?:{_A_MOVE}|variação|diferença)(?:\s+(?:de|em|foi|foi de))?\s*$", re.IGNORECASE)
_CUE_NOUN = re.compile(
    rf"(?<!\w)(?:{lexicon.NOUN.pattern})\s+(?:d[eoa]s?|n[oa]s?|em)\s[^\d,;:]*\s(?:foi|foram|chegou a)(?: de)?\s*$",
    re.IGNORECASE,
)
_CUE_EFFECT = re.compile(rf"(?<!\w)(?:{lexicon.GAVE}|{lexicon.TOOK})(?:\s+(?:em|com))?\s*$", re.IGNORECASE)
_CUE_FINAL = re.compile(r"(?<!\w)fina(?:l|is) em\s*$", re.IGNORECASE)
_LINK = re.compile(r"\s*(?:(?:d[eoa]s?|n[oa]s?|em)\s+)?(?:[oa]s?\s+)?", re.IGNORECASE)
_LINK_OF_NOUN = re.compile(
    r"\s+(?:de\s+\S+(?:\s(?:%|p_p_))?\s+)?(?:d[eoa]s?|n[oa]s?|em)\s+(?:[oa]s?\s+)?", re.IGNORECASE
)


class Sentence:
    """One sentence, read from left to right: what was named last is what figures and directions speak of."""

    def __init__(self, evidence: Evidence, text: str) -> None:
        self.evidence = evidence
        self.text = text
        self.names = sorted([*self._metrics(), *self._skus()])
        self.roles = [_Mark(*m.span(), "papel", m.group().lower()) for m in _ROLE.finditer(text)]

    def problems(self) -> Iterator[Problem]:
        """Whatever in it no fact supports; nothing when it may be said."""
        yield from self._words()
        yield from self._codes()
        for role in self.roles:
            if not self._role_holds(role):
                yield Problem("papel", role.value)
        yield from self._causes()
        for found in _FIGURE.finditer(self.text):
            if not self._figure_holds(found):
                kind: Kind = "data" if "/" in found.group() else "numero"
                yield Problem(kind, found.group().replace(PP, "p.p."))
        for mark in self._directions():
            if not self._direction_holds(mark):
                yield Problem("direcao", self.text[mark.start : mark.end])

    # --- what is named ----------------------------------------------------------------------------------------------

    def _metrics(self) -> Iterator[_Mark]:
        for found in _METRIC.finditer(self.text):
            yield _Mark(*found.span(), "metrica", found.group().lower())

    def _skus(self) -> Iterator[_Mark]:
        for found in _A_SKU.finditer(self.text):
            yield _Mark(*found.span(), "sku", self.evidence.skus[ord(found.group()) - SKU])

    def _facts(self, name: _Mark) -> list[Fact]:
        """What a name stands for: of a metric after a SKU, that of the SKU, unless the sentence turned away from it."""
        if name.kind == "sku":
            metric = self._last(name.start, "metrica")
            own = self.evidence.of_sku[name.value]
            return own if metric is None else _of_metric(own, lexicon.METRIC_NAMES[metric.value])
        metric_id = lexicon.METRIC_NAMES[name.value]
        sku = self._last(name.start, "sku")
        if sku is not None and not _TURN.search(self.text, sku.end, name.start):
            return _of_metric(self.evidence.of_sku[sku.value], metric_id)
        return self.evidence.of_metric.get(metric_id, [])

    def _last(self, before: int, kind: str | None = None) -> _Mark | None:
        earlier = [name for name in self.names if name.end <= before and kind in (None, name.kind)]
        return earlier[-1] if earlier else None

    def _named_at(self, position: int) -> bool:
        return any(name.start <= position < name.end for name in self.names)

    def _next(self, after: int) -> _Mark | None:
        return next((name for name in self.names if name.start >= after), None)

    # --- figures ----------------------------------------------------------------------------------------------------

    def _figure_holds(self, found: re.Match[str]) -> bool:
        figure = found.group().rstrip(".,")
        before = self.text[: found.start()]
        if "/" in figure:
            return bool(_CUE_FINAL.search(before)) and figure in self.evidence.final_dates
        if before[-1:].isalnum() or self.text[found.end() : found.end() + 1].isalpha():
            return False
        speaks_of = self._last(found.start()) or self._next(found.end())
        if speaks_of is None:
            return False
        slots = self._slots(found.start(), before)
        if self.evidence.says(figure, self._facts(speaks_of), slots):
            return True
        counted = self._next(found.end())
        if slots != ("valor",) or counted is None:
            return False
        linked = _LINK.fullmatch(self.text, found.start() + len(figure), counted.start) is not None
        return linked and self.evidence.says(figure, self._facts(counted), slots)

    def _slots(self, position: int, before: str) -> tuple[str, ...]:
        """Which of a fact's figures the words before one announce."""
        ago = "ano_" if self._a_year(position) else ""
        if _CUE_EFFECT.search(before):
            return ("efeito",)
        if _CUE_BEFORE.search(before):
            return (f"{ago}anterior",)
        if _CUE_CHANGE.search(before) or _CUE_NOUN.search(before):
            return (f"{ago}variacao", f"{ago}diferenca")
        return ("valor",)

    def _a_year(self, position: int) -> bool:
        """Whether a place speaks of the comparison with a year ago: the next cue decides, else the one before."""
        cues = [(cue.start(), True) for cue in _YEAR.finditer(self.text)]
        cues += [(cue.start(), False) for cue in _BEFORE_WINDOW.finditer(self.text)]
        after = [cue for cue in sorted(cues) if cue[0] >= position]
        earlier = [cue for cue in sorted(cues) if cue[0] < position]
        return after[0][1] if after else bool(earlier) and earlier[-1][1]

    # --- directions -------------------------------------------------------------------------------------------------

    def _directions(self) -> Iterator[_Mark]:
        taken = [(mark.start, mark.end) for mark in (*self.roles, *self.names)]
        for found in _DIRECTION.finditer(self.text):
            if not any(start <= found.start() < end for start, end in taken):
                yield _Mark(*found.span(), "direcao", str(found.lastgroup))

    def _direction_holds(self, mark: _Mark) -> bool:
        speaks_of = self._subject(mark)
        if speaks_of is None or _NEGATED.search(self.text[: mark.start]):
            return False
        facts = self._facts(speaks_of)
        if mark.value in ("deu", "tirou"):
            effects = [fact for fact in facts if fact.role == "efeito"]
            return bool(effects) and all((fact.value > 0) == (mark.value == "deu") for fact in effects)
        a_year = self._a_year(mark.start)
        comparisons = [fact.year if a_year else fact.previous for fact in facts]
        return any(_moved(comparison, mark.value) for comparison in comparisons if comparison is not None)

    def _subject(self, mark: _Mark) -> _Mark | None:
        following = self._next(mark.end)
        noun = lexicon.NOUN.fullmatch(self.text[mark.start : mark.end].lower())
        if noun and following is not None and _LINK_OF_NOUN.fullmatch(self.text, mark.end, following.start):
            return following
        return self._last(mark.start) or following

    # --- words ------------------------------------------------------------------------------------------------------

    def _words(self) -> Iterator[Problem]:
        taken = [(mark.start, mark.end) for mark in (*self.roles, *self.names)]
        for kind, pattern in (("palavra_numero", _NUMBER_WORD), ("data", _TIME_WORD), ("afirmacao", _UNSAYABLE)):
            for found in pattern.finditer(self.text):
                if not any(start <= found.start() < end for start, end in taken):
                    yield Problem(kind, found.group())  # type: ignore[arg-type]
        ends = [name.end for name in self.names if name.kind == "metrica"]
        ends += [found.end() for found in _FIGURE.finditer(self.text)]
        for end in ends:
            narrowed = _NARROWED.match(self.text, end)
            if narrowed and narrowed[1].lower() not in lexicon.OF_WHICH and not self._named_at(narrowed.start(1)):
                yield Problem("afirmacao", narrowed.group().strip())

    def _codes(self) -> Iterator[Problem]:
        for found in _CODE.finditer(self.text):
            if found.group().upper() not in lexicon.KNOWN_CAPITALS:
                yield Problem("sku", found.group())
        for found in _AFTER_SKU.finditer(self.text):
            if found[1].lower() not in _NOT_A_SKU:
                yield Problem("sku", found[1])
        named = {name.value for name in self.names if name.kind == "sku"}
        for found in _A_TITLE.finditer(self.text):
            title = list(self.evidence.of_title)[ord(found.group()) - TITLE]
            if not self.evidence.of_title[title] & named:
                yield Problem("titulo", title)

    def _role_holds(self, mark: _Mark) -> bool:
        """Whether the SKU the phrase speaks of, the next one or else the last, is what the phrase says."""
        skus = [name for name in self.names if name.kind == "sku"]
        until = next((role.start for role in self.roles if role.start >= mark.end), len(self.text))
        after = [name for name in skus if mark.end <= name.start < until]
        chosen = after or [name for name in skus if name.end <= mark.start][-1:]
        role = lexicon.ROLE_PHRASES[mark.value]
        return bool(chosen) and all(
            any(fact.role == role for fact in self.evidence.of_sku[name.value]) for name in chosen
        )

    def _causes(self) -> Iterator[Problem]:
        """A cause is only what the split of the margin says it is, or a SKU's own rise or fall."""
        of_margin = any(_is_margin(name) for name in self.names)
        for cause in _CAUSE.finditer(self.text):
            named = [name for name in self.names if name.start >= cause.end() and not _is_margin(name)]
            if not named or not all(self._explains(name, of_margin=of_margin) for name in named):
                yield Problem("causa", self.text[cause.start() :].strip()[:60])

    def _explains(self, name: _Mark, *, of_margin: bool) -> bool:
        if name.kind == "sku":
            return any(fact.role in ("maior_alta", "maior_queda") for fact in self.evidence.of_sku[name.value])
        return of_margin and any(fact.role == "efeito" for fact in self._facts(name))


def _is_margin(name: _Mark) -> bool:
    return name.kind == "metrica" and lexicon.METRIC_NAMES[name.value] == "mc_pct"


def _of_metric(facts: Iterable[Fact], metric: str) -> list[Fact]:
    return [fact for fact in facts if fact.metric == metric]


def _moved(comparison: Comparison, meaning: str) -> bool:
    if comparison.refused is not None:
        return False
    return meaning in (comparison.direction, comparison.tone)
