"""Alembic environment: runs on the connection and inside the transaction migrate.py hands over."""

from __future__ import annotations

from typing import Any

from alembic import context

from viang_pipeline.warehouse.schema import metadata

attributes: dict[str, Any] = context.config.attributes

context.configure(
    connection=attributes["connection"],
    target_metadata=metadata,
    version_table_schema="dashboard",
    include_schemas=True,
    on_version_apply=attributes["on_version_apply"],
)
with context.begin_transaction():
    context.run_migrations()
