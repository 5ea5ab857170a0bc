"""Photos of one night: Full stock, announced quantities and the account's reputation (kpis.md §5.8, D11; §5.9).

A photo taken on day R is the closing state of R-1. The first complete read of a night wins, whichever run made it; a
photo is never rewritten and never taken for a past day: the source keeps no history.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from importlib.resources import files

import psycopg

from viang_pipeline.collect.audit import log_read
from viang_pipeline.collect.work import Outcome, PartialCollectionError, Work
from viang_pipeline.domain.business_day import business_day, last_closed_day
from viang_pipeline.domain.stock_photo import StockUnit, shared_stocks
from viang_pipeline.failures import SourceFailure, TransientFailure
from viang_pipeline.sources.mercado_livre.client import MercadoLivreClient
from viang_pipeline.sources.mercado_livre.inventory import fulfillment_stock
from viang_pipeline.sources.mercado_livre.payloads.inventory import AnnouncedStock
from viang_pipeline.sources.payloads import RawRecord, record
from viang_pipeline.sources.side_by_side import side_by_side
from viang_pipeline.warehouse import ledgers
from viang_pipeline.warehouse.load import RawRow, upsert_raw
from viang_pipeline.warehouse.locks import lock_client

SOURCE = "mercado_livre"

Rows = dict[str, list[RawRow]]
"""Raw table → rows of the photo."""


def collect_stock(work: Work, api: MercadoLivreClient, days: Iterable[date]) -> Outcome:
    """Full stock per distinct inventory id, and the quantities the listings announce as they were just read.

    Raises PartialCollectionError when a read fails, or when tonight's listings are not there; nothing is stored then.
    """

    def take(day: date) -> Rows:
        with work.store.transaction() as conn:
            _require_tonights_listings(conn, work.client_id, work.clock())
            announced = _announced(conn, work.client_id, day)
            inventories = _inventory_ids(conn, work.client_id)
        found = list(side_by_side(lambda inventory: fulfillment_stock(api, inventory), inventories))
        return {
            "raw.mercado_livre_inventory": [_row(day, stock) for stock in found if stock is not None],
            "raw.mercado_livre_listing_stock": announced,
        }

    return _photograph(work, api, "stock", days, take)


def collect_account(work: Work, api: MercadoLivreClient, days: Iterable[date]) -> Outcome:
    """The account and its reputation. A partial answer (206) is no photo.

    Raises PartialCollectionError when the read fails; nothing is stored then.
    """

    def take(day: date) -> Rows:
        answer = api.me()
        if not answer.complete or answer.record.value.seller_reputation is None:
            raise TransientFailure(
                "A plataforma não conseguiu carregar a reputação da conta",
                where="GET /users/me",
                action="Nada foi gravado. A próxima leitura deve trazer.",
            )
        found = answer.record
        return {"raw.mercado_livre_account": [RawRow(day, day.isoformat(), found.payload, found.hash)]}

    return _photograph(work, api, "account", days, take)


def _photograph(
    work: Work, api: MercadoLivreClient, resource: str, days: Iterable[date], take: Callable[[date], Rows]
) -> Outcome:
    """Take the photo of last night unless it exists. Other days asked for are settled as they are: with or without."""
    now, wanted = work.clock(), set(days)
    day, before = last_closed_day(now), api.http.requests
    total = Outcome(days_done=wanted)
    with work.store.transaction() as conn:
        known = ledgers.complete_days(conn, work.client_id, SOURCE, resource, min(wanted), max(wanted))
    lost = sorted(wanted - known - {day})
    if lost:
        total.notes.append(f"{len(lost)} dia(s) sem foto, de {lost[0]} a {lost[-1]}: a plataforma não guarda o passado")
    if day not in wanted or day in known:
        return total
    try:
        rows = take(day)
    except SourceFailure as failure:
        total.requests = api.http.requests - before
        total.days_done = wanted - {day}
        with work.store.transaction() as conn:
            ledgers.mark_unread(conn, work.client_id, SOURCE, resource, [day], work.clock(), str(failure))
            log_read(conn, work, resource, "error", now, total, {"erro": str(failure)})
        raise PartialCollectionError(total, failure) from failure
    total.requests = api.http.requests - before
    with work.store.transaction() as conn:
        lock_client(conn, work.client_id)
        if day in ledgers.complete_days(conn, work.client_id, SOURCE, resource, day, day):
            return total  # another run was faster
        for table, of_table in rows.items():
            write = upsert_raw(conn, table, work.client_id, of_table, read_at=now)
            total.read += len(of_table)
            total.written += write.inserted + write.updated
        ledgers.touch_sums(conn, work.client_id, [day])
        ledgers.mark_read(conn, work.client_id, SOURCE, resource, [day], now)
        log_read(conn, work, resource, "success", now, total, {"dia": day.isoformat()})
    total.days_changed.add(day)
    return total


def _inventory_ids(conn: psycopg.Connection, client_id: str) -> list[str]:
    rows = conn.execute(_sql("inventory_ids.sql"), {"client_id": client_id})
    return [inventory for (inventory,) in rows]


def _require_tonights_listings(conn: psycopg.Connection, client_id: str, now: datetime) -> None:
    """Raises TransientFailure when the listings stored are not those of this night: older ones are no photo of it."""
    row = conn.execute(
        "select max(completo_em) from dashboard.source_reads"
        " where (client_id, source, resource) = (%s, %s, 'listings')",
        [client_id, SOURCE],
    ).fetchone()
    if row is None or row[0] is None or business_day(row[0]) != business_day(now):
        raise TransientFailure(
            "Os anúncios ainda não foram lidos hoje; as quantidades guardadas são de outro dia",
            where="mercado_livre/stock",
            action="Nada foi gravado. Leia antes mercado_livre/listings.",
        )


def _announced(conn: psycopg.Connection, client_id: str, day: date) -> list[RawRow]:
    """One row per listing or variation, from the listings as they were read tonight."""
    found = conn.execute(_sql("announced_stock.sql"), {"client_id": client_id}).fetchall()
    units = {
        StockUnit(_unit(listing, variation), user_product, inventory, tuple(twins))
        for listing, variation, _, user_product, inventory, _, twins in found
    }
    stocks = shared_stocks(units)
    return [
        _row(
            day,
            record(
                f"{listing}:{variation or ''}",
                AnnouncedStock(
                    anuncio=listing,
                    variacao=variation,
                    sku=sku,
                    unidade=stocks[_unit(listing, variation)],
                    inventory_id=inventory,
                    available_quantity=quantity,
                ),
            ),
        )
        for listing, variation, sku, _, inventory, quantity, _ in found
    ]


def _unit(listing: str, variation: str | None) -> str:
    """A listing without variations is a unit by itself, and is what twins name."""
    return listing if variation is None else f"{listing}:{variation}"


def _row(day: date, found: RawRecord) -> RawRow:  # type: ignore[type-arg]
    return RawRow(day, f"{found.id}|{day}", found.payload, found.hash)


def _sql(name: str) -> bytes:
    return files("viang_pipeline.collect").joinpath("sql", name).read_bytes()
