"""What the orders an ERP shows are: sales of Mercado Livre, of another channel, or neither."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Date, Index, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY

from viang_pipeline.warehouse.schema.base import Key, metadata, provenance

order_match = Table(
    "order_match",
    metadata,
    Column("client_id", Key, primary_key=True, comment="Cliente"),
    Column("fonte", Key, primary_key=True, comment="De onde é o pedido: bling ou upseller"),
    Column("chave", Key, primary_key=True, comment="Pedido na fonte: id do Bling, ou plataforma e número no UpSeller"),
    Column("dia", Date, nullable=False, comment="Dia do pedido na fonte"),
    Column("canal", Text, comment="Canal de venda da loja do pedido; vazio quando não se sabe"),
    Column("numero", Text, comment="Número do pedido na loja; vazio quando não tem"),
    Column("situacao", Text, nullable=False, comment="casado: é venda do Mercado Livre, achada; sem_par: é do Mercado Livre e não foi achada; quarentena: não se decide; venda: entra como venda de outro canal; fora: não entra"),
    Column("criterio", Text, comment="Como foi casado: pedido (pelo número) ou pacote"),
    Column("pedidos", ARRAY(Text), nullable=False, comment="Pedidos do Mercado Livre que ele é"),
    Column("motivo", Text, comment="Por que não foi casado, ou não entra: código"),
    Column("maturidade", Text, nullable=False, comment="preliminar, ou final quando os pedidos do Mercado Livre do dia já não devem mudar"),
    *provenance(),
    CheckConstraint("situacao in ('casado', 'sem_par', 'quarentena', 'venda', 'fora')", name="ck_order_match_situacao"),
    CheckConstraint("(criterio is not null) = (situacao = 'casado')", name="ck_order_match_criterio"),
    Index("ix_order_match_dia", "client_id", "dia"),
    schema="dashboard",
    comment="Pedidos do Bling e do UpSeller e o que são para nós: pelo número, nunca por data ou valor",
)  # fmt: skip
