"""Pure business rules: no Dagster, no HTTP, no SQL."""
