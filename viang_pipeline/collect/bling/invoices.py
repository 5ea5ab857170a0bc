"""Headers of the invoices of one client's sales, by the day they were issued (contract Bling §10.1)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from viang_pipeline.collect.bling.feeds import Take, is_nightly, read_feeds, single
from viang_pipeline.collect.bling.stored import as_row, by_id
from viang_pipeline.collect.work import Outcome, Work
from viang_pipeline.domain.business_day import business_day, last_closed_day, runs_of_days
from viang_pipeline.sources.bling.client import BlingClient
from viang_pipeline.sources.bling.payloads.invoices import Invoice

TABLE = "raw.bling_invoices"
AGAIN = timedelta(days=2)
"""How many days before yesterday are read again every night: an invoice can be cancelled for a day, and there is no
filter by change."""


def collect_bling_invoices(work: Work, api: BlingClient, days: Iterable[date]) -> Outcome:
    """Read the invoices of the days wanted and, with yesterday among them, of the two days before and of today.

    Raises PartialCollectionError when the read fails; nothing is stored then.
    """
    return read_feeds(work, api, days, (single("invoices", _invoices),))


def _invoices(work: Work, api: BlingClient, days: list[date]) -> Take:
    now = work.clock()
    wanted = set(days)
    if is_nightly(days, now):
        yesterday = last_closed_day(now)
        wanted |= {yesterday - AGAIN + timedelta(days=n) for n in range(AGAIN.days + 1)} | {business_day(now)}
    found: dict[str, Invoice] = {}
    for first, last in runs_of_days(wanted):
        found |= by_id(api.invoices(first, last))
    rows = [as_row(key, invoice, _day(invoice, last_closed_day(now))) for key, invoice in found.items()]
    return Take({TABLE: rows}, settles=set(days), detail={"lidos": len(found)})


def _day(invoice: Invoice, fallback: date) -> date:
    """The day it was issued, as it is: the stamp has no zone and is Brasília's."""
    try:
        return date.fromisoformat((invoice.dataEmissao or "")[:10])
    except ValueError:
        return fallback
