"""The dated mapping of listings to SKUs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local role viang_pipeline")
    op.create_table(
        "listing_skus",
        sa.Column("client_id", sa.Text(collation="C"), nullable=False, comment="Cliente"),
        sa.Column("anuncio", sa.Text(collation="C"), nullable=False, comment="Anúncio"),
        sa.Column(
            "vigente_de",
            sa.Date(),
            nullable=False,
            comment="Dia a partir do qual vale; antes do primeiro vale o primeiro",
        ),
        sa.Column("status", sa.Text(), nullable=True, comment="Status do anúncio: active, paused, closed…"),
        sa.Column(
            "skus",
            pg.ARRAY(sa.Text()),
            nullable=False,
            comment="SKU de cada variação, ou um só para anúncio sem variações",
        ),
        sa.PrimaryKeyConstraint("client_id", "anuncio", "vigente_de"),
        schema="dashboard",
        comment="Que SKUs cada anúncio carrega, com a data em que isso foi visto",
    )
    op.execute("alter table dashboard.listing_skus enable row level security")
