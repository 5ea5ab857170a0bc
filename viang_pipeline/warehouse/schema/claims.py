"""Claims and returns on order lines."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, Index, Integer, SmallInteger, Table, Text

from viang_pipeline.warehouse.schema.base import Key, Money, metadata, provenance

fact_claim_line = Table(
    "fact_claim_line",
    metadata,
    Column("client_id", Key, primary_key=True, comment="Cliente"),
    Column("reclamacao", Key, primary_key=True, comment="Reclamação"),
    Column("order_id", Key, primary_key=True, comment="Pedido; vazio quando a reclamação não é de um pedido conhecido"),
    Column("line_no", SmallInteger, primary_key=True, comment="Linha do pedido; 0 sem pedido conhecido"),
    Column("sku", Key, comment="SKU da linha"),
    Column("dia_venda", Date, comment="Dia da venda"),
    Column("dia_abertura", Date, nullable=False, comment="Dia em que a reclamação foi aberta"),
    Column("tipo", Text, comment="Tipo na plataforma; mediations não quer dizer mediação"),
    Column("estagio", Text, comment="Estágio na plataforma"),
    Column("status", Text, nullable=False, comment="opened ou closed"),
    Column("mediacao", Boolean, nullable=False, comment="Se está ou terminou em disputa"),
    Column("devolucao", Boolean, nullable=False, comment="Se há devolução"),
    Column("dia_devolucao", Date, comment="Dia em que a devolução foi aberta"),
    Column("devolucao_status", Text, comment="Situação da devolução"),
    Column("unidades_devolvidas", Integer, nullable=False, comment="Unidades que chegaram de volta"),
    Column("frete_devolucao", Money, comment="Parte do frete de devolução cobrado do vendedor"),
    Column("custo_lido", Boolean, nullable=False, comment="Se o custo já é conhecido"),
    Column("unidades_perdidas", Integer, comment="Das que voltaram, as que não podem ser vendidas, foram descartadas ou faltaram; vazio quando não se sabe"),
    Column("custo_perdas", Money, comment="Custo das unidades perdidas; vazio quando não se sabe"),
    Column("custo_devolucao", Money, comment="Parte do frete de devolução + custo das unidades perdidas; vazio sem nenhum dos dois ou com custo não lido"),
    Column("custo_motivo", Text, comment="Por que o custo não é conhecido: devolucao_nao_lida, devolucao_condicao_desconhecida ou devolucao_sem_custo"),
    *provenance(),
    Index("ix_fact_claim_line_venda", "client_id", "dia_venda"),
    Index("ix_fact_claim_line_abertura", "client_id", "dia_abertura"),
    schema="dashboard",
    comment="Reclamações e devoluções nas linhas dos pedidos",
)  # fmt: skip
