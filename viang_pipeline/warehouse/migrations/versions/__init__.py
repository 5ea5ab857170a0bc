"""Frozen steps of the schema, applied in order; never changed once released."""
