"""Our numbers against the bills and the seller's panel."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Date, Numeric, Table, Text

from viang_pipeline.warehouse.schema.base import Instant, Key, Money, Rate, metadata, provenance

reconciliation = Table(
    "reconciliation",
    metadata,
    Column("client_id", Key, primary_key=True, comment="Cliente"),
    Column("fonte", Key, primary_key=True, comment="cobranca: faturas da plataforma; painel: números que uma pessoa leu no painel do vendedor"),
    Column("periodo", Key, primary_key=True, comment="Período de faturamento (AAAA-MM, não é o mês civil) ou dias do painel"),
    Column("item", Key, primary_key=True, comment="Tipo de cobrança ou métrica comparada"),
    Column("inicio", Date, nullable=False, comment="Primeiro dia do painel; nas faturas, a chave do período"),
    Column("fim", Date, comment="Último dia do painel; vazio nas faturas, cujo corte varia por conta"),
    Column("cobranca_mensal", Money, comment="Tudo o que foi cobrado do tipo no período; vazio no painel"),
    Column("nosso", Numeric, comment="Nosso número: estimativa dos mesmos pedidos, ou a métrica; vazio quando não há"),
    Column("informado", Numeric, comment="Número da plataforma para o mesmo recorte; vazio quando não há o que comparar"),
    Column("diferenca", Numeric, comment="Informado menos nosso"),
    Column("diferenca_pct", Rate, comment="Diferença sobre o nosso número"),
    Column("tolerancia", Numeric, comment="Diferença aceita; vazio quando o item só informa"),
    Column("confere", Boolean, comment="Se a diferença cabe na tolerância; vazio quando não se compara"),
    Column("comparados", BigInteger, comment="Pedidos comparados; vazio no painel"),
    Column("divergentes", BigInteger, comment="Pedidos fora da tolerância; vazio no painel"),
    Column("motivo", Text, comment="Por que não se compara, ou que variante confere"),
    Column("final", Boolean, nullable=False, comment="Se o período fechou, ou se os dias já não devem mudar"),
    *provenance(),
    CheckConstraint("fonte in ('cobranca', 'painel')", name="ck_reconciliation_fonte"),
    schema="dashboard",
    comment="Nossos números contra as faturas e contra o painel do vendedor",
)  # fmt: skip

panel_figures = Table(
    "panel_figures",
    metadata,
    Column("client_id", Key, primary_key=True, comment="Cliente"),
    Column("inicio", Date, primary_key=True, comment="Primeiro dia mostrado no painel"),
    Column("fim", Date, primary_key=True, comment="Último dia mostrado no painel"),
    Column("metrica", Key, primary_key=True, comment="Métrica do painel, com o identificador do dicionário"),
    Column("valor", Numeric, nullable=False, comment="Número lido no painel: reais, unidades ou fração"),
    Column("informado_em", Instant, nullable=False, comment="Quando foi informado"),
    CheckConstraint("inicio <= fim", name="ck_panel_figures_dias"),
    schema="dashboard",
    comment="Números do painel do vendedor, informados por uma pessoa: o painel não tem API",
)  # fmt: skip
