"""Accounts to receive and to pay, and their categories (contract Bling §9).

There is no change filter. What is open is listed by due date, what was paid lately by payment date; a stored open
account that is in neither list was cancelled or deleted, and is asked for by id.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Generic, TypeVar

from viang_pipeline.collect.bling.feeds import Feed, Take, is_nightly, read_feeds, single, week_over
from viang_pipeline.collect.bling.stored import Known, as_row, by_id, gone_rows, known, whole_list
from viang_pipeline.collect.work import Outcome, Work
from viang_pipeline.domain.business_day import business_day, last_closed_day, runs_of_days
from viang_pipeline.sources.bling.client import BlingClient
from viang_pipeline.sources.bling.payloads.finance import OPEN, Bill, Category, Payable, Receivable
from viang_pipeline.sources.payloads import record
from viang_pipeline.warehouse.load import RawRow

OVERDUE, AHEAD = timedelta(days=60), timedelta(days=300)
"""How far from today open accounts are looked for; a filter spans a year at most."""

LATELY = timedelta(days=3)
"""How far back payments and new accounts are looked for."""

RECEIVABLE_DETAILS = 100
"""Details of receivables read in one go: no figure needs them, and a shop may have hundreds of changes a day."""

D = TypeVar("D", bound=Bill)


@dataclass(frozen=True)
class Ledger(Generic[D]):
    """One side of the accounts: where it is kept and how it is read. ``details``: of which rows, and how many."""

    table: str
    kind: type[D]
    due: Callable[[BlingClient, date, date, bool], list[D]]
    lately: Callable[[BlingClient, date, date], list[D]]
    one: Callable[[BlingClient, int], D | None]
    details_of_new: bool
    most_details: int | None


RECEIVABLES = Ledger(
    "raw.bling_receivables",
    Receivable,
    due=lambda api, first, last, only_open: api.receivables_due(first, last, only_open=only_open),
    lately=lambda api, first, last: api.receivables_received(first, last),
    one=lambda api, key: api.receivable(key),
    details_of_new=False,
    most_details=RECEIVABLE_DETAILS,
)
PAYABLES = Ledger(
    "raw.bling_payables",
    Payable,
    due=lambda api, first, last, only_open: api.payables_due(first, last, only_open=only_open),
    lately=lambda api, first, last: [*api.payables_paid(first, last), *api.payables_issued(first, last)],
    one=lambda api, key: api.payable(key),
    details_of_new=True,
    most_details=None,
)


def collect_bling_finance(work: Work, api: BlingClient, days: Iterable[date]) -> Outcome:
    """Read the accounts due on the days wanted and, with yesterday among them, all that is open or was paid lately.

    Raises PartialCollectionError when one side cannot be read; the other is stored.
    """
    return read_feeds(work, api, days, FEEDS)


def _bills(ledger: Ledger[D]) -> Callable[[Work, BlingClient, list[date]], Take]:
    def take(work: Work, api: BlingClient, days: list[date]) -> Take:
        now = work.clock()
        today = business_day(now)
        nightly = is_nightly(days, now)
        listed: dict[str, D] = {}
        if nightly:
            listed |= by_id(ledger.due(api, today - OVERDUE, today + AHEAD, True))
            listed |= by_id(ledger.lately(api, today - LATELY, today))
        for first, last in runs_of_days(day for day in days if not nightly or day < last_closed_day(now)):
            listed |= by_id(ledger.due(api, first, last, False))
        with work.store.transaction() as conn:
            stored = known(conn, ledger.table, work.client_id)
        vanished = _left_open(ledger, stored, listed, today) if nightly else []
        return _with_details(ledger, api, stored, listed, vanished, days, last_closed_day(now))

    return take


def _left_open(ledger: Ledger[D], stored: dict[str, Known], listed: dict[str, D], today: date) -> list[str]:
    """Stored accounts that were open, should have been listed and were not."""
    left = []
    for key in stored.keys() - listed.keys():
        bill = stored[key].value(ledger.kind)
        due = stored[key].dia
        if bill.situacao in OPEN and not bill.excluido and today - OVERDUE <= due <= today + AHEAD:
            left.append(key)
    return sorted(left, key=int)


def _with_details(
    ledger: Ledger[D],
    api: BlingClient,
    stored: dict[str, Known],
    listed: dict[str, D],
    vanished: list[str],
    days: list[date],
    fallback: date,
) -> Take:
    """Rows to store. A row whose detail was read for the same list row stays as it is stored."""
    rows: list[RawRow] = []
    before = {key: stored[key].value(ledger.kind) for key in (*listed, *vanished) if key in stored}
    digests = {key: record(key, row).hash.hex() for key, row in listed.items()}
    changed = [key for key in listed if _wants_detail(ledger, before.get(key), listed[key], digests[key])]
    room = len(changed) + len(vanished) if ledger.most_details is None else ledger.most_details
    asked = [*vanished, *changed][:room]
    gone = []
    for key in asked:
        detail = ledger.one(api, int(key))
        if detail is None:
            gone.append(key)
            continue
        detail.resumo = digests.get(key) or before[key].resumo
        rows.append(as_row(key, detail, _day(detail, fallback)))
    for key in listed.keys() - set(asked):
        held = before.get(key)
        if held is None or (held.resumo != digests[key] and not _same_row(ledger, held, listed[key])):
            rows.append(as_row(key, listed[key], _day(listed[key], fallback)))
    rows += gone_rows(stored, [key for key in gone if key in stored], ledger.kind)
    left = len(changed) + len(vanished) - len(asked)
    detail_counts: dict[str, object] = {
        "lidos": len(listed),
        "detalhes": len(asked),
        "excluidos": len(gone),
        "detalhes_para_depois": left,
    }
    return Take({ledger.table: rows}, settles=set(days), detail=detail_counts)


def _wants_detail(ledger: Ledger[D], held: D | None, row: D, digest: str) -> bool:
    if held is None:
        return ledger.details_of_new
    if held.resumo is not None:
        return held.resumo != digest
    return ledger.details_of_new or not _same_row(ledger, held, row)


def _same_row(ledger: Ledger[D], held: D, row: D) -> bool:
    """Whether what is stored without detail is this very list row."""
    return record(row.id, held).hash == record(row.id, row).hash


def _day(bill: Bill, fallback: date) -> date:
    """The day an account is due; when it does not say, the day it was made or seen."""
    text = bill.vencimento or bill.dataEmissao
    try:
        return date.fromisoformat(text[:10]) if text else fallback
    except ValueError:
        return fallback


def _categories(work: Work, api: BlingClient, days: list[date]) -> Take:
    """Once a week."""
    if not week_over(work, "categories"):
        return Take(settles=set(days))
    now, table = work.clock(), "raw.bling_expense_categories"
    found = by_id(api.categories())
    with work.store.transaction() as conn:
        stored = known(conn, table, work.client_id)
    rows = whole_list(stored, found, Category, last_closed_day(now))
    return Take({table: rows}, settles=set(days), moves={"categories": now}, detail={"lidos": len(found)})


FEEDS: tuple[Feed, ...] = (
    single("receivables", _bills(RECEIVABLES)),
    single("payables", _bills(PAYABLES)),
    single("categories", _categories),
)
