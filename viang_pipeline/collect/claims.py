"""Claims of one client, their returns and what those cost, into raw tables: one transaction per complete read.

Returns move without their claim, and a charge may come after both ended: every return that has not ended is looked at
again for 60 days, and so is the cost of one that ended without a charge (kpis.md §7).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import psycopg

from viang_pipeline.collect.audit import log_read
from viang_pipeline.collect.order_windows import CHANGED, order_windows
from viang_pipeline.collect.orders import first_day
from viang_pipeline.collect.work import Outcome, PartialCollectionError, ReadWindow, Work
from viang_pipeline.domain.business_day import business_day, last_closed_day, parse_instant
from viang_pipeline.failures import SourceFailure
from viang_pipeline.sources.mercado_livre.claims import claim_return, return_cost, search_claims
from viang_pipeline.sources.mercado_livre.client import MercadoLivreClient
from viang_pipeline.sources.mercado_livre.payloads.claims import Claim, ClaimReturn, ReturnCost
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
    select claim.chave::bigint, claim.dia, ended
    from raw.mercado_livre_claims as claim
    left join raw.mercado_livre_returns as volta using (client_id, chave)
    left join raw.mercado_livre_return_costs as custo using (client_id, chave)
    cross join lateral (
        select coalesce(claim.payload ->> 'status' = 'closed' and volta.payload ->> 'status' = any(%(ends)s), false)
    ) as over (ended)
    where claim.client_id = %(client_id)s
      and (claim.payload -> 'related_entities') ?| array['return', 'returns']
      and claim.dia >= %(since)s
      and not (ended and custo.chave is not null)
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


@dataclass
class _Read:
    """What one window brought."""

    claims: list[RawRow] = field(default_factory=list)
    returns: list[RawRow] = field(default_factory=list)
    costs: list[RawRow] = field(default_factory=list)
    not_shown: int = 0
    """Claims that name a return the platform does not show (yet)."""


def _read(work: Work, api: MercadoLivreClient, window: ReadWindow, starts: date) -> _Read:
    name = "last_updated" if window.field == CHANGED else "date_created"
    found = search_claims(api, name, window.since, window.until)  # type: ignore[arg-type]
    read = _Read()
    to_follow: dict[int, tuple[date, bool]] = {}
    for claim in found:
        day = _opened(claim)
        if day >= starts:
            read.claims.append(RawRow(day, claim.id, claim.payload, claim.hash))
            if claim.value.has_return:
                to_follow[claim.value.id] = day, False
    if window.field == CHANGED:
        with work.store.transaction() as conn:
            since = business_day(work.clock()) - FOLLOWED_FOR
            values = {"client_id": work.client_id, "since": since, "ends": list(RETURN_ENDS)}
            known = {key: (day, ended) for key, day, ended in conn.execute(_TO_FOLLOW, values)}
        to_follow = known | to_follow

    def ask(claim_id: int, ended: bool) -> tuple[RawRecord[ClaimReturn] | None, RawRecord[ReturnCost] | None]:
        return None if ended else claim_return(api, claim_id), return_cost(api, claim_id)

    followed = sorted(to_follow.items())
    answers = side_by_side(lambda claim: ask(claim[0], claim[1][1]), followed)
    for (_, (day, ended)), (returned, cost) in zip(followed, answers, strict=True):
        if returned is not None:
            read.returns.append(RawRow(day, returned.id, returned.payload, returned.hash))
        elif not ended:
            read.not_shown += 1
        if cost is not None:
            read.costs.append(RawRow(day, cost.id, cost.payload, cost.hash))
    return read


def _opened(claim: RawRecord[Claim]) -> date:
    return business_day(parse_instant(claim.value.date_created))


def _store(
    work: Work, window: ReadWindow, read: _Read, starts: date, now: datetime, requests: int, api: MercadoLivreClient
) -> Outcome:
    settled = [day for day in window.days if day >= starts]
    total = Outcome(requests=requests, days_done=set(settled))
    total.unknown_fields = {n for n in api.unknown_fields if n.startswith(("Claim", "ReturnCost"))}
    if read.not_shown:
        total.notes.append(f"{read.not_shown} devolução(ões) que a plataforma anuncia e ainda não mostra")
    with work.store.transaction() as conn:
        lock_client(conn, work.client_id)
        changed: set[str] = set()
        for table, rows in (("claims", read.claims), ("returns", read.returns), ("return_costs", read.costs)):
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
