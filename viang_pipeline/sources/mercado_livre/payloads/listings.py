"""Listings and their variations (contract §7.2).

Quirks: listing, variation, user product, family and catalogue ids are five different things; relisting renews the
first two; stock is shared by all listings of one user product.
"""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from viang_pipeline.sources.mercado_livre.payloads.attributes import Attribute
from viang_pipeline.sources.payloads import Amounts, Payload


class ListingShipping(Payload):
    """How a listing ships; ``logistic_type`` fulfillment is Full."""

    ignored: ClassVar[frozenset[str]] = frozenset(
        {"methods", "dimensions", "local_pick_up", "store_pick_up", "free_methods"}
    )

    mode: str | None = None
    logistic_type: str | None = None
    free_shipping: bool | None = None
    tags: tuple[str, ...] = ()


class ItemRelation(Payload):
    """A twin of a listing (catalogue page and own page)."""

    ignored: ClassVar[frozenset[str]] = frozenset({"variation_id", "stock_relation"})

    id: str | None = None


class Variation(Amounts):
    """A variation of a listing. Ids are renewed when the listing is relisted."""

    ignored: ClassVar[frozenset[str]] = frozenset(
        {"picture_ids", "sale_terms", "catalog_product_id", "item_relations", "original_price", "base_price"}
    )

    id: int
    price: Decimal | None = None
    available_quantity: int | None = None
    sold_quantity: int | None = None
    attribute_combinations: tuple[Attribute, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    seller_custom_field: str | None = None
    inventory_id: str | None = None
    user_product_id: str | None = None

    @property
    def seller_sku(self) -> str | None:
        """The SELLER_SKU attribute, raw; the custom field stays apart (kpis D3)."""
        return _seller_sku(self.attributes)


class Listing(Amounts):
    """A listing (MLB id). Stock is shared by all listings of one ``user_product_id``: never add it up (§15 trap 16)."""

    ignored: ClassVar[frozenset[str]] = frozenset(
        {
            "subtitle",
            "buying_mode",
            "sale_terms",
            "permalink",
            "thumbnail",
            "thumbnail_id",
            "secure_thumbnail",
            "pictures",
            "video_id",
            "descriptions",
            "accepts_mercadopago",
            "non_mercado_pago_payment_methods",
            "international_delivery_mode",
            "seller_address",
            "seller_contact",
            "location",
            "geolocation",
            "coverage_areas",
            "warnings",
            "listing_source",
            "automatic_relist",
            "differential_pricing",
            "deal_ids",
            "end_time",
            "expiration_time",
            "warranty",
            "bundle",
            "health",
            "attributes_count",
        }
    )

    id: str
    site_id: str | None = None
    title: str | None = None
    family_name: str | None = None
    family_id: int | None = None
    seller_id: int | None = None
    category_id: str | None = None
    domain_id: str | None = None
    official_store_id: int | None = None
    user_product_id: str | None = None
    catalog_product_id: str | None = None
    catalog_listing: bool | None = None
    item_relations: tuple[ItemRelation, ...] = ()
    parent_item_id: str | None = None
    price: Decimal | None = None
    base_price: Decimal | None = None
    original_price: Decimal | None = None
    currency_id: str | None = None
    initial_quantity: int | None = None
    available_quantity: int | None = None
    sold_quantity: int | None = None
    status: str | None = None
    sub_status: tuple[str, ...] = ()
    listing_type_id: str | None = None
    condition: str | None = None
    inventory_id: str | None = None
    seller_custom_field: str | None = None
    attributes: tuple[Attribute, ...] = ()
    shipping: ListingShipping | None = None
    tags: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    date_created: str | None = None
    last_updated: str | None = None
    start_time: str | None = None
    stop_time: str | None = None
    variations: tuple[Variation, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        self.tags = tuple(sorted(self.tags))
        self.sub_status = tuple(sorted(self.sub_status))
        self.channels = tuple(sorted(self.channels))

    @property
    def seller_sku(self) -> str | None:
        """The listing's own SELLER_SKU attribute, raw; variations and the custom field stay apart (kpis D3)."""
        return _seller_sku(self.attributes)


def _seller_sku(attributes: tuple[Attribute, ...]) -> str | None:
    return next((a.value_name for a in attributes if a.id == "SELLER_SKU" and a.value_name), None)
