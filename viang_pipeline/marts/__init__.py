"""Building order lines, SKU-days and client-days from raw tables."""
