"""Shipments, their history and their costs into raw tables: one read per distinct shipment, stored in batches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import psycopg

from viang_pipeline.collect.shipment_plan import Seen, ToRead, has_ended, next_look, to_read
from viang_pipeline.collect.work import Outcome, PartialCollectionError, Work
from viang_pipeline.domain.business_day import day_start, last_closed_day
from viang_pipeline.failures import SourceFailure
from viang_pipeline.sources.mercado_livre.client import MercadoLivreClient
from viang_pipeline.sources.mercado_livre.payloads import Shipment, ShipmentCosts, ShipmentHistory
from viang_pipeline.sources.payloads import RawRecord
from viang_pipeline.sources.side_by_side import side_by_side
from viang_pipeline.warehouse import ledgers
from viang_pipeline.warehouse.load import RawRow, upsert_raw
from viang_pipeline.warehouse.locks import lock_client

SOURCE = "mercado_livre"
RESOURCE = "shipments"
BATCH = 200
STILL_MOVING = timedelta(days=45)
"""How far back the nightly run looks for shipments that are due, whatever day it was asked for."""

_SEEN = """
    with pedidos as (
        select
            payload #>> '{shipping,id}' as envio,
            dia,
            lido_em,
            payload ->> 'status' in ('cancelled', 'pending_cancel') or payload -> 'tags' ? 'unfulfilled' as cancelado
        from raw.mercado_livre_orders
        where client_id = %(client_id)s and payload #>> '{shipping,id}' in (
            select payload #>> '{shipping,id}' from raw.mercado_livre_orders
            where client_id = %(client_id)s
              and (dia = any(%(days)s) or dia between %(since)s and %(until)s or lido_em >= %(stored_since)s)
        )
    ),
    envios as (
        select
            envio,
            min(dia) as primeiro_dia,
            count(*) filter (where cancelado) as cancelados,
            max(lido_em) filter (where cancelado) as cancelamento_lido_em
        from pedidos group by envio
    )
    select
        envios.envio,
        envios.primeiro_dia,
        envios.cancelados,
        leitura.envio is not null,
        coalesce(leitura.custo_observado, false),
        coalesce(leitura.terminal, false),
        coalesce(leitura.cancelados, 0),
        leitura.proxima_em,
        coalesce(envios.cancelamento_lido_em > leitura.lido_em, false)
    from envios
    left join dashboard.shipment_readings as leitura
      on leitura.client_id = %(client_id)s and leitura.envio = envios.envio
    order by envios.primeiro_dia desc, envios.envio
"""


@dataclass
class _Batch:
    """Complete answers not yet stored."""

    shipments: list[RawRow] = field(default_factory=list)
    histories: list[RawRow] = field(default_factory=list)
    costs: list[RawRow] = field(default_factory=list)
    readings: list[tuple[str, bool, bool, int, date | None]] = field(default_factory=list)


def collect_shipments(work: Work, api: MercadoLivreClient, days: Iterable[date]) -> Outcome:
    """Read what is due of the shipments of the days' orders and, with yesterday among them, of the last 45 days.

    With yesterday among them, orders stored anew in that time count too, however old the sale: a full refund or a
    chargeback comes months later (kpis.md §3). A shipment that is not there yet stays unobserved. Raises
    PartialCollectionError when a read fails: what was read before is stored, the rest is untouched and
    ``source_reads`` says so.
    """
    now = work.clock()
    started = now
    yesterday = last_closed_day(now)
    wanted = sorted(day for day in days if day <= yesterday)
    with work.store.transaction() as conn:
        seen = _seen(conn, work.client_id, wanted, yesterday)
    today = yesterday + timedelta(days=1)
    plan = [(item, ask) for item in seen if (ask := to_read(item, today)) is not None]
    total = Outcome()
    before = api.http.requests
    failure: SourceFailure | None = None
    try:
        for start in range(0, len(plan), BATCH):
            batch = _Batch()
            try:
                for found in side_by_side(lambda due: _ask(api, *due), plan[start : start + BATCH]):
                    _take(found, today, batch)
            finally:
                total.add(_store(work, batch, now))
    except SourceFailure as problem:
        failure = problem
    total.requests = api.http.requests - before
    total.days_done = set() if failure else set(wanted)
    total.unknown_fields = {name for name in api.unknown_fields if name.startswith("Shipment")}
    _record(work, wanted, total, failure, started, due=len(plan))
    if failure is not None:
        raise PartialCollectionError(total, failure) from failure
    return total


def _seen(conn: psycopg.Connection, client_id: str, wanted: list[date], yesterday: date) -> list[Seen]:
    nightly = yesterday in wanted
    since = yesterday - STILL_MOVING if nightly else yesterday + timedelta(days=2)
    until = yesterday + timedelta(days=1)
    stored_since = day_start(since)
    rows = conn.execute(
        _SEEN,
        {"client_id": client_id, "days": wanted, "since": since, "until": until, "stored_since": stored_since},
    )
    return [Seen(*row) for row in rows]


@dataclass(frozen=True)
class _Answers:
    """What the platform says of one shipment now."""

    item: Seen
    asked: ToRead
    ended: bool
    shipment: RawRecord[Shipment] | None
    history: RawRecord[ShipmentHistory] | None
    costs: RawRecord[ShipmentCosts] | None


def _ask(api: MercadoLivreClient, item: Seen, ask: ToRead) -> _Answers:
    shipment = api.shipment(int(item.shipment)) if ask.status else None
    ended = item.terminal or (shipment is not None and has_ended(shipment.value.status, shipment.value.substatus))
    costs = api.shipment_costs(int(item.shipment)) if ask.costs or (ended and not item.terminal) else None
    history = api.shipment_history(int(item.shipment)) if ask.history else None
    return _Answers(item, ask, ended, shipment, history, costs)


def _take(found: _Answers, today: date, batch: _Batch) -> None:
    item, costs = found.item, found.costs
    if found.asked.status and found.shipment is None:
        return  # announced by its order, not there yet: the next night asks again
    if found.asked.history and found.history is None:
        return
    for answer, rows in ((found.shipment, batch.shipments), (found.history, batch.histories), (costs, batch.costs)):
        if answer is not None:
            rows.append(_row(item, answer))
    batch.readings.append(
        (
            item.shipment,
            item.cost_observed or (costs is not None and costs.value.seller_cost is not None),
            found.ended,
            item.cancelled,
            None if found.ended else next_look(item.first_day, today),
        )
    )


def _row(item: Seen, found: RawRecord) -> RawRow:  # type: ignore[type-arg]
    return RawRow(dia=item.first_day, chave=item.shipment, payload=found.payload, hash=found.hash)


def _store(work: Work, batch: _Batch, now: datetime) -> Outcome:
    if not batch.readings:
        return Outcome()
    outcome = Outcome()
    with work.store.transaction() as conn:
        lock_client(conn, work.client_id)
        changed: set[str] = set()
        for table, rows in (
            ("raw.mercado_livre_shipments", batch.shipments),
            ("raw.mercado_livre_shipment_history", batch.histories),
            ("raw.mercado_livre_shipment_costs", batch.costs),
        ):
            write = upsert_raw(conn, table, work.client_id, rows, read_at=now)
            outcome.read += len(rows)
            outcome.written += write.inserted + write.updated
            outcome.unchanged += write.unchanged
            changed |= write.changed_keys
        days = conn.execute(
            "select distinct dia from raw.mercado_livre_orders"
            " where client_id = %s and payload #>> '{shipping,id}' = any(%s)",
            [work.client_id, list(changed)],
        )
        touched = {day for (day,) in days}
        ledgers.touch_days(conn, work.client_id, touched)
        with conn.cursor() as cursor:
            cursor.executemany(
                """
                insert into dashboard.shipment_readings
                    (client_id, envio, lido_em, custo_observado, terminal, cancelados, proxima_em)
                values (%s, %s, %s, %s, %s, %s, %s)
                on conflict (client_id, envio) do update set
                    lido_em = excluded.lido_em, custo_observado = excluded.custo_observado,
                    terminal = excluded.terminal, cancelados = excluded.cancelados, proxima_em = excluded.proxima_em
                """,
                [(work.client_id, envio, now, *rest) for envio, *rest in batch.readings],
            )
    closed = last_closed_day(now)
    outcome.days_changed = {day for day in touched if day <= closed}
    return outcome


def _record(
    work: Work, days: list[date], total: Outcome, failure: SourceFailure | None, started: datetime, due: int
) -> None:
    with work.store.transaction() as conn:
        at = work.clock()
        if failure is None:
            ledgers.mark_read(conn, work.client_id, SOURCE, RESOURCE, days, at)
        else:
            ledgers.mark_unread(conn, work.client_id, SOURCE, RESOURCE, days, at, str(failure))
        status: ledgers.Status = "success"
        if failure is not None:
            status = "partial" if total.written or total.unchanged else "error"
        detail: dict[str, object] = {"devidos": due, "campos_desconhecidos": sorted(total.unknown_fields)}
        if failure is not None:
            detail["erro"] = str(failure)
        ledgers.log_update(
            conn,
            ledgers.UpdateEntry(
                run_id=work.run_id,
                job_name=work.job_name,
                client_id=work.client_id,
                source=SOURCE,
                resource=RESOURCE,
                janela_inicio=None,
                janela_fim=None,
                status=status,
                iniciado_em=started,
                terminado_em=at,
                requisicoes=total.requests,
                linhas_lidas=total.read,
                linhas_escritas=total.written,
                linhas_inalteradas=total.unchanged,
                detail=detail,
            ),
        )
