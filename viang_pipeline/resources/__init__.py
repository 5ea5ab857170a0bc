"""Dagster resources: one thin wrapper per outside system."""
