"""Effective-dated parameters: what people tell of costs, taxes, kits and links, from a file to the tables."""
