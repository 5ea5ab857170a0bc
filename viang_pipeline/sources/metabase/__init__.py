"""Metabase: its HTTP API as far as the pipeline uses it (contract Metabase)."""
