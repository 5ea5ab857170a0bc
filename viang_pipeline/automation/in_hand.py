"""What the pipeline will do by itself, in sentences for people: loads, rebuilds, readings to repeat, mail, slow rates.

From the same stored state and the same decisions as the sensors; nothing here needs anybody.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import psycopg

from viang_pipeline.automation import decisions
from viang_pipeline.automation.state import active_clients, unread_sources
from viang_pipeline.domain.business_day import FIRST_DAY, SAO_PAULO, days_between, last_closed_day
from viang_pipeline.warehouse import ledgers

REACH = timedelta(days=89)
"""Days back for which every source still answers."""

_SLOWED = """
    select escopo, ritmo, case when contido_ate > clock_timestamp() + interval '30 s' then contido_ate end
    from dashboard.rate_budgets
    where recusado_em > clock_timestamp() - interval '1 hour' or contido_ate > clock_timestamp() + interval '30 s'
    order by escopo
"""
_QUEUED = "select count(*) from dashboard.report_outbox where estado in ('pendente', 'enviando', 'entregando')"


def in_hand(conn: psycopg.Connection, now: datetime, client_id: str | None = None) -> list[str]:
    """One sentence per thing under way, of every client or of one."""
    return [*_readings(conn, now, client_id), *_rebuilds(conn, now, client_id), *_mail(conn), *_rates(conn)]


def _readings(conn: psycopg.Connection, now: datetime, client_id: str | None) -> list[str]:
    last = last_closed_day(now)
    owed = unread_sources(conn, last - REACH)
    found = []
    for client in active_clients(conn):
        if client_id not in (None, client.client_id):
            continue
        if decisions.first_load_chunk(client.starts, client.complete, now):
            begin = max(client.starts, FIRST_DAY)
            end = min(client.complete) - timedelta(days=1) if client.complete else last
            found.append(
                f"{client.client_id}: primeira carga, {_days(len(days_between(begin, end)))} a ler, de {begin} a {end}"
            )
        elif missed := decisions.missed_chunk(client.starts, client.complete, now):
            found.append(f"{client.client_id}: pedidos a ler de {missed[0]} a {missed[1]}")
        if chunk := decisions.owed_chunk(owed.get(client.client_id, {}), now):
            (first, end), sources = chunk
            found.append(f"{client.client_id}: {', '.join(sources)} a ler de {first} a {end}")
    return found


def _rebuilds(conn: psycopg.Connection, now: datetime, client_id: str | None) -> list[str]:
    stale = ledgers.stale_days(conn, client_id, last_closed=last_closed_day(now))
    return [f"{client}: {_days(len(days))} a reconstruir, de {days[0]} a {days[-1]}" for client, days in stale.items()]


def _days(count: int) -> str:
    return "1 dia" if count == 1 else f"{count} dias"


def _mail(conn: psycopg.Connection) -> list[str]:
    row = conn.execute(_QUEUED).fetchone()
    return [f"e-mails na fila: {row[0]}"] if row and row[0] else []


def _rates(conn: psycopg.Connection) -> list[str]:
    """Budgets the platform refused within the hour, or that wait. Their clock is the server's."""
    found = []
    for scope, rate, closed in conn.execute(_SLOWED):
        if closed is not None:
            found.append(f"{scope}: em pausa até {closed.astimezone(SAO_PAULO):%H:%M}, a pedido da plataforma")
        else:
            pace = "" if rate is None else f", agora {rate:.1f} chamadas por segundo".replace(".", ",")
            found.append(f"{scope}: a plataforma pediu menos chamadas na última hora{pace}")
    return found
