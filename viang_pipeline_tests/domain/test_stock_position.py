"""Cover, stock-out, state and lost sales of a SKU (kpis.md §5.8)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viang_pipeline.domain.stock_position import Policy, SkuWindow, position

POLICY = Policy(lead=10, safety=5, target=15, ceiling=90)


@dataclass(frozen=True)
class Window:
    """30 units at R$ 10,00 in a month of 30 photographed days."""

    stock: int | None = 40
    units: int = 30
    demand: int = 30
    revenue: str = "300.00"
    computed: int = 30
    with_stock: int = 30
    without: int = 0
    units_90: int = 90
    paused_empty: bool = False

    @property
    def seen(self) -> SkuWindow:
        return SkuWindow(**{**self.__dict__, "revenue": Decimal(self.revenue)})


def test_cover_is_stock_over_the_pace_of_all_that_is_taken_from_it() -> None:
    assert position(Window(stock=40).seen, None).cover == Decimal("40.000000")
    assert position(Window(stock=40, demand=60).seen, None).cover == Decimal("20.000000")


def test_without_sales_there_is_no_cover_but_a_reason() -> None:
    found = position(Window(units=0, demand=0, revenue="0").seen, POLICY)
    assert found.cover is None
    assert "sem_giro" in found.missing


def test_stock_that_is_owed_covers_nothing() -> None:
    assert position(Window(stock=-3).seen, None).cover == 0


@pytest.mark.parametrize(
    ("stock", "demand", "paused_empty", "out"),
    [
        (1, 30, False, False),
        (0, 30, False, True),
        (-2, 30, False, True),
        (0, 0, False, False),
        (0, 0, True, True),
        (None, 30, True, None),
    ],
)
def test_a_stock_out_needs_sales_or_a_listing_paused_for_lack_of_stock(
    stock: int | None, demand: int, paused_empty: bool, out: bool | None
) -> None:
    window = Window(stock=stock, units=demand, demand=demand, paused_empty=paused_empty)
    assert position(window.seen, None).out_of_stock is out


@pytest.mark.parametrize(
    ("stock", "state"),
    [
        (0, "RUPTURA"),
        (10, "COMPRA_URGENTE"),
        (11, "COMPRAR_EM_BREVE"),
        (15, "COMPRAR_EM_BREVE"),
        (16, "COBERTURA_BAIXA"),
        (29, "COBERTURA_BAIXA"),
        (30, "ADEQUADA"),
        (90, "ADEQUADA"),
        (91, "EXCESSO"),
    ],
)
def test_the_state_is_the_first_limit_of_the_policy_that_is_not_passed(stock: int, state: str) -> None:
    assert position(Window(stock=stock).seen, POLICY).state == state


def test_without_a_ceiling_excess_is_never_stated() -> None:
    assert position(Window(stock=5000).seen, POLICY._replace(ceiling=None)).state == "ADEQUADA"


@pytest.mark.parametrize(
    ("window", "policy", "reason"),
    [
        (Window(), None, "politica_nao_informada"),
        (Window(stock=None), POLICY, "estoque_nao_fotografado"),
        (Window(computed=27), POLICY, "historico_curto"),
        (Window(units_90=11), POLICY, "poucas_unidades"),
    ],
)
def test_a_state_is_refused_with_its_reason(window: Window, policy: Policy | None, reason: str) -> None:
    found = position(window.seen, policy)
    assert found.state is None
    assert reason in found.missing


def test_the_adjusted_pace_divides_by_the_days_that_had_stock() -> None:
    found = position(Window(with_stock=20, without=10).seen, None)
    assert found.adjusted_pace == Decimal("1.500000")
    assert found.lost == Decimal("150.00")


def test_with_stock_every_day_nothing_was_lost() -> None:
    assert position(Window().seen, None).lost == Decimal("0.00")


def test_too_few_photos_leave_adjusted_pace_and_loss_unsaid() -> None:
    found = position(Window(with_stock=17, without=10).seen, None)
    assert (found.adjusted_pace, found.lost) == (None, None)
    assert "poucas_fotos_de_estoque" in found.missing


def test_a_month_without_any_stock_says_no_loss_rather_than_none() -> None:
    assert position(Window(with_stock=0, without=30).seen, None).lost is None


@given(st.integers(-50, 5000), st.integers(0, 400), st.integers(0, 60), st.integers(0, 30), st.integers(0, 400))
def test_more_stock_never_shortens_cover_nor_worsens_the_state(
    stock: int, demand: int, more: int, computed: int, units_90: int
) -> None:
    order = ["RUPTURA", "COMPRA_URGENTE", "COMPRAR_EM_BREVE", "COBERTURA_BAIXA", "ADEQUADA", "EXCESSO"]
    less, plus = (
        position(Window(stock=s, units=demand, demand=demand, computed=computed, units_90=units_90).seen, POLICY)
        for s in (stock, stock + more)
    )
    assert (less.cover is None) == (plus.cover is None)
    if less.cover is not None and plus.cover is not None:
        assert less.cover <= plus.cover
    if less.state is not None and plus.state is not None:
        assert order.index(less.state) <= order.index(plus.state)
