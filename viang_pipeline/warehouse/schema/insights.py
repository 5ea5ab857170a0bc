"""Insight texts that were made, for a day."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, Numeric, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY, DATEMULTIRANGE

from viang_pipeline.warehouse.schema.base import Instant, Key, metadata

insight_cache = Table(
    "insight_cache",
    metadata,
    Column("client_id", Key, primary_key=True, comment="Cliente"),
    Column("chave", Key, primary_key=True, comment="Resumo de período, pergunta e dados: dados diferentes, outra chave"),
    Column("periodo", Text, nullable=False, comment="Período pedido: 7d, 30d, AAAA-MM ou AAAA-Www"),
    Column("pergunta", Text, comment="Pergunta feita; vazia para a visão geral"),
    Column("janelas", DATEMULTIRANGE, nullable=False, comment="Dias de que o texto fala: o período e os comparados com ele"),
    Column("dados", Key, nullable=False, comment="Resumo dos fatos"),
    Column("texto", Text, nullable=False, comment="O texto"),
    Column("fatos", ARRAY(Text), nullable=False, comment="Fatos que o texto cita"),
    Column("origem", Text, nullable=False, comment="modelo, ou deterministico quando nenhum modelo escreveu o texto"),
    Column("motivo", Text, comment="Por que o texto não é do modelo: sem_modelo, recusado ou falha"),
    Column("detalhe", Text, comment="O que foi recusado ou falhou, sem segredo"),
    Column("modelo", Text, comment="Modelo perguntado"),
    Column("chamadas", Integer, nullable=False, comment="Respostas pedidas ao modelo"),
    Column("tokens_entrada", BigInteger, nullable=False, comment="Tokens enviados"),
    Column("tokens_saida", BigInteger, nullable=False, comment="Tokens recebidos"),
    Column("custo_usd", Numeric(12, 6), comment="Custo das chamadas em dólares; vazio quando o preço não foi informado"),
    Column("run_id", Text, nullable=False, comment="Execução ou comando que o fez"),
    Column("criado_em", Instant, nullable=False, comment="Quando foi escrito"),
    Column("expira_em", Instant, nullable=False, comment="Até quando vale: 24 horas"),
    CheckConstraint("origem in ('modelo', 'deterministico')", name="ck_insight_cache_origem"),
    CheckConstraint("motivo in ('sem_modelo', 'recusado', 'falha')", name="ck_insight_cache_motivo"),
    CheckConstraint("(origem = 'modelo') = (motivo is null)", name="ck_insight_cache_origem_motivo"),
    Index("ix_insight_cache_expira", "client_id", "expira_em"),
    schema="dashboard",
    comment="Textos de insight das últimas 24 horas; um texto some quando um número de seus dias muda",
)  # fmt: skip
