"""The history of the schema, run by migrate.py."""
