"""What Metabase reads to describe columns: the table, and the keypaths its rows are of (contract Metabase §4).

Every row comes from the declared views; warehouse/metabase_metadata.py keeps the stored ones equal to them.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Numeric, Table, Text

from viang_pipeline.domain.metrics import BY_ID
from viang_pipeline.warehouse.schema.base import Key, metadata
from viang_pipeline.warehouse.schema.views import view_comments

metabase_metadata = Table(
    "_metabase_metadata",
    metadata,
    Column("keypath", Key, primary_key=True, comment="Visão ou visão.coluna, e a propriedade"),
    Column("value", Text, nullable=False, comment="O que o Metabase deve mostrar ou supor"),
    schema="dashboard",
    comment="Descrições, nomes e tipos que o Metabase lê a cada sincronização; gerada, não editar",
)

TITLES: Final = {
    "vw_sku_day": ("SKUs por dia", "Métricas por cliente, dia e SKU, com todas as razões e sua cobertura"),
    "vw_client_day": ("Clientes por dia", "Métricas por cliente e dia, com todas as razões e sua cobertura"),
    "vw_client_month": ("Clientes por mês", "Meses civis lidos por inteiro, com despesas fixas, Full e lucro"),
    "vw_channel_day": ("Canais por dia", "Vendas e margem por cliente, dia e canal"),
    "vw_client_quality": ("Qualidade por cliente", "O que falta nos números do cliente e quanto eles mudaram"),
    "vw_health": ("Saúde dos dados", "Por cliente e tema: se está em ordem, desde quando não está e o que fazer"),
    "vw_client_stock": ("Valor do estoque", "Valor do estoque e taxa de ruptura por cliente e dia"),
    "vw_account_day": ("Reputação", "Reputação da conta no fechamento do dia"),
    "vw_billing_period": ("Faturas", "O que a plataforma cobrou em cada período de faturamento"),
    "vw_order_match": ("Casamento de pedidos", "Que pedido do ERP é qual venda, e o que não casou"),
    "vw_attention": ("Para olhar", "Vendas com alerta de fraude e fretes que não são de venda nenhuma"),
    "vw_quarantine": ("Quarentena", "Pedidos recusados, que não estão em nenhum número"),
    "vw_reconciliation": ("Conferência", "Nossos números contra as faturas e o painel do vendedor"),
    "vw_restatements": ("Reapresentações", "Números que mudaram depois de mostrados"),
    "vw_sku_portfolio": ("Carteira de SKUs", "Como cada SKU está: ritmo, curva ABC, tendência e estoque"),
    "vw_source_quality": ("Qualidade por fonte", "Até quando cada fonte foi lida e o que nunca foi lido"),
    "vw_stock_client_day": ("Estoque da conta", "Estoque da conta no fechamento do dia"),
    "vw_stock_day": ("Estoque por SKU", "Estoque por SKU no fechamento do dia"),
    "vw_worklist": ("A resolver", "Anúncios sem SKU e SKUs sem custo, com as vendas que isso afeta"),
}
"""View → name and description a person sees."""

NAMES: Final = {"client_id": "Cliente", "dia": "Dia", "mes": "Mês", "sku": "SKU"}
CATEGORIES: Final = frozenset(
    {
        "client_id", "canal", "tipo", "curva_abc", "tendencia", "estado_estoque", "fonte", "recurso", "metrica", "motivo", "item",
        "confere", "confere_periodo", "maturidade", "maturidade_vendas", "maturidade_ads", "maturidade_visitas",
        "maturidade_devolucoes", "maturidade_cobranca", "reputacao_nivel", "reputacao_medalha",
    }
)  # fmt: skip
"""Columns of few values: Metabase lists these in filters; SKUs, titles and ids it does not."""

_SHARES: Final = ("_pct", "_cobertura")


def semantic_type(column: str) -> str | None:
    """What Metabase should take a column of the views for; None where its base type says it all."""
    if column in CATEGORIES:
        return "type/Category"
    unit = BY_ID[column].unidade if column in BY_ID else None
    if unit == "BRL" or (unit is None and column in _MONEY):
        return "type/Currency"
    if unit == "fração" or (unit is None and column.endswith(_SHARES)):
        return "type/Percentage"
    return None


def display_name(column: str) -> str | None:
    """The name a person sees; None where Metabase makes a good one of the column's."""
    return BY_ID[column].nome_pt if column in BY_ID else NAMES.get(column)


def metadata_rows() -> dict[str, str]:
    """Keypath → value for every view and column."""
    rows: dict[str, str] = {}
    for view, comments in view_comments().items():
        rows[f"{view}.display_name"], rows[f"{view}.description"] = TITLES[view]
        for column, comment in comments.items():
            properties = {
                "description": comment,
                "display_name": display_name(column),
                "semantic_type": semantic_type(column),
            }
            rows |= {f"{view}.{column}.{name}": value for name, value in properties.items() if value}
    return rows


def _is_money(kind: object) -> bool:
    return isinstance(kind, Numeric) and (kind.precision, kind.scale) == (18, 2)


_MONEY = frozenset(c.name for table in metadata.tables.values() for c in table.columns if _is_money(c.type)) | {
    "custo_do_vendedor", "custo_sem_ads", "diferenca_resumo", "reapresentacoes_7d_valor",
}  # fmt: skip
