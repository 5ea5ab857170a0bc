"""``sku_portfolio``: the client's SKUs as they stand on the newest complete day (kpis.md §5.8, §5.9)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from viang_pipeline.domain.business_day import days_between
from viang_pipeline.marts.portfolio import build_portfolio
from viang_pipeline_tests.marts.shop import Shop, line, order

LAST = date(2026, 3, 19)
FIRST = LAST - timedelta(days=99)
MORNING = datetime(2026, 3, 20, 9, tzinfo=UTC)
NO_STOCK = ("politica_nao_informada", "estoque_nao_fotografado")
"""Why nothing is said of stock where neither policy nor photo is known."""


def sell(shop: Shop, number: int, sku: str, price: str, days_ago: int, quantity: int = 1) -> None:
    noon = f"{LAST - timedelta(days=days_ago)}T12:00:00.000-03:00"
    shop.put(order(str(number), line(sku, price, quantity=quantity), date_created=noon, date_closed=noon))


@pytest.fixture
def sold(shop: Shop) -> Shop:
    """A hundred days read; A sells most and lately, B before, C little, D only outside of the window."""
    shop.read(*days_between(FIRST, LAST), at=MORNING)
    sell(shop, 1, "A", "50.00", days_ago=0, quantity=15)
    sell(shop, 2, "A", "50.00", days_ago=89, quantity=3)
    sell(shop, 3, "B", "10.00", days_ago=30, quantity=12)
    sell(shop, 4, "C", "5.00", days_ago=29)
    sell(shop, 5, "D", "900.00", days_ago=90)
    shop.build(*days_between(FIRST, LAST), now=MORNING)
    return shop


def test_each_sku_of_the_window_stands_with_its_pace_class_and_trend(sold: Shop) -> None:
    rows = {row["sku"]: row for row in sold.rows("sku_portfolio", "sku")}
    shown = {
        sku: (
            row["unidades_30d"],
            row["unidades_60d_antes"],
            row["faturamento_90d"],
            row["curva_abc"],
            row["tendencia"],
        )
        for sku, row in rows.items()
    }
    assert shown == {
        "A": (15, 3, Decimal("900.00"), "A", "crescente"),
        "B": (0, 12, Decimal("120.00"), "B", "decrescente"),
        "C": (1, 0, Decimal("5.00"), "C", None),
    }
    assert rows["A"]["vmd_30"] == Decimal("0.500000")
    assert rows["C"]["faltantes"] == ["poucas_unidades", *NO_STOCK, "poucas_fotos_de_estoque"]
    assert {(row["dia"], row["dias_calculados_30d"], row["dias_calculados_90d"]) for row in rows.values()} == {
        (LAST, 30, 90)
    }


def test_a_second_build_writes_nothing_and_a_sale_rewrites_only_what_it_moves(sold: Shop) -> None:
    assert build_portfolio(sold.work(now=MORNING), [LAST]).written == 0
    sell(sold, 6, "C", "5.00", days_ago=1)
    assert sold.build(now=MORNING)["sku_portfolio"].written == 1


def test_a_month_that_was_not_read_leaves_pace_and_trend_unsaid_but_not_the_class(shop: Shop) -> None:
    shop.read(*days_between(LAST - timedelta(days=26), LAST), at=MORNING)
    sell(shop, 1, "A", "50.00", days_ago=3, quantity=40)
    shop.build(LAST - timedelta(days=3), now=MORNING)
    (row,) = shop.rows("sku_portfolio", "sku")
    assert (row["vmd_30"], row["curva_abc"], row["tendencia"]) == (None, "A", None)
    assert row["faltantes"] == ["historico_curto", *NO_STOCK]


def test_the_window_ends_at_the_newest_complete_day_whatever_days_a_run_builds(sold: Shop) -> None:
    outcome = build_portfolio(sold.work(now=MORNING + timedelta(days=5)), [FIRST])
    assert (outcome.written, outcome.days_done) == (0, {FIRST})
