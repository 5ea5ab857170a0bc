"""Order lines: day, SKU, fee, freight, refund, cost and tax settled once, per line (kpis.md §3–§5.5).

Pure: orders and what is known about their shipments and listings in, ``OrderLine`` out. Every later number is a sum
of these lines.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

import msgspec

from viang_pipeline.domain.allocation import allocate
from viang_pipeline.domain.business_day import business_day
from viang_pipeline.domain.margin import NO_COURIER, NOTHING_TOLD, UNSOLD, Terms, settle, unit_alone
from viang_pipeline.domain.sales import FrozenSku, Listing, Order, Shipment
from viang_pipeline.domain.sku import NO_SKU, resolve_sku, told_sku
from viang_pipeline.domain.statuses import (
    Situation,
    cancellation_nature,
    cancelled_instant,
    classify,
    never_paid,
)

LineKey = tuple[str, int]


class OrderLine(msgspec.Struct, frozen=True, order=True, gc=False):
    """One line of ``fact_order_line``, in column order after ``client_id``. Money in centavos."""

    order_id: str
    line_no: int
    dia: date
    criado_em: datetime
    canal: str
    conta: int | None
    compra: str
    anuncio: str
    variacao: str | None
    sku: str
    sku_bruto: str | None
    sku_origem: str
    status: str
    situacao: str
    motivo: str | None
    natureza_cancelamento: str | None
    cancelado_em: datetime | None
    cancelado_antes_do_pagamento: bool
    comprador: str | None
    quantidade: int
    preco_unitario: int
    valor: int
    tarifa_unitaria: int | None
    comissao: int | None
    envio: str | None
    tipo_logistico: str | None
    frete_vendedor: int | None
    frete_comprador: int | None
    custo_unitario: Decimal | None
    custo_origem: str | None
    custo: int | None
    outros_variaveis: int | None
    aliquota: Decimal | None
    imposto: int | None
    custo_envio_proprio: int | None
    coberta: bool
    reembolso: int
    reembolso_dia: date | None
    faltantes: list[str]


class _Judged(NamedTuple):
    order: Order
    situation: Situation
    nature: str | None


def build_lines(
    orders: Iterable[Order],
    siblings: Iterable[Order],
    shipments: Mapping[str, Shipment],
    listings: Mapping[str, Listing],
    frozen: Mapping[LineKey, FrozenSku],
    terms: Terms = NOTHING_TOLD,
) -> list[OrderLine]:
    """The lines of ``orders``.

    ``siblings``: other orders that share a shipment with one of ``orders`` (a pack may cross midnight); they take
    their part of the freight but give no line. ``frozen``: SKUs settled when the orders were first seen (§4.2).
    ``terms``: costs, tax, courier and links in force.
    """
    judged = [_judge(order, shipments) for order in orders]
    freight = _freight_shares([*judged, *(_judge(order, shipments) for order in siblings)], shipments, terms)
    return [line for item in judged for line in _lines_of(item, shipments, listings, frozen, freight, terms)]


def _judge(order: Order, shipments: Mapping[str, Shipment]) -> _Judged:
    situation = classify(order)
    nature = None
    if situation.situacao == "cancelada":
        nature = cancellation_nature(order, shipments.get(order.shipment) if order.shipment else None)
    return _Judged(order, situation, nature)


def bears_freight(order: Order, shipments: Mapping[str, Shipment]) -> bool:
    """Whether an order takes part of its shipment's freight (D4)."""
    return _bears_freight(_judge(order, shipments))


def _bears_freight(item: _Judged) -> bool:
    """Orders not cancelled before dispatch share the freight (D4)."""
    return item.situation.situacao == "valida" or item.nature == "pos_envio"


class _Freight(NamedTuple):
    seller: int | None
    buyer: int | None
    own_courier: int | None


_UNKNOWN_FREIGHT = _Freight(None, None, None)


def _freight_shares(
    judged: Iterable[_Judged], shipments: Mapping[str, Shipment], terms: Terms
) -> dict[LineKey, _Freight]:
    """The freight of each bearing line: each shipment's costs once, by gross value (§4.3, I3, D13)."""
    weights: dict[str, list[tuple[LineKey, int]]] = defaultdict(list)
    first_day: dict[str, date] = {}
    for item in judged:
        order = item.order
        if order.shipment is not None and _bears_freight(item):
            weights[order.shipment] += [
                ((order.order_id, n), line.price * line.quantity) for n, line in enumerate(order.items, 1)
            ]
            first_day[order.shipment] = min(order.day, first_day.get(order.shipment, order.day))
    shares: dict[LineKey, _Freight] = {}
    for shipment_id, lines in weights.items():
        shipment = shipments.get(shipment_id)
        if shipment is None:
            continue
        parts = zip(
            lines,
            _split(shipment.seller_cost, lines),
            _split(shipment.buyer_cost, lines),
            _split(terms.trip(shipment.logistic_type, first_day[shipment_id]), lines),
            strict=True,
        )
        for (key, _), *shared in parts:
            shares[key] = _Freight(*shared)
    return shares


def _split(cost: int | None, lines: list[tuple[LineKey, int]]) -> Sequence[int | None]:
    if len(lines) == 1 or not cost:
        return [cost] * len(lines)
    return allocate(cost, lines)


def _refund(order: Order, cancelled: bool) -> tuple[int, date | None]:
    """Centavos refunded on all payments, and the business day of the event (§2 "by event day")."""
    amount = sum(payment.refunded for payment in order.payments)
    if amount == 0:
        return 0, None
    at = cancelled_instant(order)
    if not cancelled:
        changes = [p.changed_at for p in order.payments if p.refunded and p.changed_at is not None]
        at = max(changes, default=order.changed_at)
    return amount, None if at is None else business_day(at)


def _lines_of(
    judged: _Judged,
    shipments: Mapping[str, Shipment],
    listings: Mapping[str, Listing],
    frozen: Mapping[LineKey, FrozenSku],
    freight: Mapping[LineKey, _Freight],
    terms: Terms,
) -> list[OrderLine]:
    order, (situacao, motivo), nature = judged
    cancelled = situacao == "cancelada"
    valid = situacao == "valida"
    shipment = shipments.get(order.shipment) if order.shipment else None
    refund, refund_day = _refund(order, cancelled)
    values = [((order.order_id, n), item.price * item.quantity) for n, item in enumerate(order.items, 1)]
    refunds = [refund] if len(values) == 1 else allocate(refund, values)
    lines = []
    for n, item in enumerate(order.items, 1):
        key = (order.order_id, n)
        sku = frozen.get(key) or resolve_sku(item, listings.get(item.listing), terms.links)
        sku = told_sku(sku, item, order.account, order.day, terms.links)
        value, fee = values[n - 1][1], item.line_fee if item.fee is None else item.fee * item.quantity
        seller_freight, buyer_freight, courier = freight.get(key, _UNKNOWN_FREIGHT)
        missing: list[str] = [*order.notes] if valid else []
        if valid and fee is None:
            missing.append("tarifa_nao_informada")
        if valid and seller_freight is None:
            missing.append("frete_nao_observado")
        if cancelled and nature is None:
            missing.append("envio_nao_lido")
        if valid and courier is None and shipment is not None:
            missing.append(NO_COURIER)
        if sku.sku.startswith(NO_SKU):
            missing.append("sku_nao_identificado")
        settled = UNSOLD
        if valid:
            settled = settle(terms, sku.sku, order.day, order.order_id, item.quantity, value, buyer_freight, missing)
        elif cancelled or situacao == "pendente":
            settled = unit_alone(terms, sku.sku, order.day, order.order_id)
        lines.append(
            OrderLine(
                order_id=order.order_id,
                line_no=n,
                dia=order.day,
                criado_em=order.created_at,
                canal=order.channel,
                conta=order.account,
                compra=order.purchase,
                anuncio=item.listing,
                variacao=item.variation,
                sku=sku.sku,
                sku_bruto=sku.raw,
                sku_origem=sku.origin,
                status=order.status,
                situacao=situacao,
                motivo=motivo,
                natureza_cancelamento=nature,
                cancelado_em=cancelled_instant(order) if cancelled else None,
                cancelado_antes_do_pagamento=cancelled and never_paid(order),
                comprador=order.buyer,
                quantidade=item.quantity,
                preco_unitario=item.price,
                valor=value,
                tarifa_unitaria=item.fee,
                comissao=fee,
                envio=order.shipment,
                tipo_logistico=shipment.logistic_type if shipment else None,
                frete_vendedor=seller_freight,
                frete_comprador=buyer_freight,
                custo_unitario=settled.custo_unitario,
                custo_origem=settled.custo_origem,
                custo=settled.custo,
                outros_variaveis=settled.outros_variaveis,
                aliquota=settled.aliquota,
                imposto=settled.imposto,
                custo_envio_proprio=courier,
                coberta=valid and None not in (fee, seller_freight, courier, settled.custo, settled.imposto),
                reembolso=refunds[n - 1],
                reembolso_dia=refund_day,
                faltantes=missing,
            )
        )
    return lines
