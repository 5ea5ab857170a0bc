"""Roles, schemas and default privileges, on any Postgres 15 or newer, without superuser (contract supabase §6)."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    statements = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    # Several statements at once, and % signs that are not placeholders: straight to the driver.
    op.get_bind().connection.cursor().execute(statements)
