"""How every Bling feed is read and stored: company first, then all of it in one transaction, or nothing.

An asset reads several feeds; one that fails or is closed to the application does not keep the others from being read.
A feed is a resource of ``source_reads``; what it says of a day is written there and in ``updates_log``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal

import psycopg

from viang_pipeline.collect.audit import log_read
from viang_pipeline.collect.cost_inputs import touch_days_of, touch_every_sold_day
from viang_pipeline.collect.work import Outcome, PartialCollectionError, Work
from viang_pipeline.domain.business_day import business_day, last_closed_day
from viang_pipeline.failures import AccessDenied, SourceFailure, TransientFailure
from viang_pipeline.sources.bling.client import BlingClient
from viang_pipeline.warehouse import ledgers
from viang_pipeline.warehouse.load import RawRow, upsert_raw
from viang_pipeline.warehouse.locks import lock_client

SOURCE = "bling"
NO_PERMISSION = "sem permissão: "
"""How the reason of a feed begins that is closed to the application: asking again does not help."""

WEEK = timedelta(days=7)


@dataclass
class Take:
    """What a feed brought. ``tables``: raw table → rows; ``settles``: days it is complete for; ``passes``: days it has
    nothing to say of; ``photo``: another run may have taken it meanwhile; ``moves``: cursor → instant; ``touches``:
    whose input changed where rows did, ``history`` that of every day sold; ``skus``: whose days are touched besides;
    ``detail``: counts for the audit."""

    tables: dict[str, list[RawRow]] = field(default_factory=dict)
    settles: set[date] = field(default_factory=set)
    passes: set[date] = field(default_factory=set)
    photo: bool = False
    moves: dict[str, datetime] = field(default_factory=dict)
    touches: Literal["lines", "sums", "history", None] = None
    skus: set[str] = field(default_factory=set)
    detail: dict[str, object] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Feed:
    """One resource: how the days wanted are split into takes, each read and stored by itself."""

    resource: str
    takes: Callable[[Work, BlingClient, list[date]], Iterable[Callable[[], Take]]]


def single(resource: str, read: Callable[[Work, BlingClient, list[date]], Take]) -> Feed:
    """A feed that is one take."""
    return Feed(resource, lambda work, api, days: [lambda: read(work, api, days)])


def read_feeds(work: Work, api: BlingClient, days: Iterable[date], feeds: Sequence[Feed]) -> Outcome:
    """Read the feeds one after the other.

    A day is done when every feed settled it or is closed to the application. Raises PartialCollectionError when one
    failed, after the others were read.
    """
    wanted = sorted(set(days))
    total, done = Outcome(), set(wanted)
    failures: list[SourceFailure] = []
    for feed in feeds:
        outcome = Outcome()
        before = api.http.requests
        try:
            api.confirm_company()
            for take in feed.takes(work, api, wanted):
                outcome.add(_store(work, api, feed.resource, take, before))
                before = api.http.requests
        except AccessDenied as refusal:
            outcome.add(_leave(work, feed.resource, wanted, refusal, api.http.requests - before, "skipped"))
            outcome.notes.append(f"{feed.resource}: {NO_PERMISSION}{refusal.what}")
            outcome.days_done = set(wanted)
        except SourceFailure as failure:
            left = set(wanted) - outcome.days_done
            outcome.add(_leave(work, feed.resource, left, failure, api.http.requests - before, "error"))
            failures.append(failure)
        done &= outcome.days_done
        total.add(outcome)
    total.days_done = done
    if api.uneven:
        total.notes.append(f"valores com fração de centavo: {', '.join(sorted(api.uneven))}")
    if failures:
        raise PartialCollectionError(total, failures[0]) from failures[0]
    return total


def _store(work: Work, api: BlingClient, resource: str, read: Callable[[], Take], before: int) -> Outcome:
    """Read one take and store it in one transaction."""
    started = work.clock()
    take = read()
    total = Outcome(requests=api.http.requests - before, days_done=take.settles | take.passes, notes=list(take.notes))
    changed: set[date] = set()
    with work.store.transaction() as conn:
        lock_client(conn, work.client_id)
        if take.photo and take.settles <= _complete(conn, work, resource, take.settles):
            return total
        for table, rows in take.tables.items():
            write = upsert_raw(conn, table, work.client_id, rows, read_at=started)
            changed |= write.changed_days
            total.read += len(rows)
            total.written += write.inserted + write.updated
            total.unchanged += write.unchanged
        _touch(conn, work, resource, take, changed)
        ledgers.mark_read(conn, work.client_id, SOURCE, resource, take.settles, started)
        for cursor, instant in take.moves.items():
            ledgers.move_cursor(conn, work.client_id, SOURCE, cursor, instant, started)
        total.unknown_fields = set(api.unknown_fields)
        log_read(conn, work, resource, "success", started, total, take.detail, source=SOURCE)
    told = changed if take.touches in ("lines", "sums") else set()
    total.days_changed = {day for day in told if day <= last_closed_day(started)}
    return total


def _complete(conn: psycopg.Connection, work: Work, resource: str, days: set[date]) -> set[date]:
    return ledgers.complete_days(conn, work.client_id, SOURCE, resource, min(days), max(days)) if days else set()


def _touch(conn: psycopg.Connection, work: Work, resource: str, take: Take, changed: set[date]) -> None:
    if take.touches == "history":
        if changed:
            touch_every_sold_day(conn, work.client_id)
        return
    if take.touches is None:
        return
    newly = take.settles - _complete(conn, work, resource, take.settles)
    touch = ledgers.touch_days if take.touches == "lines" else ledgers.touch_sums
    touch(conn, work.client_id, changed | newly)
    if take.skus:
        touch_days_of(conn, work.client_id, take.skus)


def _leave(
    work: Work,
    resource: str,
    days: Iterable[date],
    failure: SourceFailure,
    requests: int,
    status: Literal["skipped", "error"],
) -> Outcome:
    """Say why these days were not read; nothing stored changes."""
    reason = f"{NO_PERMISSION if status == 'skipped' else ''}{failure}"
    total, now = Outcome(requests=requests), work.clock()
    with work.store.transaction() as conn:
        ledgers.mark_unread(conn, work.client_id, SOURCE, resource, days, now, reason)
        log_read(conn, work, resource, status, now, total, {"erro": reason}, source=SOURCE)
    return total


def is_nightly(days: Iterable[date], now: datetime) -> bool:
    """Whether yesterday is wanted: what Bling only tells of now is read then."""
    return last_closed_day(now) in set(days)


def week_over(work: Work, cursor: str) -> bool:
    """Whether what is read once a week is to be read tonight."""
    with work.store.transaction() as conn:
        last = ledgers.cursor(conn, work.client_id, SOURCE, cursor)
    return last is None or business_day(work.clock()) - business_day(last) >= WEEK


def require_read_today(work: Work, resource: str, asset: str) -> None:
    """What is photographed by the rows of another feed needs those of this night: older ones are no photo of it.

    Raises TransientFailure when they are not there, AccessDenied when they never will be.
    """
    with work.store.transaction() as conn:
        row = conn.execute(
            "select completo_em, motivo from dashboard.source_reads where (client_id, source, resource) = (%s, %s, %s)"
            " order by tentado_em desc, dia desc limit 1",
            [work.client_id, SOURCE, resource],
        ).fetchone()
    at, reason = row or (None, None)
    if reason is not None and reason.startswith(NO_PERMISSION):
        raise AccessDenied(f"{asset} não pode ser lido", where=asset, action=reason)
    if reason is not None or at is None or business_day(at) != business_day(work.clock()):
        raise TransientFailure(
            f"{asset} ainda não foi lido hoje; o que está guardado é de outro dia",
            where=asset,
            action=f"Nada foi gravado. Leia antes {asset}.",
        )


def photograph(work: Work, resource: str, days: list[date], take: Callable[[date], Take]) -> Take:
    """The photo of last night, taken on day R and true from R-1 on, unless it exists: the first complete one stays
    (kpis.md D11, D16). Other days pass as they are, with a photo or without: Bling keeps no past."""
    now = work.clock()
    night, wanted = last_closed_day(now), set(days)
    with work.store.transaction() as conn:
        known = ledgers.complete_days(conn, work.client_id, SOURCE, resource, min(wanted), max(wanted))
    if night not in wanted or night in known:
        found = Take(passes=wanted)
    else:
        found = take(night)
        found.settles, found.passes, found.photo = {night}, wanted - {night}, True
    lost = sorted(wanted - known - {night})
    if lost:
        found.notes.append(f"{resource}: {len(lost)} dia(s) sem foto, de {lost[0]} a {lost[-1]}")
    return found
