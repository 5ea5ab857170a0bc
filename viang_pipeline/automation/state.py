"""What sensors look at: a few small queries of our own tables and of the run queue. No outside call ever."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import dagster as dg
import psycopg

from viang_pipeline.partitions import clients_of

IN_PROGRESS = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


class ClientState(NamedTuple):
    """One active, connected client. ``complete``: days whose orders were read completely."""

    client_id: str
    starts: date
    complete: frozenset[date]


def registered_clients(conn: psycopg.Connection) -> list[str]:
    """Clients that have partitions: active and paused ones."""
    rows = conn.execute("select client_id from dashboard.clients where status in ('ativo', 'pausado') order by 1")
    return [client_id for (client_id,) in rows]


def active_clients(conn: psycopg.Connection) -> list[ClientState]:
    """Active clients whose Mercado Livre grant works, with what was read of their orders."""
    rows = conn.execute(
        """
        select
            cliente.client_id,
            cliente.inicio_historico,
            coalesce(
                array_agg(leitura.dia) filter (where leitura.completo and leitura.dia >= cliente.inicio_historico), '{}'
            )
        from dashboard.clients as cliente
        join dashboard.api_tokens as token
          on token.client_id = cliente.client_id and token.platform = 'mercado_livre' and token.status = 'ativo'
        left join dashboard.source_reads as leitura
          on leitura.client_id = cliente.client_id
         and leitura.source = 'mercado_livre' and leitura.resource = 'orders'
        where cliente.status = 'ativo'
        group by cliente.client_id, cliente.inicio_historico
        order by cliente.client_id
        """
    )
    return [ClientState(client_id, starts, frozenset(days)) for client_id, starts, days in rows]


def clients_with_runs(instance: dg.DagsterInstance) -> set[str]:
    """Clients that have a run queued or in progress, backfills of many clients included: left alone until it ends."""
    runs = instance.get_runs(dg.RunsFilter(statuses=IN_PROGRESS))
    return {client_id for run in runs for client_id in clients_of(run.tags, instance)}


OTHER_SOURCES = ("shipments", "listings", "visits", "ads", "claims", "discounts")
"""What a day with orders should have been read of besides. Not photos, which no later read can take, and not bills,
whose periods close weeks after the day."""


def unread_sources(conn: psycopg.Connection, since: date) -> dict[str, dict[str, frozenset[date]]]:
    """Client → resource → days from ``since`` on whose orders were read completely and that resource was not."""
    rows = conn.execute(
        """
        select pedidos.client_id, recurso, array_agg(pedidos.dia)
        from dashboard.source_reads as pedidos
        cross join unnest(%s::text[]) as recurso
        where pedidos.source = 'mercado_livre' and pedidos.resource = 'orders' and pedidos.completo
          and pedidos.dia >= %s
          and not exists (
              select from dashboard.source_reads as leitura
              where (leitura.client_id, leitura.source, leitura.resource, leitura.dia)
                  = (pedidos.client_id, pedidos.source, recurso, pedidos.dia) and leitura.completo
          )
        group by pedidos.client_id, recurso order by pedidos.client_id, recurso
        """,
        [list(OTHER_SOURCES), since],
    )
    found: dict[str, dict[str, frozenset[date]]] = {}
    for client_id, resource, days in rows:
        found.setdefault(client_id, {})[resource] = frozenset(days)
    return found
