"""Files people bring, and what became of each."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from viang_pipeline.warehouse.schema.base import Instant, Key, metadata

upseller_files = Table(
    "upseller_files",
    metadata,
    Column("client_id", Key, primary_key=True, comment="Cliente"),
    Column("sha256", Key, primary_key=True, comment="Resumo dos bytes do arquivo: os mesmos bytes não entram duas vezes"),
    Column("nome", Text, nullable=False, comment="Nome do arquivo, sem pasta"),
    Column("tipo", Text, comment="pedidos, estoque, produtos, ligacoes ou kits; vazio quando não se reconhece"),
    Column("situacao", Text, nullable=False, comment="importado ou recusado"),
    Column("retrato_de", Instant, comment="Instante que o arquivo retrata"),
    Column("importado_em", Instant, nullable=False, comment="Quando foi lido"),
    Column("relatorio", JSONB, nullable=False, comment="O que foi lido, guardado e recusado, com linha e motivo"),
    CheckConstraint("situacao in ('importado', 'recusado')", name="ck_upseller_files_situacao"),
    schema="dashboard",
    comment="Arquivos do UpSeller que já chegaram",
)  # fmt: skip
