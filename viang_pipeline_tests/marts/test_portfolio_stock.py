"""Stock of the client's SKUs as it stands: cover, stock-out, state and what its absence costs (kpis.md §5.8)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from viang_pipeline.domain.business_day import days_between
from viang_pipeline.marts.build import BUILDERS
from viang_pipeline_tests.marts.shop import Shop, line, order
from viang_pipeline_tests.marts.test_own_stock import GERAL, announce, bling, read, store
from viang_pipeline_tests.marts.test_portfolio import LAST, MORNING

WINDOW = days_between(LAST - timedelta(days=29), LAST)
A, B, PART, IDLE = 1, 2, 3, 4


def photograph(shop: Shop, day: date, **units: int) -> None:
    announce(shop, "X", day=day)
    for product, sku in ((A, "A"), (B, "B"), (PART, "PART"), (IDLE, "IDLE")):
        if sku in units:
            bling(shop, product, sku, (GERAL, str(units[sku]), str(units[sku])), day=day)
    read(shop, "bling", day)


@pytest.fixture
def shelf(shop: Shop) -> Shop:
    """A month of photos: A, sold once a day, was out on its first three days; B, a kit of two parts, has no stock of
    its own; IDLE is never sold."""
    shop.execute("update dashboard.clients set autoridade_estoque = 'bling' where client_id = %s", shop.client_id)
    shop.read(*days_between(LAST - timedelta(days=89), LAST), at=MORNING)
    for day in WINDOW:
        photograph(shop, day, A=0 if day < WINDOW[3] else 40, PART=10, IDLE=7)
    for number, day in enumerate(WINDOW[3:]):
        noon = f"{day}T12:00:00.000-03:00"
        shop.put(order(str(number), line("A", "10.00"), line("B", "30.00", listing="MLB2"), at=noon))
    shop.execute(
        "insert into dashboard.kits (client_id, sku_kit, sku_componente, quantidade, vigente_de, informado_em)"
        " values (%s, 'B', 'PART', 2, '2026-01-01', now())",
        shop.client_id,
    )
    policy(shop, "*", 10, 5, 15, 90)
    return shop


def policy(shop: Shop, sku: str, *days: int) -> None:
    shop.execute(
        "insert into dashboard.politica_estoque (client_id, sku, vigente_de, prazo_dias, seguranca_dias, alvo_dias,"
        " teto_dias, informado_em) values (%s, %s, '2026-01-01', %s, %s, %s, %s, now())",
        shop.client_id, sku, *days,
    )  # fmt: skip


def standing(shop: Shop) -> dict[str, dict[str, Any]]:
    shop.build(*WINDOW, now=MORNING)
    return {row["sku"]: row for row in shop.rows("vw_sku_portfolio", "sku")}


def test_a_sku_stands_with_its_newest_photo_its_cover_its_state_and_what_its_absence_cost(shelf: Shop) -> None:
    row = standing(shelf)["A"]
    assert (row["estoque_disponivel"], row["estoque_dia"]) == (40, LAST)
    assert (row["demanda_30d"], row["dias_com_estoque"], row["dias_sem_estoque"]) == (27, 27, 3)
    assert (row["vmd_30"], row["vmd_30_ajustada"]) == (Decimal("0.900000"), Decimal("1.000000"))
    assert (row["cobertura_dias"], row["estado_estoque"]) == (Decimal("44.444444"), "ADEQUADA")
    assert (row["em_ruptura"], row["venda_perdida_est"], row["faltantes"]) == (False, Decimal("30.00"), [])


def test_stock_of_a_part_covers_the_kits_it_is_in(shelf: Shop) -> None:
    row = standing(shelf)["PART"]
    assert (row["unidades_30d"], row["demanda_30d"]) == (0, 54)
    assert row["cobertura_dias"] == Decimal("5.555556")
    assert row["curva_abc"] is None


def test_what_lies_in_stock_and_is_not_sold_stands_without_turnover(shelf: Shop) -> None:
    row = standing(shelf)["IDLE"]
    assert (row["estoque_disponivel"], row["cobertura_dias"], row["em_ruptura"]) == (7, None, False)
    assert "sem_giro" in row["faltantes"]


def test_a_skus_own_policy_comes_before_the_one_for_all(shelf: Shop) -> None:
    policy(shelf, "A", 45, 5, 15, 90)
    assert standing(shelf)["A"]["estado_estoque"] == "COMPRA_URGENTE"


def test_without_a_policy_the_state_is_refused_and_the_rest_is_said(shelf: Shop) -> None:
    shelf.forget("dashboard.politica_estoque")
    row = standing(shelf)["A"]
    assert (row["estado_estoque"], row["cobertura_dias"]) == (None, Decimal("44.444444"))
    assert row["faltantes"] == ["politica_nao_informada"]


def test_a_listing_paused_because_stock_ended_is_a_stock_out_and_one_its_seller_paused_is_none(shelf: Shop) -> None:
    photograph(shelf, LAST, IDLE=0)
    shelf.put(order("900", line("IDLE", "5.00"), at=f"{LAST - timedelta(days=60)}T12:00:00.000-03:00"))
    listing = {"id": "MLB9", "status": "paused", "attributes": [{"id": "SELLER_SKU", "value_name": "IDLE"}]}
    store(shelf, "mercado_livre_listings", ("MLB9", listing | {"sub_status": ["paused_by_seller"]}))
    shelf.build(LAST - timedelta(days=60), now=MORNING)
    assert standing(shelf)["IDLE"]["em_ruptura"] is False
    store(shelf, "mercado_livre_listings", ("MLB9", listing | {"sub_status": ["out_of_stock"]}))
    assert standing(shelf)["IDLE"]["em_ruptura"] is True


def test_a_photo_of_the_last_week_counts_and_an_older_one_does_not(shelf: Shop) -> None:
    recent = LAST - timedelta(days=6)
    shelf.forget("dashboard.source_reads", "source = 'bling' and dia > %s", recent)
    assert standing(shelf)["A"]["estoque_dia"] == recent
    shelf.forget("dashboard.source_reads", "source = 'bling' and dia = %s", recent)
    row = standing(shelf)["A"]
    assert (row["estoque_dia"], row["estoque_disponivel"], row["estado_estoque"]) == (None, None, None)
    assert "estoque_proprio_nao_lido" in row["faltantes"]


def test_the_stock_out_rate_is_of_days_of_skus_that_sell(shelf: Shop) -> None:
    standing(shelf)
    days = {row["dia"]: row for row in shelf.rows("vw_client_stock", "dia")}
    # A is active from its first sale on; PART and IDLE are never sold, B has no stock of its own.
    assert days[WINDOW[2]]["taxa_ruptura"] is None
    newest = days[LAST]
    assert (newest["skus_ativos"], newest["dias_ativos"], newest["dias_em_ruptura"]) == (1, 27, 0)
    photograph(shelf, LAST, A=0)
    standing(shelf)
    newest = shelf.rows("vw_client_stock", "dia")[-1]
    assert (newest["skus_em_ruptura"], newest["dias_em_ruptura"]) == (1, 1)
    assert newest["taxa_ruptura"] == Decimal("0.037037")


def test_a_second_build_writes_nothing(shelf: Shop) -> None:
    standing(shelf)
    work = shelf.work(now=MORNING)
    assert {name: build(work, WINDOW).written for name, build in BUILDERS.items()} == dict.fromkeys(BUILDERS, 0)
