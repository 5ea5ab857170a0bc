"""How each SKU stands, and views of reputation, changes and data quality."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local role viang_pipeline")
    op.create_table(
        "sku_portfolio",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("sku", sa.Text(collation="C"), nullable=False, comment="SKU, ou __SEM_SKU__:anúncio"),
        sa.Column(
            "dia", sa.Date(), nullable=False, comment="Último dia da janela: o mais novo dia completo do cliente"
        ),
        sa.Column("unidades_30d", sa.BigInteger(), nullable=False, comment="Unidades válidas dos últimos 30 dias"),
        sa.Column(
            "unidades_60d_antes", sa.BigInteger(), nullable=False, comment="Unidades válidas dos 60 dias antes desses"
        ),
        sa.Column(
            "faturamento_90d", sa.Numeric(precision=18, scale=2), nullable=False, comment="Faturamento dos 90 dias"
        ),
        sa.Column(
            "dias_calculados_30d", sa.SmallInteger(), nullable=False, comment="Dos últimos 30 dias, quantos têm números"
        ),
        sa.Column("dias_calculados_90d", sa.SmallInteger(), nullable=False, comment="Dos 90 dias, quantos têm números"),
        sa.Column(
            "vmd_30",
            sa.Numeric(precision=12, scale=6),
            nullable=True,
            comment="Venda média diária 30 d: unidades dos últimos 30 dias completos ÷ 30.",
        ),
        sa.Column(
            "curva_abc",
            sa.Text(),
            nullable=True,
            comment="Curva ABC: 90 dias completos, SKUs por faturamento; participação acumulada antes do SKU < 80 % A, < 95 % B, senão C. O SKU que cruza o limite fica na classe de cima.",
        ),
        sa.Column(
            "tendencia",
            sa.Text(),
            nullable=True,
            comment="Tendência: (unidades 30 dias ÷ 30) ÷ (unidades dos 60 dias antes ÷ 60); crescente ≥ 1,25, decrescente ≤ 0,75. As janelas não se sobrepõem.",
        ),
        sa.Column(
            "faltantes", postgresql.ARRAY(sa.Text()), nullable=False, comment="Por que algo não é afirmado: códigos"
        ),
        sa.Column("versao_metrica", sa.Integer(), nullable=False, comment="Versão das definições usadas"),
        sa.Column("run_id", sa.Text(), nullable=False, comment="Execução que gravou a linha pela última vez"),
        sa.Column(
            "calculado_em", sa.DateTime(timezone=True), nullable=False, comment="Quando a linha mudou pela última vez"
        ),
        sa.CheckConstraint("curva_abc in ('A', 'B', 'C')", name="ck_sku_portfolio_curva_abc"),
        sa.CheckConstraint("tendencia in ('crescente', 'estavel', 'decrescente')", name="ck_sku_portfolio_tendencia"),
        sa.PrimaryKeyConstraint("client_id", "sku"),
        schema="dashboard",
        comment="Como cada SKU está na carteira do cliente: ritmo, curva ABC e tendência no último dia completo",
    )
    op.execute("alter table dashboard.sku_portfolio enable row level security")
    op.add_column(
        "metric_definitions",
        sa.Column(
            "tabela",
            sa.Text(),
            nullable=True,
            comment="Tabela em que a métrica está; vazio nas colunas das duas tabelas diárias",
        ),
        schema="dashboard",
    )
    op.alter_column(
        "metric_definitions",
        "unidade",
        comment="BRL, un, un/dia, fração, dias, nota ou classe",
        existing_comment="BRL, un, fração, dias ou nota",
        schema="dashboard",
    )
    op.execute(Path(__file__).with_name("0013_portfolio_views.sql").read_text(encoding="utf-8"))
