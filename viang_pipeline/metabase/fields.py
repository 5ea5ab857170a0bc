"""Descriptions and types of columns for a Metabase that read neither comments nor ``_metabase_metadata`` (contract §4).

Only what is empty is filled: what a person wrote stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from viang_pipeline.sources.metabase.client import MetabaseClient
from viang_pipeline.warehouse.schema import VIEWS, metadata_rows

PROPERTIES = ("description", "semantic_type")


def missing(tables: Sequence[dict[str, Any]]) -> dict[int, dict[str, str]]:
    """Field → properties we know and Metabase does not, of the columns of our views."""
    told = metadata_rows()
    found: dict[int, dict[str, str]] = {}
    for table in tables:
        if table.get("name") not in VIEWS:
            continue
        for column in table.get("fields") or []:
            path = f"{table['name']}.{column['name']}"
            empty = {name: told.get(f"{path}.{name}") for name in PROPERTIES if not column.get(name)}
            if properties := {name: value for name, value in empty.items() if value}:
                found[int(column["id"])] = properties
    return found


def describe(api: MetabaseClient, tables: Sequence[dict[str, Any]]) -> int:
    """Fill what is missing; how many columns were touched."""
    wanted = missing(tables)
    for field_id, properties in wanted.items():
        api.describe_field(field_id, properties)
    return len(wanted)
