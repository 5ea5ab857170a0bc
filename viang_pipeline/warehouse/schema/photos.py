"""Visits, stock and the account, by day."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Date, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from viang_pipeline.warehouse.schema.base import Instant, Key, Money, Rate, metadata, provenance, sku_key


def _mart(name: str, comment: str, *columns: Column[Any]) -> Table:
    """A mart of one block that fact_sku_day and agg_client_day join by key."""
    return Table(
        name,
        metadata,
        Column("client_id", Key, primary_key=True, comment="Cliente"),
        Column("dia", Date, primary_key=True, comment="Dia de negócio (America/Sao_Paulo)"),
        *columns,
        *provenance(),
        schema="dashboard",
        comment=comment,
    )


def _own_stock(whose: str) -> list[Column[Any]]:
    return [
        Column(
            "estoque_proprio", BigInteger, comment=f"Disponível {whose} nos depósitos que contam; negativo é devido"
        ),
        Column("estoque_reservado", BigInteger, comment="Reservado; nunca somado ao disponível"),
        Column("estoque_transito", BigInteger, comment="A caminho; só para compras"),
        Column("estoque_disponivel", BigInteger, comment="Próprio + Full; vazio quando uma das partes não foi lida"),
        Column("motivo_disponivel", Text, comment="Por que o estoque disponível é vazio"),
    ]


STOCK_VALUED: tuple[tuple[str, str], ...] = (
    ("estoque_avaliado", "Unidades em estoque com custo conhecido: numerador da cobertura do valor"),
    ("estoque_presente", "Unidades em estoque, sem descontar as devidas: denominador da cobertura do valor"),
)
"""What the value of a client's stock is of."""


fact_visits_sku_day = _mart(
    "fact_visits_sku_day",
    "Visitas por SKU e dia: só de anúncios que carregam um único SKU",
    sku_key(),
    Column("visitas", BigInteger, comment="Σ visitas dos anúncios só deste SKU; vazio quando não se pode dizer"),
    Column("pedidos_com_visita", BigInteger, comment="Pedidos válidos nesses anúncios: numerador da conversão"),
    Column("motivo", Text, comment="Por que a visita é vazia"),
)
fact_visits_client_day = _mart(
    "fact_visits_client_day",
    "Visitas da conta por dia, com a soma dos anúncios para conferência",
    Column("visitas", BigInteger, nullable=False, comment="Visitas únicas da conta"),
    Column(
        "visitas_anuncios", BigInteger, nullable=False, comment="Σ visitas dos anúncios observados; só para conferir"
    ),
    Column("anuncios_observados", BigInteger, nullable=False, comment="Anúncios cujas visitas do dia foram observadas"),
)
fact_stock_sku_day = _mart(
    "fact_stock_sku_day",
    "Foto do estoque por SKU no fechamento do dia",
    sku_key(),
    Column("estoque_full", BigInteger, comment="Disponível no Full; vazio sem inventário Full"),
    Column("estoque_full_indisponivel", BigInteger, comment="Não disponível no Full"),
    Column("indisponivel_por_motivo", JSONB, comment="Não disponível no Full, por motivo; vazio sem inventário Full"),
    Column("estoque_anunciado", BigInteger, comment="Quantidade anunciada, cada estoque compartilhado uma vez"),
    Column("motivo", Text, comment="Por que o estoque Full é vazio"),
    *_own_stock("do SKU"),
    Column("valor_estoque", Money, comment="Estoque disponível × custo em vigor no dia; 0 quando não há unidades"),
    Column("motivo_valor", Text, comment="Por que o valor é vazio quando o estoque é conhecido"),
    Column("capturado_em", Instant, nullable=False, comment="Quando a foto foi tirada"),
)
fact_stock_client_day = _mart(
    "fact_stock_client_day",
    "Foto do estoque da conta no fechamento do dia",
    Column("estoque_full", BigInteger, comment="Disponível no Full, cada inventário uma vez"),
    Column("estoque_full_indisponivel", BigInteger, comment="Não disponível no Full"),
    Column("estoque_anunciado", BigInteger, comment="Quantidade anunciada, cada estoque compartilhado uma vez"),
    Column("indisponivel_por_motivo", JSONB, nullable=False, comment="Não disponível no Full, por motivo"),
    Column("full_lido", Boolean, nullable=False, comment="Se o estoque do Mercado Livre foi fotografado"),
    *_own_stock("de todos os produtos"),
    Column("valor_estoque", Money, comment="Σ valor dos SKUs com custo conhecido"),
    *[Column(name, BigInteger, comment=comment) for name, comment in STOCK_VALUED],
    Column("capturado_em", Instant, nullable=False, comment="Quando a foto foi tirada"),
)
fact_account_day = _mart(
    "fact_account_day",
    "Foto da reputação da conta no fechamento do dia",
    Column("reputacao_nivel", Text, comment="Cor da reputação: 1_red a 5_green; vazio quando a conta ainda não tem"),
    Column("reputacao_nivel_real", Text, comment="Cor sem a proteção, quando há proteção"),
    Column("reputacao_medalha", Text, comment="MercadoLíder: silver, gold ou platinum"),
    Column("periodo", Text, comment="Período das taxas"),
    Column("vendas_concluidas", BigInteger, comment="Vendas concluídas no período"),
    Column("rep_reclamacoes", Rate, comment="Taxa de reclamações mostrada"),
    Column("rep_atrasos", Rate, comment="Taxa de atrasos mostrada"),
    Column("rep_cancelamentos", Rate, comment="Taxa de cancelamentos mostrada"),
    Column("rep_reclamacoes_real", Rate, comment="Taxa de reclamações sem a proteção"),
    Column("rep_atrasos_real", Rate, comment="Taxa de atrasos sem a proteção"),
    Column("rep_cancelamentos_real", Rate, comment="Taxa de cancelamentos sem a proteção"),
    Column("capturado_em", Instant, nullable=False, comment="Quando a foto foi tirada"),
)
