"""Claims: raw payloads and the lines they are about."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local role viang_pipeline")
    op.create_table(
        "fact_claim_line",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("reclamacao", sa.Text(collation="C"), nullable=False, comment="Reclamação"),
        sa.Column(
            "order_id",
            sa.Text(collation="C"),
            nullable=False,
            comment="Pedido; vazio quando a reclamação não é de um pedido conhecido",
        ),
        sa.Column("line_no", sa.SmallInteger(), nullable=False, comment="Linha do pedido; 0 sem pedido conhecido"),
        sa.Column("sku", sa.Text(collation="C"), nullable=True, comment="SKU da linha"),
        sa.Column("dia_venda", sa.Date(), nullable=True, comment="Dia da venda"),
        sa.Column("dia_abertura", sa.Date(), nullable=False, comment="Dia em que a reclamação foi aberta"),
        sa.Column("tipo", sa.Text(), nullable=True, comment="Tipo na plataforma; mediations não quer dizer mediação"),
        sa.Column("estagio", sa.Text(), nullable=True, comment="Estágio na plataforma"),
        sa.Column("status", sa.Text(), nullable=False, comment="opened ou closed"),
        sa.Column("mediacao", sa.Boolean(), nullable=False, comment="Se está ou terminou em disputa"),
        sa.Column("devolucao", sa.Boolean(), nullable=False, comment="Se há devolução"),
        sa.Column("dia_devolucao", sa.Date(), nullable=True, comment="Dia em que a devolução foi aberta"),
        sa.Column("devolucao_status", sa.Text(), nullable=True, comment="Situação da devolução"),
        sa.Column("unidades_devolvidas", sa.Integer(), nullable=False, comment="Unidades que chegaram de volta"),
        sa.Column(
            "frete_devolucao",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Parte do frete de devolução cobrado do vendedor",
        ),
        sa.Column("custo_lido", sa.Boolean(), nullable=False, comment="Se o custo já é conhecido"),
        sa.Column("versao_metrica", sa.Integer(), nullable=False, comment="Versão das definições usadas"),
        sa.Column("run_id", sa.Text(), nullable=False, comment="Execução que gravou a linha pela última vez"),
        sa.Column(
            "calculado_em", sa.DateTime(timezone=True), nullable=False, comment="Quando a linha mudou pela última vez"
        ),
        sa.PrimaryKeyConstraint("client_id", "reclamacao", "order_id", "line_no"),
        schema="dashboard",
        comment="Reclamações e devoluções nas linhas dos pedidos",
    )
    op.create_index(
        "ix_fact_claim_line_abertura",
        "fact_claim_line",
        ["client_id", "dia_abertura"],
        unique=False,
        schema="dashboard",
    )
    op.create_index(
        "ix_fact_claim_line_venda", "fact_claim_line", ["client_id", "dia_venda"], unique=False, schema="dashboard"
    )
    op.create_table(
        "mercado_livre_claims",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("chave", sa.Text(collation="C"), nullable=False, comment="Chave natural na fonte"),
        sa.Column("dia", sa.Date(), nullable=False, comment="Dia de negócio"),
        sa.Column(
            "payload", pg.JSONB(astext_type=sa.Text()), nullable=False, comment="Resposta da fonte, sem dado pessoal"
        ),
        sa.Column("hash", sa.LargeBinary(), nullable=False, comment="Resumo do conteúdo"),
        sa.Column("visto_em", sa.DateTime(timezone=True), nullable=False, comment="Primeira vez visto"),
        sa.Column("lido_em", sa.DateTime(timezone=True), nullable=False, comment="Quando esta versão foi lida"),
        sa.PrimaryKeyConstraint("client_id", "chave"),
        schema="raw",
        comment="Reclamações do Mercado Livre, pelo dia de abertura",
    )
    op.create_index(
        "ix_mercado_livre_claims_dia", "mercado_livre_claims", ["client_id", "dia"], unique=False, schema="raw"
    )
    op.create_table(
        "mercado_livre_return_costs",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("chave", sa.Text(collation="C"), nullable=False, comment="Chave natural na fonte"),
        sa.Column("dia", sa.Date(), nullable=False, comment="Dia de negócio"),
        sa.Column(
            "payload", pg.JSONB(astext_type=sa.Text()), nullable=False, comment="Resposta da fonte, sem dado pessoal"
        ),
        sa.Column("hash", sa.LargeBinary(), nullable=False, comment="Resumo do conteúdo"),
        sa.Column("visto_em", sa.DateTime(timezone=True), nullable=False, comment="Primeira vez visto"),
        sa.Column("lido_em", sa.DateTime(timezone=True), nullable=False, comment="Quando esta versão foi lida"),
        sa.PrimaryKeyConstraint("client_id", "chave"),
        schema="raw",
        comment="Frete de devolução cobrado do vendedor",
    )
    op.create_index(
        "ix_mercado_livre_return_costs_dia",
        "mercado_livre_return_costs",
        ["client_id", "dia"],
        unique=False,
        schema="raw",
    )
    op.create_table(
        "mercado_livre_returns",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("chave", sa.Text(collation="C"), nullable=False, comment="Chave natural na fonte"),
        sa.Column("dia", sa.Date(), nullable=False, comment="Dia de negócio"),
        sa.Column(
            "payload", pg.JSONB(astext_type=sa.Text()), nullable=False, comment="Resposta da fonte, sem dado pessoal"
        ),
        sa.Column("hash", sa.LargeBinary(), nullable=False, comment="Resumo do conteúdo"),
        sa.Column("visto_em", sa.DateTime(timezone=True), nullable=False, comment="Primeira vez visto"),
        sa.Column("lido_em", sa.DateTime(timezone=True), nullable=False, comment="Quando esta versão foi lida"),
        sa.PrimaryKeyConstraint("client_id", "chave"),
        schema="raw",
        comment="Devoluções das reclamações",
    )
    op.create_index(
        "ix_mercado_livre_returns_dia", "mercado_livre_returns", ["client_id", "dia"], unique=False, schema="raw"
    )
    op.execute("alter table dashboard.fact_claim_line enable row level security")
    op.execute("alter table raw.mercado_livre_claims enable row level security")
    op.execute("alter table raw.mercado_livre_return_costs enable row level security")
    op.execute("alter table raw.mercado_livre_returns enable row level security")
