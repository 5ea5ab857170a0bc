"""``fact_order_line`` of one client and some days, and what was refused, rebuilt from raw tables in one transaction.

Decides nothing about money: reads stored payloads, calls the domain, converges the table and notes which days'
sums have to follow.
"""

from __future__ import annotations

import gc
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

import msgspec
import psycopg
from psycopg.types.json import set_json_loads

from viang_pipeline.collect.work import Outcome, Work
from viang_pipeline.domain.absurd import without_absurd
from viang_pipeline.domain.attention import attention
from viang_pipeline.domain.channels import MERCADO_LIVRE
from viang_pipeline.domain.money import numeric_text
from viang_pipeline.domain.order_lines import LineKey, OrderLine, build_lines
from viang_pipeline.domain.sales import FrozenSku, Listing, Order, Shipment
from viang_pipeline.domain.sku import FROM_ORDER, PROVISIONAL
from viang_pipeline.failures import PermanentFailure
from viang_pipeline.marts.attention import converge_attention
from viang_pipeline.marts.channels import channel_sales
from viang_pipeline.marts.mercado_livre import read_listing, read_order, read_shipment
from viang_pipeline.marts.provenance import provenance
from viang_pipeline.marts.quarantine import converge_quarantine
from viang_pipeline.marts.terms import read_terms
from viang_pipeline.warehouse import ledgers
from viang_pipeline.warehouse.load import WriteCounts, converge
from viang_pipeline.warehouse.locks import lock_client

CHUNK = 31
NOT_KEPT = (*FROM_ORDER, PROVISIONAL)
STREAMED = 200
"""Rows per answer: the client decodes some while the database reads the next."""
MONEY = (
    "preco_unitario", "valor", "tarifa_unitaria", "comissao", "frete_vendedor", "frete_comprador", "custo",
    "outros_variaveis", "imposto", "custo_envio_proprio", "reembolso",
)  # fmt: skip
_TEXT = ("custo_unitario", "aliquota")
_ISO = ("dia", "criado_em", "cancelado_em", "reembolso_dia")
_MONEY_AT = [OrderLine.__struct_fields__.index(name) for name in MONEY]
_ISO_AT = [OrderLine.__struct_fields__.index(name) for name in _ISO]
_TEXT_AT = [OrderLine.__struct_fields__.index(name) for name in _TEXT]
_FLAG_AT = [OrderLine.__struct_fields__.index(name) for name in ("cancelado_antes_do_pagamento", "coberta")]
_MISSING_AT = OrderLine.__struct_fields__.index("faltantes")


def build_order_lines(work: Work, days: Iterable[date]) -> Outcome:
    """Rebuild the lines of the days, at most a month per transaction.

    Raises PermanentFailure for days whose orders were never read completely: a partial day is not shown.
    """
    asked = set(days)
    total = Outcome()
    with work.store.transaction() as conn:
        wanted = days_to_build(conn, work.client_id, asked)
    with _without_garbage_collection():
        for start in range(0, len(wanted), CHUNK):
            chunk = wanted[start : start + CHUNK]
            with work.store.transaction() as conn:
                total.add(_build(conn, work, chunk))
    total.days_done |= asked
    return total


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """A month of orders is many small objects and no cycle: looking for cycles among them cost a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def days_to_build(conn: psycopg.Connection, client_id: str, days: Collection[date]) -> list[date]:
    """The days there is something to show of, ascending; of a client without Mercado Livre those its other sources tell
    of. Raises PermanentFailure naming the days whose Mercado Livre orders were never read completely."""
    told = ledgers.told_days(conn, client_id, days)
    missing = sorted(set(days) - told)
    if missing and not ledgers.sells_elsewhere_only(conn, client_id):
        shown = ", ".join(day.isoformat() for day in missing[:5]) + (" …" if len(missing) > 5 else "")
        raise PermanentFailure(
            f"{client_id}: os pedidos de {len(missing)} dia(s) ainda não foram lidos por completo ({shown})",
            where="fact_order_line",
            action="Materialize antes mercado_livre/orders desses dias, ou use viang reprocess.",
        )
    return sorted(told)


def _build(conn: psycopg.Connection, work: Work, days: list[date]) -> Outcome:
    lock_client(conn, work.client_id)
    now = work.clock()
    versions = _versions(conn, work.client_id, days)
    orders = _orders(conn, "dia = any(%(days)s)", work.client_id, days=days)
    shipment_ids = sorted({order.shipment for order in orders if order.shipment})
    siblings = _orders(
        conn,
        "payload #>> '{shipping,id}' = any(%(shipments)s) and not (dia = any(%(days)s))",
        work.client_id,
        days=days,
        shipments=shipment_ids,
    )
    frozen = _frozen(conn, work.client_id, days)
    elsewhere = channel_sales(conn, work.client_id, days)
    all_orders = [*orders, *elsewhere.orders]
    shipments = _shipments(conn, work.client_id, shipment_ids)
    lines = build_lines(
        all_orders,
        siblings,
        shipments | elsewhere.shipments,
        _listings(conn, work.client_id, orders) | elsewhere.listings,
        frozen,
        read_terms(conn, work.client_id, days, all_orders),
    )
    result = converge(
        conn,
        table="dashboard.fact_order_line",
        key=("client_id", "order_id", "line_no"),
        columns=OrderLine.__struct_fields__,
        constants=provenance(work, now),
        volatile=("run_id", "calculado_em"),
        rows=(_row(line) for line in lines) if lines else [],
        scope=("client_id = %s and dia = any(%s)", [work.client_id, days]),
        touching=("dia", "reembolso_dia"),
    )
    refused = converge_quarantine(conn, work, days, lines, now)
    listed = converge_attention(conn, work, days, attention(orders, siblings, shipments), now)
    _freeze(conn, work.client_id, lines, frozen, now)
    _follow(conn, work.client_id, days, versions, result)
    return Outcome(
        read=len(all_orders),
        written=result.written + refused.written + listed.written,
        unchanged=result.unchanged,
        days_done=set(days),
        days_changed=_touched(result),
    )


def _versions(conn: psycopg.Connection, client_id: str, days: list[date]) -> dict[date, int]:
    """The raw revision of each day, locked: what is built from now on is built from exactly this revision."""
    ledgers.ensure_days(conn, client_id, days)
    rows = conn.execute(
        "select dia, bruto_rev from dashboard.day_state where client_id = %s and dia = any(%s) order by dia for update",
        [client_id, days],
    )
    return dict(rows.fetchall())


def _orders(conn: psycopg.Connection, condition: str, client_id: str, **values: object) -> list[Order]:
    """Decoded straight from the wire, while the database is still reading the next ones."""
    with conn.cursor() as cursor:
        set_json_loads(read_order, cursor)
        rows = cursor.stream(
            "select payload from raw.mercado_livre_orders where client_id = %(client_id)s and "
            + condition,  # constants only
            {"client_id": client_id, **values},
            size=STREAMED,
        )
        return [without_absurd(order) for (order,) in rows]


def _shipments(conn: psycopg.Connection, client_id: str, ids: list[str]) -> dict[str, Shipment]:
    rows = conn.cursor().stream(
        """
        select envio.chave, envio.payload #>> '{logistic,type}', historico.payload::text, custo.payload::text
        from raw.mercado_livre_shipments as envio
        left join raw.mercado_livre_shipment_history as historico using (client_id, chave)
        left join raw.mercado_livre_shipment_costs as custo using (client_id, chave)
        where envio.client_id = %s and envio.chave = any(%s)
        """,
        [client_id, ids],
        size=STREAMED,
    )
    return {key: read_shipment(key, logistic_type, *payloads) for key, logistic_type, *payloads in rows}


def _listings(conn: psycopg.Connection, client_id: str, orders: Iterable[Order]) -> dict[str, Listing]:
    """Only listings a line without its own SKU asks for."""
    wanted = {
        item.listing
        for order in orders
        for item in order.items
        if not (item.seller_sku or "").strip() and not (item.custom_field or "").strip()
    }
    rows = conn.execute(
        "select payload::text from raw.mercado_livre_listings where client_id = %s and chave = any(%s)",
        [client_id, list(wanted)],
    )
    listings = (read_listing(payload) for (payload,) in rows)
    return {listing.listing: listing for listing in listings}


def _frozen(conn: psycopg.Connection, client_id: str, days: list[date]) -> dict[LineKey, FrozenSku]:
    rows = conn.execute(
        """
        select sku.order_id, sku.line_no, sku.sku, sku.sku_bruto, sku.origem
        from dashboard.order_line_sku as sku
        join raw.mercado_livre_orders as pedido on (pedido.client_id, pedido.chave) = (sku.client_id, sku.order_id)
        where pedido.client_id = %s and pedido.dia = any(%s)
        """,
        [client_id, days],
    )
    return {(order_id, line_no): FrozenSku(sku, raw, origin) for order_id, line_no, sku, raw, origin in rows}


def _freeze(
    conn: psycopg.Connection,
    client_id: str,
    lines: Iterable[OrderLine],
    frozen: dict[LineKey, FrozenSku],
    now: datetime,
) -> None:
    """Settle SKUs that came from a listing: the listing may change, the sale's SKU does not (kpis.md §4.2).

    SKUs on the order are frozen by the order itself, as all of other channels are; provisional ones wait for their
    listing.
    """
    fresh = [
        (client_id, line.order_id, line.line_no, line.sku, line.sku_bruto, line.sku_origem, now)
        for line in lines
        if line.canal == MERCADO_LIVRE
        and line.sku_origem not in NOT_KEPT
        and (line.order_id, line.line_no) not in frozen
    ]
    with conn.cursor() as cursor:
        cursor.executemany(
            "insert into dashboard.order_line_sku (client_id, order_id, line_no, sku, sku_bruto, origem, visto_em)"
            " values (%s, %s, %s, %s, %s, %s, %s) on conflict do nothing",
            fresh,
        )


def _row(line: OrderLine) -> list[object]:
    """The line in column order, as COPY reads it: text for money, dates, flags and lists is several times cheaper."""
    values: list[Any] = list(msgspec.structs.astuple(line))
    for at in _MONEY_AT:
        if values[at] is not None:
            values[at] = numeric_text(values[at])
    for at in _ISO_AT:
        if values[at] is not None:
            values[at] = values[at].isoformat()
    for at in _TEXT_AT:
        if values[at] is not None:
            values[at] = str(values[at])
    for at in _FLAG_AT:
        values[at] = "t" if values[at] else "f"
    values[_MISSING_AT] = "{" + ",".join(values[_MISSING_AT]) + "}"
    return values


def _touched(result: WriteCounts) -> set[date]:
    """Sale days and refund days of every written line, before and after: their sums have to follow."""
    return {day for day in result.touched if isinstance(day, date)}


def _follow(
    conn: psycopg.Connection, client_id: str, days: list[date], versions: dict[date, int], result: WriteCounts
) -> None:
    """Note that the days' lines stand at these revisions, and which days' sums are behind now."""
    ledgers.ensure_days(conn, client_id, _touched(result))
    conn.execute(
        "update dashboard.day_state set linhas_rev = linhas_rev + 1 where client_id = %s and dia = any(%s)",
        [client_id, sorted(_touched(result))],
    )
    conn.execute(
        """
        update dashboard.day_state as estado set linhas_de = feito.rev
        from unnest(%s::date[], %s::bigint[]) as feito (dia, rev)
        where estado.client_id = %s and estado.dia = feito.dia and estado.linhas_de is distinct from feito.rev
        """,
        [list(versions), list(versions.values()), client_id],
    )
