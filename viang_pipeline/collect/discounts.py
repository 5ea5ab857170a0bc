"""Discounts of one client's orders into a raw table: each tagged order once, stored in batches (contract §0 #8)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

import psycopg

from viang_pipeline.collect.audit import log_read
from viang_pipeline.collect.work import Outcome, PartialCollectionError, Work
from viang_pipeline.domain.business_day import last_closed_day
from viang_pipeline.failures import SourceFailure
from viang_pipeline.sources.mercado_livre.client import MercadoLivreClient
from viang_pipeline.sources.mercado_livre.discounts import order_discounts
from viang_pipeline.sources.side_by_side import side_by_side
from viang_pipeline.warehouse import ledgers
from viang_pipeline.warehouse.load import RawRow, upsert_raw
from viang_pipeline.warehouse.locks import lock_client

SOURCE = "mercado_livre"
RESOURCE = "discounts"
TABLE = "raw.mercado_livre_order_discounts"
BATCH = 200
"""Orders stored per transaction: what was read stays when a later one fails."""

REACH = timedelta(days=364)
"""The platform keeps orders for twelve months."""

ASKED_AGAIN = timedelta(days=45)
"""How long an order whose discounts are not there yet is asked for, night by night."""

_DUE = """
    select pedido.chave::bigint, pedido.dia from raw.mercado_livre_orders as pedido
    where pedido.client_id = %(client_id)s and pedido.payload -> 'tags' ? 'order_has_discount'
      and pedido.dia >= %(reach)s and (pedido.dia = any(%(days)s) or pedido.dia between %(since)s and %(until)s)
      and not exists (
          select from raw.mercado_livre_order_discounts as desconto
          where desconto.client_id = pedido.client_id and desconto.chave = pedido.chave
      )
    order by pedido.dia desc, pedido.chave
"""


def collect_discounts(work: Work, api: MercadoLivreClient, days: Iterable[date]) -> Outcome:
    """Read the discounts of tagged orders of the days and, with yesterday among them, of the last 45 days.

    Discounts are settled when the order is placed, so none is read twice. Raises PartialCollectionError when a read
    fails: what was stored before stays, no day is marked.
    """
    now, wanted = work.clock(), sorted(days)
    yesterday, started = last_closed_day(now), api.http.requests
    with work.store.transaction() as conn:
        due = _due(conn, work.client_id, wanted, yesterday)
    total = Outcome()
    try:
        for start in range(0, len(due), BATCH):
            rows: list[RawRow] = []
            try:
                batch = due[start : start + BATCH]
                answers = side_by_side(lambda order: order_discounts(api, order[0]), batch)
                for (_, day), found in zip(batch, answers, strict=True):
                    if found is not None:
                        rows.append(RawRow(day, found.id, found.payload, found.hash))
            finally:
                _store(work, rows, total, now)
    except SourceFailure as failure:
        total.requests = api.http.requests - started
        with work.store.transaction() as conn:
            ledgers.mark_unread(conn, work.client_id, SOURCE, RESOURCE, wanted, work.clock(), str(failure))
            status: ledgers.Status = "partial" if total.read else "error"
            log_read(conn, work, RESOURCE, status, now, total, {"erro": str(failure), "pedidos": len(due)})
        raise PartialCollectionError(total, failure) from failure
    total.requests = api.http.requests - started
    total.days_done = set(wanted)
    total.unknown_fields = {n for n in api.unknown_fields if n.startswith(("OrderDiscounts", "Discount"))}
    lost = [day for day in wanted if day < yesterday - REACH]
    if lost:
        total.notes.append(f"{len(lost)} dia(s) sem descontos, de {lost[0]} a {lost[-1]}: só há 12 meses na plataforma")
    with work.store.transaction() as conn:
        read = [day for day in wanted if day not in lost]
        ledgers.mark_read(conn, work.client_id, SOURCE, RESOURCE, read, now)
        log_read(conn, work, RESOURCE, "success", now, total, {"pedidos": len(due)})
    return total


def _due(conn: psycopg.Connection, client_id: str, wanted: list[date], yesterday: date) -> list[tuple[int, date]]:
    until = yesterday if yesterday in wanted else yesterday - ASKED_AGAIN - timedelta(days=1)
    values = {
        "client_id": client_id,
        "days": [day for day in wanted if day <= yesterday],
        "reach": yesterday - REACH,
        "since": yesterday - ASKED_AGAIN,
        "until": until,
    }
    return conn.execute(_DUE, values).fetchall()


def _store(work: Work, rows: list[RawRow], total: Outcome, now: datetime) -> None:
    if not rows:
        return
    with work.store.transaction() as conn:
        lock_client(conn, work.client_id)
        write = upsert_raw(conn, TABLE, work.client_id, rows, read_at=now)
        ledgers.touch_sums(conn, work.client_id, write.changed_days)
    total.read += write.read
    total.written += write.inserted + write.updated
    total.unchanged += write.unchanged
    total.days_changed |= write.changed_days
