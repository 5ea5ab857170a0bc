"""``order_match``: what each order of Bling and UpSeller is for us, decided anew from everything stored (R14, §13.7).

An order of Mercado Livre may be read long after the one that stands for it in an ERP, so the whole client is matched at
every build; what did not change is not written.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import psycopg

from viang_pipeline.collect.work import Outcome, Work
from viang_pipeline.domain.business_day import business_day
from viang_pipeline.domain.order_match import UNMATCHED, Match, match_orders
from viang_pipeline.marts.channels import read_found, read_sold, read_stores
from viang_pipeline.marts.provenance import provenance
from viang_pipeline.warehouse import ledgers
from viang_pipeline.warehouse.load import converge
from viang_pipeline.warehouse.locks import lock_client

COLUMNS = (
    "fonte", "chave", "dia", "canal", "numero", "situacao", "criterio", "pedidos", "motivo", "maturidade"
)  # fmt: skip
SETTLED = timedelta(days=7)
"""After a day its orders should all be there (kpis.md §7)."""


def build_order_match(work: Work, days: Iterable[date]) -> Outcome:
    """Make the table hold the client's ERP orders; ``days`` are settled by it, whichever they are."""
    total = Outcome(days_done=set(days))
    with work.store.transaction() as conn:
        lock_client(conn, work.client_id)
        found = read_found(conn, work.client_id, read_stores(conn, work.client_id)).orders
        sold = read_sold(conn, work.client_id, sorted({order.number for order in found if order.number}))
        settled = _settled_until(conn, work.client_id)
        result = converge(
            conn,
            table="dashboard.order_match",
            key=("client_id", "fonte", "chave"),
            columns=COLUMNS,
            constants=provenance(work, work.clock()),
            volatile=("run_id", "calculado_em"),
            rows=[_row(match, settled) for match in match_orders(found, sold)],
            scope=("client_id = %s", [work.client_id]),
        )
    total.read, total.written, total.unchanged = result.read, result.written, result.unchanged
    return total


def _settled_until(conn: psycopg.Connection, client_id: str) -> date:
    """The last day whose Mercado Livre orders should not grow any more."""
    read = ledgers.cursor(conn, client_id, "mercado_livre", "orders")
    return date.min if read is None else business_day(read) - SETTLED


def _row(match: Match, settled: date) -> tuple[object, ...]:
    order = match.order
    final = match.standing != UNMATCHED or order.day <= settled
    return (
        order.source, order.key, order.day, order.channel, order.number, match.standing, match.by, list(match.orders),
        match.reason, "final" if final else "preliminar",
    )  # fmt: skip
