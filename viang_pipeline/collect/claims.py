"""Claims of one client, their returns and what those cost, into raw tables: one transaction per complete read.

Returns move without their claim, and a charge or an inspection may come after both ended: for 60 days every return that
has not ended is looked at again, the cost of one without a charge, and the inspection of one that arrived (kpis.md §7).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

import psycopg

from viang_pipeline.collect.audit import log_read
from viang_pipeline.collect.order_windows import CHANGED, order_windows
from viang_pipeline.collect.orders import first_day
from viang_pipeline.collect.work import Outcome, PartialCollectionError, ReadWindow, Work
from viang_pipeline.domain.business_day import business_day, last_closed_day, parse_instant
from viang_pipeline.domain.claims import ARRIVED
from viang_pipeline.failures import SourceFailure
from viang_pipeline.sources.mercado_livre.claims import claim_return, return_cost, return_reviews, search_claims
from viang_pipeline.sources.mercado_livre.client import MercadoLivreClient
from viang_pipeline.sources.mercado_livre.payloads.claims import Claim, ClaimReturn, ReturnCost, ReturnReviews
from viang_pipeline.sources.payloads import RawRecord
from viang_pipeline.sources.side_by_side import side_by_side
from viang_pipeline.warehouse import ledgers
from viang_pipeline.warehouse.load import RawRow, upsert_raw
from viang_pipeline.warehouse.locks import lock_client

SOURCE = "mercado_livre"
RESOURCE = "claims"
RETURN_ENDS = ("delivered", "cancelled", "expired", "failed", "not_delivered")
FOLLOWED_FOR = timedelta(days=60)

_TO_FOLLOW = """
    select
        claim.chave::bigint, claim.dia, ended, ended and custo.chave is not null,
        case when volta.payload ->> 'status' = %(arrived)s then (volta.payload ->> 'id')::bigint end, inspected
    from raw.mercado_livre_claims as claim
    left join raw.mercado_livre_returns as volta using (client_id, chave)
    left join raw.mercado_livre_return_costs as custo using (client_id, chave)
    left join raw.mercado_livre_return_reviews as avaliacao using (client_id, chave)
    cross join lateral (
        select coalesce(claim.payload ->> 'status' = 'closed' and volta.payload ->> 'status' = any(%(ends)s), false)
    ) as over (ended)
    cross join lateral (
        select avaliacao.chave is not null and not exists (
            select from jsonb_array_elements(volta.payload -> 'orders') as devolvido
            where not exists (
                select from jsonb_array_elements(avaliacao.payload -> 'reviews') as de_pedido
                where de_pedido ->> 'resource_id' = devolvido ->> 'order_id'
                  and de_pedido -> 'resource_reviews' <> '[]'
                  and not exists (
                      select from jsonb_array_elements(de_pedido -> 'resource_reviews') as entrada
                      where entrada ->> 'product_condition' is null
                  )
            )
        )
    ) as seen (inspected)
    where claim.client_id = %(client_id)s
      and (claim.payload -> 'related_entities') ?| array['return', 'returns']
      and claim.dia >= %(since)s
      and not (
          ended and custo.chave is not null and (inspected or volta.payload ->> 'status' <> %(arrived)s)
      )
"""


def collect_claims(work: Work, api: MercadoLivreClient, days: Iterable[date]) -> Outcome:
    """Read the days (and, with yesterday among them, everything changed since the cursor) and what may still move.

    Raises PartialCollectionError when a read fails; nothing of the failed window is stored.
    """
    now = work.clock()
    with work.store.transaction() as conn:
        cursor = ledgers.cursor(conn, work.client_id, SOURCE, RESOURCE)
        starts = first_day(conn, work.client_id)
    total = Outcome()
    for window in order_windows([day for day in days if day >= starts], cursor, now):
        before = api.http.requests
        try:
            read = _read(work, api, window, starts)
        except SourceFailure as failure:
            failed = Outcome(requests=api.http.requests - before)
            with work.store.transaction() as conn:
                ledgers.mark_unread(conn, work.client_id, SOURCE, RESOURCE, window.days, work.clock(), str(failure))
                log_read(conn, work, RESOURCE, "error", now, failed, {"erro": str(failure)})
            total.add(failed)
            raise PartialCollectionError(total, failure) from failure
        total.add(_store(work, window, read, starts, now, api.http.requests - before, api))
    return total


class _Followed(NamedTuple):
    """What is known of a claim with a return. ``arrived``: the number of its return, once that is back."""

    day: date
    ended: bool = False
    charged: bool = False
    arrived: int | None = None
    inspected: bool = False


@dataclass
class _Read:
    """What one window brought."""

    claims: list[RawRow] = field(default_factory=list)
    returns: list[RawRow] = field(default_factory=list)
    costs: list[RawRow] = field(default_factory=list)
    reviews: list[RawRow] = field(default_factory=list)
    not_shown: int = 0
    """Claims that name a return the platform does not show (yet)."""


def _read(work: Work, api: MercadoLivreClient, window: ReadWindow, starts: date) -> _Read:
    name = "last_updated" if window.field == CHANGED else "date_created"
    found = search_claims(api, name, window.since, window.until)  # type: ignore[arg-type]
    read = _Read()
    to_follow: dict[int, _Followed] = {}
    for claim in found:
        day = _opened(claim)
        if day >= starts:
            read.claims.append(RawRow(day, claim.id, claim.payload, claim.hash))
            if claim.value.has_return:
                to_follow[claim.value.id] = _Followed(day)
    if window.field == CHANGED:
        with work.store.transaction() as conn:
            since = business_day(work.clock()) - FOLLOWED_FOR
            values = {"client_id": work.client_id, "since": since, "ends": list(RETURN_ENDS), "arrived": ARRIVED}
            known = {key: _Followed(*found) for key, *found in conn.execute(_TO_FOLLOW, values)}
        to_follow = known | to_follow

    followed = sorted(to_follow.items())
    answers = side_by_side(lambda claim: _ask(api, *claim), followed)
    for (_, known_of), (returned, cost, reviews) in zip(followed, answers, strict=True):
        day = known_of.day
        if returned is not None:
            read.returns.append(RawRow(day, returned.id, returned.payload, returned.hash))
        elif not known_of.ended:
            read.not_shown += 1
        if cost is not None:
            read.costs.append(RawRow(day, cost.id, cost.payload, cost.hash))
        if reviews is not None:
            read.reviews.append(RawRow(day, reviews.id, reviews.payload, reviews.hash))
    return read


_Answers = tuple[RawRecord[ClaimReturn] | None, RawRecord[ReturnCost] | None, RawRecord[ReturnReviews] | None]


def _ask(api: MercadoLivreClient, claim_id: int, known: _Followed) -> _Answers:
    """What may still move of a claim. An inspection is asked for once the units are back."""
    returned = None if known.ended else claim_return(api, claim_id)
    cost = None if known.charged else return_cost(api, claim_id)
    arrived = known.arrived
    if returned is not None:
        arrived = returned.value.id if returned.value.status == ARRIVED else None
    reviews = None if arrived is None or known.inspected else return_reviews(api, claim_id, arrived)
    return returned, cost, reviews


def _opened(claim: RawRecord[Claim]) -> date:
    return business_day(parse_instant(claim.value.date_created))


def _store(
    work: Work, window: ReadWindow, read: _Read, starts: date, now: datetime, requests: int, api: MercadoLivreClient
) -> Outcome:
    settled = [day for day in window.days if day >= starts]
    total = Outcome(requests=requests, days_done=set(settled))
    total.unknown_fields = {n for n in api.unknown_fields if n.startswith(("Claim", "Return"))}
    if read.not_shown:
        total.notes.append(f"{read.not_shown} devolução(ões) que a plataforma anuncia e ainda não mostra")
    with work.store.transaction() as conn:
        lock_client(conn, work.client_id)
        changed: set[str] = set()
        for table, rows in (
            ("claims", read.claims),
            ("returns", read.returns),
            ("return_costs", read.costs),
            ("return_reviews", read.reviews),
        ):
            write = upsert_raw(conn, f"raw.mercado_livre_{table}", work.client_id, rows, read_at=now)
            changed |= write.changed_keys
            total.read += write.read
            total.written += write.inserted + write.updated
            total.unchanged += write.unchanged
        newly = set(settled) - ledgers.complete_days(
            conn, work.client_id, SOURCE, RESOURCE, min(settled, default=starts), max(settled, default=starts)
        )
        moved = _days_of(conn, work.client_id, changed)
        ledgers.touch_sums(conn, work.client_id, moved | newly)
        ledgers.mark_read(conn, work.client_id, SOURCE, RESOURCE, settled, now)
        if window.moves_cursor_to is not None:
            ledgers.move_cursor(conn, work.client_id, SOURCE, RESOURCE, window.moves_cursor_to, now)
        detail = {"filtro": window.field, "devolucoes": len(read.returns), "devolucoes_sem_resposta": read.not_shown}
        detail["avaliacoes"] = len(read.reviews)
        log_read(conn, work, RESOURCE, "success", now, total, detail)
    total.days_changed = {day for day in moved if day <= last_closed_day(now)}
    return total


def _days_of(conn: psycopg.Connection, client_id: str, claims: set[str]) -> set[date]:
    """Opening days of claims, and the days of the sales they are about."""
    rows = conn.execute(
        """
        select claim.dia from raw.mercado_livre_claims as claim
        where claim.client_id = %(client_id)s and claim.chave = any(%(claims)s)
        union
        select pedido.dia from raw.mercado_livre_claims as claim
        join raw.mercado_livre_orders as pedido
          on pedido.client_id = claim.client_id and pedido.chave = claim.payload ->> 'resource_id'
        where claim.client_id = %(client_id)s and claim.chave = any(%(claims)s)
          and claim.payload ->> 'resource' = 'order'
        union
        select pedido.dia from raw.mercado_livre_returns as volta
        cross join lateral jsonb_array_elements(volta.payload -> 'orders') as devolvido
        join raw.mercado_livre_orders as pedido
          on pedido.client_id = volta.client_id and pedido.chave = devolvido ->> 'order_id'
        where volta.client_id = %(client_id)s and volta.chave = any(%(claims)s)
        """,
        {"client_id": client_id, "claims": list(claims)},
    )
    return {day for (day,) in rows}
