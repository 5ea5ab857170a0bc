"""Views for Metabase, row-level security on every table, and who may read what (product.md §4)."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local role viang_pipeline")
    for name in ("0003_views.sql", "0003_access.sql"):
        op.execute(Path(__file__).with_name(name).read_text(encoding="utf-8"))
