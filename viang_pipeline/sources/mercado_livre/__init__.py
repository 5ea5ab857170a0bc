"""Mercado Livre: OAuth, orders, shipments, listings."""
