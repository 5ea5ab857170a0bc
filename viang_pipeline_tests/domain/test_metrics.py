"""The dictionary as data: complete, unique and carried into tables and views (kpis.md §1, R5, R9)."""

from __future__ import annotations

import pytest

from viang_pipeline.domain.metrics import METRICS, Metric, additive_metrics, ratio_metrics, table_metrics
from viang_pipeline.warehouse.schema import (
    DAY_VIEWS,
    VIEWS,
    agg_client_day,
    fact_sku_day,
    metadata,
    view_comments,
    view_sql,
)

# id → (unit, grains, additivity)
DICTIONARY = {
    "vendas_brutas": ("BRL", "SC", "A"),
    "faturamento": ("BRL", "SC", "A"),
    "valor_cancelado": ("BRL", "SC", "A"),
    "valor_cancelado_pre": ("BRL", "SC", "A"),
    "valor_devolvido": ("BRL", "SC", "A"),
    "reembolsos": ("BRL", "SC", "A"),
    "reembolsos_no_dia": ("BRL", "SC", "A"),
    "faturamento_liquido": ("BRL", "SC", "A"),
    "pedidos_brutos": ("un", "SC", "D"),
    "pedidos": ("un", "SC", "D"),
    "pedidos_cancelados": ("un", "SC", "D"),
    "compras": ("un", "SC", "D"),
    "unidades": ("un", "SC", "A"),
    "unidades_brutas": ("un", "SC", "A"),
    "compradores": ("un", "C", "D"),
    "skus_vendidos": ("un", "C", "D"),
    "pedidos_pendentes": ("un", "C", "D"),
    "ticket_medio": ("BRL", "SC", "R"),
    "ticket_medio_pedido": ("BRL", "SC", "R"),
    "preco_medio": ("BRL", "SC", "R"),
    "comissao": ("BRL", "SC", "A"),
    "comissao_pct": ("fração", "SC", "R"),
    "frete_vendedor": ("BRL", "SC", "A"),
    "frete_comprador": ("BRL", "C", "A"),
    "custo_envio_proprio": ("BRL", "SC", "A"),
    "repasse_estimado": ("BRL", "SC", "A"),
    "comissao_cobertura": ("fração", "SC", "R"),
    "frete_vendedor_cobertura": ("fração", "SC", "R"),
    "repasse_estimado_cobertura": ("fração", "SC", "R"),
    "receita_sem_sku_pct": ("fração", "C", "R"),
    "imposto": ("BRL", "SC", "A"),
    "aliquota_efetiva": ("fração", "C", "P"),
    "cmv": ("BRL", "SC", "A"),
    "custo_unitario": ("BRL", "S", "P"),
    "cmv_cobertura": ("fração", "SC", "R"),
    "lucro_bruto": ("BRL", "SC", "A"),
    "faturamento_coberto": ("BRL", "SC", "A"),
    "mc_cobertura": ("fração", "SC", "R"),
    "mc_pre_ads": ("BRL", "SC", "A"),
    "ads_na_margem": ("BRL", "SC", "A"),
    "mc": ("BRL", "SC", "A"),
    "mc_pct": ("fração", "SC", "R"),
    "acos_equilibrio": ("fração", "SC", "R"),
    "roas_equilibrio": ("fração", "SC", "R"),
    "taxa_cancelamento": ("fração", "SC", "R"),
    "taxa_cancelamento_pre": ("fração", "SC", "R"),
    "devolucoes": ("un", "SC", "D"),
    "devolucoes_no_dia": ("un", "SC", "D"),
    "unidades_devolvidas": ("un", "SC", "A"),
    "taxa_devolucao": ("fração", "SC", "R"),
    "reclamacoes": ("un", "SC", "D"),
    "mediacoes": ("un", "SC", "D"),
    "custo_devolucao": ("BRL", "SC", "A"),
    "ads_investimento": ("BRL", "SC", "A"),
    "ads_impressoes": ("un", "SC", "A"),
    "ads_cliques": ("un", "SC", "A"),
    "ads_receita_direta": ("BRL", "SC", "A"),
    "ads_receita_assistida": ("BRL", "SC", "A"),
    "ads_receita": ("BRL", "SC", "A"),
    "ads_unidades": ("un", "SC", "A"),
    "ads_nao_alocado": ("BRL", "C", "A"),
    "ads_itens_vs_campanha": ("BRL", "C", "A"),
    "ads_ctr": ("fração", "SC", "R"),
    "ads_cpc": ("BRL", "SC", "R"),
    "acos": ("fração", "SC", "R"),
    "roas": ("fração", "SC", "R"),
    "tacos": ("fração", "SC", "R"),
    "ads_cvr": ("fração", "SC", "R"),
    "ads_cpa": ("BRL", "SC", "R"),
    "ads_participacao": ("fração", "C", "R"),
    "visitas": ("un", "SC", "S"),
    "visitas_dias_observados": ("un", "SC", "A"),
    "conversao": ("fração", "SC", "R"),
    "conversao_ml": ("fração", "C", "R"),
    "estoque_full": ("un", "SC", "S"),
    "estoque_full_indisponivel": ("un", "SC", "S"),
    "estoque_proprio": ("un", "SC", "S"),
    "estoque_reservado": ("un", "SC", "S"),
    "estoque_transito": ("un", "SC", "S"),
    "estoque_disponivel": ("un", "SC", "S"),
    "valor_estoque": ("BRL", "SC", "S"),
    "valor_estoque_cobertura": ("fração", "C", "R"),
    "comissao_faturada": ("BRL", "SC", "A"),
    "divergencia_comissao": ("BRL", "SC", "A"),
    "comissao_faturada_cobertura": ("fração", "SC", "R"),
    "cobranca_mensal": ("BRL", "C (período)", "A"),
    "divergencia_cobranca": ("BRL", "C (período)", "A"),
    "custos_full": ("BRL", "C (período)", "A"),
    "despesas_fixas": ("BRL", "C (mês)", "A"),
    "lucro": ("BRL", "C (mês)", "A"),
    "vmd_30": ("un/dia", "S", "R"),
    "curva_abc": ("classe", "S", "P"),
    "tendencia": ("classe", "S", "P"),
    "vmd_30_ajustada": ("un/dia", "S", "R"),
    "cobertura_dias": ("dias", "S", "R"),
    "em_ruptura": ("classe", "S", "P"),
    "estado_estoque": ("classe", "S", "P"),
    "venda_perdida_est": ("BRL", "SC", "A"),
    "taxa_ruptura": ("fração", "C", "R"),
    "reputacao_nivel": ("classe", "C", "P"),
    "reputacao_medalha": ("classe", "C", "P"),
    "rep_reclamacoes": ("fração", "C", "P"),
    "rep_atrasos": ("fração", "C", "P"),
    "rep_cancelamentos": ("fração", "C", "P"),
}


def test_the_metrics_are_those_of_the_dictionary() -> None:
    assert {m.id: (m.unidade, "".join(m.graos), m.aditividade) for m in METRICS} == DICTIONARY


def test_no_metric_is_declared_twice() -> None:
    assert len({m.id for m in METRICS}) == len(METRICS)


@pytest.mark.parametrize("metric", METRICS, ids=lambda m: m.id)
def test_a_metric_says_what_it_is_and_when_it_is_null(metric: Metric) -> None:
    assert all((metric.nome_pt, metric.name_en, metric.numerador, metric.fonte, metric.regra_null))
    assert (metric.aditividade == "R") == (metric.denominador is not None)
    assert metric.comment.startswith(f"{metric.nome_pt}: ")


def test_stored_metrics_are_columns_and_ratios_are_not() -> None:
    for table, grain in ((fact_sku_day, "S"), (agg_client_day, "C")):
        columns = {column.name: column for column in table.columns}
        assert {m.id for m in table_metrics(grain)} <= set(columns)
        assert not {m.id for m in ratio_metrics(grain)} & set(columns)
        assert all(columns[m.id].comment == m.comment for m in table_metrics(grain))


def test_a_metric_that_stands_elsewhere_is_a_column_there() -> None:
    elsewhere = [metric for metric in METRICS if metric.tabela is not None]
    assert elsewhere
    tables = [table for table in metadata.tables.values() if table.schema == "dashboard"]
    columns = {table.name: set(table.columns.keys()) for table in tables}
    columns |= {view: set(comments) for view, comments in view_comments().items()}
    for metric in elsewhere:
        assert metric.id in columns[str(metric.tabela)]


def test_every_additive_metric_of_a_sku_day_is_one_of_the_client_day() -> None:
    assert {m.id for m in additive_metrics("S")} <= {m.id for m in additive_metrics("C")}


@pytest.mark.parametrize("view", VIEWS)
def test_every_column_of_a_view_is_commented(view: str) -> None:
    comments = view_comments()[view]
    assert all(comments.values())


@pytest.mark.parametrize("view", DAY_VIEWS)
def test_every_ratio_is_in_the_views_of_days(view: str) -> None:
    assert all(f" as {m.id}" in view_sql(view) for m in ratio_metrics("S"))
