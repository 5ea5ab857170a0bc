"""Answers at random for the verifier: honest ones, honest ones with a lie planted in them, and anything at all.

Also an oracle of its own that finds figures no fact has, by other means than the verifier's. Nothing here is a test.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from viang_pipeline.insights.answer import Answer, Refused, checked
from viang_pipeline.insights.facts import Fact, FactSheet
from viang_pipeline.insights.lexicon import NAMES
from viang_pipeline.insights.placeholders import available
from viang_pipeline.insights.render import SHEET_SLOTS, SLOTS, sheet_slot, slot
from viang_pipeline.insights.text import how_final, opening
from viang_pipeline.insights.verifier import Verifier
from viang_pipeline_tests.insights.lies import LIES, Lie
from viang_pipeline_tests.insights.sheets import random_sheet

# --- honest answers: sentences a person would write, each with the slots it needs ------------------------------------

CLIENT = (
    "<nome> {{<id>|direcao}} {{<id>|variacao}} e chegou a {{<id>|valor}}.",
    "<nome>: {{<id>|valor}}, contra {{<id>|anterior}} no período anterior.",
    "<nome> {{<id>|direcao}} frente ao período anterior, em {{<id>|valor}}.",
    "No período, <nome> {{<id>|direcao}} {{<id>|diferenca}}.",
    "Em relação ao ano anterior, <nome> {{<id>|ano_direcao}} {{<id>|ano_variacao}}.",
    "<nome>: {{<id>|valor}}, contra {{<id>|ano_anterior}} no ano anterior.",
    "Fechamos {{periodo|nome}} com <nome> em {{<id>|valor}}.",
    "Foram {{<id>|valor}} de <nome> no período.",
    "<nome> passou de {{<id>|anterior}} para {{<id>|valor}}.",
    "<nome>: {{<id>|valor}}, com números finais em {{<id>|final_em}}.",
)
EFFECT = (
    "Na margem, <nome> {{<id>|efeito}}.",
    "A explicação da margem: <nome> {{<id>|efeito}} no período.",
    "A conta da margem mudou porque <nome> {{<id>|efeito}}.",
)
OF_ROLE = {
    "mais_vendido": "O mais vendido foi o {{<id>|sku}}, com faturamento de {{<id>|valor}}.",
    "maior_alta": "A maior alta veio do {{<id>|sku}}, que subiu {{<id>|diferenca}} e chegou a {{<id>|valor}}.",
    "maior_queda": "A maior queda veio do {{<id>|sku}}, cujo faturamento caiu {{<id>|variacao}}.",
    "pior_margem": "O {{<id>|sku}} deu prejuízo: margem em reais de {{<id>|valor}}.",
    "ads_sem_venda": "Reveja os anúncios do {{<id>|sku}}: {{<id>|valor}} de investimento em Ads sem vender.",
    "em_ruptura": "O {{<id>|sku}} está em ruptura; reponha o estoque.",
}
PLAIN = (
    "Vale conferir os custos informados.",
    "Os dados não respondem a isso.",
    "Acompanhe os anúncios nos próximos dias.",
)


def honest_sentence(random: Random, sheet: FactSheet) -> str:
    """A sentence that is true of the sheet."""
    sentence = _honest(random, sheet)
    return sentence[0].upper() + sentence[1:]


def _honest(random: Random, sheet: FactSheet) -> str:
    for _ in range(20):
        fact = random.choice(sheet.facts)
        if fact.role == "cliente" and fact.metric in NAMES:
            form = random.choice(CLIENT)
            needs = re.findall(r"<id>\|(\w+)", form)
            if all(slot(fact, name) for name in needs):
                return _about(form, fact)
        elif fact.role == "efeito" and fact.metric in NAMES and sheet.get("mc_pct"):
            return _about(random.choice(EFFECT), fact)
        elif fact.role in OF_ROLE and all(slot(fact, name) for name in ("sku", "valor")):
            return _about(OF_ROLE[fact.role], fact)
    return random.choice(PLAIN)


def _about(form: str, fact: Fact) -> str:
    return form.replace("<nome>", NAMES.get(fact.metric, "")).replace("<id>", fact.id)


def honest_answer(random: Random, sheet: FactSheet) -> Answer:
    """An answer that says only what is so."""
    return Answer(
        o_que_aconteceu=[honest_sentence(random, sheet) for _ in range(random.randint(1, 4))],
        por_que=[honest_sentence(random, sheet) for _ in range(random.randint(0, 2))],
        o_que_olhar=[random.choice(PLAIN) for _ in range(random.randint(0, 1))],
    )


def planted(random: Random, sheet: FactSheet, lie: Lie) -> tuple[Answer, str] | None:
    """An honest answer with one lie in it, and the lie."""
    said = lie(random, sheet)
    if said is None:
        return None
    honest = honest_answer(random, sheet)
    sentences = list(honest.o_que_aconteceu)
    sentences.insert(random.randint(0, len(sentences)), said)
    return honest.model_copy(update={"o_que_aconteceu": sentences}), said


# --- anything at all -------------------------------------------------------------------------------------------------

PIECES = (
    "O faturamento", "a margem", "os pedidos", "subiu", "caiu", "contra", "foi de", "R$ 1.234,56", "12,3 %", "7",
    "1,5 p.p.", "dobrou", "metade", "três", "em 10/03/2026", "SKU", "ABC-123", "e", "mas", ",", ";", ":", "(", ")",
    "no período anterior", "no ano anterior", "porque", "R$", "%", "-", "0", "um pedido", "{{faturamento|valor}}",
    "{{x|y}}", "{{", "}}", "“", "”", "faturamento2", "1e9", "nº 5", "5x", "10º", "R$5", "para", "tirou",
    "acrescentou", "estável", "final", "\n", "³",
)  # fmt: skip


def anything(random: Random, sheet: FactSheet) -> Answer:
    """Words, figures and placeholders in any order."""
    slots = [f"{{{{{fact_id}|{name}}}}}" for fact_id, names in available(sheet).items() for name in names]
    rendered = [text for fact in sheet.facts for name in SLOTS if (text := slot(fact, name)) is not None]
    names = list(NAMES.values())

    def sentence() -> str:
        parts = [random.choice(random.choice((PIECES, slots, rendered, names))) for _ in range(random.randint(1, 9))]
        return " ".join(parts)[:390]

    return Answer(o_que_aconteceu=[sentence() for _ in range(random.randint(1, 2))], por_que=[], o_que_olhar=[])


def unsupported(text: str, sheet: FactSheet) -> list[str]:
    """Digits that are in no fact, found by taking away every text a fact or the period may be written as."""
    known = {text for fact in sheet.facts for name in SLOTS if (text := slot(fact, name)) is not None}
    known |= {text for name in SHEET_SLOTS if (text := sheet_slot(sheet, name)) is not None}
    known |= {opening(sheet), *how_final(sheet)}
    for phrase in sorted(known, key=len, reverse=True):
        text = re.sub(rf"(?<![\w,.]){re.escape(phrase)}(?![\d])", " ", text)
    return re.findall(r"\S*\d\S*", text)


# --- counting --------------------------------------------------------------------------------------------------------


@dataclass
class Figures:
    """What came out. ``missed`` and ``wronged``: examples of lies let through and of honest answers refused."""

    honest: int = 0
    wronged: list[str] = field(default_factory=list)
    lies: Counter[str] = field(default_factory=Counter)
    missed: list[tuple[str, str]] = field(default_factory=list)
    anything: int = 0
    accepted: int = 0
    unsupported: list[str] = field(default_factory=list)

    @property
    def refused_lies(self) -> float:
        """Part of the planted lies that were refused."""
        return 1 - len(self.missed) / max(sum(self.lies.values()), 1)

    @property
    def wronged_honest(self) -> float:
        """Part of the honest answers that were refused."""
        return len(self.wronged) / max(self.honest, 1)


def run(seed: int, sheets: int, honest: int, lies: int, garbage: int) -> Figures:
    """Fuzz ``sheets`` random sheets: of each, honest answers, ``lies`` of each kind, and answers that are anything."""
    random, found = Random(seed), Figures()
    for sheet in (random_sheet(random) for _ in range(sheets)):
        verifier = Verifier(sheet)
        for _ in range(honest):
            found.honest += 1
            reason = _refusal(honest_answer(random, sheet), sheet, verifier, found)
            if reason is not None:
                found.wronged.append(reason)
        for kind, said in _planted(random, sheet, lies):
            found.lies[kind] += 1
            if _refusal(said[0], sheet, verifier, found) is None:
                found.missed.append((kind, said[1]))
        for _ in range(garbage):
            found.anything += 1
            found.accepted += _refusal(anything(random, sheet), sheet, verifier, found) is None
    return found


def _planted(random: Random, sheet: FactSheet, count: int) -> Iterator[tuple[str, tuple[Answer, str]]]:
    for kind, lie in LIES.items():
        for _ in range(count):
            said = planted(random, sheet, lie)
            if said is not None:
                yield kind, said


def _refusal(answer: Answer, sheet: FactSheet, verifier: Verifier, found: Figures) -> str | None:
    try:
        text, _ = checked(answer, sheet, verifier)
    except Refused as refused:
        return f"{refused} || {answer.sentences}"
    found.unsupported += unsupported(text, sheet)
    return None
