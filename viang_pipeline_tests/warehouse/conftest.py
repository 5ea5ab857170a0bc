"""Fixtures of the warehouse tests."""

from viang_pipeline_tests.warehouse.servers import (
    at_revision,
    cluster,
    embedded_stops,
    migrated,
    postgres_15,
    unmigrated,
)

__all__ = ["at_revision", "cluster", "embedded_stops", "migrated", "postgres_15", "unmigrated"]
