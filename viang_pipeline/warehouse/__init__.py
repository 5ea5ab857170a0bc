"""Postgres: schema, migrations, loading, token vault, ledgers, the embedded server."""
