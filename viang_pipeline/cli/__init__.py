"""The viang command line: one file per command group."""
