"""Viang pipeline: from marketplace APIs to daily numbers an agency can trust."""
