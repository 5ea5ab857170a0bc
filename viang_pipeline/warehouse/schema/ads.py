"""Product Ads by SKU and by account."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Date, Table, Text
from sqlalchemy.types import TypeEngine

from viang_pipeline.warehouse.schema.base import Key, Money, metadata, provenance

_ADS_COLUMNS: tuple[tuple[str, TypeEngine[Any], str], ...] = (
    ("ads_investimento", Money, "Investimento em Ads"),
    ("ads_impressoes", BigInteger(), "Impressões"),
    ("ads_cliques", BigInteger(), "Cliques"),
    ("ads_receita_direta", Money, "Vendas do próprio produto clicado"),
    ("ads_receita_assistida", Money, "Vendas de outro produto depois do clique"),
    ("ads_receita", Money, "Receita direta + assistida"),
    ("ads_unidades", BigInteger(), "Unidades atribuídas a Ads"),
)

fact_ads_sku_day = Table(
    "fact_ads_sku_day",
    metadata,
    Column("client_id", Key, primary_key=True, comment="Cliente"),
    Column("dia", Date, primary_key=True, comment="Dia como rotulado pela plataforma"),
    Column("sku", Key, primary_key=True, comment="SKU, ou __SEM_SKU__:anúncio"),
    *[Column(name, kind, nullable=False, comment=comment) for name, kind, comment in _ADS_COLUMNS],
    Column("ads_rateado", Boolean, nullable=False, comment="Se alguma parte veio do rateio de um anúncio com vários SKUs"),
    *provenance(),
    schema="dashboard",
    comment="Ads de cada SKU por dia: só o que pôde ser atribuído; o resto fica em fact_ads_client_day",
)  # fmt: skip

fact_ads_client_day = Table(
    "fact_ads_client_day",
    metadata,
    Column("client_id", Key, primary_key=True, comment="Cliente"),
    Column("dia", Date, primary_key=True, comment="Dia como rotulado pela plataforma; dia não lido não tem linha"),
    Column("estado", Text, nullable=False, comment="lido; sem_ads: a conta não anuncia, zero é fato; fora_do_alcance: mais de 90 dias, vazio"),
    *[Column(name, kind, comment=f"{comment}, pela série diária do anunciante") for name, kind, comment in _ADS_COLUMNS],
    Column("ads_nao_alocado", Money, comment="Total do anunciante menos o atribuído a SKUs"),
    Column("ads_itens_vs_campanha", Money, comment="Soma dos itens menos soma dos grupos de anúncios"),
    Column("pendente", Boolean, nullable=False, comment="Gasto sem venda nem impressão depois do último dia completo: a plataforma ainda não terminou"),
    *provenance(),
    CheckConstraint("estado in ('lido', 'sem_ads', 'fora_do_alcance')", name="ck_fact_ads_client_day_estado"),
    schema="dashboard",
    comment="Ads da conta por dia: o que a plataforma cobra, e o que não coube em nenhum SKU",
)  # fmt: skip
