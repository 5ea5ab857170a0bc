"""Orders as JSON: the object of contract §3.3, personal data included, at the state of one instant."""

from __future__ import annotations

from datetime import datetime

from viang_pipeline.sandbox.answers import Json, house_time, money, zulu_time
from viang_pipeline.sandbox.people import person
from viang_pipeline.sandbox.truth import Order, OrderState, Payment

PAYMENT_TYPES = {
    "pix": "bank_transfer",
    "bolbradesco": "ticket",
    "master": "credit_card",
    "visa": "credit_card",
    "account_money": "account_money",
}


def order_body(order: Order, state: OrderState, *, detail: bool) -> Json:
    """An order; ``detail`` adds what only ``GET /orders/{id}`` carries (§3.2)."""
    who = person(order.buyer_id)
    paid = sum(p.amount for p in state.payments if p.status in ("approved", "refunded"))
    body: Json = {
        "id": order.order_id,
        "status": state.status,
        "status_detail": None,
        "date_created": house_time(order.created_at),
        "date_closed": house_time(state.closed_at) if state.closed_at else None,
        "last_updated": house_time(_visible_update(order, state)),
        "date_last_updated": zulu_time(state.at),
        "pack_id": state.pack_id,
        "pickup_id": None,
        "manufacturing_ending_date": None,
        "fulfilled": None,
        "buying_mode": "buy_equals_pay",
        "total_amount": money(order.total, order.order_id),
        "paid_amount": money(paid, order.order_id),
        "currency_id": order.currency,
        "shipping_cost": None,
        "coupon": {"id": None, "amount": 0},
        "order_items": [_line(order, detail=detail)],
        "payments": [_payment(order, payment, who.first_name) for payment in state.payments],
        "shipping": {"id": state.shipment_id},
        "buyer": {
            "id": order.buyer_id,
            "nickname": who.nickname,
            "first_name": who.first_name,
            "last_name": who.last_name,
            "email": who.email,
            "phone": {"area_code": "11", "number": who.phone},
            "billing_info": {"doc_type": "CPF", "doc_number": who.cpf},
        },
        "seller": {"id": order.seller_id},
        "taxes": {"amount": None, "currency_id": None, "id": None},
        "tags": list(state.tags),
        "static_tags": [],
        "mediations": [{"id": 5_300_000_000 + order.order_id % 10**8}] if _mediated(state) else [],
        "feedback": {"buyer": None, "seller": None},
        "order_request": {"return": None, "change": None},
        "context": {"channel": "marketplace", "site": "MLB", "flows": []},
    }
    if detail:
        body["cancel_detail"] = cancel_body(state, who.first_name)
    return body


def cancel_body(state: OrderState, buyer_name: str) -> Json | None:
    """``cancel_detail``, whose free text may name the buyer."""
    if state.cancel is None:
        return None
    return {
        "group": state.cancel.group,
        "code": state.cancel.code,
        "description": f"Cancelado: pedido de {buyer_name}",
        "requested_by": state.cancel.requested_by,
        "date": house_time(state.cancel.date),
        "application_id": None,
    }


def _visible_update(order: Order, state: OrderState) -> datetime:
    """``last_updated`` lags behind on some orders, as on the platform: only ``date_last_updated`` is true (§3.1)."""
    if order.order_id % 5:
        return state.at
    position = order.states.index(state)
    return order.states[max(0, position - 1)].at


def _mediated(state: OrderState) -> bool:
    return state.cancel is not None and state.cancel.group == "mediations"


def _line(order: Order, *, detail: bool) -> Json:
    salt = order.order_id
    line: Json = {
        "item": {
            "id": order.listing_id,
            "title": order.title,
            "category_id": order.category_id,
            "variation_id": order.variation_id,
            "seller_sku": order.seller_sku,
            "seller_custom_field": order.seller_custom_field,
            "variation_attributes": [],
            "condition": "new",
            "warranty": "Garantia de fábrica: 3 meses",
            "user_product_id": order.user_product_id,
            "global_price": None,
            "net_weight": None,
            "release_date": None,
        },
        "quantity": order.quantity,
        "requested_quantity": {"value": order.quantity, "measure": "unit"},
        "picked_quantity": None,
        "unit_price": money(order.unit_price, salt),
        "full_unit_price": money(order.full_unit_price, salt),
        "sale_fee": money(order.sale_fee, salt + 1),
        "currency_id": order.currency,
        "listing_type_id": order.listing_type,
        "manufacturing_days": None,
        "element_id": None,
        "base_exchange_rate": None,
        "base_currency_id": None,
        "stock": [],
    }
    if detail:
        discount = order.full_unit_price - order.unit_price
        line["gross_price"] = money(order.full_unit_price * order.quantity, salt)
        line["discounts"] = (
            [{"amounts": {"full": money(discount), "seller": money(order.seller_discount)}}] if discount else []
        )
    return line


def _payment(order: Order, payment: Payment, buyer_name: str) -> Json:
    salt = payment.payment_id
    return {
        "id": payment.payment_id,
        "order_id": order.order_id,
        "payer_id": order.buyer_id,
        "collector": {"id": order.seller_id},
        "card_id": None,
        "site_id": "MLB",
        "reason": f"{order.title} para {buyer_name}",
        "status": payment.status,
        "status_detail": "cc_rejected_other_reason" if payment.status == "rejected" else "accredited",
        "payment_type": PAYMENT_TYPES.get(payment.method, "credit_card"),
        "payment_method_id": payment.method,
        "operation_type": "regular_payment",
        "installments": 1,
        "currency_id": order.currency,
        "transaction_amount": money(payment.amount, salt),
        "transaction_amount_refunded": money(payment.refunded, salt),
        "total_paid_amount": money(payment.amount, salt),
        "shipping_cost": 0,
        "coupon_amount": 0,
        "taxes_amount": 0,
        "overpaid_amount": 0,
        "marketplace_fee": money(payment.fee, salt),
        "date_created": house_time(payment.created_at),
        "date_approved": house_time(payment.approved_at) if payment.approved_at else None,
        "date_last_modified": house_time(payment.changed_at),
        "tags": list(payment.tags),
    }
