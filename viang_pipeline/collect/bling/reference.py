"""The company, and the lists other figures are read by: deposits, stores and statuses, as they are now."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Literal

from viang_pipeline.collect.bling.feeds import Feed, Take, read_feeds, single
from viang_pipeline.collect.bling.stored import N, by_id, known, state_rows, whole_list
from viang_pipeline.collect.work import Outcome, Work
from viang_pipeline.domain.business_day import last_closed_day
from viang_pipeline.sources.bling.client import BlingClient
from viang_pipeline.sources.bling.payloads.reference import Channel, Deposit, Status


def collect_bling_reference(work: Work, api: BlingClient, days: Iterable[date]) -> Outcome:
    """Read the company and its lists; the days asked for are only marked as read.

    Raises PartialCollectionError when one cannot be read; the others are stored.
    """
    return read_feeds(work, api, days, FEEDS)


def _company(work: Work, api: BlingClient, days: list[date]) -> Take:
    found = api.company()
    with work.store.transaction() as conn:
        stored = known(conn, "raw.bling_account", work.client_id)
    rows = state_rows(stored, {found.id: found}, last_closed_day(work.clock()))
    return Take({"raw.bling_account": rows}, settles=set(days))


def _list(
    table: str, kind: type[N], read: Callable[[BlingClient], list[N]], touches: Literal["history", None] = None
) -> Callable[[Work, BlingClient, list[date]], Take]:
    """A list of few rows, read completely."""

    def take(work: Work, api: BlingClient, days: list[date]) -> Take:
        found = by_id(read(api))
        with work.store.transaction() as conn:
            stored = known(conn, table, work.client_id)
        rows = whole_list(stored, found, kind, last_closed_day(work.clock()))
        return Take({table: rows}, settles=set(days), touches=touches, detail={"lidos": len(found)})

    return take


FEEDS: tuple[Feed, ...] = (
    single("account", _company),
    single("deposits", _list("raw.bling_deposits", Deposit, lambda api: api.deposits())),
    single("channels", _list("raw.bling_channels", Channel, lambda api: api.channels(), touches="history")),
    single("statuses", _list("raw.bling_statuses", Status, lambda api: api.order_statuses())),
)
