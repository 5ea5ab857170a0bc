"""The views people read: their SQL and the comments of their columns."""

from __future__ import annotations

from importlib.resources import files

from sqlalchemy import Table

from viang_pipeline.domain.metrics import BY_ID, Metric, ratio_metrics
from viang_pipeline.warehouse.schema.base import PROVENANCE
from viang_pipeline.warehouse.schema.matched import order_match
from viang_pipeline.warehouse.schema.photos import (
    STOCK_VALUED,
    fact_account_day,
    fact_stock_client_day,
    fact_stock_sku_day,
)
from viang_pipeline.warehouse.schema.portfolio import sku_portfolio
from viang_pipeline.warehouse.schema.reconciled import reconciliation
from viang_pipeline.warehouse.schema.sales import (
    SUPPORT_COLUMNS,
    agg_channel_day,
    agg_client_day,
    fact_attention,
    fact_quarantine_day,
    fact_sku_day,
)

# name → (base table, ratio metrics added); the SELECT stands in the .sql file of the same name.
_VIEW_SOURCES: dict[str, tuple[Table, tuple[Metric, ...]]] = {
    "vw_sku_day": (fact_sku_day, ratio_metrics("S")),
    "vw_client_day": (agg_client_day, ratio_metrics("C")),
}
DAY_VIEWS: tuple[str, ...] = tuple(_VIEW_SOURCES)

_SUPPORT = {name: comment for name, _, comment in SUPPORT_COLUMNS}
_PORTFOLIO_COLUMNS = {c.name: c.comment or "" for c in sku_portfolio.columns}
_ACCOUNT_COLUMNS = {c.name: c.comment or "" for c in fact_account_day.columns}
_MONTH_METRICS = (
    "vendas_brutas", "faturamento", "valor_cancelado", "reembolsos", "faturamento_liquido", "unidades",
    "comissao", "comissao_cobertura", "comissao_pct", "frete_vendedor", "frete_vendedor_cobertura",
    "custo_envio_proprio", "repasse_estimado", "imposto", "cmv", "cmv_cobertura", "lucro_bruto", "custo_devolucao",
    "outros_variaveis", "faturamento_coberto", "mc_cobertura", "mc_pre_ads", "ads_investimento", "ads_na_margem",
    "acos", "tacos", "mc", "mc_pct", "despesas_fixas",
)  # fmt: skip
_CLIENT_MONTH_COLUMNS = {
    "client_id": "Cliente",
    "mes": "Mês civil completo: seu primeiro dia",
    **{name: BY_ID[name].comment if name in BY_ID else _SUPPORT[name] for name in _MONTH_METRICS},
    "custos_full": "Custos do Full do período de faturamento com a chave do mês, que não é o mês civil; vazio sem fatura",
    "lucro": BY_ID["lucro"].comment,
    "faltantes": "Por que o lucro é vazio: códigos",
    "maturidade": "preliminar, ou final quando vendas, Ads e devoluções de todos os dias e a fatura são finais",
}
_CLIENT_STOCK_COLUMNS = {
    "client_id": "Cliente",
    "dia": "Dia cujo fechamento foi fotografado",
    "estoque_disponivel": BY_ID["estoque_disponivel"].comment,
    "valor_estoque": BY_ID["valor_estoque"].comment,
    **dict(STOCK_VALUED),
    "valor_estoque_cobertura": BY_ID["valor_estoque_cobertura"].comment,
    "skus_ativos": "SKUs vendidos nos 90 dias até o dia cujo estoque é conhecido",
    "skus_em_ruptura": "Desses, os que estavam sem estoque no dia",
    "dias_ativos": "Σ SKUs ativos dos 30 dias até o dia: denominador da taxa de ruptura",
    "dias_em_ruptura": "Σ SKUs ativos sem estoque dos 30 dias até o dia: numerador da taxa de ruptura",
    "taxa_ruptura": BY_ID["taxa_ruptura"].comment,
}
_STOCK_REASONS = {
    "indisponivel_por_motivo": "Não disponível no Full: motivo e unidades, em texto; vazio sem inventário Full"
}
_RESTATEMENT_COLUMNS = {
    "client_id": "Cliente",
    "dia": "Dia de negócio cujo número mudou",
    "sku": "SKU; vazio para o número do cliente no dia",
    "metrica": "Métrica ou coluna de cobertura que mudou",
    "nome": "Nome da métrica",
    "antes": "Valor mostrado antes; vazio quando não havia",
    "depois": "Valor mostrado desde então; vazio quando deixou de haver",
    "diferenca": "Depois menos antes; vazio quando um dos dois não havia",
    "motivo": "Por que mudou",
    "registrado_em": "Quando a mudança foi gravada",
}
_SOURCE_QUALITY_COLUMNS = {
    "client_id": "Cliente",
    "fonte": "Plataforma",
    "recurso": "O que é lido dela",
    "lido_ate": "Dia mais novo lido por completo",
    "ultima_leitura": "Última leitura completa",
    "frescor_min": "Minutos desde a última leitura completa",
    "dias_sem_leitura": "Dias nunca lidos por completo, do primeiro dia com pedidos lidos até ontem",
    "ultima_falha": "Última leitura que falhou, quando não houve outra completa depois",
    "motivo": "Por que falhou",
}
_CLIENT_QUALITY_COLUMNS = {
    "client_id": "Cliente",
    "dia": "Dia mais novo calculado",
    "receita_sem_sku_pct": "Nos últimos 30 dias: faturamento de itens sem SKU ÷ faturamento",
    "receita_sem_frete_pct": "Nos últimos 30 dias: faturamento sem frete observado ÷ faturamento",
    "completude_pedidos": "Nos 30 dias até a última leitura: pedidos guardados ÷ anunciados pela busca; deve ser 1, "
    "e é vazia quando nada foi anunciado",
    "completude_ultima_leitura": "O mesmo, só da última leitura de pedidos",
    "receita_sem_custo_pct": "Nos últimos 30 dias: faturamento sem custo conhecido ÷ faturamento",
    "receita_sem_imposto_pct": "Nos últimos 30 dias: faturamento sem imposto conhecido ÷ faturamento",
    "dias_incompletos": "Dos últimos 30 dias, quantos têm algo em falta",
    "reapresentacoes_7d": "Números do cliente que mudaram nos últimos 7 dias depois de mostrados",
    "reapresentacoes_7d_valor": "Σ do quanto mudaram os valores em reais, sem sinal",
}
_HEALTH_COLUMNS = {
    "client_id": "Cliente",
    "tema": "pedidos, fontes (todas as outras leituras), lacunas (o que falta aos números), quarentena ou conferencia",
    "situacao": (
        "em ordem, atenção, aviso (ninguém precisa agir), ou parado: nada é lido há cinco semanas (pausado, encerrado "
        "ou sem acesso)"
    ),
    "detalhe": "O que é o caso, em uma frase",
    "desde": "Dia desde o qual é assim; vazio quando está em ordem ou não se sabe",
    "o_que_fazer": "O primeiro passo; vazio quando está em ordem",
}
_CHANNEL_RATIOS = (
    "ticket_medio", "ticket_medio_pedido", "preco_medio", "comissao_pct", "comissao_cobertura",
    "frete_vendedor_cobertura", "repasse_estimado_cobertura", "cmv_cobertura", "mc_cobertura", "acos_equilibrio",
    "taxa_cancelamento",
)  # fmt: skip
_WORKLIST_COLUMNS = {
    "client_id": "Cliente",
    "falta": "O que falta: sku (o anúncio não tem SKU conhecido) ou custo (o SKU não tem custo conhecido)",
    "sku": "SKU sem custo; vazio quando o que falta é o SKU",
    "anuncio": "Anúncio sem SKU; vazio quando o que falta é o custo",
    "pedidos": "Pedidos válidos com ele nos últimos 30 dias",
    "unidades": "Unidades válidas vendidas nos últimos 30 dias",
    "faturamento_afetado": "Faturamento dos últimos 30 dias que fica fora da margem por isso",
    "parcela_do_faturamento": "Faturamento afetado ÷ faturamento do cliente nos mesmos dias",
    "ultima_venda": "Dia da última venda válida",
    "o_que_fazer": "O que fazer para que entre na margem",
}
_BILLING_PERIOD_COLUMNS = {
    "client_id": "Cliente",
    "periodo": "Período de faturamento: chave AAAA-MM-01, que não é o mês civil",
    "cobranca_mensal": BY_ID["cobranca_mensal"].comment,
    "custo_do_vendedor": "Cobrança que é custo do vendedor: sem o acréscimo de parcelamento, que o comprador paga",
    "custo_sem_ads": "Custo do vendedor sem Ads, que já está no investimento em Ads",
    "custos_full": BY_ID["custos_full"].comment,
    "confere": "Se as linhas somam o resumo da plataforma: sim ou não; vazio sem resumo",
    "diferenca_resumo": "Linhas menos resumo",
    "maturidade": "preliminar, ou final quando o período fechou",
}
_RECONCILIATION_COLUMNS = {
    c.name: c.comment or "" for c in reconciliation.columns if c.name not in ("run_id", "final")
} | {
    "confere": "Se a diferença cabe na tolerância: sim ou não; vazio quando o item só informa",
    "confere_periodo": "Se todos os itens comparados do período conferem: sim ou não; vazio quando nenhum se compara",
    "maturidade": "preliminar, ou final quando o período fechou ou os dias já não devem mudar",
}


def _without_provenance(table: Table) -> dict[str, str]:
    """Column → comment of a view that shows a table but not how its rows came about."""
    made = {name for name, _, _ in PROVENANCE}
    return {c.name: c.comment or "" for c in table.columns if c.name not in made}


def view_sql(name: str) -> str:
    """The SELECT behind a view of ``dashboard``."""
    return files("viang_pipeline.warehouse").joinpath("views", f"{name}.sql").read_text(encoding="utf-8")


def view_comments() -> dict[str, dict[str, str]]:
    """View → column → Portuguese comment, which Metabase shows as description."""
    comments = {
        "vw_channel_day": {c.name: c.comment or "" for c in agg_channel_day.columns}
        | {name: BY_ID[name].comment for name in _CHANNEL_RATIOS},
        "vw_order_match": _without_provenance(order_match) | {"explicacao": "O mesmo, por extenso"},
        "vw_worklist": _WORKLIST_COLUMNS,
        "vw_billing_period": _BILLING_PERIOD_COLUMNS,
        "vw_reconciliation": _RECONCILIATION_COLUMNS,
        "vw_sku_portfolio": _PORTFOLIO_COLUMNS,
        "vw_account_day": _ACCOUNT_COLUMNS,
        "vw_restatements": _RESTATEMENT_COLUMNS,
        "vw_source_quality": _SOURCE_QUALITY_COLUMNS,
        "vw_client_quality": _CLIENT_QUALITY_COLUMNS,
        "vw_health": _HEALTH_COLUMNS,
        "vw_quarantine": _without_provenance(fact_quarantine_day),
        "vw_attention": _without_provenance(fact_attention),
        "vw_client_month": _CLIENT_MONTH_COLUMNS,
        "vw_client_stock": _CLIENT_STOCK_COLUMNS,
        "vw_stock_day": _without_provenance(fact_stock_sku_day) | _STOCK_REASONS,
        "vw_stock_client_day": _without_provenance(fact_stock_client_day) | _STOCK_REASONS,
    }
    for name, (table, ratios) in _VIEW_SOURCES.items():
        columns = {column.name: column.comment or "" for column in table.columns}
        columns |= {metric.id: BY_ID[metric.id].comment for metric in ratios}
        comments[name] = columns
    return comments


VIEWS: tuple[str, ...] = tuple(view_comments())
