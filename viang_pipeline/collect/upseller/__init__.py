"""UpSeller's files into the raw tables: one importer behind the command line and the inbox (contract UpSeller §10)."""
