"""Visits of one client's listings and account into raw tables (contract §8): listing by listing, days at the end.

``visit_readings`` says which days of a listing were observed: a day in it without a raw row had no visit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib.resources import files

import psycopg

from viang_pipeline.collect.audit import log_read
from viang_pipeline.collect.orders import first_day
from viang_pipeline.collect.work import Outcome, PartialCollectionError, Work
from viang_pipeline.domain.business_day import last_closed_day
from viang_pipeline.domain.visit_plan import HOT_FOR, REACH, REREAD, KnownListing, Question, visit_questions
from viang_pipeline.failures import PermanentFailure, SourceFailure
from viang_pipeline.sources.mercado_livre.client import MercadoLivreClient
from viang_pipeline.sources.mercado_livre.payloads.visits import DayVisits
from viang_pipeline.sources.mercado_livre.visits import account_visits, listing_visits
from viang_pipeline.sources.payloads import record
from viang_pipeline.sources.side_by_side import side_by_side
from viang_pipeline.warehouse import ledgers
from viang_pipeline.warehouse.load import RawRow, upsert_raw
from viang_pipeline.warehouse.locks import lock_client

SOURCE = "mercado_livre"
RESOURCE = "visits"
BATCH = 100
"""Listings stored per transaction: what was read stays when a later one fails."""


def collect_visits(work: Work, api: MercadoLivreClient, days: Iterable[date]) -> Outcome:
    """Read what is due tonight and mark the days answered; days out of the platform's reach stay unread, with a note.

    Days read completely before and asked for again (a reprocessing) are read once more. Raises PartialCollectionError
    when a read fails: listings stored before stay, no day is marked.
    """
    now, wanted = work.clock(), sorted(days)
    started = api.http.requests
    with work.store.transaction() as conn:
        plan = _plan(conn, work.client_id, wanted, last_closed_day(now))

    def ask(question: Question) -> dict[date, int] | None:
        return listing_visits(api, question.listing, question.first, question.last)

    total, unknown = Outcome(), 0
    try:
        account = account_visits(api, plan.account_from, plan.yesterday)
        for batch in (plan.questions[n : n + BATCH] for n in range(0, len(plan.questions), BATCH)):
            answers = dict(zip(batch, side_by_side(ask, batch), strict=True))
            if len(answers) > 1 and not any(found is not None for found in answers.values()):
                raise PermanentFailure(
                    "Nenhum anúncio tem visitas na plataforma: a rota mudou",
                    where="GET /items/{id}/visits/time_window",
                    action="Nada foi gravado. O leitor precisa ser ajustado.",
                )
            unknown += sum(found is None for found in answers.values())
            _store(work, answers, total, now)
    except SourceFailure as failure:
        total.requests = api.http.requests - started
        with work.store.transaction() as conn:
            ledgers.mark_unread(conn, work.client_id, SOURCE, RESOURCE, wanted, work.clock(), str(failure))
            detail = {"erro": str(failure), "anuncios": len(plan.questions)}
            log_read(conn, work, RESOURCE, "error", now, total, detail)
        raise PartialCollectionError(total, failure) from failure
    total.requests = api.http.requests - started
    total.unknown_fields = {name for name in api.unknown_fields if name.startswith("VisitsWindow")}
    newest = {day for day in account if day > plan.yesterday - timedelta(days=REREAD)}
    read_again = newest.union(plan.still_growing)
    lost = [day for day in wanted if day not in account]
    if lost:
        total.notes.append(
            f"{len(lost)} dia(s) sem visitas, de {lost[0]} a {lost[-1]}: a plataforma só responde {REACH} dias"
        )
    if unknown:
        total.notes.append(f"{unknown} anúncio(s) que a plataforma não reconhece: as visitas deles não foram lidas")
    with work.store.transaction() as conn:
        lock_client(conn, work.client_id)
        _store_account(conn, work.client_id, account, total, now)
        ledgers.mark_read(conn, work.client_id, SOURCE, RESOURCE, read_again.union(wanted).difference(lost), now)
        detail = {"anuncios": len(plan.questions), "anuncios_desconhecidos": unknown}
        log_read(conn, work, RESOURCE, "success", now, total, detail)
    total.days_done = set(wanted)
    return total


@dataclass(frozen=True)
class _Plan:
    """``still_growing``: days last read before they could be final, because nights were missed after them."""

    questions: list[Question]
    account_from: date
    yesterday: date
    still_growing: frozenset[date]


def _plan(conn: psycopg.Connection, client_id: str, wanted: list[date], yesterday: date) -> _Plan:
    """Days before the reach of one answer can no longer be read; they stay unknown."""
    starts = first_day(conn, client_id)
    reach = max(starts, yesterday - timedelta(days=REACH - 1))
    older = [day for day in wanted if reach <= day <= yesterday - timedelta(days=REREAD)]
    known_days = ledgers.complete_days(conn, client_id, SOURCE, RESOURCE, reach, yesterday)
    again = [day for day in older if day in known_days]
    since = yesterday - timedelta(days=HOT_FOR)
    rows = conn.execute(_sql("visit_listings.sql"), {"client_id": client_id, "since": since}).fetchall()
    listings = [
        KnownListing(listing, None if begins is None else (begins, ends), moved_on)
        for listing, begins, ends, moved_on in rows
    ]
    missing = [day for day in older if day not in known_days]
    newest = max(reach, yesterday - timedelta(days=REREAD - 1))
    growing = frozenset(_read_too_early(conn, client_id, reach))
    return _Plan(
        visit_questions(listings, starts=starts, yesterday=yesterday, again_from=min(again, default=None)),
        min([newest, *again, *missing, *growing]),
        yesterday,
        growing,
    )


def _read_too_early(conn: psycopg.Connection, client_id: str, reach: date) -> list[date]:
    rows = conn.execute(_sql("visits_read_early.sql"), {"client_id": client_id, "since": reach, "grow": REREAD - 1})
    return [day for (day,) in rows]


def _store(work: Work, answers: Mapping[Question, dict[date, int] | None], total: Outcome, now: datetime) -> None:
    rows, readings = [], []
    for asked, found in answers.items():
        if found is not None:
            moved = max((day for day, visits in found.items() if visits), default=None)
            readings.append((asked.listing, asked.first, asked.last, moved))
            rows += [_row(f"{asked.listing}|{day}", day, visits) for day, visits in found.items()]
    with work.store.transaction() as conn:
        lock_client(conn, work.client_id)
        stored = _with_a_row(conn, work.client_id, [row.chave for row in rows])
        # A day without a visit gets a row only where one says otherwise: most days of most listings are zero.
        worth = [row for row in rows if row.payload != _ZERO or row.chave in stored]
        write = upsert_raw(conn, "raw.mercado_livre_visits", work.client_id, worth, read_at=now)
        news = _note_readings(conn, work.client_id, readings)
        ledgers.touch_sums(conn, work.client_id, write.changed_days | news)
    total.read += len(rows)
    total.written += write.inserted + write.updated
    total.unchanged += len(rows) - write.inserted - write.updated
    total.days_changed |= write.changed_days | news


def _store_account(
    conn: psycopg.Connection, client_id: str, account: Mapping[date, int], total: Outcome, now: datetime
) -> None:
    rows = [_row(day.isoformat(), day, visits) for day, visits in account.items()]
    write = upsert_raw(conn, "raw.mercado_livre_account_visits", client_id, rows, read_at=now)
    ledgers.touch_sums(conn, client_id, write.changed_days)
    total.read += len(rows)
    total.written += write.inserted + write.updated
    total.unchanged += write.unchanged
    total.days_changed |= write.changed_days


def _with_a_row(conn: psycopg.Connection, client_id: str, keys: list[str]) -> set[str]:
    found = conn.execute(
        "select chave from raw.mercado_livre_visits where client_id = %s and chave = any(%s)", [client_id, keys]
    )
    return {key for (key,) in found}


def _note_readings(
    conn: psycopg.Connection, client_id: str, readings: list[tuple[str, date, date, date | None]]
) -> set[date]:
    """Extend what was observed of each listing; days that are observed for the first time."""
    names = ("anuncios", "de", "ate", "movimento")
    columns = {name: [reading[n] for reading in readings] for n, name in enumerate(names)}
    rows = conn.execute(_sql("note_visit_readings.sql"), {"client_id": client_id, **columns})
    return {day for (day,) in rows}


def _row(key: str, day: date, visits: int) -> RawRow:
    found = record(key, DayVisits(total=visits))
    return RawRow(day, found.id, found.payload, found.hash)


def _sql(name: str) -> bytes:
    return files("viang_pipeline.collect").joinpath("sql", name).read_bytes()


_ZERO = record("", DayVisits(total=0)).payload
