"""Dagster's instance as this project sets it up."""
