"""The golden day of kpis.md §10 in the tables and the views analysts read."""

from __future__ import annotations

from decimal import Decimal

import pytest

from viang_pipeline_tests.marts.shop import DAY, Shop, golden

CLIENT_DAY = {
    "vendas_brutas": "679.60",
    "valor_cancelado": "200.00",
    "valor_cancelado_pre": "200.00",
    "valor_devolvido": "0.00",
    "faturamento": "479.60",
    "reembolsos": "10.00",
    "reembolsos_no_dia": "10.00",
    "faturamento_liquido": "469.60",
    "pedidos_brutos": "6",
    "pedidos": "5",
    "pedidos_cancelados": "1",
    "compras": "4",
    "unidades": "7",
    "unidades_brutas": "9",
    "compradores": "4",
    "skus_vendidos": "3",
    "pedidos_pendentes": "0",
    "comissao": "62.56",
    "frete_vendedor": "53.45",
    "frete_comprador": "9.99",
    "repasse_estimado": "320.93",
    "faturamento_com_frete": "429.70",
    "ticket_medio": "119.90",
    "ticket_medio_pedido": "95.92",
    "preco_medio": "68.51",
    "comissao_pct": "0.130442",
    "comissao_cobertura": "1.000000",
    "frete_vendedor_cobertura": "0.895955",
    "repasse_estimado_cobertura": "0.895955",
    "receita_sem_sku_pct": "0.000000",
    "cmv": "140.00",
    "faturamento_com_custo": "399.60",
    "cmv_cobertura": "0.833194",
    "lucro_bruto": "259.60",
    "imposto": "25.51",
    "aliquota_efetiva": "0.053200",
    "custo_envio_proprio": "0.00",
    "outros_variaveis": "0.00",
    "faturamento_coberto": "349.70",
    "mc_cobertura": "0.729149",
    "mc_pre_ads": "121.93",
    "acos_equilibrio": "0.348670",
    "roas_equilibrio": "2.868039",
}
# A, B, C
SKU_DAYS = {
    "vendas_brutas": ("400.00", "199.60", "80.00"),
    "faturamento": ("200.00", "199.60", "80.00"),
    "valor_cancelado": ("200.00", "0", "0"),
    "reembolsos": ("0.00", "10.00", "0.00"),
    "pedidos": ("2", "2", "1"),
    "compras": ("2", "2", "1"),
    "unidades": ("2", "4", "1"),
    "unidades_brutas": ("4", "4", "1"),
    "comissao": ("24.00", "28.96", "9.60"),
    "frete_vendedor": ("27.66", "10.79", "15.00"),
    "repasse_estimado": ("148.34", "117.19", "55.40"),
    "frete_vendedor_cobertura": ("1.000000", "0.750000", "1.000000"),
    "preco_medio": ("100.00", "49.90", "80.00"),
    "cmv": ("80.00", "60.00", None),
    "imposto": ("10.64", "10.61", "4.26"),
    "faturamento_coberto": ("200.00", "149.70", "0.00"),
    "mc_cobertura": ("1.000000", "0.750000", "0.000000"),
    "mc_pre_ads": ("57.70", "64.23", None),
    "acos_equilibrio": ("0.288500", "0.429058", None),
}


@pytest.fixture
def built(shop: Shop) -> Shop:
    golden(shop)
    shop.read_claims(DAY)
    shop.build(DAY)
    return shop


def test_the_client_day_is_the_golden_one(built: Shop) -> None:
    found = built.client_days()[DAY]
    assert {name: found[name] for name in CLIENT_DAY} == {name: Decimal(value) for name, value in CLIENT_DAY.items()}


def test_the_sku_days_are_the_golden_ones(built: Shop) -> None:
    found = built.sku_days()
    for name, expected in SKU_DAYS.items():
        assert [found[DAY, sku][name] for sku in "ABC"] == [value and Decimal(value) for value in expected], name


def test_the_lines_carry_the_freight_of_the_golden_day(built: Shop) -> None:
    freight = [row["frete_vendedor"] for row in built.lines().values()]
    assert freight == [Decimal("20.45"), Decimal("10.79"), Decimal("7.21"), Decimal("15.00"), None, None]


def test_the_missing_freight_is_named_on_the_row(built: Shop) -> None:
    assert "frete_nao_observado" in built.client_days()[DAY]["faltantes"]
    assert "frete_nao_observado" not in built.sku_days()[DAY, "A"]["faltantes"]


def test_the_lines_carry_the_cost_and_tax_of_the_golden_day(built: Shop) -> None:
    rows = built.lines().values()
    assert [row["imposto"] and str(row["imposto"]) for row in rows] == ["5.32", "7.96", "5.32", "4.26", None, "2.65"]
    assert [row["custo"] and str(row["custo"]) for row in rows] == ["40.00", "45.00", "40.00", None, None, "15.00"]
    assert [row["coberta"] for row in rows] == [True, True, True, False, False, False]


def test_what_is_missing_of_a_margin_is_named_on_the_row(built: Shop) -> None:
    assert "custo_desconhecido" in built.sku_days()[DAY, "C"]["faltantes"]
    assert "custo_desconhecido" not in built.sku_days()[DAY, "B"]["faltantes"]


def test_a_margin_without_the_ads_of_the_day_is_unknown(built: Shop) -> None:
    row = built.client_days()[DAY]
    assert (row["mc"], row["ads_na_margem"], row["mc_pct"]) == (None, None, None)


def test_what_was_not_read_is_null_and_named(shop: Shop) -> None:
    golden(shop)
    shop.build(DAY)
    row = shop.client_days()[DAY]
    unread = {"ads_nao_lidos", "visitas_nao_lidas", "reclamacoes_nao_lidas", "estoque_sem_foto"}
    assert unread <= set(row["faltantes"])
    blocks = ("ads_investimento", "visitas", "devolucoes", "custo_devolucao", "estoque_full", "mc_pre_ads")
    assert [row[name] for name in blocks] == [None] * 6
    assert row["maturidade_vendas"] == "final"
    assert {row[f"maturidade_{block}"] for block in ("ads", "visitas", "devolucoes")} == {"preliminar"}


def test_the_sum_of_the_skus_overstates_packs_and_the_client_day_does_not(built: Shop) -> None:
    assert sum(row["compras"] for row in built.sku_days().values()) == 5
    assert built.client_days()[DAY]["compras"] == 4
