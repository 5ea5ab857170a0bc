"""Orders: rows of order × listing item × warehouse part, put together per suborder (contract UpSeller §2).

Money of the order is printed on every row or only on the first: the first filled one counts and rows are never summed.
A kit repeats its item on every part: items are told apart by their key, parts are all rows.
An order is taken with all its rows or not at all, so that a bad row cannot halve it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

from viang_pipeline.domain.business_day import business_day
from viang_pipeline.sources.payloads import CENT, without_noise
from viang_pipeline.sources.upseller import vocabulary
from viang_pipeline.sources.upseller.cells import BadCell, amount, identifier, instant, quantity, short_text, text
from viang_pipeline.sources.upseller.layouts import ORDERS, REQUIRED_FOR_SALES
from viang_pipeline.sources.upseller.payloads import Component, Item, Suborder, goods, revenue
from viang_pipeline.sources.upseller.reading import Grouped, Reading, grouped, key
from viang_pipeline.sources.upseller.rejection import RejectedFile
from viang_pipeline.sources.upseller.tables import Refused, Row, Table

TOLERANCE = Decimal("0.02")
"""Per item, between Σ price × quantity and ``Valor Total de Produtos`` (contract §2.2)."""


LABELS = ("shop", "status", "after_sale", "cancel_reason", "currency", "shipping_method")
MONEY = (
    "order_total", "products_total", "discounts", "fee_total", "buyer_freight", "freight_total", "est_profit"
)  # fmt: skip
TIMES = ("ordered_at", "paid_at", "shipped_at")

OrderKey = tuple[str, str]
ItemKey = tuple[str | Decimal | None, ...]

T = TypeVar("T")


class _Identity(NamedTuple):
    platform: str
    order_external_id: str
    suborder_id: str
    order_upseller_id: str | None

    @property
    def order(self) -> OrderKey:
        return self.platform, self.order_external_id


class _Line(NamedTuple):
    """A row that could be read. ``labels``, ``money`` and ``times`` speak of the whole suborder."""

    line: int
    identity: _Identity
    labels: dict[str, str | None]
    money: dict[str, Decimal | None]
    times: dict[str, datetime | None]
    item: Item
    part: Component
    unreadable_times: int


def read_orders(table: Table, reading: Reading, now: datetime) -> None:
    """Fill ``reading`` with the suborders of the table.

    Raises RejectedFile for a list without money and for times more than a day in the future.
    """
    _require_sales(table)
    lines, refused, broken = _lines(table)
    together: dict[OrderKey, dict[str, list[_Line]]] = defaultdict(lambda: defaultdict(list))
    for line in lines:
        together[line.identity.order][line.identity.suborder_id].append(line)
    for order, suborders in together.items():
        of_order = [line for found in suborders.values() for line in found]
        if order not in broken and any(_day(found) is None for found in suborders.values()):
            broken[order] = of_order[0].line
            refused.append(Refused(of_order[0].line, "não tem Hora do Pedido nem Hora do Pagamento"))
        if order in broken:
            reason = f"outra linha do mesmo pedido foi recusada ({broken[order]})"
            refused += [Refused(line.line, reason) for line in of_order if line.line != broken[order]]
            continue
        day = min(filter(None, map(_day, suborders.values())))
        reading.records += [_record(found, day) for found in suborders.values()]
    reading.refused += refused
    _refuse_future(table.file, lines, now)
    _summarise(reading, [line for line in lines if line.identity.order not in broken])


def _require_sales(table: Table) -> None:
    missing = [ORDERS.printed(group[0]) for group in REQUIRED_FOR_SALES if not table.present.intersection(group)]
    if missing:
        raise RejectedFile(
            f"O arquivo de pedidos é de um modelo sem vendas: falta {' e '.join(missing)}",
            where=table.file,
            action="Exporte os pedidos no UpSeller com o modelo completo.",
            kind=table.layout.kind,
        )


def _lines(table: Table) -> tuple[list[_Line], list[Refused], dict[OrderKey, int]]:
    """Rows that can be read, rows that cannot, and orders that have one of these with its number."""
    lines: list[_Line] = []
    refused: list[Refused] = []
    broken: dict[OrderKey, int] = {}
    for row in table.rows:
        identity: _Identity | None = None
        try:
            identity = _identity(row)
            lines.append(_line(row, identity, table.epoch))
        except BadCell as bad:
            refused.append(Refused(row.line, str(bad)))
            if identity is not None:
                broken.setdefault(identity.order, row.line)
    return lines, refused, broken


def _identity(row: Row) -> _Identity:
    own = row.get("order_upseller_id", identifier)
    external = row.get("order_external_id", identifier) or own
    if external is None:
        raise BadCell("não tem número de pedido")
    said = row.need("platform", short_text)
    return _Identity(vocabulary.platform(said), external, row.get("suborder_id", identifier) or own or external, own)


def _line(row: Row, identity: _Identity, epoch: datetime) -> _Line:
    times: dict[str, datetime | None] = {}
    unreadable = 0
    for name in TIMES:
        try:
            times[name] = row.get(name, lambda cell: instant(cell, epoch))
        except BadCell:
            if name == "ordered_at":
                raise
            unreadable += 1  # the day of the sale does not depend on it, and "Pago" may say yes instead of when
    item = Item(
        qty_sold=row.need("qty_sold", quantity),
        unit_price=row.get("unit_price", amount),
        listing_sku=row.get("listing_sku", identifier),
        listing_id=row.get("listing_id", identifier),
        variant_id=row.get("variant_id", identifier),
        listing_name=row.get("listing_name", text),
        variation=row.get("variation", text),
    )
    if item.qty_sold < 0:
        raise BadCell(f"{ORDERS.printed('qty_sold')}: é negativa")
    part = Component(
        item=0,
        warehouse_sku=row.get("warehouse_sku", identifier) or item.listing_sku,
        product_name=row.get("product_name", text) or item.listing_name,
        qty_component=row.get("qty_component", quantity),
        cost_unit=row.get("cost_unit", amount),
        cost_line=row.get("cost_line", amount),
        warehouse=row.get("warehouse", text),
    )
    labels = {name: row.get(name, text) for name in LABELS}
    money = {name: row.get(name, amount) for name in MONEY}
    return _Line(row.line, identity, labels, money, times, item, part, unreadable)


def _first(said: Iterable[dict[str, T]], name: str) -> T | None:
    return next((each[name] for each in said if each.get(name) is not None), None)


def _day(lines: Sequence[_Line]) -> date | None:
    times = [line.times for line in lines]
    at = _first(times, "ordered_at") or _first(times, "paid_at")
    return None if at is None else business_day(at)


def _item_key(item: Item) -> ItemKey:
    return (item.listing_id, item.variant_id, item.listing_sku, item.listing_name, item.variation, item.unit_price)


def _record(lines: Sequence[_Line], day: date) -> Grouped:
    """One suborder of an order of ``day``. Items and parts are ordered by what they say, not by where the file had
    them."""
    identity = lines[0].identity
    items: dict[ItemKey, Item] = {}
    for line in lines:
        items.setdefault(_item_key(line.item), line.item)
    order = {found: position for position, found in enumerate(sorted(items, key=_sortable))}
    parts = []
    for line in lines:
        line.part.item = order[_item_key(line.item)]
        parts.append(line.part)
    parts.sort(key=lambda part: _sortable(getattr(part, name) for name in part.__struct_fields__))
    labels = {name: _first((line.labels for line in lines), name) for name in LABELS}
    times = {name: _first((line.times for line in lines), name) for name in TIMES}
    after_sale, reason = labels.pop("after_sale"), labels.pop("cancel_reason")
    told: dict[str, Any] = {
        **identity._asdict(),
        **labels,
        **{name: _first((line.money for line in lines), name) for name in MONEY},
        **{name: None if at is None else at.isoformat() for name, at in times.items()},
    }
    value = Suborder(
        **told,
        cancelled=vocabulary.is_cancelled(labels["status"], after_sale, reason),
        returned=vocabulary.is_returned(after_sale),
        items=tuple(items[found] for found in order),
        components=tuple(parts),
    )
    return grouped(key(*identity.order), identity.suborder_id, value, day)


def _sortable(values: Iterable[object]) -> tuple[tuple[bool, str], ...]:
    return tuple((value is not None, str(value)) for value in values)


def _refuse_future(file: str, lines: Iterable[_Line], now: datetime) -> None:
    limit = now + timedelta(days=1)
    late = [line.line for line in lines for at in line.times.values() if at is not None and at > limit]
    if late:
        raise RejectedFile(
            f"Há datas mais de um dia no futuro, a primeira na linha {min(late)}",
            where=file,
            action="Confira a data do computador e exporte de novo.",
            kind="orders",
        )


def _summarise(reading: Reading, lines: Sequence[_Line]) -> None:
    orders = [found.found.value for found in reading.records]
    suborders = [order for order in orders if isinstance(order, Suborder)]
    days = [found.day for found in reading.records if found.day is not None]
    reading.first_day, reading.last_day = min(days, default=None), max(days, default=None)
    amounts = [found for order in suborders if (found := revenue(order)) is not None]
    reading.revenue = without_noise(sum(amounts, Decimal(0))).quantize(CENT)
    reading.shops = sorted({order.shop for order in suborders if order.shop})
    statuses = {order.status for order in suborders if order.status and not vocabulary.known_status(order.status)}
    reading.unknown_statuses = sorted(statuses)
    reading.warn("produtos não somam o Valor Total de Produtos nos pedidos", map(_named, filter(_differs, suborders)))
    reading.warn("pedidos com o mesmo item em quantidades diferentes", _uneven_items(lines))
    unmapped = sum(line.part.warehouse_sku is None for line in lines)
    if unmapped:
        reading.warnings.append(f"{unmapped} linha(s) sem SKU do anúncio nem do armazém")
    unreadable = sum(line.unreadable_times for line in lines)
    if unreadable:
        reading.warnings.append(f"{unreadable} hora(s) de pagamento ou de envio não são datas e ficaram vazias")


def _named(order: Suborder) -> str:
    return f"{order.platform} {order.order_external_id}"


def _differs(order: Suborder) -> bool:
    total = goods(order)
    if total is None or order.products_total is None:
        return False
    return abs(total - order.products_total) > TOLERANCE * len(order.items)


def _uneven_items(lines: Iterable[_Line]) -> list[str]:
    quantities: dict[tuple[_Identity, ItemKey], set[int]] = defaultdict(set)
    for line in lines:
        quantities[line.identity, _item_key(line.item)].add(line.item.qty_sold)
    uneven = [identity for (identity, _), found in quantities.items() if len(found) > 1]
    return [f"{identity.platform} {identity.order_external_id}" for identity in uneven]
