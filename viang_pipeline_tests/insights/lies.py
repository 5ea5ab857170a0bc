"""Sentences that are not so, of every kind we know; None where a sheet has nothing to lie about that way."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from viang_pipeline.insights.facts import Fact, FactSheet
from viang_pipeline.insights.lexicon import NAMES
from viang_pipeline.insights.render import slot


def _metric(random: Random, sheet: FactSheet) -> Fact:
    return random.choice([f for f in sheet.facts if f.role == "cliente" and f.metric in NAMES])


def _moved(random: Random, sheet: FactSheet, *, year: bool = False) -> tuple[Fact, str] | None:
    """A fact that rose or fell, and the word for the other way."""
    found = []
    for fact in sheet.facts:
        comparison = fact.year if year else fact.previous
        if fact.role == "cliente" and fact.metric in NAMES and comparison and comparison.direction in ("subiu", "caiu"):
            found.append((fact, "caiu" if comparison.direction == "subiu" else "subiu"))
    return random.choice(found) if found else None


def _figure_off(random: Random, sheet: FactSheet) -> str:
    fact = _metric(random, sheet)
    text = slot(fact, "valor") or ""
    digits = [i for i, sign in enumerate(text) if sign.isdigit()]
    at = random.choice(digits)
    other = random.choice([d for d in "0123456789" if d != text[at]])
    return f"{NAMES[fact.metric]}: {text[:at]}{other}{text[at + 1 :]}."


def _figure_of_another(random: Random, sheet: FactSheet) -> str:
    fact = _metric(random, sheet)
    others = [
        o
        for o in sheet.facts
        if o.metric != fact.metric and slot(o, "valor") != slot(fact, "valor") and slot(o, "valor")
    ]
    return f"{NAMES[fact.metric]} em {slot(random.choice(others), 'valor')} no período."


def _other_way(random: Random, sheet: FactSheet) -> str | None:
    found = _moved(random, sheet)
    return found and f"No período, {NAMES[found[0].metric]} {found[1]} {slot(found[0], 'variacao')}."


def _other_way_in_a_noun(random: Random, sheet: FactSheet) -> str | None:
    found = _moved(random, sheet)
    if found is None:
        return None
    noun = random.choice(["queda", "redução", "recuo"] if found[1] == "caiu" else ["alta", "aumento", "crescimento"])
    return f"Houve {noun} de {slot(found[0], 'variacao')} em {NAMES[found[0].metric]}."


def _other_way_since_a_year(random: Random, sheet: FactSheet) -> str | None:
    found = _moved(random, sheet, year=True)
    return (
        found and f"Em relação ao ano anterior, {NAMES[found[0].metric]} {found[1]} {slot(found[0], 'ano_variacao')}."
    )


def _wrong_tone(random: Random, sheet: FactSheet) -> str | None:
    tones = {"bom": "piorou", "ruim": "melhorou", "neutro": random.choice(["melhorou", "piorou"])}
    found = [
        f for f in sheet.facts if f.role == "cliente" and f.metric in NAMES and f.previous and not f.previous.refused
    ]
    if not found:
        return None
    fact = random.choice(found)
    return f"No período, {NAMES[fact.metric]} {tones[fact.previous.tone]}."  # type: ignore[union-attr]


def _compared(random: Random, sheet: FactSheet) -> Fact | None:
    """A fact whose value before reads differently."""
    clients = [fact for fact in sheet.facts if fact.role == "cliente" and fact.metric in NAMES]
    found = [fact for fact in clients if slot(fact, "anterior") not in (None, slot(fact, "valor"))]
    return random.choice(found) if found else None


def _previous_as_now(random: Random, sheet: FactSheet) -> str | None:
    found = [
        f
        for f in sheet.facts
        if f.role == "cliente" and f.metric in NAMES and slot(f, "anterior") not in (None, slot(f, "valor"))
    ]
    fact = random.choice(found) if found else None
    return fact and f"{NAMES[fact.metric]} em {slot(fact, 'anterior')} no período."


def _now_as_previous(random: Random, sheet: FactSheet) -> str | None:
    found = [
        f
        for f in sheet.facts
        if f.role == "cliente" and f.metric in NAMES and slot(f, "anterior") not in (None, slot(f, "valor"))
    ]
    fact = random.choice(found) if found else None
    return fact and f"{NAMES[fact.metric]} era {slot(fact, 'valor')} no período anterior."


def _words_for_numbers(random: Random, sheet: FactSheet) -> str:
    name = NAMES[_metric(random, sheet).metric]
    return random.choice([
        f"{name} dobrou no período.", f"{name} caiu pela metade.", f"{name} triplicou.",
        "Foram três pedidos no período.",
        f"{name} com alta de dez por cento.", "Apenas um pedido foi cancelado.", f"Um terço de {name} vem de Ads.",
        "Duas devoluções foram abertas.", f"{name} perto de mil reais.", f"{name} quase zerou.",
        "Nenhuma devolução foi aberta.", f"{name} quadruplicou desde então.", "A maioria das vendas veio de Ads.",
    ])  # fmt: skip


def _date(random: Random, sheet: FactSheet) -> str:
    day, month = random.randint(1, 28), random.randint(1, 12)
    name = NAMES[_metric(random, sheet).metric]
    return random.choice([
        f"O pico foi em {day:02d}/{month:02d}/2026.", f"Em {day:02d}/{month:02d}, {name} mudou.",
        "O pico foi na segunda-feira.", "Em novembro o movimento é outro.",
        f"Os números ficam finais em {day:02d}/{month:02d}/2024.",
        "Em 2024 foi diferente.", f"{name} vem mudando desde {sheet.period.first:%d/%m/%Y}.",
    ])  # fmt: skip


def _unknown_sku(random: Random, sheet: FactSheet) -> str:
    code = f"{random.choice('QWR')}{random.choice('QWR')}-{random.randint(100, 999)}"
    return random.choice([
        f"O mais vendido foi o SKU {code}.", f"O {code} puxou o resultado.", "O SKU garrafa azul merece atenção.",
        f"Reponha o SKU {code.lower()} logo.", "O produto “Garrafa Azul Premium” merece atenção.",
    ])  # fmt: skip


def _wrong_role(random: Random, sheet: FactSheet) -> str | None:
    fact = random.choice([f for f in sheet.facts if f.sku])
    phrases = {
        "mais_vendido": "O mais vendido foi o {}.", "maior_queda": "A maior queda veio do {}.",
        "maior_alta": "A maior alta veio do {}.", "pior_margem": "O {} deu prejuízo.",
        "em_ruptura": "O {} está em ruptura.",
    }  # fmt: skip
    role = random.choice([role for role in phrases if role != fact.role])
    return phrases[role].format(slot(fact, "sku"))


def _figure_of_another_sku(random: Random, sheet: FactSheet) -> str | None:
    facts = [f for f in sheet.facts if f.sku and f.metric == "faturamento"]
    pairs = [(a, b) for a in facts for b in facts if a.sku != b.sku and slot(a, "valor") != slot(b, "valor")]
    if not pairs:
        return None
    one, other = random.choice(pairs)
    return f"O {slot(one, 'sku')} teve faturamento de {slot(other, 'valor')}."


def _made_up_cause(random: Random, sheet: FactSheet) -> str:
    name = NAMES[_metric(random, sheet).metric]
    return random.choice([
        f"Isso aconteceu porque {random.choice(['visitas', 'conversão', 'ticket médio'])} mudaram.",
        f"{name} mudou por causa da concorrência.", f"{name} mudou graças à campanha nova.",
    ])  # fmt: skip


def _effect_turned(random: Random, sheet: FactSheet) -> str | None:
    found = [f for f in sheet.facts if f.role == "efeito" and f.metric in NAMES]
    if not found:
        return None
    fact = random.choice(found)
    size = (slot(fact, "efeito") or "").split(" ", 1)[1]
    return f"Na margem, {NAMES[fact.metric]} {'tirou' if fact.value > 0 else 'acrescentou'} {size}."


def _maturity(random: Random, sheet: FactSheet) -> str:
    return "Os números são preliminares." if sheet.maturity == "final" else "Os números já são finais."


def _other_unit(random: Random, sheet: FactSheet) -> str | None:
    rates = [
        f for f in sheet.facts if f.role == "cliente" and f.metric in NAMES and (slot(f, "valor") or "").endswith("%")
    ]
    if not rates:
        return None
    fact = random.choice(rates)
    number = (slot(fact, "valor") or "")[:-2]
    return f"{NAMES[fact.metric]}: {random.choice([f'R$ {number}', f'{number} p.p.', number, f'{number} por cento'])}."


def _nothing_bound(random: Random, sheet: FactSheet) -> str:
    return random.choice([
        "Tudo subiu.", "O resultado melhorou bastante.", "O movimento caiu.", "A loja cresceu.",
        "O mês foi ótimo.", "O desempenho foi pior.", "Houve mais procura.",
    ])  # fmt: skip


def _disguised(random: Random, sheet: FactSheet) -> str:
    return random.choice([
        "O faturamento dob\u200brou.", "O faturamento foi de R$ １２３.", "O faturamento foi ½ do anterior.",
        "O fаturamento mudou.", "Faturamento: Ⅳ mil.", "Faturamento: ²³.", "Faturamento: ٣ reais.",
    ])  # fmt: skip


def _other_scope(random: Random, sheet: FactSheet) -> str:
    fact = _metric(random, sheet)
    name, value = NAMES[fact.metric], slot(fact, "valor")
    return random.choice([
        f"{name} foi de {value} por dia.", f"{name} na Shopee foi de {value}.", f"{name} do concorrente: {value}.",
        f"O lucro ficou em {value}.", f"{name} dos novos clientes: {value}.", f"A meta de {value} foi batida.",
        f"{name} em São Paulo: {value}.", f"Em média, {name}: {value}.",
    ])  # fmt: skip


def _future(random: Random, sheet: FactSheet) -> str:
    name = NAMES[_metric(random, sheet).metric]
    return random.choice([
        f"{name} vai subir.", f"{name} cairá no próximo mês.", f"A expectativa para {name} é boa.",
        f"{name} deve melhorar.", f"A tendência de {name} é de alta.",
    ])  # fmt: skip


def _negated(random: Random, sheet: FactSheet) -> str | None:
    found = _moved(random, sheet)
    if found is None:
        return None
    truth = "subiu" if found[1] == "caiu" else "caiu"
    return f"{NAMES[found[0].metric]} {random.choice(['não', 'nem', 'também não', 'nunca'])} {truth}."


def _more_or_less(random: Random, sheet: FactSheet) -> str:
    fact = _metric(random, sheet)
    words = ("quase", "cerca de", "mais de", "aproximadamente", "menos de", "perto de")
    return f"{NAMES[fact.metric]} foi de {random.choice(words)} {slot(fact, 'valor')}."


def _all_of_them(random: Random, sheet: FactSheet) -> str:
    name = NAMES[_metric(random, sheet).metric]
    return random.choice([
        "Todos os SKUs venderam.", f"Apenas {name} mudou.", f"Nada mudou em {name}.", f"{name} também subiu.",
        f"{name} acompanhou o faturamento.", "Vendemos muito.", f"{name} teve recorde.",
    ])  # fmt: skip


Lie = Callable[[Random, FactSheet], str | None]
LIES: dict[str, Lie] = {
    "figura alterada": _figure_off,
    "figura de outra métrica": _figure_of_another,
    "direção trocada": _other_way,
    "direção trocada (substantivo)": _other_way_in_a_noun,
    "direção trocada (ano)": _other_way_since_a_year,
    "tom trocado": _wrong_tone,
    "valor anterior como atual": _previous_as_now,
    "valor atual como anterior": _now_as_previous,
    "número por extenso": _words_for_numbers,
    "data": _date,
    "SKU desconhecido": _unknown_sku,
    "SKU no papel errado": _wrong_role,
    "figura de outro SKU": _figure_of_another_sku,
    "causa inventada": _made_up_cause,
    "efeito invertido": _effect_turned,
    "maturidade": _maturity,
    "outra unidade": _other_unit,
    "direção sem sujeito": _nothing_bound,
    "escrita disfarçada": _disguised,
    "outro âmbito": _other_scope,
    "futuro": _future,
    "negação": _negated,
    "aproximação": _more_or_less,
    "absoluto ou elipse": _all_of_them,
}
