"""When one of our figures agrees with the seller's panel (kpis.md §12)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from viang_pipeline.domain.panel import NOT_READ, ONLY_TOLD, TOO_YOUNG, UNPAID_LEFT_OUT, Compared, compare

TODAY, LAST = date(2026, 3, 20), date(2026, 3, 10)
OURS: dict[str, Decimal | None] = {
    "vendas_brutas": Decimal("679.60"),
    "faturamento": Decimal("479.60"),
    "pedidos_brutos": Decimal(6),
    "unidades_brutas": Decimal(9),
    "valor_cancelado_sem_pagamento": Decimal("200.00"),
    "comissao": Decimal("62.56"),
    "visitas": Decimal(200),
}


@pytest.mark.parametrize(
    ("name", "theirs", "agrees"),
    [
        ("vendas_brutas", "679.60", True),
        ("vendas_brutas", "679.61", False),
        ("pedidos_brutos", "6", True),
        ("pedidos_brutos", "7", False),
        ("unidades_brutas", "9", True),
        ("preco_medio_por_unidade", "75.51", True),
        ("preco_medio_por_unidade", "75.52", False),
        ("conversao_ml", "0.031", True),
        ("conversao_ml", "0.0311", False),
    ],
)
def test_a_figure_agrees_within_its_tolerance(name: str, theirs: str, agrees: bool) -> None:
    assert compare(name, Decimal(theirs), OURS, LAST, TODAY).agrees is agrees


def test_gross_sales_may_leave_out_orders_cancelled_before_payment() -> None:
    expected = Compared(Decimal("479.60"), True, UNPAID_LEFT_OUT)
    assert compare("vendas_brutas", Decimal("479.60"), OURS, LAST, TODAY) == expected


@pytest.mark.parametrize("name", ["faturamento", "comissao", "visitas"])
def test_a_figure_that_is_expected_to_differ_is_only_told(name: str) -> None:
    assert compare(name, Decimal(1), OURS, LAST, TODAY) == Compared(OURS[name], None, ONLY_TOLD)


def test_days_that_may_still_differ_by_timing_are_not_judged() -> None:
    assert compare("pedidos_brutos", Decimal(5), OURS, date(2026, 3, 18), TODAY) == Compared(
        Decimal(6), None, TOO_YOUNG
    )
    assert compare("pedidos_brutos", Decimal(5), OURS, date(2026, 3, 17), TODAY).agrees is False


@pytest.mark.parametrize("name", ["vendas_brutas", "conversao_ml"])
def test_days_not_read_are_not_compared(name: str) -> None:
    unread: dict[str, Decimal | None] = dict.fromkeys(OURS, None)
    assert compare(name, Decimal(1), unread, LAST, TODAY) == Compared(None, None, NOT_READ)
