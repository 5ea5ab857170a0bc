"""One row per client and subject that says whether it is in order, since when not, and what to do about it."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local role viang_pipeline")
    op.execute(Path(__file__).with_name("0026_health_views.sql").read_text(encoding="utf-8"))
