"""Insight texts of the last 24 hours (product.md §4 insight_cache)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local role viang_pipeline")
    op.create_table(
        "insight_cache",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column(
            "chave",
            sa.Text(collation="C"),
            nullable=False,
            comment="Resumo de período, pergunta e dados: dados diferentes, outra chave",
        ),
        sa.Column("periodo", sa.Text(), nullable=False, comment="Período pedido: 7d, 30d, AAAA-MM ou AAAA-Www"),
        sa.Column("pergunta", sa.Text(), nullable=True, comment="Pergunta feita; vazia para a visão geral"),
        sa.Column(
            "janelas",
            postgresql.DATEMULTIRANGE(),
            nullable=False,
            comment="Dias de que o texto fala: o período e os comparados com ele",
        ),
        sa.Column("dados", sa.Text(collation="C"), nullable=False, comment="Resumo dos fatos"),
        sa.Column("texto", sa.Text(), nullable=False, comment="O texto"),
        sa.Column("fatos", postgresql.ARRAY(sa.Text()), nullable=False, comment="Fatos que o texto cita"),
        sa.Column(
            "origem",
            sa.Text(),
            nullable=False,
            comment="modelo, ou deterministico quando nenhum modelo escreveu o texto",
        ),
        sa.Column(
            "motivo", sa.Text(), nullable=True, comment="Por que o texto não é do modelo: sem_modelo, recusado ou falha"
        ),
        sa.Column("detalhe", sa.Text(), nullable=True, comment="O que foi recusado ou falhou, sem segredo"),
        sa.Column("modelo", sa.Text(), nullable=True, comment="Modelo perguntado"),
        sa.Column("chamadas", sa.Integer(), nullable=False, comment="Respostas pedidas ao modelo"),
        sa.Column("tokens_entrada", sa.BigInteger(), nullable=False, comment="Tokens enviados"),
        sa.Column("tokens_saida", sa.BigInteger(), nullable=False, comment="Tokens recebidos"),
        sa.Column(
            "custo_usd",
            sa.Numeric(precision=12, scale=6),
            nullable=True,
            comment="Custo das chamadas em dólares; vazio quando o preço não foi informado",
        ),
        sa.Column("run_id", sa.Text(), nullable=False, comment="Execução ou comando que o fez"),
        sa.Column("criado_em", sa.DateTime(timezone=True), nullable=False, comment="Quando foi escrito"),
        sa.Column("expira_em", sa.DateTime(timezone=True), nullable=False, comment="Até quando vale: 24 horas"),
        sa.CheckConstraint("origem in ('modelo', 'deterministico')", name="ck_insight_cache_origem"),
        sa.CheckConstraint("motivo in ('sem_modelo', 'recusado', 'falha')", name="ck_insight_cache_motivo"),
        sa.CheckConstraint("(origem = 'modelo') = (motivo is null)", name="ck_insight_cache_origem_motivo"),
        sa.PrimaryKeyConstraint("client_id", "chave"),
        schema="dashboard",
        comment="Textos de insight das últimas 24 horas; um texto some quando um número de seus dias muda",
    )
    op.create_index("ix_insight_cache_expira", "insight_cache", ["client_id", "expira_em"], schema="dashboard")
    op.execute("alter table dashboard.insight_cache enable row level security")
