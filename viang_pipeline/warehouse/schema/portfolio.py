"""How each SKU stands."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Date, Numeric, SmallInteger, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY

from viang_pipeline.domain.metrics import BY_ID
from viang_pipeline.warehouse.schema.base import Key, Money, Rate, metadata, provenance, sku_key

sku_portfolio = Table(
    "sku_portfolio",
    metadata,
    Column("client_id", Key, primary_key=True, comment="Cliente"),
    sku_key(),
    Column("dia", Date, nullable=False, comment="Último dia da janela: o mais novo dia completo do cliente"),
    Column("unidades_30d", BigInteger, nullable=False, comment="Unidades válidas dos últimos 30 dias"),
    Column("unidades_60d_antes", BigInteger, nullable=False, comment="Unidades válidas dos 60 dias antes desses"),
    Column("faturamento_90d", Money, nullable=False, comment="Faturamento dos 90 dias"),
    Column("dias_calculados_30d", SmallInteger, nullable=False, comment="Dos últimos 30 dias, quantos têm números"),
    Column("dias_calculados_90d", SmallInteger, nullable=False, comment="Dos 90 dias, quantos têm números"),
    Column("vmd_30", Rate, comment=BY_ID["vmd_30"].comment),
    Column("curva_abc", Text, comment=BY_ID["curva_abc"].comment),
    Column("tendencia", Text, comment=BY_ID["tendencia"].comment),
    Column("estoque_disponivel", BigInteger, comment="Estoque disponível na foto mais nova; vazio quando desconhecido"),
    Column("estoque_dia", Date, comment="Dia da foto, de no máximo uma semana; vazio sem foto"),
    Column("demanda_30d", BigInteger, nullable=False, comment="Unidades que saíram nos últimos 30 dias, também dentro de kits"),
    Column("dias_com_estoque", SmallInteger, nullable=False, comment="Dos últimos 30 dias, quantos tinham estoque"),
    Column("dias_sem_estoque", SmallInteger, nullable=False, comment="Dos últimos 30 dias, quantos não tinham; o resto não se sabe"),
    Column("vmd_30_ajustada", Rate, comment=BY_ID["vmd_30_ajustada"].comment),
    Column("cobertura_dias", Numeric(18, 6), comment=BY_ID["cobertura_dias"].comment),
    Column("em_ruptura", Boolean, comment=BY_ID["em_ruptura"].comment),
    Column("estado_estoque", Text, comment=BY_ID["estado_estoque"].comment),
    Column("venda_perdida_est", Money, comment=BY_ID["venda_perdida_est"].comment),
    Column("faltantes", ARRAY(Text), nullable=False, comment="Por que algo não é afirmado: códigos"),
    *provenance(),
    CheckConstraint("curva_abc in ('A', 'B', 'C')", name="ck_sku_portfolio_curva_abc"),
    CheckConstraint("tendencia in ('crescente', 'estavel', 'decrescente')", name="ck_sku_portfolio_tendencia"),
    CheckConstraint(
        "estado_estoque in ('RUPTURA', 'COMPRA_URGENTE', 'COMPRAR_EM_BREVE', 'COBERTURA_BAIXA', 'ADEQUADA', 'EXCESSO')",
        name="ck_sku_portfolio_estado_estoque",
    ),
    schema="dashboard",
    comment="Como cada SKU está na carteira do cliente: ritmo, curva ABC, tendência e estoque no último dia completo",
)  # fmt: skip
