"""Which orders an ERP shows are Mercado Livre's own, which are sales of another channel, and which are neither (R14).

By the number in the store alone: an order's id first, then a pack's; never by date or value. Two answers are none, and
go to quarantine with a reason (kpis.md §13.7; contract Bling, traps 13, 14 and 22; contract UpSeller, trap 7). Pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from viang_pipeline.domain.channels import MERCADO_LIVRE

BLING, UPSELLER = "bling", "upseller"

MATCHED, UNMATCHED, REFUSED, SOLD, ASIDE = "casado", "sem_par", "quarentena", "venda", "fora"
"""A sale of Mercado Livre found there; not found there; undecided; a sale of another channel; no sale of ours."""

BY_ORDER, BY_PACK = "pedido", "pacote"


class ErpOrder(NamedTuple):
    """An order of an ERP. ``key`` unique in its source; ``channel`` None = unknown; ``number`` in the channel.

    ``listed``: whether its store may bring sales (D19); ``alive``: not cancelled.
    """

    source: str
    key: str
    day: date
    channel: str | None
    number: str | None
    listed: bool
    alive: bool


class Match(NamedTuple):
    """What an ERP's order is. ``orders``: those of Mercado Livre it stands for; ``by``: how they were found."""

    order: ErpOrder
    standing: str
    by: str | None = None
    orders: tuple[str, ...] = ()
    reason: str | None = None


class Sold(NamedTuple):
    """Mercado Livre's own orders: their ids, and pack → ids of its orders."""

    orders: Collection[str]
    packs: Mapping[str, Sequence[str]]

    def holds(self, number: str | None) -> bool:
        """Whether an order or a pack has this number."""
        return number is not None and (number in self.orders or number in self.packs)


def match_orders(found: Iterable[ErpOrder], sold: Sold) -> list[Match]:
    """One answer per order, whatever order they come in. ``found`` must hold every order with the same numbers."""
    orders = sorted(found)
    twins: dict[tuple[str, str | None, str], list[ErpOrder]] = defaultdict(list)
    for order in orders:
        if order.number is not None:
            twins[order.source, order.channel, order.number].append(order)
    told = {(order.channel, order.number) for order in orders if order.source == UPSELLER}
    first = {key: _in_force(same) for key, same in twins.items()}
    matches = []
    for order in orders:
        same = [order] if order.number is None else first[order.source, order.channel, order.number]
        matches.append(_of(order, same, sold, told))
    return _once(matches)


def _in_force(same: list[ErpOrder]) -> list[ErpOrder]:
    """Of several orders with one number those that are not cancelled; all when all are."""
    return [order for order in same if order.alive] or same


def _of(order: ErpOrder, same: list[ErpOrder], sold: Sold, told: Collection[tuple[str | None, str | None]]) -> Match:
    if order.channel == MERCADO_LIVRE or sold.holds(order.number):
        return _on_mercado_livre(order, same, sold)
    if order.channel is None:
        return Match(order, ASIDE, reason="canal_desconhecido")
    if not order.listed:
        return Match(order, ASIDE, reason="loja_nao_listada")
    if order.source == BLING and order.number is not None and (order.channel, order.number) in told:
        return Match(order, ASIDE, reason="ja_no_upseller")
    if order not in same:
        return Match(order, ASIDE, reason="substituido")
    if order != same[0]:
        return Match(order, REFUSED, reason="numero_repetido")
    return Match(order, SOLD)


def _on_mercado_livre(order: ErpOrder, same: list[ErpOrder], sold: Sold) -> Match:
    number = order.number
    if number is None:
        return Match(order, UNMATCHED, reason="sem_numero")
    by_order = (number,) if number in sold.orders else ()
    by_pack = tuple(sorted(sold.packs.get(number, ())))
    if order.channel not in (None, MERCADO_LIVRE):
        return Match(order, REFUSED, reason="numero_do_mercado_livre")
    if order not in same:
        return Match(order, ASIDE, reason="substituido")
    if len(same) > 1:
        return Match(order, REFUSED, reason="numero_repetido")
    if by_order and set(by_pack) - set(by_order):
        return Match(order, REFUSED, reason="pedido_e_pacote")
    if by_order:
        return Match(order, MATCHED, BY_ORDER, by_order)
    if by_pack:
        return Match(order, MATCHED, BY_PACK, by_pack)
    return Match(order, UNMATCHED, reason="pedido_nao_encontrado")


def _once(matches: list[Match]) -> list[Match]:
    """An order of Mercado Livre that two orders of one ERP stand for belongs to neither."""
    takers: dict[tuple[str, str], int] = defaultdict(int)
    for match in matches:
        for order_id in match.orders:
            takers[match.order.source, order_id] += 1
    return [
        Match(match.order, REFUSED, reason="pedido_ja_casado")
        if any(takers[match.order.source, order_id] > 1 for order_id in match.orders)
        else match
        for match in matches
    ]
