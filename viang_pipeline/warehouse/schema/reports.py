"""Reports that were made."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Integer, Table, Text

from viang_pipeline.warehouse.schema.base import Instant, Key, metadata

reports = Table(
    "reports",
    metadata,
    Column("client_id", Key, primary_key=True, comment="Cliente"),
    Column("periodo", Key, primary_key=True, comment="Mês AAAA-MM ou semana ISO AAAA-Www"),
    Column("versao", Integer, primary_key=True, comment="Versão do relatório do período: 1, 2, … quando os números mudam"),
    Column("hash", Text, nullable=False, comment="Resumo dos dados do relatório: dados iguais, resumo igual"),
    Column("maturidade", Text, nullable=False, comment="preliminar ou final"),
    Column("caminho", Text, nullable=False, comment="Arquivo, dentro da pasta de dados"),
    Column("bytes", BigInteger, nullable=False, comment="Tamanho do arquivo"),
    Column("sha256", Text, nullable=False, comment="Resumo dos bytes do arquivo"),
    Column("feito_em", Instant, nullable=False, comment="Quando esta versão foi feita"),
    CheckConstraint("maturidade in ('preliminar', 'final')", name="ck_reports_maturidade"),
    schema="dashboard",
    comment="Relatórios feitos, por cliente, período e versão",
)  # fmt: skip
