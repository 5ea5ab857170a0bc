"""Bling's stored sales orders as the neutral orders lines are built from (contract Bling §6).

Decodes and translates; which of them are sales of ours is decided in ``domain.order_match``. The order's date has no
hour and is never converted; a fee of zero means that it is not known yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import msgspec

from viang_pipeline.domain.absurd import amount_or_unknown
from viang_pipeline.domain.allocation import allocate
from viang_pipeline.domain.business_day import day_start
from viang_pipeline.domain.channels import typed
from viang_pipeline.domain.money import centavos
from viang_pipeline.domain.sales import Item, Listing, Order, Payment, Shipment
from viang_pipeline.marts.upseller_orders import BY_CHANNEL, NO_PRICE, OTHER_PRODUCTS_TOTAL, Sale

FRACTION = "quantidade_fracionada"
DISCOUNT = "desconto_fora_do_preco"
PERCENTAGE = "tarifa_talvez_percentual"

PLAUSIBLE = (Decimal("0.08"), Decimal("0.22"))
"""Of the sale: the band a marketplace's fee lies in (kpis.md §11.2)."""

_CANCELLED, _AWAITING_PAYMENT, _BEING_TYPED = 2, 7, 10
_SOLD = frozenset({0, 1, 3, 4, 5, 6, 8, 11, 12})
_TOLERANCE = 2


class _Ref(msgspec.Struct, gc=False):
    id: int | None = None


class _Status(msgspec.Struct, gc=False):
    valor: int | None = None


class _Discount(msgspec.Struct, gc=False):
    valor: Decimal | None = None


class _Item(msgspec.Struct, gc=False):
    id: int | None = None
    codigo: str | None = None
    descricao: str | None = None
    quantidade: Decimal | None = None
    valor: Decimal | None = None
    produto: _Ref | None = None


class _Transport(msgspec.Struct, gc=False):
    frete: Decimal | None = None


class _Fees(msgspec.Struct, gc=False, rename={"fee": "taxaComissao", "freight": "custoFrete", "base": "valorBase"}):
    fee: Decimal | None = None
    freight: Decimal | None = None
    base: Decimal | None = None


class BlingOrder(msgspec.Struct, gc=False, rename={"number": "numeroLoja", "goods": "totalProdutos"}):
    """A stored order, as far as sales go."""

    id: int
    number: str | None = None
    goods: Decimal | None = None
    total: Decimal | None = None
    situacao: _Status | None = None
    loja: _Ref | None = None
    desconto: _Discount | None = None
    itens: list[_Item] = []
    transporte: _Transport | None = None
    taxas: _Fees | None = None

    @property
    def status(self) -> int | None:
        """Bling's own code, the same in every account."""
        return self.situacao.valor if self.situacao else None

    @property
    def cancelled(self) -> bool:
        """Whether it is no sale any more."""
        return self.status == _CANCELLED

    @property
    def typing(self) -> bool:
        """Whether somebody is still writing it: no sale yet."""
        return self.status == _BEING_TYPED


_order = msgspec.json.Decoder(BlingOrder)


def read_bling_order(payload: str) -> BlingOrder:
    """One stored order."""
    return _order.decode(payload)


def sale_of(found: BlingOrder, channel: str, day: date) -> Sale | None:
    """The order as a sale of ``channel`` on its own date; None for one without items."""
    if not found.itens:
        return None
    purchase = typed(channel, found.number) if found.number else typed("pedido_bling", str(found.id))
    refused = _refusal(found.itens)
    fees = found.taxas or _Fees()
    fee = centavos(fees.fee) if fees.fee and fees.fee > 0 else None
    known = any((fees.fee, fees.freight, fees.base))
    items = _items(found.itens, channel, fee if refused is None else None, priced=refused is None)
    at = day_start(day)
    order = Order(
        order_id=purchase,
        created_at=at,
        day=day,
        channel=channel,
        account=None,
        purchase=purchase,
        status=_status(found),
        currency="BRL",
        site=None,
        tags=frozenset(),
        buyer=None,
        shipment=purchase,
        items=items,
        payments=(Payment("approved", 0, None),),
        cancel_code=None,
        cancelled_at=None,
        changed_at=None,
        refused=refused,
        notes=tuple(_notes(found, items, fees)),
    )
    seller = amount_or_unknown(centavos(fees.freight or Decimal(0)) if known else None)
    buyer = amount_or_unknown(None if found.transporte is None else centavos(found.transporte.frete or Decimal(0)))
    shipment = Shipment(purchase, BY_CHANNEL, None, True, seller, buyer)
    return Sale(order, shipment, tuple(Listing(item.listing, {}, None, None) for item in items))


def _status(found: BlingOrder) -> str:
    if found.cancelled:
        return "cancelled"
    if found.status == _AWAITING_PAYMENT:
        return "payment_required"
    return "paid" if found.status in _SOLD else f"bling {found.status}"


def _refusal(items: Sequence[_Item]) -> str | None:
    """Goods sold by weight have no units, and what was sold for nothing that is known has no value."""
    if any(item.quantidade is None or item.quantidade != int(item.quantidade) for item in items):
        return FRACTION
    return NO_PRICE if any(item.valor is None or item.valor < 0 for item in items) else None


def _items(found: Sequence[_Item], channel: str, fee: int | None, *, priced: bool) -> tuple[Item, ...]:
    prices = [centavos(item.valor) if priced and item.valor is not None else 0 for item in found]
    units = [int(item.quantidade or 0) if priced else 1 for item in found]
    values = [(("", n), price * quantity) for n, (price, quantity) in enumerate(zip(prices, units, strict=True))]
    fees: Sequence[int | None] = [None] * len(found) if fee is None else allocate(fee, values)
    return tuple(
        Item(_listing(item, channel), None, item.codigo, None, quantity, price, None, part)
        for item, quantity, price, part in zip(found, units, prices, fees, strict=True)
    )


def _listing(item: _Item, channel: str) -> str:
    """A product's id stands for the listing, which orders do not name; free text has none."""
    product = item.produto.id if item.produto else None
    return typed(channel, f"produto-{product}" if product else "avulso")


def _notes(found: BlingOrder, items: Sequence[Item], fees: _Fees) -> list[str]:
    total = sum(item.price * item.quantity for item in items)
    notes = []
    if found.goods is not None and abs(total - centavos(found.goods)) > _TOLERANCE:
        notes.append(OTHER_PRODUCTS_TOTAL)
    if found.desconto and found.desconto.valor:
        notes.append(DISCOUNT)
    base = fees.base or found.total
    if fees.fee and base and _reads_as_percentage(fees.fee, base):
        notes.append(PERCENTAGE)
    return notes


def _reads_as_percentage(fee: Decimal, base: Decimal) -> bool:
    """Whether the fee is out of the band as an amount and within it as a percentage (contract §6.2)."""
    low, high = PLAUSIBLE
    return fee <= 100 and not low <= fee / base <= high and low <= fee / 100 <= high
