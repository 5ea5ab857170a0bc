"""Fixtures of the warehouse tests."""

from viang_pipeline_tests.warehouse.servers import cluster, migrated, postgres_15, unmigrated

__all__ = ["cluster", "migrated", "postgres_15", "unmigrated"]
