"""Bills of one client into raw tables: one transaction per complete period, at most one complete read a day.

A line that has left its period is taken away only by a read that the platform's own summary confirms.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

import psycopg

from viang_pipeline.collect.audit import log_read
from viang_pipeline.collect.billing_plan import Reading, periods_to_read, settled_days
from viang_pipeline.collect.orders import first_day
from viang_pipeline.collect.work import Outcome, PartialCollectionError, Work
from viang_pipeline.domain.billing import confirmed, line_totals
from viang_pipeline.domain.business_day import business_day, days_between, last_closed_day
from viang_pipeline.failures import SourceFailure
from viang_pipeline.marts.bills import announced_totals, bill_line
from viang_pipeline.sources.mercado_livre.billing import PeriodRead, read_period
from viang_pipeline.sources.mercado_livre.client import MercadoLivreClient
from viang_pipeline.warehouse import ledgers
from viang_pipeline.warehouse.load import RawRow, upsert_raw
from viang_pipeline.warehouse.locks import lock_client

SOURCE = "mercado_livre"
RESOURCE = "billing"
LINES = "raw.mercado_livre_billing_lines"
SUMMARIES = "raw.mercado_livre_billing_summaries"


def collect_billing(work: Work, api: MercadoLivreClient, days: Iterable[date]) -> Outcome:
    """Read the periods that are due and mark as read the days they settle, those of nights that failed included.

    Raises PartialCollectionError when a period fails: those before it stay stored, nothing of it is, no day is marked.
    """
    now, wanted = work.clock(), sorted(days)
    started = api.http.requests
    with work.store.transaction() as conn:
        readings = _readings(conn, work.client_id)
        seen = _documents(conn, work.client_id)
        starts = first_day(conn, work.client_id)
    periods = periods_to_read(wanted, starts, business_day(now), readings)
    total = Outcome()
    try:
        for period in periods:
            _store(work, read_period(api, period, seen.get(period, ())), total, now)
    except SourceFailure as failure:
        total.requests = api.http.requests - started
        with work.store.transaction() as conn:
            ledgers.mark_unread(conn, work.client_id, SOURCE, RESOURCE, wanted, work.clock(), str(failure))
            log_read(conn, work, RESOURCE, "error", now, total, {"erro": str(failure), "periodos": _texts(periods)})
        raise PartialCollectionError(total, failure) from failure
    total.requests = api.http.requests - started
    total.days_done = set(wanted)
    total.unknown_fields = {name for name in api.unknown_fields if name.startswith("Billing")}
    with work.store.transaction() as conn:
        lost = _mark_read(conn, work, wanted, starts, now)
        log_read(conn, work, RESOURCE, "success", now, total, {"periodos": _texts(periods)})
    if lost:
        total.notes.append(
            f"{len(lost)} dia(s) sem faturas, de {lost[0]} a {lost[-1]}: só há 12 períodos na plataforma"
        )
    return total


def _mark_read(conn: psycopg.Connection, work: Work, wanted: list[date], starts: date, now: datetime) -> list[date]:
    """Mark every day that is settled now; the sums of those newly so follow. Days wanted and not settled."""
    readings, last = _readings(conn, work.client_id), last_closed_day(now)
    settled = settled_days(days_between(starts, last), readings)
    newly = settled - ledgers.complete_days(conn, work.client_id, SOURCE, RESOURCE, starts, last)
    ledgers.touch_sums(conn, work.client_id, newly)
    ledgers.mark_read(conn, work.client_id, SOURCE, RESOURCE, newly | (settled & set(wanted)), now)
    return [day for day in wanted if day not in settled]


def _readings(conn: psycopg.Connection, client_id: str) -> dict[date, Reading]:
    rows = conn.execute(
        "select periodo, lido_em, primeira_linha_em from dashboard.billing_readings where client_id = %s",
        [client_id],
    )
    return {period: Reading(business_day(at), first and business_day(first)) for period, at, first in rows}


def _documents(conn: psycopg.Connection, client_id: str) -> dict[date, list[str]]:
    """Period → the documents of it that were ever found."""
    rows = conn.execute(
        "select dia, array_agg(split_part(chave, '|', 2)) from raw.mercado_livre_billing_summaries"
        " where client_id = %s group by dia",
        [client_id],
    )
    return dict(rows.fetchall())


def _store(work: Work, read: PeriodRead, total: Outcome, now: datetime) -> None:
    summaries = [RawRow(read.period, found.id, found.payload, found.hash) for found in read.summaries.values()]
    lines = [RawRow(read.period, line.id, line.payload, line.hash) for line in read.lines]
    with work.store.transaction() as conn:
        lock_client(conn, work.client_id)
        gone = _remove_what_left(conn, work.client_id, read)
        before = _orders_in(conn, work.client_id, [line.chave for line in lines])
        of_lines = upsert_raw(conn, LINES, work.client_id, lines, read_at=now)
        of_summaries = upsert_raw(conn, SUMMARIES, work.client_id, summaries, read_at=now)
        changed = {int(key) for key in of_lines.changed_keys}
        after = {line.value.charge_info.detail_id: line.value.sales_info for line in read.lines}
        orders = {str(sale.order_id) for key in changed for sale in after[key] if sale.order_id is not None}
        orders |= {order for key, order in before if key in changed} | {order for _, order in gone}
        news = set(of_lines.changed_days) | ({read.period} if gone or of_summaries.changed_keys else set())
        _note_reading(conn, work.client_id, read, now)
        _note_news(conn, work.client_id, news)
        sold = _sale_days(conn, work.client_id, orders)
        ledgers.touch_sums(conn, work.client_id, sold)
    removed = len({key for key, _ in gone})
    total.read += len(summaries) + len(lines)
    total.written += of_summaries.inserted + of_summaries.updated + of_lines.inserted + of_lines.updated + removed
    total.unchanged += of_summaries.unchanged + of_lines.unchanged
    total.days_changed |= {day for day in sold if day <= last_closed_day(now)}


def _remove_what_left(conn: psycopg.Connection, client_id: str, read: PeriodRead) -> list[tuple[int, str]]:
    """(line, order) of lines that a document no longer shows, where what it shows adds up to its summary."""
    shown = line_totals(bill_line(line.value) for line in read.lines)
    sure = [
        document
        for document, found in read.summaries.items()
        if confirmed(shown.get(document, {}), announced_totals(found.value))
    ]
    rows = conn.execute(
        """
        with removed as (
            delete from raw.mercado_livre_billing_lines
            where client_id = %s and dia = %s and payload ->> 'document' = any(%s) and chave <> all(%s)
            returning chave, payload -> 'sales_info' as vendas
        )
        select chave::bigint, coalesce(venda ->> 'order_id', '')
        from removed left join lateral jsonb_array_elements(vendas) as venda on true
        """,
        [client_id, read.period, sure, [line.id for line in read.lines]],
    )
    return rows.fetchall()


def _orders_in(conn: psycopg.Connection, client_id: str, lines: list[str]) -> list[tuple[int, str]]:
    """(line, order) as stored."""
    rows = conn.execute(
        "select chave::bigint, venda ->> 'order_id' from raw.mercado_livre_billing_lines,"
        " jsonb_array_elements(payload -> 'sales_info') as venda"
        " where client_id = %s and chave = any(%s) and venda ? 'order_id'",
        [client_id, lines],
    )
    return rows.fetchall()


def _note_reading(conn: psycopg.Connection, client_id: str, read: PeriodRead, now: datetime) -> None:
    """The period was read completely. A period that does not exist yet is noted too: it is asked again tomorrow."""
    conn.execute(
        """
        insert into dashboard.billing_readings as r
            (client_id, periodo, lido_em, linhas, primeira_linha_em, bruto_rev, mart_de)
        values (%s, %s, %s, %s, %s, 0, 0)
        on conflict (client_id, periodo) do update set
            lido_em = excluded.lido_em, linhas = excluded.linhas,
            primeira_linha_em = coalesce(r.primeira_linha_em, excluded.primeira_linha_em)
        """,
        [client_id, read.period, now, len(read.lines), now if read.lines else None],
    )


def _note_news(conn: psycopg.Connection, client_id: str, periods: set[date]) -> None:
    conn.execute(
        "update dashboard.billing_readings set bruto_rev = bruto_rev + 1 where client_id = %s and periodo = any(%s)",
        [client_id, list(periods)],
    )


def _sale_days(conn: psycopg.Connection, client_id: str, orders: set[str]) -> set[date]:
    rows = conn.execute(
        "select distinct dia from raw.mercado_livre_orders where client_id = %s and chave = any(%s)",
        [client_id, list(orders)],
    )
    return {day for (day,) in rows}


def _texts(periods: list[date]) -> list[str]:
    return [period.isoformat() for period in periods]
