"""What every number has to be, computed a second time: from the sandbox's truth and kpis.md, sharing no code.

Whole centavos and plain loops; slow and obvious on purpose. Nothing of viang_pipeline but the sandbox is imported.
``Oracle.told``: what the client told, to be filled as the client does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import TypeVar
from zoneinfo import ZoneInfo

from viang_pipeline.sandbox.truth import Order, OrderState, Shipment
from viang_pipeline.sandbox.world import World
from viang_pipeline_tests.end_to_end.oracle_told import Told

Value = int | Decimal | None
Row = dict[str, Value]
Key = TypeVar("Key", bound=Hashable)

VALID, CANCELLED, PENDING, OUT = "valid", "cancelled", "pending", "out"
LEFT = ("shipped", "delivered", "not_delivered")
BUCKET = "__SEM_SKU__:"


@cache
def day_of(instant: datetime) -> date:
    """R1: the civil day in São Paulo."""
    return instant.astimezone(ZoneInfo("America/Sao_Paulo")).date()


@dataclass
class Line:
    """One order as the night sees it; in this marketplace an order has one line. ``freight``/``buyer_freight``: None
    = not observed; ``courier``, ``cost``, ``tax``: None = unknown."""

    order: Order
    state: OrderState
    kind: str
    sku: str
    nature: str | None
    refund: int
    refund_day: date | None
    freight: int | None = None
    buyer_freight: int | None = None
    courier: int | None = None
    cost: int | None = None
    tax: int | None = None
    other: int = 0
    own_courier: bool = False

    @property
    def day(self) -> date:
        return day_of(self.order.created_at)

    @property
    def value(self) -> int:
        return self.order.unit_price * self.order.quantity

    @property
    def fee(self) -> int:
        return self.order.sale_fee * self.order.quantity

    @property
    def purchase(self) -> str:
        return f"pack {self.state.pack_id}" if self.state.pack_id is not None else f"order {self.order.order_id}"


class Oracle:
    """The true numbers of one seller. ``night`` tells it that the shop was looked at; tables speak of the last look."""

    def __init__(self, world: World, seller_id: int, starts: date) -> None:
        self._world = world
        self._seller = seller_id
        self._starts = starts
        self._skus: dict[int, str] = {}
        self._watched: dict[int, _Watched] = {}
        self._lines: list[Line] = []
        self._today = starts
        self.told = Told()

    def night(self, at: datetime) -> None:
        """Everything visible at ``at`` is read completely."""
        self._today = day_of(at)
        seen = self._visible(at)
        for order, _ in seen:
            if order.order_id not in self._skus:
                self._skus[order.order_id] = self._sku(order, at)
        self._look_at_shipments(seen, at)
        self._lines = [self._line(order, state) for order, state in seen]
        self._spread_freight(seen)
        for line in self._lines:
            if line.kind == VALID:
                line.cost = self.told.cost(line.sku, line.day, line.order.quantity)
                line.other = self.told.other(line.sku, line.day, line.order.quantity)
                line.tax = self.told.tax(line.day, line.value, line.buyer_freight)

    def client_days(self, also: Iterable[date] = ()) -> dict[date, Row]:
        """``agg_client_day`` and the ratios of its view, by day; ``also``: days with a row for other reasons."""
        rows = {}
        for day, (sales, refunds) in self._groups(lambda line, day: day, also).items():
            valid = [line for line in sales if line.kind == VALID]
            row = _sums(sales, refunds)
            row["compradores"] = len({line.order.buyer_id for line in valid})
            row["skus_vendidos"] = len({line.sku for line in valid if not line.sku.startswith(BUCKET)})
            row["pedidos_pendentes"] = sum(line.kind == PENDING and line.day == day for line in self._lines)
            row["frete_comprador"] = _known(valid, [line.buyer_freight for line in valid])
            row["faturamento_sem_sku"] = sum(line.value for line in valid if line.sku.startswith(BUCKET))
            row["aliquota_efetiva"] = self.told.rate(day) if valid else None
            row["receita_sem_sku_pct"] = ratio(row["faturamento_sem_sku"], row["faturamento"])
            rows[day] = row
        return rows

    def sku_days(self, also: Iterable[tuple[date, str]] = ()) -> dict[tuple[date, str], Row]:
        """``fact_sku_day`` and the ratios of its view, by day and SKU; ``also``: keys with a row for other reasons."""
        groups = self._groups(lambda line, day: (day, line.sku), also)
        return {(day, sku): _sums(sales, refunds) for (day, sku), (sales, refunds) in groups.items()}

    def lines(self) -> list[Line]:
        """Every order line as last seen."""
        return self._lines

    def sku_of(self, order: Order) -> str:
        """The SKU of an order that was seen."""
        return self._skus[order.order_id]

    def days(self) -> list[date]:
        """The closed days of the history."""
        return [self._starts + timedelta(days=n) for n in range((self._today - self._starts).days)]

    # --- one night ----------------------------------------------------------------------------------------------------

    def _visible(self, at: datetime) -> list[tuple[Order, OrderState]]:
        seen = []
        for order in self._world.orders.values():
            state = order.state_at(at)
            if order.seller_id == self._seller and state is not None and day_of(order.created_at) >= self._starts:
                seen.append((order, state))
        return seen

    def _line(self, order: Order, state: OrderState) -> Line:
        kind = kind_of(order, state)
        nature = None
        if kind == CANCELLED:
            shipment = self._world.shipments.get(state.shipment_id) if state.shipment_id else None
            nature = "pos" if shipment is not None and _had_left(shipment, cancelled_at(state)) else "pre"
        refund = sum(payment.refunded for payment in state.payments)
        refund_day = None
        if refund and kind == CANCELLED:
            refund_day = day_of(cancelled_at(state))
        elif refund:
            refund_day = day_of(max(payment.changed_at for payment in state.payments if payment.refunded))
        return Line(order, state, kind, self._skus[order.order_id], nature, refund, refund_day)

    def _sku(self, order: Order, at: datetime) -> str:
        """§4.2 with ruling D3, as things stand at first sight."""
        listing = self._world.listings[order.listing_id]
        stand = listing.state_at(at)
        variation = listing.variation(order.variation_id)
        candidates = (
            order.seller_sku,
            order.seller_custom_field,
            variation.sku if variation else None,
            stand.sku if stand else None,
            stand.custom_field if stand else None,
        )
        for text in candidates:
            if text is not None and text.split():
                return " ".join(text.split()).upper()
        return BUCKET + order.listing_id

    def _look_at_shipments(self, seen: list[tuple[Order, OrderState]], at: datetime) -> None:
        """§7 "freight of shipment": until observed, at most 30 days; once more at the end or on a cancellation."""
        orders: dict[int, list[tuple[Order, OrderState]]] = defaultdict(list)
        for order, state in seen:
            if state.shipment_id is not None:
                orders[state.shipment_id].append((order, state))
        for shipment_id, of_it in orders.items():
            watched = self._watched.setdefault(shipment_id, _Watched(min(day_of(o.created_at) for o, _ in of_it)))
            cancelled = max((s.at for o, s in of_it if kind_of(o, s) == CANCELLED), default=None)
            watched.look(self._world.shipments[shipment_id], at, cancelled)

    def _spread_freight(self, seen: list[tuple[Order, OrderState]]) -> None:
        """§4.3, D4 and D13: each shipment once, over its lines that were not cancelled before dispatch."""
        shipments: dict[int, list[Line]] = defaultdict(list)
        for line in self._lines:
            bears = line.kind == VALID or (line.kind == CANCELLED and line.nature == "pos")
            if line.state.shipment_id is not None and bears:
                shipments[line.state.shipment_id].append(line)
        for shipment_id, lines in shipments.items():
            lines.sort(key=lambda line: line.order.order_id)
            weights = [line.value for line in lines]
            kind = self._world.shipments[shipment_id].logistic_type
            trip = self.told.trip(kind, min(line.day for line in lines))
            trips: list[int] | list[None] = [None] * len(lines) if trip is None else spread(trip, weights)
            for line, part in zip(lines, trips, strict=True):
                line.courier, line.own_courier = part, kind == "self_service"
            cost = self._watched[shipment_id].cost
            if cost is None:
                continue
            for line, seller, buyer in zip(lines, spread(cost[0], weights), spread(cost[1], weights), strict=True):
                line.freight, line.buyer_freight = seller, buyer

    def _groups(
        self, key: Callable[[Line, date], Key], also: Iterable[Key]
    ) -> dict[Key, tuple[list[Line], list[Line]]]:
        """Group key → (gross lines of its sale day, lines whose refund happened that day), closed days only."""
        groups: dict[Key, tuple[list[Line], list[Line]]] = defaultdict(lambda: ([], []))
        for wanted in also:
            groups[wanted] = ([], [])
        for line in self._lines:
            if line.kind not in (VALID, CANCELLED):
                continue
            if line.day < self._today:
                groups[key(line, line.day)][0].append(line)
            if line.refund_day is not None and line.refund_day < self._today:
                groups[key(line, line.refund_day)][1].append(line)
        return groups


@dataclass
class _Watched:
    """What has been seen of one shipment. ``cost``: (seller, buyer) at the last look that asked for it."""

    first_day: date
    looked: datetime | None = None
    ended: bool = False
    cost: tuple[int, int] | None = None
    cancelled: datetime | None = None

    def look(self, shipment: Shipment, at: datetime, cancelled: datetime | None) -> None:
        """A night at ``at``; ``cancelled``: when one of its orders was last changed as a cancelled one."""
        today = day_of(at)
        news = self.looked is None or (cancelled is not None and (self.cancelled is None or cancelled > self.cancelled))
        missing = self.cost is None and today <= self.first_day + timedelta(days=30)
        ages = [self.first_day + timedelta(days=age) for age in (3, 7, 14, 30)]
        due = not self.ended and self.looked is not None and any(day_of(self.looked) < age <= today for age in ages)
        if not (news or missing or due):
            return
        event = shipment.state_at(at)
        ends_now = (news or due) and not self.ended and event is not None and event.status in ("delivered", "cancelled")
        if news or missing or ends_now:
            cost = shipment.costs_at(at)
            if cost is not None:
                self.cost = (cost.seller, cost.buyer)
        self.looked, self.cancelled = at, cancelled
        self.ended = self.ended or ends_now


# --- rules ----------------------------------------------------------------------------------------------------------


def kind_of(order: Order, state: OrderState) -> str:
    """§3 with D21 and D22."""
    if "test_order" in state.tags or order.currency != "BRL":
        return OUT
    if state.status in ("cancelled", "pending_cancel"):
        return OUT if state.cancel is not None and state.cancel.code == "pack_splitted" else CANCELLED
    if state.status in ("paid", "partially_refunded"):
        to_wallet = any("refund_account_money" in payment.tags for payment in state.payments)
        return CANCELLED if to_wallet and "unfulfilled" in state.tags else VALID
    if state.status in ("confirmed", "payment_required", "payment_in_process", "partially_paid"):
        return PENDING
    return OUT


def cancelled_at(state: OrderState) -> datetime:
    """D5."""
    return state.cancel.date if state.status == "cancelled" and state.cancel is not None else state.at


def _had_left(shipment: Shipment, instant: datetime) -> bool:
    return any(event.status in LEFT and event.at <= instant for event in shipment.events)


def spread(total: int, weights: list[int]) -> list[int]:
    """§4.3: largest remainder; the lines come in tie-breaking order."""
    if not any(weights):
        weights = [1] * len(weights)
    exact = [Decimal(total) * weight / sum(weights) for weight in weights]
    parts = [int(share) for share in exact]
    while sum(parts) < total:
        gaps = [share - part for share, part in zip(exact, parts, strict=True)]
        winner = gaps.index(max(gaps))
        parts[winner] += 1
    return parts


def _ever_paid(state: OrderState) -> bool:
    return any(payment.approved_at is not None for payment in state.payments)


def _known(lines: list[Line], parts: Iterable[int | None]) -> int | None:
    """D6 and D7: nothing sold is an observed zero; sold with no known part is NULL."""
    known = [part for part in parts if part is not None]
    if not lines:
        return 0
    return sum(known) if known else None


def ratio(numerator: Value, denominator: Value, places: int = 6) -> Decimal | None:
    """R3 and R6. Two places for money (both sides centavos, or the denominator a count), six for fractions."""
    if numerator is None or not denominator:
        return None
    return (Decimal(numerator) / Decimal(denominator)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _money_per(amount: Value, count: Value) -> Decimal | None:
    return ratio(None if amount is None else Decimal(amount) / 100, count, places=2)


def _sums(sales: list[Line], refunds: list[Line]) -> Row:
    """§5.1, §5.2 and R7 over the gross lines of a group; money in centavos, ratios exact decimals."""
    valid = [line for line in sales if line.kind == VALID]
    cancelled = [line for line in sales if line.kind == CANCELLED]
    paid_out = [line for line in valid if line.freight is not None]
    row: Row = {
        "vendas_brutas": sum(line.value for line in sales),
        "faturamento": sum(line.value for line in valid),
        "valor_cancelado": sum(line.value for line in cancelled),
        "valor_cancelado_pre": sum(line.value for line in cancelled if line.nature == "pre"),
        "valor_cancelado_sem_pagamento": sum(line.value for line in cancelled if not _ever_paid(line.state)),
        "valor_devolvido": sum(line.value for line in cancelled if line.nature == "pos"),
        "reembolsos": sum(line.refund for line in valid),
        "reembolsos_no_dia": sum(line.refund for line in refunds),
        "faturamento_liquido": sum(line.value - line.refund for line in valid),
        "pedidos_brutos": len({line.order.order_id for line in sales}),
        "pedidos": len({line.order.order_id for line in valid}),
        "pedidos_cancelados": len({line.order.order_id for line in cancelled}),
        "pedidos_cancelados_pre": len({line.order.order_id for line in cancelled if line.nature == "pre"}),
        "compras": len({line.purchase for line in valid}),
        "unidades": sum(line.order.quantity for line in valid),
        "unidades_brutas": sum(line.order.quantity for line in sales),
        "comissao": sum(line.fee for line in valid),
        "frete_vendedor": _known(valid, [line.freight for line in valid]),
        "repasse_estimado": _known(valid, [line.value - line.fee - (line.freight or 0) for line in paid_out]),
        "faturamento_com_comissao": sum(line.value for line in valid),
        "faturamento_com_frete": sum(line.value for line in paid_out),
        "faturamento_com_repasse": sum(line.value for line in paid_out),
        "cmv": _known(valid, [line.cost for line in valid]),
        "lucro_bruto": _known(valid, [line.value - line.cost for line in valid if line.cost is not None]),
        "faturamento_com_custo": sum(line.value for line in valid if line.cost is not None),
        "imposto": None if any(line.tax is None for line in valid) else sum(line.tax or 0 for line in valid),
        "faturamento_com_imposto": sum(line.value for line in valid if line.tax is not None),
        "outros_variaveis": sum(line.other for line in valid),
        "custo_envio_proprio": _known(valid, [line.courier for line in valid]),
        # every sale of this market is Mercado Livre's
        "faturamento_mercado_livre": sum(line.value for line in valid),
        "pedidos_mercado_livre": len({line.order.order_id for line in valid}),
        "pedidos_brutos_mercado_livre": len({line.order.order_id for line in sales}),
    }
    if any(line.own_courier and line.courier is None for line in valid):
        row["custo_envio_proprio"] = None
    row["ticket_medio"] = _money_per(row["faturamento"], row["compras"])
    row["ticket_medio_pedido"] = _money_per(row["faturamento"], row["pedidos"])
    row["preco_medio"] = _money_per(row["faturamento"], row["unidades"])
    ended = len({line.order.order_id for line in sales})
    row["taxa_cancelamento"] = ratio(row["pedidos_cancelados"], ended)
    row["taxa_cancelamento_pre"] = ratio(row["pedidos_cancelados_pre"], ended)
    row["comissao_pct"] = ratio(row["comissao"], row["faturamento_com_comissao"])
    row["comissao_cobertura"] = ratio(row["faturamento_com_comissao"], row["faturamento"])
    row["frete_vendedor_cobertura"] = ratio(row["faturamento_com_frete"], row["faturamento"])
    row["cmv_cobertura"] = ratio(row["faturamento_com_custo"], row["faturamento"])
    row["repasse_estimado_cobertura"] = ratio(row["faturamento_com_repasse"], row["faturamento"])
    return row
