"""What UpSeller's open API says is available, as the photo of a day that has no file (contract UpSeller §8)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date

from viang_pipeline.collect.audit import log_read
from viang_pipeline.collect.upseller.stock_photo import HTTP as RESOURCE
from viang_pipeline.collect.upseller.stock_photo import SOURCE, photographed, store_available
from viang_pipeline.collect.work import Outcome, PartialCollectionError, Work
from viang_pipeline.domain.business_day import last_closed_day
from viang_pipeline.failures import SourceFailure
from viang_pipeline.settings import Settings, SettingsError
from viang_pipeline.sources.conduct import Conduct
from viang_pipeline.sources.http import HttpClient
from viang_pipeline.sources.upseller.http_stock import UpsellerStock
from viang_pipeline.sources.upseller.reading import grouped, key
from viang_pipeline.warehouse import ledgers
from viang_pipeline.warehouse.locks import lock_client


@contextmanager
def upseller_stock(settings: Settings) -> Iterator[UpsellerStock]:
    """The account of the settings. Raises SettingsError while the mode is off."""
    if not settings.upseller_http or settings.upseller_api_url is None:
        raise SettingsError(
            "A leitura do UpSeller por HTTP está desligada. Para ligar, defina UPSELLER_API_URL, UPSELLER_CLIENT_ID e "
            "UPSELLER_API_TOKEN"
        )
    headers = {
        settings.upseller_client_id_header: settings.require("upseller_client_id"),
        settings.upseller_token_header: settings.require("upseller_api_token"),
    }
    with HttpClient(base_url=settings.upseller_api_url, conduct=Conduct("UpSeller", "POST")) as http:
        yield UpsellerStock(http, headers, settings.upseller_page_size)


def collect_available(work: Work, settings: Settings, days: Iterable[date]) -> Outcome:
    """Take the photo of last night when the mode is on for this client; other days are settled as they are.

    Raises PartialCollectionError when the read fails; nothing is stored then.
    """
    now, total = work.clock(), Outcome(days_done=set(days))
    day = last_closed_day(now)
    if not settings.upseller_http:
        return total
    if settings.upseller_api_client is None:
        total.notes.append("UPSELLER_API_CLIENT não diz de que cliente é a conta: o estoque por HTTP não foi lido")
    if settings.upseller_api_client != work.client_id:
        return total
    with work.store.transaction() as conn:
        if photographed(conn, work.client_id, day):
            return total
    with upseller_stock(settings) as api:
        try:
            found = api.available()
        except SourceFailure as failure:
            total.requests = api.http.requests
            total.days_done.discard(day)
            with work.store.transaction() as conn:
                ledgers.mark_unread(conn, work.client_id, SOURCE, RESOURCE, [day], work.clock(), str(failure))
                log_read(conn, work, RESOURCE, "error", now, total, {"erro": str(failure)}, source=SOURCE)
            raise PartialCollectionError(total, failure) from failure
        total.requests, total.read = api.http.requests, len(found)
    records = [grouped(key(each.sku, each.warehouse), None, each) for each in found]
    with work.store.transaction() as conn:
        lock_client(conn, work.client_id)
        photo = store_available(conn, work.client_id, records, day, now)
        if photo.taken:
            total.written, total.days_changed = photo.written, {day}
            ledgers.mark_read(conn, work.client_id, SOURCE, RESOURCE, [day], now)
        log_read(conn, work, RESOURCE, "success", now, total, {"dia": day.isoformat()}, source=SOURCE)
    return total
