"""The rules of kpis.md §8: when two figures are compared, and what is said of the difference."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viang_pipeline.domain.comparisons import Comparison, Reading, Shares, compare, decompose
from viang_pipeline.domain.metrics import BY_ID

REVENUE, MARGIN, MARGIN_PCT = BY_ID["faturamento"], BY_ID["mc"], BY_ID["mc_pct"]
FEE, SPEND, ACOS, ROAS, TAX = (BY_ID[each] for each in ("comissao", "ads_investimento", "acos", "roas", "imposto"))


def reading(value: str | None, **given: object) -> Reading:
    found = Reading(None if value is None else Decimal(value), coverage=Decimal(1), covered_orders=50)
    return replace(found, **given)  # type: ignore[arg-type]


def test_an_amount_is_compared_as_a_part_of_what_it_was() -> None:
    found = compare(REVENUE, reading("110"), reading("100"))
    assert (found.difference, found.relative, found.direction, found.tone) == (10, Decimal("0.1"), "subiu", "bom")


@pytest.mark.parametrize("before", ["0", "-5"])
def test_from_nothing_or_less_only_the_difference_is_shown(before: str) -> None:
    found = compare(MARGIN, reading("10"), reading(before))
    assert found.relative is None
    assert found.difference == 10 - Decimal(before)
    assert found.direction == "subiu"


def test_a_rate_is_compared_in_percentage_points() -> None:
    found = compare(MARGIN_PCT, reading("0.27"), reading("0.30"))
    assert (found.difference, found.relative, found.direction, found.tone) == (Decimal("-0.03"), None, "caiu", "ruim")


def test_how_many_times_is_compared_as_an_amount() -> None:
    assert compare(ROAS, reading("6"), reading("5")).relative == Decimal("0.2")


@pytest.mark.parametrize(
    ("now", "direction"), [("101.99", "estavel"), ("102", "subiu"), ("98.01", "estavel"), ("98", "caiu")]
)
def test_below_two_percent_an_amount_is_stable(now: str, direction: str) -> None:
    assert compare(REVENUE, reading(now), reading("100")).direction == direction


@pytest.mark.parametrize(("now", "direction"), [("0.3049", "estavel"), ("0.305", "subiu"), ("0.295", "caiu")])
def test_below_half_a_point_a_rate_is_stable(now: str, direction: str) -> None:
    assert compare(MARGIN_PCT, reading(now), reading("0.30")).direction == direction


def test_the_tone_follows_the_polarity_and_spend_and_tax_are_neutral() -> None:
    assert compare(FEE, reading("120"), reading("100")).tone == BY_TONE[FEE.polaridade]
    assert compare(ACOS, reading("0.30"), reading("0.20")).tone == "ruim"
    assert compare(SPEND, reading("120"), reading("100")).tone == "neutro"
    assert compare(TAX, reading("120"), reading("100")).tone == "neutro"


BY_TONE = {1: "bom", -1: "ruim", 0: "neutro"}


@pytest.mark.parametrize(
    ("metric", "now", "before", "reason"),
    [
        (REVENUE, reading(None), reading("1"), "sem_valor"),
        (REVENUE, reading("1"), reading(None), "sem_valor_anterior"),
        (REVENUE, reading("1"), reading("1", complete=False), "periodo_incompleto"),
        (MARGIN, reading("1"), reading("1", coverage=Decimal("0.949")), "cobertura_diferente"),
        (MARGIN_PCT, reading("0.2", covered_orders=19), reading("0.1"), "poucos_pedidos_cobertos"),
        (SPEND, reading("1"), reading("1", ads_closed=False), "ads_nao_fechados"),
        (ACOS, reading("1", ads_closed=False), reading("1"), "ads_nao_fechados"),
    ],
)
def test_a_guard_refuses_with_its_reason_and_says_no_number(
    metric: object, now: Reading, before: Reading, reason: str
) -> None:
    found = compare(metric, now, before)  # type: ignore[arg-type]
    assert found == Comparison(before.value, refused=reason)  # type: ignore[arg-type]


def test_what_the_guards_do_not_speak_of_is_compared() -> None:
    assert compare(MARGIN, reading("2"), reading("1", coverage=Decimal("0.95"))).refused is None
    assert compare(REVENUE, reading("2", ads_closed=False), reading("1", covered_orders=0)).refused is None


def shares(margin: str, **costs: str) -> Shares:
    return Shares(Decimal(margin), {name: Decimal(part) for name, part in costs.items()})


FELL = compare(MARGIN_PCT, reading("0.25"), reading("0.30"))


def test_a_change_of_the_margin_is_split_over_its_costs() -> None:
    found = decompose(shares("0.25", cmv="0.60", comissao="0.15"), shares("0.30", cmv="0.56", comissao="0.14"), FELL)
    assert found.effects == {"cmv": Decimal("-0.04"), "comissao": Decimal("-0.01")}
    assert sum(found.effects.values()) == FELL.difference


def test_nothing_is_split_when_the_identity_does_not_close_in_one_of_the_periods() -> None:
    now, before = shares("0.25", cmv="0.60", comissao="0.15"), shares("0.30", cmv="0.56", comissao="0.1388")
    assert decompose(now, before, FELL).refused == "identidade_nao_fecha"
    assert decompose(now, None, FELL).effects == {}


def test_what_may_not_be_compared_is_not_split_either() -> None:
    refused = compare(MARGIN_PCT, reading("0.2", covered_orders=3), reading("0.1"))
    assert decompose(shares("0.2", cmv="0.8"), shares("0.1", cmv="0.9"), refused).refused == "poucos_pedidos_cobertos"


@given(st.decimals("0.01", "100000", places=2), st.decimals("0.01", "100000", places=2))
def test_swapping_the_periods_swaps_the_sign(now: Decimal, before: Decimal) -> None:
    there = compare(REVENUE, Reading(now), Reading(before))
    back = compare(REVENUE, Reading(before), Reading(now))
    assert there.difference is not None
    assert back.difference == -there.difference
