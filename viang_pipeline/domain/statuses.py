"""What an order counts as: valid, cancelled, pending, left out or refused (kpis.md §3, rulings D5, D17, D22)."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from viang_pipeline.domain.sales import Order, Shipment

VALID = frozenset({"paid", "partially_refunded"})
CANCELLED = frozenset({"cancelled", "pending_cancel"})
PENDING = frozenset({"confirmed", "payment_required", "payment_in_process", "partially_paid"})

GROSS_SITUATIONS = ("valida", "cancelada")


class Situation(NamedTuple):
    """``situacao`` and, where the order does not count, ``motivo``."""

    situacao: str
    motivo: str | None = None


def is_wallet_refund(order: Order) -> bool:
    """The variant of a full refund that leaves the order ``paid``: money went back to the buyer's wallet (§3)."""
    return "unfulfilled" in order.tags and (
        "refund_account_money" in order.tags or any(p.wallet_refund for p in order.payments)
    )


def classify(order: Order) -> Situation:
    """How an order counts (kpis.md §3). Unknown statuses, currencies and sites are quarantined, never guessed."""
    if "test_order" in order.tags:
        return Situation("excluida", "teste")
    if order.currency != "BRL":
        return Situation("quarentena", "moeda")
    if order.site not in (None, "MLB"):
        return Situation("quarentena", "site")
    if order.refused is not None:
        return Situation("quarentena", order.refused)
    if order.status in CANCELLED:
        if order.cancel_code == "pack_splitted":
            return Situation("excluida", "pacote_dividido")
        return Situation("cancelada")
    if order.status in VALID:
        return Situation("cancelada" if is_wallet_refund(order) else "valida")
    if order.status in PENDING:
        return Situation("pendente")
    if order.status == "invalid":
        return Situation("excluida", "invalido")
    return Situation("quarentena", "status_desconhecido")


def cancelled_instant(order: Order) -> datetime | None:
    """When a cancelled order was cancelled: ``cancel_detail.date``, else its last change (D5); None when not told."""
    if order.status == "cancelled" and order.cancelled_at is not None:
        return order.cancelled_at
    return order.changed_at


def cancellation_nature(order: Order, shipment: Shipment | None) -> str | None:
    """``pre_envio`` or ``pos_envio`` of a cancelled order (D5); None while its shipment has not been read."""
    if order.shipment is None:
        return "pre_envio"
    if shipment is None or not shipment.known:
        return None
    left = shipment.left_at
    at = cancelled_instant(order)
    return "pos_envio" if left is not None and (at is None or left <= at) else "pre_envio"


def never_paid(order: Order) -> bool:
    """``cancelado_antes_do_pagamento``: no payment was ever approved (§3)."""
    return not any(payment.approved for payment in order.payments)
