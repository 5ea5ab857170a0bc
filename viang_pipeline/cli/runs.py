"""What commands that run jobs share: progress on a terminal or plain lines, the run over stale days, the audit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta

import dagster as dg

from viang_pipeline.automation.decisions import REACH, changed_ranges, owed_chunk
from viang_pipeline.automation.in_process import RunReport, Step, run_range
from viang_pipeline.automation.state import unread_sources
from viang_pipeline.cli.console import out
from viang_pipeline.domain.business_day import last_closed_day
from viang_pipeline.warehouse import ledgers
from viang_pipeline.warehouse.database import Database

STEPS = {
    "mercado_livre__orders": "lendo pedidos",
    "mercado_livre__shipments": "lendo envios e fretes",
    "mercado_livre__listings": "lendo anúncios",
    "mercado_livre__visits": "lendo visitas",
    "mercado_livre__stock": "fotografando o estoque",
    "mercado_livre__account": "fotografando a reputação",
    "mercado_livre__ads": "lendo Ads",
    "mercado_livre__claims": "lendo reclamações",
    "mercado_livre__billing": "lendo faturas",
    "mercado_livre__discounts": "lendo descontos",
    "bling__reference": "lendo cadastros do Bling",
    "bling__orders": "lendo pedidos do Bling",
    "bling__products": "lendo produtos do Bling",
    "bling__stock": "fotografando o estoque do Bling",
    "bling__finance": "lendo contas do Bling",
    "bling__invoices": "lendo notas do Bling",
    "upseller__files": "importando arquivos do UpSeller",
    "upseller__stock": "fotografando o estoque do UpSeller",
    "fact_order_line": "montando linhas de pedido",
    "fact_visits": "distribuindo visitas",
    "fact_stock": "montando o estoque",
    "fact_account": "montando a reputação",
    "fact_ads": "distribuindo Ads",
    "fact_claim_line": "ligando reclamações a vendas",
    "fact_billing": "repartindo faturas",
    "fact_order_discount": "montando descontos",
    "fact_sku_day": "somando SKU por dia",
    "agg_client_day": "somando cliente por dia",
    "reconciliation": "conferindo com faturas e painel",
    "sku_portfolio": "classificando a carteira",
    "fact_expense_month": "somando despesas por mês",
    "insights": "escrevendo o texto do período",
    "order_match": "casando pedidos dos ERPs",
}


@contextmanager
def step_status(client_id: str) -> Iterator[Step]:
    """A function that shows the step in progress: a spinner on a terminal, one line per step otherwise."""
    if not out.is_terminal:
        yield lambda step: out.print(f"{client_id}: {STEPS[step]}") if step in STEPS else None
        return
    with out.status(f"{client_id}: começando…") as status:
        yield lambda step: status.update(f"{client_id}: {STEPS.get(step, 'conferindo')}…")


def rebuild_stale(
    instance: dg.DagsterInstance, database: Database, client_id: str, starts: date, now: datetime, on_step: Step
) -> list[RunReport]:
    """Rebuild the marts of every day that is older than its input, without any call; no run when there is none."""
    with database.transaction() as conn:
        stale = ledgers.stale_days(conn, client_id, last_closed=last_closed_day(now)).get(client_id)
    if not stale:
        return []
    first, last = changed_ranges(stale)[0]  # the run takes the other stale days along
    return run_range(instance, "rebuild_marts", client_id, first, last, starts=starts, now=now, on_step=on_step)


def read_owed(
    instance: dg.DagsterInstance,
    database: Database,
    client_id: str,
    before: date,
    starts: date,
    now: datetime,
    on_step: Step,
) -> list[RunReport]:
    """Read what days ``before`` a date still lack although their orders are there: a source failed, or the run died
    before it came to it. No run when nothing is owed. With the daemon the sensor ``catch_up_sources`` does this."""
    with database.transaction() as conn:
        unread = unread_sources(conn, last_closed_day(now) - timedelta(days=REACH - 1)).get(client_id, {})
    owed = owed_chunk({asset: {day for day in days if day < before} for asset, days in unread.items()}, now)
    if owed is None:
        return []
    (first, last), assets = owed
    return run_range(
        instance, "reprocess", client_id, first, last, starts=starts, now=now, on_step=on_step, sources=assets
    )


def written_rows(database: Database, run_ids: Sequence[str]) -> dict[str, tuple[int, int, int, int]]:
    """Stage → (calls, rows read, written, unchanged) of some runs, from ``updates_log``."""
    with database.transaction() as conn:
        rows = conn.execute(
            """
            select source, resource, sum(requisicoes)::int, sum(linhas_lidas)::int, sum(linhas_escritas)::int,
                   sum(linhas_inalteradas)::int
            from dashboard.updates_log where run_id = any(%s) and resource is not null
            group by source, resource order by min(id)
            """,
            [list(run_ids)],
        ).fetchall()
    return {
        resource if source == "marts" else f"{source}/{resource}": (calls, read, written, unchanged)
        for source, resource, calls, read, written, unchanged in rows
    }
