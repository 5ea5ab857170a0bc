"""What is known of each outside system: clients and payloads. No Dagster, no SQL."""
