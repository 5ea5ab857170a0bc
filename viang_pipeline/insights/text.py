"""The text that needs no model: what happened, why, what to look at, and how final it is, from the facts alone.

Written for the owner of a shop. Every sentence is one the verifier accepts; what is not known is not mentioned.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from viang_pipeline.domain.brazilian import day_text
from viang_pipeline.insights.facts import Fact, FactSheet
from viang_pipeline.insights.lexicon import NAMES
from viang_pipeline.insights.render import sheet_slot, slot

TOLD = ("pedidos", "ticket_medio", "visitas", "conversao", "taxa_cancelamento", "ads_investimento", "acos", "tacos")
LOW_COVERAGE = Decimal("0.8")
_ARTICLES = {
    "faturamento": "O", "pedidos": "Os", "ticket_medio": "O", "visitas": "As", "conversao": "A",
    "taxa_cancelamento": "A", "ads_investimento": "O", "acos": "O", "tacos": "O", "mc_pct": "A", "mc": "A",
    "comissao": "a", "frete_vendedor": "o", "custo_envio_proprio": "o", "cmv": "o", "imposto": "o",
    "outros_variaveis": "os", "custo_devolucao": "o", "ads_na_margem": "o",
}  # fmt: skip
_UNSAFE = ("cobertura_diferente", "poucos_pedidos_cobertos", "ads_nao_fechados")

Section = tuple[str, list[str]]


def deterministic_text(sheet: FactSheet) -> str:
    """The whole text: a heading and a paragraph per section."""
    if "faturamento" not in sheet.by_id:
        return f"Ainda não há números lidos para {sheet_slot(sheet, 'nome')}."
    return assemble([("", [opening(sheet)]), *sections(sheet)])


def assemble(parts: Iterable[Section]) -> str:
    """Sections as plain text, those without a sentence left out."""
    blocks = ["\n".join(filter(None, (heading, " ".join(sentences)))) for heading, sentences in parts if sentences]
    return "\n\n".join(blocks).replace("p.p..", "p.p.")


def opening(sheet: FactSheet) -> str:
    """Which period the text is about and what it is compared with."""
    return f"Período: {sheet_slot(sheet, 'nome')}. Comparação: {sheet_slot(sheet, 'anterior')}."


def sections(sheet: FactSheet) -> list[Section]:
    """What happened, why, what to look at, how final it is."""
    return [
        ("O que aconteceu", list(_happened(sheet))),
        ("Por quê", list(_why(sheet))),
        ("O que olhar", list(_look_at(sheet))),
        ("Até onde os números vão", list(how_final(sheet))),
    ]


def _happened(sheet: FactSheet) -> Iterator[str]:
    for metric in ("faturamento", "mc_pct", "mc", *TOLD):
        fact = sheet.get(metric)
        if fact is not None and _worth_telling(fact):
            yield _told(fact)
    best = sheet.of("mais_vendido")[:3]
    if best:
        many = len(best) > 1
        named = _listed([f"{_sku(fact)}, com faturamento de {slot(fact, 'valor')}" for fact in best])
        yield f"{'Os mais vendidos:' if many else 'O mais vendido:'} {named}."


def _worth_telling(fact: Fact) -> bool:
    """Nothing now and nothing before is no news."""
    return bool(fact.value) or (fact.previous is not None and bool(fact.previous.before))


def _told(fact: Fact) -> str:
    """One figure, how it moved since the window before, and since a year ago."""
    name, article = NAMES[fact.metric], _ARTICLES[fact.metric]
    value, direction, before = slot(fact, "valor"), slot(fact, "direcao"), slot(fact, "anterior")
    if fact.previous is None or direction is None:
        unsafe = fact.previous is not None and fact.previous.refused in _UNSAFE
        sentence = f"{article} {name}: {value}" + (", sem comparação segura com o período anterior" if unsafe else "")
    elif fact.previous.direction == "estavel":
        sentence = f"{article} {name} {direction}: {value}, contra {before} no período anterior"
    else:
        sentence = (
            f"{article} {name} {direction} {slot(fact, 'variacao')}: de {before} no período anterior para {value}"
        )
    year = slot(fact, "ano_direcao")
    if year is not None:
        moved = " ".join(filter(None, (year, slot(fact, "ano_variacao"))))
        sentence += f"; em relação ao ano anterior, {article.lower()} {name} {moved}"
    return f"{sentence}."


def _why(sheet: FactSheet) -> Iterator[str]:
    effects = sorted(sheet.of("efeito"), key=lambda fact: (-abs(fact.value), fact.metric))
    worth = [fact for fact in effects if (text := slot(fact, "efeito")) and not text.endswith(" 0,0 p.p.")]
    margin = sheet.get("mc_pct")
    if worth and margin is not None and margin.previous is not None:
        parts = _listed([f"{_ARTICLES[fact.metric]} {NAMES[fact.metric]} {slot(fact, 'efeito')}" for fact in worth])
        yield f"Na margem, {parts}."
    for role, phrase in (("maior_alta", "A maior alta veio do"), ("maior_queda", "A maior queda veio do")):
        facts = [fact for fact in sheet.facts if fact.role == role and slot(fact, "diferenca")][:1]
        for fact in facts:
            yield (
                f"{phrase} {_sku(fact)}, cujo faturamento {slot(fact, 'direcao')} {slot(fact, 'diferenca')}"
                f" e chegou a {slot(fact, 'valor')}."
            )
    if not worth and margin is not None and margin.previous is not None and margin.previous.refused is None:
        yield "A mudança da margem não pôde ser dividida entre os custos com segurança."


def _look_at(sheet: FactSheet) -> Iterator[str]:
    for fact in sheet.of("pior_margem"):
        yield f"Reveja preço e custos do {_sku(fact)}: deu prejuízo, com margem em reais de {slot(fact, 'valor')}."
    for fact in sheet.of("ads_sem_venda"):
        yield f"Reveja os anúncios do {_sku(fact)}: houve investimento em Ads de {slot(fact, 'valor')} sem vender."
    counted = sheet.get("em_ruptura")
    if counted is not None:
        yield f"Reponha o estoque: SKUs em ruptura, {slot(counted, 'valor')}."
    for fact in sheet.of("em_ruptura"):
        yield f"O {_sku(fact)} está em ruptura, com venda perdida estimada de {slot(fact, 'valor')}."
    coverage = sheet.get("mc_cobertura")
    if coverage is not None and coverage.value < LOW_COVERAGE:
        yield (
            f"A cobertura da margem é de {slot(coverage, 'valor')}: informe os custos, os impostos e os envios que"
            " faltam para que a margem valha para a operação inteira."
        )


def how_final(sheet: FactSheet) -> Iterator[str]:
    """What may still change, and what was not read."""
    if not sheet.complete:
        yield (
            f"Foram lidos {sheet_slot(sheet, 'dias_lidos')} do período; os números são a soma dos dias lidos e não se"
            " comparam com outros períodos."
        )
    if sheet.final_on is None:
        yield "Os números são finais: o que ainda mudar fica registrado."
    else:
        yield (
            "Os números são preliminares: cancelamentos, devoluções e atribuição de Ads ainda podem mudá-los."
            f" O último deles fica final em {day_text(sheet.final_on)}."
        )


def _sku(fact: Fact) -> str:
    title = slot(fact, "titulo")
    return f"{slot(fact, 'sku')} {title}" if title else f"{slot(fact, 'sku')}"


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{'; '.join(parts[:-1])} e {parts[-1]}"
