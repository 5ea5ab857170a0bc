"""What a client spends by month."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, Table, Text

from viang_pipeline.warehouse.schema.base import Key, Money, metadata, provenance

fact_expense_month = Table(
    "fact_expense_month",
    metadata,
    Column("client_id", Key, primary_key=True, comment="Cliente"),
    Column("mes", Date, primary_key=True, comment="Mês de competência: seu primeiro dia"),
    Column("categoria", Key, primary_key=True, comment="Categoria no Bling; vazia quando a conta não tem nenhuma"),
    Column("descricao", Text, comment="Nome da categoria"),
    Column("fixa", Boolean, comment="Se é despesa fixa no primeiro dia do mês; vazio quando ninguém informou"),
    Column("valor", Money, comment="Σ valor das contas; vazio quando alguma não foi lida por inteiro"),
    Column("contas", BigInteger, nullable=False, comment="Contas a pagar, sem as canceladas"),
    Column("contas_nao_lidas", BigInteger, nullable=False, comment="Dessas, as sem detalhe ou sem competência, no mês do vencimento"),
    *provenance(),
    schema="dashboard",
    comment="Contas a pagar por mês de competência e categoria",
)  # fmt: skip
