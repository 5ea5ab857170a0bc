"""What the verifier lets through and what it refuses, sentence by sentence, on one small sheet.

Revenue rose from R$ 7.000,00 to R$ 8.400,00, the margin fell from 30 % to 25 %, and goods took 6 points of it.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from viang_pipeline.domain.comparisons import Decomposition, Reading, compare
from viang_pipeline.domain.metrics import BY_ID
from viang_pipeline.domain.periods import parse_period
from viang_pipeline.insights.facts import Fact, FactSheet, Role
from viang_pipeline.insights.verifier import Kind, Verifier

PERIOD = parse_period("7d", date(2026, 3, 19))


def fact(metric_id: str, now: str, before: str, role: Role = "cliente", sku: str | None = None) -> Fact:
    metric = BY_ID[metric_id]
    readings = [Reading(Decimal(value), coverage=Decimal(1), covered_orders=50) for value in (now, before)]
    return Fact(
        metric_id if sku is None else f"{role}.{sku}", role, metric_id, metric.nome_pt, Decimal(now), metric.unidade,
        compare(metric, *readings), compare(metric, *reversed(readings)), maturity="preliminar",
        final_on=date(2026, 5, 3), sku=sku, title=None if sku is None else f"Kit 3 {sku.title()}",
    )  # fmt: skip


SHEET = FactSheet(
    "loja", "Loja", PERIOD, PERIOD.previous, PERIOD.year_ago, 7,
    (
        fact("faturamento", "8400", "7000"),
        fact("pedidos", "90", "80"),
        fact("mc_pct", "0.25", "0.30"),
        fact("frete_vendedor", "560", "700"),
        fact("visitas", "2790", "2767"),
        Fact("efeito.cmv", "efeito", "cmv", "CMV", Decimal("-0.06"), "p.p."),
        Fact("efeito.frete_vendedor", "efeito", "frete_vendedor", "Frete", Decimal("0.01"), "p.p."),
        fact("faturamento", "3000", "1500", "mais_vendido", "GARRAFA-1"),
        fact("faturamento", "400", "900", "maior_queda", "FACA-08"),
    ),
    Decomposition({}),
)  # fmt: skip
VERIFIER = Verifier(SHEET)


@pytest.mark.parametrize(
    "sentence",
    [
        "O faturamento subiu 20,0 %, para R$ 8.400,00.",
        "O faturamento cresceu R$ 1.400,00 e alcançou R$ 8.400,00, contra R$ 7.000,00 no período anterior.",
        "Houve crescimento de 20,0 % no faturamento.",
        "Apesar do aumento do faturamento, a margem caiu 5,0 p.p.",
        "A queda da margem foi de 5,0 p.p.",
        "A margem recuou, de 30,0 % para 25,0 %.",
        "O faturamento melhorou, mas a margem piorou.",
        "As visitas ficaram estáveis em 2.790.",
        "Foram 90 pedidos nos últimos 7 dias (13/03/2026 a 19/03/2026).",
        "Com 90 pedidos, o faturamento subiu.",
        "Em relação ao ano anterior, o faturamento caiu 16,7 %.",
        "A margem caiu porque o custo da mercadoria vendida tirou 6,0 p.p. dela.",
        "O frete pago pelo vendedor acrescentou 1,0 p.p. à margem.",
        "O mais vendido foi o SKU GARRAFA-1 “Kit 3 Garrafa-1”, com R$ 3.000,00 de faturamento.",
        "Reveja o preço do SKU FACA-08, que teve a maior queda.",
        "Os números são preliminares e ficam finais em 03/05/2026.",
    ],
)
def test_what_the_facts_support_stands(sentence: str) -> None:
    assert VERIFIER.problems(sentence) == []


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("numero", "O faturamento foi de R$ 8.400,01."),
        ("numero", "O faturamento foi de R$ 8.400."),
        ("numero", "O faturamento foi de R$ 7.000,00."),
        ("numero", "O faturamento subiu para R$ 7.000,00."),
        ("numero", "O faturamento passou de R$ 8.400,00 para R$ 7.000,00."),
        ("numero", "O faturamento foi de 90."),
        ("numero", "O faturamento subiu 5,0 p.p."),
        ("numero", "A margem foi de 25,0 p.p."),
        ("numero", "A margem foi de 25 %."),
        ("numero", "O SKU GARRAFA-1 teve faturamento de R$ 400,00."),
        ("numero", "O faturamento foi de 1R$ 8.400,00."),
        ("numero", "O faturamento é 2x o de antes."),
        ("palavra_numero", "O faturamento dobrou."),
        ("palavra_numero", "O faturamento re-dobrou-se."),
        ("palavra_numero", "Metade do faturamento veio de Ads."),
        ("palavra_numero", "Foram três pedidos."),
        ("palavra_numero", "Só um pedido foi cancelado."),
        ("palavra_numero", "Nenhuma venda foi perdida."),
        ("data", "O pico foi em 15/03/2026."),
        ("data", "Os números ficam finais em 13/03/2026."),
        ("data", "O pico foi na segunda-feira de março."),
        ("direcao", "O faturamento caiu."),
        ("direcao", "A alta da margem foi boa."),
        ("direcao", "O faturamento não subiu."),
        ("direcao", "Em relação ao ano anterior, o faturamento subiu."),
        ("direcao", "Tudo subiu."),
        ("direcao", "A margem melhorou."),
        ("direcao", "O custo da mercadoria vendida acrescentou à margem."),
        ("direcao", "As visitas subiram."),
        ("sku", "O mais vendido foi o SKU COPO-9."),
        ("sku", "O COPO-9 merece atenção."),
        ("sku", "Reponha o SKU copo."),
        ("titulo", "O “Copo Azul” merece atenção."),
        ("papel", "O mais vendido foi o SKU FACA-08."),
        ("papel", "O SKU GARRAFA-1 está em ruptura."),
        ("causa", "A margem caiu porque as visitas mudaram."),
        ("causa", "O faturamento subiu porque o frete mudou."),
        ("maturidade", "Os números são definitivos."),
        ("afirmacao", "O faturamento foi de R$ 8.400,00 por dia."),
        ("afirmacao", "O faturamento na Shopee foi de R$ 8.400,00."),
        ("afirmacao", "O lucro foi de R$ 8.400,00."),
        ("afirmacao", "O faturamento vai crescer."),
        ("afirmacao", "O faturamento subiu, e a margem também."),
        ("afirmacao", "O faturamento subiu quase 20,0 %."),
        ("afirmacao", "A culpa é do frete."),
        ("escrita", "O faturamento dob\u200brou."),
        ("escrita", "O faturamento foi de R$ ８."),
        ("escrita", "O fаturamento mudou."),
    ],
)
def test_what_they_do_not_is_refused(kind: Kind, sentence: str) -> None:
    assert kind in {problem.kind for problem in VERIFIER.problems(sentence)}
