"""Orders of one client into ``raw.mercado_livre_orders``: one transaction per complete window, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import msgspec
import psycopg

from viang_pipeline.collect.order_windows import CHANGED, order_windows
from viang_pipeline.collect.work import Outcome, PartialCollectionError, ReadWindow, Work
from viang_pipeline.domain.business_day import business_day, last_closed_day, parse_instant
from viang_pipeline.failures import SourceFailure
from viang_pipeline.sources.http import counted
from viang_pipeline.sources.mercado_livre.client import MercadoLivreClient, OrdersRead
from viang_pipeline.sources.mercado_livre.payloads import CancelDetail
from viang_pipeline.sources.side_by_side import ahead
from viang_pipeline.warehouse import ledgers
from viang_pipeline.warehouse.load import RawRow, upsert_raw
from viang_pipeline.warehouse.locks import lock_client

SOURCE = "mercado_livre"
RESOURCE = "orders"
TABLE = "raw.mercado_livre_orders"


@dataclass(frozen=True)
class _Read:
    """A window that was read completely."""

    window: ReadWindow
    started: datetime
    requests: int
    answer: OrdersRead


@dataclass
class _NotReadError(Exception):
    """A window that could not be read, and the calls it took to find out."""

    window: ReadWindow
    started: datetime
    failure: SourceFailure
    requests: int


def collect_orders(work: Work, api: MercadoLivreClient, days: Iterable[date]) -> Outcome:
    """Read the days (and, with yesterday among them, everything changed since the cursor) and store what changed.

    Orders of days before the client's first day are not stored. Raises PartialCollectionError when a window fails:
    earlier windows stay stored, the failed one changed nothing and is marked in ``source_reads``.
    """
    now = work.clock()
    with work.store.transaction() as conn:
        cursor = ledgers.cursor(conn, work.client_id, SOURCE, RESOURCE)
        starts = first_day(conn, work.client_id)
        cancellations = _stored_cancellations(conn, work.client_id)

    def ask(window: ReadWindow) -> _Read:
        started = work.clock()
        beyond = timedelta(hours=1) if window.field == CHANGED else timedelta(0)
        with counted() as calls:
            try:
                answer = api.search_orders(window.field, window.since, window.until, known=cancellations, beyond=beyond)
            except SourceFailure as failure:
                raise _NotReadError(window, started, failure, calls.made) from failure
        return _Read(window, started, calls.made, answer)

    total, before = Outcome(), api.http.requests
    try:
        for read in ahead(ask, order_windows([day for day in days if day >= starts], cursor, now)):
            total.add(_store(work, read, starts, now))
    except _NotReadError as unread:
        _record_failure(work, unread)
        total.requests = api.http.requests - before  # with those of windows read ahead in vain
        raise PartialCollectionError(total, unread.failure) from unread.failure
    return total


def first_day(conn: psycopg.Connection, client_id: str) -> date:
    """``inicio_historico`` of a registered client."""
    row = conn.execute("select inicio_historico from dashboard.clients where client_id = %s", [client_id]).fetchone()
    if row is None:
        raise LookupError(f"client {client_id!r} is not registered")
    return row[0]  # type: ignore[no-any-return]


def _store(work: Work, read: _Read, starts: date, now: datetime) -> Outcome:
    window, answer = read.window, read.answer
    rows = [
        RawRow(dia=day, chave=order.id, payload=order.payload, hash=order.hash)
        for order in answer.orders
        if (day := business_day(parse_instant(order.value.date_created))) >= starts
    ]
    settled = [day for day in window.days if day >= starts]
    with work.store.transaction() as conn:
        lock_client(conn, work.client_id)
        write = upsert_raw(conn, TABLE, work.client_id, rows, read_at=now)
        shipments = {order.value.shipment_id for order in answer.orders if order.id in write.changed_keys}
        changed = write.changed_days | _days_sharing(conn, work.client_id, [str(key) for key in shipments if key])
        ledgers.touch_days(conn, work.client_id, changed | _never_complete(conn, work.client_id, settled))
        ledgers.mark_read(conn, work.client_id, SOURCE, RESOURCE, settled, now)
        if window.moves_cursor_to is not None:
            ledgers.move_cursor(conn, work.client_id, SOURCE, RESOURCE, window.moves_cursor_to, now)
        ledgers.note_order_read(
            conn,
            work.client_id,
            SOURCE,
            (window.field, window.since, window.until),
            announced=answer.announced,
            stored=answer.collected - (len(rows) - write.read),
            at=now,
        )
        ledgers.log_update(
            conn,
            ledgers.UpdateEntry(
                run_id=work.run_id,
                job_name=work.job_name,
                client_id=work.client_id,
                source=SOURCE,
                resource=RESOURCE,
                janela_inicio=window.since,
                janela_fim=window.until,
                status="success",
                iniciado_em=read.started,
                terminado_em=work.clock(),
                requisicoes=read.requests,
                linhas_lidas=len(answer.orders),
                linhas_escritas=write.inserted + write.updated,
                linhas_inalteradas=write.unchanged,
                detail={
                    "filtro": window.field,
                    "anunciados": answer.announced,
                    "coletados": answer.collected,
                    "lidos": len(answer.orders),
                    "antes_do_historico": len(answer.orders) - len(rows),
                    "campos_desconhecidos": sorted(answer.unknown_fields),
                },
            ),
        )
    closed = last_closed_day(now)
    return Outcome(
        requests=read.requests,
        read=len(answer.orders),
        written=write.inserted + write.updated,
        unchanged=write.unchanged,
        days_done=set(settled),
        days_changed={day for day in changed if day <= closed},
        unknown_fields=set(answer.unknown_fields),
    )


def _never_complete(conn: psycopg.Connection, client_id: str, days: list[date]) -> set[date]:
    """Days that become complete with this read: they are rebuilt even when they turn out to be empty."""
    if not days:
        return set()
    return set(days) - ledgers.complete_days(conn, client_id, SOURCE, RESOURCE, min(days), max(days))


def _stored_cancellations(conn: psycopg.Connection, client_id: str) -> Callable[[int], CancelDetail | None]:
    """Looks up the cancel detail already stored, so that it is neither asked for twice nor lost."""
    rows = conn.execute(
        "select chave, (payload -> 'cancel_detail')::text from raw.mercado_livre_orders"
        " where client_id = %s and payload ? 'cancel_detail'",
        [client_id],
    )
    stored = {int(key): detail for key, detail in rows}

    def known(order_id: int) -> CancelDetail | None:
        detail = stored.get(order_id)
        return None if detail is None else msgspec.json.decode(detail, type=CancelDetail)

    return known


def _days_sharing(conn: psycopg.Connection, client_id: str, shipments: list[str]) -> set[date]:
    """Days of all orders in the shipments of changed ones: their share of the freight may move (D4).

    The client by a subquery: during a first load statistics lag behind, and a client they do not know looks so small
    that all it has would be read.
    """
    if not shipments:
        return set()
    days = conn.execute(
        "select distinct dia from raw.mercado_livre_orders"
        " where client_id = (select %s::text) and payload #>> '{shipping,id}' = any(%s)",
        [client_id, shipments],
    )
    return {day for (day,) in days}


def _record_failure(work: Work, unread: _NotReadError) -> None:
    window, failure = unread.window, unread.failure
    with work.store.transaction() as conn:
        ledgers.mark_unread(conn, work.client_id, SOURCE, RESOURCE, window.days, work.clock(), str(failure))
        ledgers.log_update(
            conn,
            ledgers.UpdateEntry(
                run_id=work.run_id,
                job_name=work.job_name,
                client_id=work.client_id,
                source=SOURCE,
                resource=RESOURCE,
                janela_inicio=window.since,
                janela_fim=window.until,
                status="error",
                iniciado_em=unread.started,
                terminado_em=work.clock(),
                requisicoes=unread.requests,
                detail={"filtro": window.field, "erro": str(failure)},
            ),
        )
