"""Listings of one client into ``raw.mercado_livre_listings``: all ids by scan, bodies in bulk, in one transaction.

A listing that an order names and the platform no longer shows is stored as its bare id: it is known to have no SKU,
which is not the same as not having looked.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import psycopg

from viang_pipeline.collect.audit import log_read
from viang_pipeline.collect.work import Outcome, PartialCollectionError, Work
from viang_pipeline.domain.business_day import business_day, last_closed_day, parse_instant
from viang_pipeline.domain.listing_skus import carried_skus
from viang_pipeline.failures import SourceFailure
from viang_pipeline.marts.listing_skus import CarriedSkus, note_listing_skus
from viang_pipeline.marts.mercado_livre import read_listing
from viang_pipeline.sources.mercado_livre.client import MercadoLivreClient
from viang_pipeline.sources.mercado_livre.payloads import Listing
from viang_pipeline.sources.payloads import RawRecord, record
from viang_pipeline.warehouse import ledgers
from viang_pipeline.warehouse.load import RawRow, upsert_raw
from viang_pipeline.warehouse.locks import lock_client

SOURCE = "mercado_livre"
RESOURCE = "listings"
STATUSES = ("active", "paused", "closed")


def collect_listings(work: Work, api: MercadoLivreClient, days: Iterable[date]) -> Outcome:
    """Read every listing as it is now and store what changed; the days asked for are only marked as read.

    Raises PartialCollectionError when the read fails; nothing is stored then.
    """
    now = work.clock()
    before = api.http.requests
    wanted = sorted(days)
    with work.store.transaction() as conn:
        sold = _sold_but_unknown(conn, work.client_id)
        open_before = _open_before(conn, work.client_id)
    try:
        ids = sorted({item for status in STATUSES for item in api.listing_ids(status)} | sold | open_before)
        answer = api.listings(ids)
    except SourceFailure as failure:
        total = Outcome(requests=api.http.requests - before)
        with work.store.transaction() as conn:
            ledgers.mark_unread(conn, work.client_id, SOURCE, RESOURCE, wanted, work.clock(), str(failure))
            log_read(conn, work, RESOURCE, "error", now, total, {"erro": str(failure)})
        raise PartialCollectionError(total, failure) from failure
    gone = [record(item, Listing(id=item)) for item in answer.missing if item in sold]
    rows = [_row(found, last_closed_day(now)) for found in (*answer.listings, *gone)]
    with work.store.transaction() as conn:
        lock_client(conn, work.client_id)
        write = upsert_raw(conn, "raw.mercado_livre_listings", work.client_id, rows, read_at=now)
        touched = _days_waiting_for_sku(conn, work.client_id, write.changed_keys)
        ledgers.touch_days(conn, work.client_id, touched)
        if _note_skus(conn, work.client_id, rows, last_closed_day(now)):
            ledgers.touch_sums(conn, work.client_id, [last_closed_day(now)])
        ledgers.mark_read(conn, work.client_id, SOURCE, RESOURCE, wanted, now)
        total = Outcome(
            requests=api.http.requests - before,
            read=len(rows),
            written=write.inserted + write.updated,
            unchanged=write.unchanged,
            days_done=set(wanted),
            days_changed={day for day in touched if day <= last_closed_day(now)},
            unknown_fields={name for name in api.unknown_fields if name.startswith("Listing")},
        )
        log_read(conn, work, RESOURCE, "success", now, total, {"ausentes": len(answer.missing)})
    return total


def _row(found: RawRecord[Listing], fallback: date) -> RawRow:
    created = found.value.date_created
    day = business_day(parse_instant(created)) if created else fallback
    return RawRow(dia=day, chave=found.id, payload=found.payload, hash=found.hash)


def _note_skus(conn: psycopg.Connection, client_id: str, rows: Iterable[RawRow], since: date) -> set[str]:
    """Keep which SKUs each listing carries; listings for which that is news."""
    read = (read_listing(row.payload) for row in rows)
    carried = {found.listing: CarriedSkus(found.status, carried_skus(found)) for found in read}
    return note_listing_skus(conn, client_id, carried, since)


def _sold_but_unknown(conn: psycopg.Connection, client_id: str) -> set[str]:
    """Listings named by stored orders and not stored yet: closed long ago, or gone."""
    rows = conn.execute(
        """
        select distinct linha #>> '{item,id}'
        from raw.mercado_livre_orders as pedido, jsonb_array_elements(pedido.payload -> 'order_items') as linha
        where pedido.client_id = %(client_id)s
          and not exists (
              select from raw.mercado_livre_listings as anuncio
              where anuncio.client_id = %(client_id)s and anuncio.chave = linha #>> '{item,id}'
          )
        """,
        {"client_id": client_id},
    )
    return {item for (item,) in rows}


def _open_before(conn: psycopg.Connection, client_id: str) -> set[str]:
    """Listings that were not closed when last read: one under review is in no list of STATUSES and must not stay open
    here with the quantity it had."""
    rows = conn.execute(
        "select chave from raw.mercado_livre_listings where client_id = %s and payload ->> 'status' <> 'closed'",
        [client_id],
    )
    return {item for (item,) in rows}


def _days_waiting_for_sku(conn: psycopg.Connection, client_id: str, listings: Iterable[str]) -> set[date]:
    """Days with lines whose SKU could not be settled because their listing was not known."""
    rows = conn.execute(
        "select distinct dia from dashboard.fact_order_line"
        " where client_id = %s and sku_origem = 'provisorio' and anuncio = any(%s)",
        [client_id, list(listings)],
    )
    return {day for (day,) in rows}
