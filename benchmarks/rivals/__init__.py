"""Three ways to collect one seller's orders into the same Postgres: ours, dlt, and the script an agency starts with.

Each module has ``night(shop, database, ...)``, which does one run, and says what it shows afterwards.
"""
