"""What stock is worth and how long it lasts, and months with what only they have (kpis.md §5.2, §5.5, §5.8)."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local role viang_pipeline")
    op.add_column(
        "agg_client_day",
        sa.Column(
            "valor_estoque",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Valor do estoque (custo): Σ estoque disponível × custo por unidade em vigor no dia. Fechamento do dia; nunca somar entre dias. Mercadoria devida não tem valor.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "agg_client_day",
        sa.Column(
            "estoque_avaliado",
            sa.BigInteger(),
            nullable=True,
            comment="Unidades em estoque com custo conhecido: numerador da cobertura do valor",
        ),
        schema="dashboard",
    )
    op.add_column(
        "agg_client_day",
        sa.Column(
            "estoque_presente",
            sa.BigInteger(),
            nullable=True,
            comment="Unidades em estoque, sem descontar as devidas: denominador da cobertura do valor",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_sku_day",
        sa.Column(
            "valor_estoque",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Valor do estoque (custo): Σ estoque disponível × custo por unidade em vigor no dia. Fechamento do dia; nunca somar entre dias. Mercadoria devida não tem valor.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_stock_client_day",
        sa.Column(
            "valor_estoque",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Σ valor dos SKUs com custo conhecido",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_stock_client_day",
        sa.Column(
            "estoque_avaliado",
            sa.BigInteger(),
            nullable=True,
            comment="Unidades em estoque com custo conhecido: numerador da cobertura do valor",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_stock_client_day",
        sa.Column(
            "estoque_presente",
            sa.BigInteger(),
            nullable=True,
            comment="Unidades em estoque, sem descontar as devidas: denominador da cobertura do valor",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_stock_sku_day",
        sa.Column(
            "valor_estoque",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="Estoque disponível × custo em vigor no dia; 0 quando não há unidades",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_stock_sku_day",
        sa.Column(
            "motivo_valor", sa.Text(), nullable=True, comment="Por que o valor é vazio quando o estoque é conhecido"
        ),
        schema="dashboard",
    )
    op.execute(Path(__file__).with_name("0020_stock_and_months_views.sql").read_text(encoding="utf-8"))
