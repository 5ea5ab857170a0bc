"""Listings and accounts as JSON (contract §7.2, §10)."""

from __future__ import annotations

from viang_pipeline.sandbox.answers import Json, house_time, money, zulu_time
from viang_pipeline.sandbox.people import person
from viang_pipeline.sandbox.reputation_truth import Rate, ReputationState
from viang_pipeline.sandbox.truth import Listing, ListingState, Seller, Variation


def listing_body(listing: Listing, state: ListingState, *, all_attributes: bool) -> Json:
    """An item. Variation attributes and custom fields only come with ``include_attributes=all``."""
    return {
        "id": listing.listing_id,
        "site_id": "MLB",
        "title": state.title,
        "family_name": state.title if listing.user_product_id else None,
        "family_id": listing.family_id,
        "seller_id": listing.seller_id,
        "category_id": listing.category_id,
        "domain_id": "MLB-GENERIC",
        "official_store_id": None,
        "user_product_id": listing.user_product_id,
        "catalog_product_id": None,
        "catalog_listing": False,
        "item_relations": [],
        "parent_item_id": None,
        "price": money(state.price),
        "base_price": money(state.price),
        "original_price": None,
        "currency_id": "BRL",
        "available_quantity": sum(v.stock for v in listing.variations) if listing.variations else state.stock,
        "sold_quantity": 0,
        "initial_quantity": listing.states[0].stock,
        "status": state.status,
        "sub_status": list(state.sub_status),
        "listing_type_id": listing.listing_type,
        "condition": "new",
        "health": None,
        "inventory_id": listing.inventory_id,
        "seller_custom_field": state.custom_field,
        "attributes": _sku_attributes(state.sku),
        "shipping": {"mode": "me2", "logistic_type": listing.logistic_type, "free_shipping": True, "tags": []},
        "tags": ["user_product_listing"] if listing.user_product_id else [],
        "channels": ["marketplace"],
        "date_created": zulu_time(listing.created_at),
        "last_updated": zulu_time(state.at),
        "start_time": zulu_time(listing.created_at),
        "stop_time": "2046-01-01T04:00:00.000Z",
        "variations": [_variation(v, state, all_attributes) for v in listing.variations],
    }


def account_body(seller: Seller, reputation: ReputationState, *, own: bool) -> Json:
    """An account; others see only its public part."""
    body: Json = {
        "id": seller.seller_id,
        "nickname": seller.slug.upper().replace("-", ""),
        "site_id": "MLB",
        "country_id": "BR",
        "user_type": "normal",
        "tags": ["normal", *seller.tags],
        "registration_date": house_time(seller.created_at),
        "permalink": f"http://perfil.mercadolivre.com.br/{seller.slug}",
        "points": 100,
        "seller_reputation": _reputation(reputation),
    }
    if own:
        who = person(seller.seller_id)
        body |= {
            "first_name": who.first_name,
            "last_name": who.last_name,
            "email": who.email,
            "identification": {"type": "CPF", "number": who.cpf},
            "phone": {"area_code": "11", "number": who.phone},
            "seller_experience": "ADVANCED",
            "status": {"site_status": "active", "sell": {"allow": True, "codes": []}},
        }
    return body


def _reputation(state: ReputationState) -> Json:
    return {
        "level_id": state.level,
        "power_seller_status": state.medal,
        "real_level": state.real_level,
        "protection_end_date": None,
        "transactions": {
            "period": "historic",
            "total": 5210,
            "completed": 5105,
            "canceled": 105,
            "ratings": {"positive": 0.97, "neutral": 0.01, "negative": 0.02},
        },
        "metrics": {
            "sales": {"period": state.period, "completed": state.sales},
            "claims": _rate(state.claims, state.period),
            "delayed_handling_time": _rate(state.delays, state.period),
            "cancellations": _rate(state.cancellations, state.period),
        },
    }


def _rate(rate: Rate, period: str) -> Json:
    """A protected seller is shown zeros, the truth beside them."""
    if rate.real is None:
        return {"period": period, "rate": rate.millionths / 1_000_000, "value": rate.value}
    hidden = {"real_rate": rate.real[0] / 1_000_000, "real_value": rate.real[1]}
    return {"period": period, "rate": 0, "value": 0, "excluded": hidden}


def _variation(variation: Variation, state: ListingState, all_attributes: bool) -> Json:
    body: Json = {
        "id": variation.variation_id,
        "price": money(variation.price if variation.price is not None else state.price),
        "available_quantity": variation.stock,
        "sold_quantity": 0,
        "attribute_combinations": [
            {"id": "COLOR", "name": "Cor", "value_id": None, "value_name": variation.name, "values": []}
        ],
        "inventory_id": variation.inventory_id,
        "user_product_id": variation.user_product_id,
        "picture_ids": [],
    }
    if all_attributes:
        body["attributes"] = _sku_attributes(variation.sku)
        body["seller_custom_field"] = variation.custom_field
    return body


def _sku_attributes(sku: str | None) -> list[Json]:
    if sku is None:
        return []
    return [{"id": "SELLER_SKU", "name": "SKU", "value_id": None, "value_name": sku}]
