"""Figures that differ from the platform's are a notice in ``vw_health``, as in ``viang status``; what is refused as absurd
is among the reasons of quarantine."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local role viang_pipeline")
    op.execute(Path(__file__).with_name("0027_health_notices.sql").read_text(encoding="utf-8"))
