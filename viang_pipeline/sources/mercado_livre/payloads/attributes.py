"""Attributes, shared by order lines, listings and variations."""

from __future__ import annotations

from typing import ClassVar

from viang_pipeline.sources.payloads import Payload


class Attribute(Payload):
    """One attribute of a listing or variation: SELLER_SKU, GTIN, BRAND…"""

    ignored: ClassVar[frozenset[str]] = frozenset(
        {"attribute_group_id", "attribute_group_name", "value_struct", "values", "source", "value_type"}
    )

    id: str | None = None
    name: str | None = None
    value_id: str | None = None
    value_name: str | None = None
