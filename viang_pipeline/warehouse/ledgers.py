"""What was read, what changed and what is still to be rebuilt, as rows other processes can decide from.

Functions on a caller's connection, one statement per call, inside the caller's transaction: updates_log,
source_reads, source_cursors, order_reads and day_state. Not here: the decision what to read or rebuild.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from importlib.resources import files
from typing import Literal

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from viang_pipeline.sources.redaction import scrub

Status = Literal["success", "partial", "error", "skipped"]


@dataclass(frozen=True, kw_only=True)
class UpdateEntry:
    """One row of ``dashboard.updates_log``: a run × client × source × window (product.md §4).

    Instants are aware; ``janela_fim`` is exclusive. ``detail`` holds counts and messages, never personal data.
    """

    run_id: str
    job_name: str
    status: Status
    iniciado_em: datetime
    terminado_em: datetime
    client_id: str | None = None
    source: str | None = None
    resource: str | None = None
    janela_inicio: datetime | None = None
    janela_fim: datetime | None = None
    requisicoes: int = 0
    linhas_lidas: int = 0
    linhas_escritas: int = 0
    linhas_inalteradas: int = 0
    detail: Mapping[str, object] = field(default_factory=dict)


def log_update(conn: psycopg.Connection, entry: UpdateEntry) -> None:
    """Append one row to the audit; every text inside ``detail`` is scrubbed of secrets and personal data."""
    names = [each.name for each in fields(entry)]
    values = {name: getattr(entry, name) for name in names} | {"detail": Jsonb(_scrubbed(entry.detail))}
    statement = sql.SQL("insert into dashboard.updates_log ({}) values ({})").format(
        sql.SQL(", ").join(map(sql.Identifier, names)), sql.SQL(", ").join(map(sql.Placeholder, names))
    )
    conn.execute(statement, values)


def _scrubbed(value: object) -> object:
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, Mapping):
        return {str(key): _scrubbed(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_scrubbed(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return [_scrubbed(item) for item in sorted(value, key=str)]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return scrub(str(value))


def mark_read(
    conn: psycopg.Connection, client_id: str, source: str, resource: str, days: Iterable[date], at: datetime
) -> None:
    """These days were read completely at ``at``."""
    _mark(conn, client_id, source, resource, days, at, reason=None)


def mark_unread(
    conn: psycopg.Connection,
    client_id: str,
    source: str,
    resource: str,
    days: Iterable[date],
    at: datetime,
    reason: str,
) -> None:
    """An attempt at ``at`` failed for ``reason``; a day that was complete before stays complete."""
    _mark(conn, client_id, source, resource, days, at, reason=scrub(reason) or "sem motivo")


def _mark(
    conn: psycopg.Connection,
    client_id: str,
    source: str,
    resource: str,
    days: Iterable[date],
    at: datetime,
    *,
    reason: str | None,
) -> None:
    values = {"client_id": client_id, "source": source, "resource": resource, "at": at, "motivo": reason}
    statement = files("viang_pipeline.warehouse").joinpath("mark_days.sql").read_bytes()
    conn.execute(statement, values | {"days": list(days)})


def note_order_read(
    conn: psycopg.Connection,
    client_id: str,
    source: str,
    window: tuple[str, datetime, datetime],
    *,
    announced: int,
    stored: int,
    at: datetime,
) -> None:
    """A search for orders over ``window`` (field, since, until) was stored: ``completude_pedidos`` of kpis.md §5.10.

    ``updates_log`` says it too, among messages of failures; readers are let in to this table, which holds counts only.
    """
    conn.execute(
        "insert into dashboard.order_reads"
        " (client_id, source, lido_em, filtro, janela_inicio, janela_fim, anunciados, guardados)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s)"
        " on conflict (client_id, source, lido_em, filtro, janela_inicio) do update set"
        " (janela_fim, anunciados, guardados) = (excluded.janela_fim, excluded.anunciados, excluded.guardados)",
        [client_id, source, at, *window, announced, stored],
    )


def complete_days(
    conn: psycopg.Connection, client_id: str, source: str, resource: str, first: date, last: date
) -> set[date]:
    """The days of [first, last] that were read completely at least once."""
    rows = conn.execute(
        "select dia from dashboard.source_reads where completo and dia between %s and %s"
        " and (client_id, source, resource) = (%s, %s, %s)",
        [first, last, client_id, source, resource],
    )
    return {row[0] for row in rows}


_SELLS_ELSEWHERE_ONLY = """
    not exists (
        select from dashboard.api_tokens as token
        where token.client_id = estado.client_id and token.platform = 'mercado_livre'
    ) and not exists (
        select from dashboard.source_reads as leitura
        where leitura.client_id = estado.client_id
          and leitura.source = 'mercado_livre' and leitura.resource = 'orders' and leitura.completo
    ) and (
        exists (
            select from raw.upseller_orders as pedido
            where pedido.client_id = estado.client_id and pedido.payload ->> 'platform' <> 'mercado_livre'
        ) or exists (
            select from dashboard.clients as cliente
            where cliente.client_id = estado.client_id and cliente.canais_bling <> '{}'
        )
    )
"""
"""Mercado Livre was neither connected nor ever read, and other sources may bring sales."""

_TOLD = f"""
    exists (
        select from dashboard.source_reads as leitura
        where leitura.client_id = estado.client_id and leitura.dia = estado.dia
          and leitura.source = 'mercado_livre' and leitura.resource = 'orders' and leitura.completo
    ) or {_SELLS_ELSEWHERE_ONLY} and (
        exists (
            select from raw.upseller_orders as pedido
            where pedido.client_id = estado.client_id and pedido.dia = estado.dia
              and pedido.payload ->> 'platform' <> 'mercado_livre'
        ) or exists (
            select from dashboard.source_reads as leitura
            join dashboard.clients as cliente using (client_id)
            where leitura.client_id = estado.client_id and leitura.dia = estado.dia
              and leitura.source = 'bling' and leitura.resource = 'orders' and leitura.completo
              and cliente.canais_bling <> '{{}}'
        )
    )
"""
"""A day ``estado`` has something to show: its Mercado Livre orders were read completely. Of a client that sells
elsewhere only, UpSeller's files name orders of the day, or the orders of the Bling stores it listed were read."""


def sells_elsewhere_only(conn: psycopg.Connection, client_id: str) -> bool:
    """Whether the client has sales of other channels and no Mercado Livre, whose days would have to be read first."""
    statement = f"select {_SELLS_ELSEWHERE_ONLY} from (values (%s)) as estado (client_id)"
    row = conn.execute(statement, [client_id]).fetchone()
    return bool(row and row[0])


def told_days(conn: psycopg.Connection, client_id: str, days: Iterable[date]) -> set[date]:
    """The days among these that have something to show."""
    rows = conn.execute(
        f"select estado.dia from (select %s::text as client_id, unnest(%s::date[]) as dia) as estado where {_TOLD}",
        [client_id, list(days)],
    )
    return {day for (day,) in rows}


def cursor(conn: psycopg.Connection, client_id: str, source: str, resource: str) -> datetime | None:
    """The instant up to which changes were seen; None before the first complete pass."""
    row = conn.execute(
        "select lido_ate from dashboard.source_cursors where (client_id, source, resource) = (%s, %s, %s)",
        [client_id, source, resource],
    ).fetchone()
    return row[0] if row else None


def move_cursor(
    conn: psycopg.Connection, client_id: str, source: str, resource: str, to: datetime, at: datetime
) -> None:
    """Changes were seen up to ``to``. An earlier instant than the stored one changes nothing."""
    conn.execute(
        "insert into dashboard.source_cursors as c (client_id, source, resource, lido_ate, atualizado_em)"
        " values (%s, %s, %s, %s, %s) on conflict (client_id, source, resource) do update set"
        " lido_ate = excluded.lido_ate, atualizado_em = excluded.atualizado_em where c.lido_ate < excluded.lido_ate",
        [client_id, source, resource, to, at],
    )


def touch_days(conn: psycopg.Connection, client_id: str, days: Iterable[date]) -> None:
    """The raw data of these days changed. Rows are locked in day order: two writers queue and never deadlock."""
    if touched := sorted(set(days)):
        conn.execute(
            "insert into dashboard.day_state as s (client_id, dia, bruto_rev)"
            " select %s, dia, 1 from unnest(%s::date[]) as dia order by dia"
            " on conflict (client_id, dia) do update set bruto_rev = s.bruto_rev + 1",
            [client_id, touched],
        )


def touch_sums(conn: psycopg.Connection, client_id: str, days: Iterable[date]) -> None:
    """An input of these days' sums changed that order lines do not depend on: ads, visits, stock, claims."""
    if touched := sorted(set(days)):
        conn.execute(
            "insert into dashboard.day_state as s (client_id, dia, linhas_rev)"
            " select %s, dia, 1 from unnest(%s::date[]) as dia order by dia"
            " on conflict (client_id, dia) do update set linhas_rev = s.linhas_rev + 1",
            [client_id, touched],
        )


def ensure_days(conn: psycopg.Connection, client_id: str, days: Iterable[date]) -> None:
    """These days have a row to lock and to count revisions in."""
    if touched := sorted(set(days)):
        conn.execute(
            "insert into dashboard.day_state (client_id, dia)"
            " select %s, dia from unnest(%s::date[]) as dia order by dia on conflict do nothing",
            [client_id, touched],
        )


def stale_days(
    conn: psycopg.Connection, client_id: str | None = None, *, last_closed: date, lines_only: bool = False
) -> dict[str, list[date]]:
    """Client → ascending days up to ``last_closed`` whose lines, SKU-days or client-day are older than their input.

    ``lines_only``: only days whose lines are. Only days that have something to show: of the others nothing was read
    completely yet.
    """
    rows = conn.execute(
        f"""
        select client_id, array_agg(dia order by dia) from dashboard.day_state as estado
        where (bruto_rev > linhas_de or not %(lines_only)s and (linhas_rev > sku_de or linhas_rev > cliente_de))
          and dia <= %(last_closed)s and (%(client_id)s::text is null or client_id = %(client_id)s)
          and ({_TOLD})
        group by client_id order by client_id
        """,
        {"last_closed": last_closed, "client_id": client_id, "lines_only": lines_only},
    )
    return dict(rows.fetchall())
