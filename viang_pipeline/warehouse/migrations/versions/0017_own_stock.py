"""The seller's own stock beside Full's, and what both make together (kpis.md §5.8)."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local role viang_pipeline")
    op.add_column(
        "agg_client_day",
        sa.Column(
            "estoque_proprio",
            sa.BigInteger(),
            nullable=True,
            comment="Estoque próprio: Σ disponível nos depósitos que contam, de uma única autoridade por cliente. Saldo negativo é mercadoria devida.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "agg_client_day",
        sa.Column(
            "estoque_reservado",
            sa.BigInteger(),
            nullable=True,
            comment="Estoque reservado: Σ em mãos − disponível. Nunca somado ao disponível.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "agg_client_day",
        sa.Column(
            "estoque_transito",
            sa.BigInteger(),
            nullable=True,
            comment="Estoque em trânsito: Σ a caminho, de compras e de transferências. Só para compras.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "agg_client_day",
        sa.Column(
            "estoque_disponivel",
            sa.BigInteger(),
            nullable=True,
            comment="Estoque disponível total: estoque próprio + Full. Fechamento do dia; nunca somar entre dias.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_sku_day",
        sa.Column(
            "estoque_proprio",
            sa.BigInteger(),
            nullable=True,
            comment="Estoque próprio: Σ disponível nos depósitos que contam, de uma única autoridade por cliente. Saldo negativo é mercadoria devida.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_sku_day",
        sa.Column(
            "estoque_reservado",
            sa.BigInteger(),
            nullable=True,
            comment="Estoque reservado: Σ em mãos − disponível. Nunca somado ao disponível.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_sku_day",
        sa.Column(
            "estoque_transito",
            sa.BigInteger(),
            nullable=True,
            comment="Estoque em trânsito: Σ a caminho, de compras e de transferências. Só para compras.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_sku_day",
        sa.Column(
            "estoque_disponivel",
            sa.BigInteger(),
            nullable=True,
            comment="Estoque disponível total: estoque próprio + Full. Fechamento do dia; nunca somar entre dias.",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_stock_client_day",
        sa.Column(
            "full_lido",
            sa.Boolean(),
            server_default=sa.true(),
            nullable=False,
            comment="Se o estoque do Mercado Livre foi fotografado",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_stock_client_day",
        sa.Column(
            "estoque_proprio",
            sa.BigInteger(),
            nullable=True,
            comment="Disponível de todos os produtos nos depósitos que contam; negativo é devido",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_stock_client_day",
        sa.Column("estoque_reservado", sa.BigInteger(), nullable=True, comment="Reservado; nunca somado ao disponível"),
        schema="dashboard",
    )
    op.add_column(
        "fact_stock_client_day",
        sa.Column("estoque_transito", sa.BigInteger(), nullable=True, comment="A caminho; só para compras"),
        schema="dashboard",
    )
    op.add_column(
        "fact_stock_client_day",
        sa.Column(
            "estoque_disponivel",
            sa.BigInteger(),
            nullable=True,
            comment="Próprio + Full; vazio quando uma das partes não foi lida",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_stock_client_day",
        sa.Column("motivo_disponivel", sa.Text(), nullable=True, comment="Por que o estoque disponível é vazio"),
        schema="dashboard",
    )
    op.add_column(
        "fact_stock_sku_day",
        sa.Column(
            "estoque_proprio",
            sa.BigInteger(),
            nullable=True,
            comment="Disponível do SKU nos depósitos que contam; negativo é devido",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_stock_sku_day",
        sa.Column("estoque_reservado", sa.BigInteger(), nullable=True, comment="Reservado; nunca somado ao disponível"),
        schema="dashboard",
    )
    op.add_column(
        "fact_stock_sku_day",
        sa.Column("estoque_transito", sa.BigInteger(), nullable=True, comment="A caminho; só para compras"),
        schema="dashboard",
    )
    op.add_column(
        "fact_stock_sku_day",
        sa.Column(
            "estoque_disponivel",
            sa.BigInteger(),
            nullable=True,
            comment="Próprio + Full; vazio quando uma das partes não foi lida",
        ),
        schema="dashboard",
    )
    op.add_column(
        "fact_stock_sku_day",
        sa.Column("motivo_disponivel", sa.Text(), nullable=True, comment="Por que o estoque disponível é vazio"),
        schema="dashboard",
    )
    # ### end Alembic commands ###
    op.alter_column("fact_stock_client_day", "full_lido", server_default=None, schema="dashboard")
    op.execute(Path(__file__).with_name("0017_own_stock_views.sql").read_text(encoding="utf-8"))
