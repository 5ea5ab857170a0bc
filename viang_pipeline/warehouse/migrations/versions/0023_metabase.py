"""What Metabase is told of columns, and views without jsonb (contract Metabase §3, §4)."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision: str | None = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local role viang_pipeline")
    op.create_table(
        "_metabase_metadata",
        sa.Column("keypath", sa.Text(collation="C"), nullable=False, comment="Visão ou visão.coluna, e a propriedade"),
        sa.Column("value", sa.Text(), nullable=False, comment="O que o Metabase deve mostrar ou supor"),
        sa.PrimaryKeyConstraint("keypath"),
        schema="dashboard",
        comment="Descrições, nomes e tipos que o Metabase lê a cada sincronização; gerada, não editar",
    )
    op.execute("alter table dashboard._metabase_metadata enable row level security")
    op.execute(Path(__file__).with_name("0023_metabase_views.sql").read_text(encoding="utf-8"))
