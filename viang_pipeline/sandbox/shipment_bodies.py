"""Shipments, their costs and history as JSON (contract §5), in the new and in the older flat shape."""

from __future__ import annotations

from datetime import datetime

from viang_pipeline.sandbox.answers import Json, house_time, money
from viang_pipeline.sandbox.people import person
from viang_pipeline.sandbox.truth import Order, Shipment, ShipmentCost, ShipmentEvent

FLAT_MILESTONES = ("handling", "ready_to_ship", "shipped", "delivered", "not_delivered", "cancelled")


def shipment_body(shipment: Shipment, state: ShipmentEvent, receiver: int) -> Json:
    """The shape of ``x-format-new: true``."""
    who = person(receiver)
    return {
        "id": shipment.shipment_id,
        "status": state.status,
        "substatus": state.substatus,
        "date_created": house_time(shipment.created_at),
        "last_updated": house_time(state.at),
        "declared_value": 0,
        "tracking_number": f"MEL{shipment.shipment_id}FMXDF01",
        "tracking_method": "Normal",
        "tags": [],
        "logistic": {"mode": shipment.mode, "type": shipment.logistic_type, "direction": "forward"},
        "source": {"site_id": "MLB", "market_place": "MELI", "application_id": None, "customer_id": None},
        "origin": {"type": "selling_address", "sender_id": shipment.seller_id, "node": None, "shipping_address": {}},
        "destination": {
            "type": "buying_address",
            "receiver_id": receiver,
            "receiver_name": f"{who.first_name} {who.last_name}",
            "receiver_phone": who.phone,
            "comments": f"Entregar a {who.first_name}",
            "shipping_address": _address(receiver),
        },
        "lead_time": {
            "cost": 0,
            "list_cost": money(shipment.list_cost, shipment.shipment_id),
            "cost_type": "free",
            "currency_id": "BRL",
            "option_id": 1,
            "service_id": 1,
            "shipping_method": {"id": 100_009, "name": "Normal", "type": "standard"},
        },
        "sibling": {"sibling_id": None, "reason": None, "description": None, "date": None},
        "priority_class": {"id": None},
        "dimensions": {"height": 10, "width": 20, "length": 30, "weight": 500},
        "snapshot_packing": None,
    }


def flat_shipment_body(shipment: Shipment, history: list[ShipmentEvent], receiver: int) -> Json:
    """The shape of a request without the header."""
    state = history[-1]
    milestones = {f"date_{name}": None for name in FLAT_MILESTONES} | {
        f"date_{event.status}": house_time(event.at) for event in history if event.status in FLAT_MILESTONES
    }
    return {
        "id": shipment.shipment_id,
        "status": state.status,
        "substatus": state.substatus,
        "mode": shipment.mode,
        "logistic_type": shipment.logistic_type,
        "site_id": "MLB",
        "market_place": "MELI",
        "date_created": house_time(shipment.created_at),
        "last_updated": house_time(state.at),
        "sender_id": shipment.seller_id,
        "receiver_id": receiver,
        "receiver_address": _address(receiver),
        "base_cost": money(shipment.list_cost + 1090, shipment.shipment_id),
        "shipping_option": {"cost": 0, "list_cost": money(shipment.list_cost), "currency_id": "BRL"},
        "status_history": milestones,
    }


def costs_body(shipment: Shipment, cost: ShipmentCost | None, receiver: int) -> Json:
    """Costs per shipment; before they are known, the empty form."""
    if cost is None:
        return {"gross_amount": 0, "receiver": _side(receiver, 0, "loyal", 0), "senders": []}
    return {
        "gross_amount": money(cost.gross, shipment.shipment_id),
        "receiver": _side(receiver, cost.buyer, "loyal", cost.gross - cost.seller - cost.buyer),
        "senders": [_side(shipment.seller_id, cost.seller, "mandatory", cost.gross - cost.seller)],
    }


def history_body(history: list[ShipmentEvent]) -> list[Json]:
    """Every step so far."""
    return [{"status": e.status, "substatus": e.substatus, "date": house_time(e.at)} for e in history]


def orders_body(orders: list[Order], instant: datetime) -> list[Json]:
    """``GET /shipments/{id}/orders``: ids as text, unlike everywhere else."""
    rows = []
    for order in orders:
        state = order.state_at(instant)
        rows.append(
            {
                "order_id": str(order.order_id),
                "pack_id": str(state.pack_id) if state and state.pack_id else None,
                "item_id": order.listing_id,
                "variation_id": order.variation_id,
                "user_product_id": order.user_product_id,
                "seller_id": order.seller_id,
                "requested_quantity": order.quantity,
            }
        )
    return rows


def _side(user_id: int, cost: int, kind: str, promoted: int) -> Json:
    discounts = [{"rate": 0.5, "type": kind, "promoted_amount": money(promoted)}] if promoted > 0 else []
    return {"user_id": user_id, "cost": money(cost), "compensation": 0, "save": 0, "discounts": discounts}


def _address(receiver: int) -> Json:
    who = person(receiver)
    return {
        "address_line": f"{who.street} {who.number}",
        "street_name": who.street,
        "street_number": str(who.number),
        "city": {"name": who.city},
        "state": {"id": who.state, "name": who.state_name},
        "zip_code": who.zip_code,
        "country": {"id": "BR", "name": "Brasil"},
    }
