"""The text from the facts alone: complete, and never more than the facts."""

from __future__ import annotations

from decimal import Decimal
from random import Random

from viang_pipeline.insights.text import deterministic_text
from viang_pipeline.insights.verifier import Verifier
from viang_pipeline_tests.insights.sheets import random_sheet
from viang_pipeline_tests.insights.world import WEEK, World


def test_it_says_what_happened_why_what_to_look_at_and_how_final_it_is(world: World) -> None:
    world.sell(WEEK.previous)
    world.sell(
        WEEK, faturamento=Decimal(1200), faturamento_coberto=Decimal(1200), cmv=Decimal(550), maturity="preliminar"
    )
    world.sell_sku(WEEK.previous, "GARRAFA")
    world.sell_sku(WEEK, "GARRAFA", title="Garrafa térmica 500ml", faturamento=Decimal(1200))
    world.sell_sku(WEEK, "PARADO", faturamento=Decimal(0), faturamento_coberto=Decimal(0))
    text = deterministic_text(world.sheet())
    for said in (
        "Período: últimos 7 dias (13/03/2026 a 19/03/2026). Comparação: 06/03/2026 a 12/03/2026.",
        "O faturamento subiu 20,0 %: de R$ 7.000,00 no período anterior para R$ 8.400,00.",
        "A margem de contribuição caiu 5,0 p.p.: de 30,0 % no período anterior para 25,0 %.",
        "o custo da mercadoria vendida tirou 10,8 p.p.",
        "A maior alta veio do SKU GARRAFA “Garrafa térmica 500ml”, cujo faturamento subiu R$ 1.400,00",
        "Reveja os anúncios do SKU PARADO: houve investimento em Ads de R$ 700,00 sem vender.",
        "Os números são preliminares",
        "03/05/2026",
    ):
        assert said in text


def test_days_that_were_not_read_are_said_and_nothing_is_compared(world: World) -> None:
    world.sell(WEEK.previous)
    world.sell(WEEK)
    world.execute("delete from dashboard.source_reads where dia = %s", WEEK.last)
    text = deterministic_text(world.sheet())
    assert "Foram lidos 6 de 7 dias do período" in text
    assert "período anterior" not in text


def test_without_any_number_it_says_so(world: World) -> None:
    assert (
        deterministic_text(world.sheet()) == "Ainda não há números lidos para últimos 7 dias (13/03/2026 a 19/03/2026)."
    )


def test_every_such_text_stands_before_the_verifier() -> None:
    random = Random(3)
    for _ in range(25):
        sheet = random_sheet(random)
        assert Verifier(sheet).problems(deterministic_text(sheet)) == []
