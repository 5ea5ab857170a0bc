"""The fact sheet: figures from sums, compared by the rules, with what they stand on and how final they are."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from viang_pipeline_tests.insights.world import WEEK, World


def worse_week(world: World) -> None:
    """The costs of goods rose from 350 to 450 of 1000 a day between two otherwise equal weeks."""
    world.sell(WEEK.previous)
    world.sell(
        WEEK,
        cmv=Decimal(450),
        mc=Decimal(200),
        mc_pre_ads=Decimal(300),
        lucro_bruto=Decimal(550),
        maturity="preliminar",
    )


def test_ratios_come_from_the_sums_of_the_window(world: World) -> None:
    world.sell(WEEK.previous)
    world.sell(WEEK)
    facts = world.sheet().by_id
    assert facts["faturamento"].value == 7000
    assert facts["mc_pct"].value == Decimal("0.3")
    assert facts["acos"].value == Decimal("0.2")
    assert facts["roas"].value == 5
    assert facts["ticket_medio"].value == 100
    assert facts["conversao"].value == Decimal("0.025")
    assert facts["faturamento"].previous is not None
    assert facts["faturamento"].previous.direction == "estavel"


def test_a_change_of_the_margin_comes_with_what_made_it(world: World) -> None:
    worse_week(world)
    sheet = world.sheet()
    margin = sheet.by_id["mc_pct"]
    assert margin.previous is not None
    assert margin.previous.difference == Decimal("-0.1")
    assert margin.previous.tone == "ruim"
    assert {fact.metric: fact.value for fact in sheet.of("efeito")} == {"cmv": Decimal("-0.1")}


def test_days_never_read_forbid_comparisons(world: World) -> None:
    worse_week(world)
    world.execute("delete from dashboard.source_reads where dia = %s", WEEK.previous.first)
    sheet = world.sheet()
    assert sheet.by_id["faturamento"].previous.refused == "periodo_incompleto"  # type: ignore[union-attr]
    assert not sheet.of("efeito")
    assert sheet.by_id["faturamento"].year.refused == "sem_valor_anterior"  # type: ignore[union-attr]


def test_pending_ads_forbid_comparing_ads(world: World) -> None:
    worse_week(world)
    world.execute("update dashboard.fact_ads_client_day set pendente = true where dia = %s", WEEK.last)
    facts = world.sheet().by_id
    assert facts["ads_investimento"].previous.refused == "ads_nao_fechados"  # type: ignore[union-attr]
    assert facts["faturamento"].previous.refused is None  # type: ignore[union-attr]


def test_what_is_not_known_is_no_fact(world: World) -> None:
    world.sell(WEEK, imposto=None, ads_na_margem=None, ads_investimento=None, mc=None)
    assert not {"imposto", "mc", "mc_pct", "ads_investimento", "acos", "tacos"} & set(world.sheet().by_id)


def test_coverage_and_maturity_travel_with_the_figure(world: World) -> None:
    world.sell(WEEK, faturamento_coberto=Decimal(800), maturity="preliminar")
    margin = world.sheet().by_id["mc"]
    assert margin.coverage == Decimal("0.8")
    assert (margin.maturity, margin.final_on) == ("preliminar", date(2026, 5, 3))


def test_skus_are_named_for_what_they_did(world: World) -> None:
    worse_week(world)
    world.sell_sku(WEEK.previous, "QUEDA")
    world.sell_sku(WEEK, "ALTA", title="Garrafa térmica")
    world.sell_sku(WEEK, "PREJUIZO", faturamento=Decimal(10), faturamento_coberto=Decimal(10), mc=Decimal(-5))
    world.sell_sku(WEEK, "PARADO", faturamento=Decimal(0), faturamento_coberto=Decimal(0))
    facts = world.sheet().by_id
    named = {fact_id: facts[fact_id].sku for fact_id in facts if facts[fact_id].sku}
    assert named == {
        "mais_vendido.1": "ALTA", "mais_vendido.2": "PREJUIZO", "maior_alta.1": "ALTA", "maior_alta.2": "PREJUIZO",
        "maior_queda.1": "QUEDA", "pior_margem.1": "PREJUIZO", "ads_sem_venda.1": "PARADO",
    }  # fmt: skip
    assert facts["mais_vendido.1"].title == "Garrafa térmica"
    assert facts["maior_queda.1"].value == 0
    assert facts["pior_margem.1"].value == -35


def test_the_same_data_have_the_same_hash_and_a_changed_day_another(world: World) -> None:
    worse_week(world)
    first = world.sheet().hash
    assert world.sheet().hash == first
    world.execute("update dashboard.agg_client_day set faturamento = faturamento + 0.01 where dia = %s", WEEK.last)
    assert world.sheet().hash != first


def test_a_client_without_data_has_no_facts(world: World) -> None:
    sheet = world.sheet()
    assert sheet.facts == ()
    assert sheet.days_read == 0
