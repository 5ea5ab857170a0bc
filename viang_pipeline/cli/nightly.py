"""``viang nightly``: the night of ``daily_update`` in this process, for cron hosts and rehearsals."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

import psycopg
import typer

from viang_pipeline.automation.in_process import open_instance, run_range
from viang_pipeline.automation.state import ClientState, active_clients
from viang_pipeline.cli.console import DONE, DONE_IN_PART, FAILED, err, out, ready_database
from viang_pipeline.cli.runs import read_owed, rebuild_stale, step_status, written_rows
from viang_pipeline.collect.platforms import mercado_livre_oauth
from viang_pipeline.domain.business_day import last_closed_day
from viang_pipeline.failures import UsageError
from viang_pipeline.marts.aggregates import CLIENT_DAY
from viang_pipeline.metabase.refresh import refresh_metabase
from viang_pipeline.settings import load_settings
from viang_pipeline.warehouse.restatement_ledger import shown_days


def nightly(
    client_id: Annotated[str | None, typer.Option(help="Só este cliente.")] = None,
) -> None:
    """Faz agora a noite de todos os clientes ativos e conectados."""
    settings = load_settings()
    now = settings.clock()()
    yesterday = last_closed_day(now)
    mercado_livre_oauth(settings)  # a missing setting is said once, not once per client
    database = ready_database(settings)
    with database.transaction() as conn:
        wanted = [c for c in active_clients(conn) if client_id in (None, c.client_id) and c.starts <= yesterday]
    if not wanted:
        raise UsageError("Nenhum cliente ativo e conectado" + (f" com o nome {client_id}" if client_id else ""))
    good = 0
    with open_instance(settings) as instance:
        for client in wanted:
            with database.transaction() as conn:
                first = first_day(conn, client, yesterday)
            with step_status(client.client_id) as on_step:
                reports = run_range(
                    instance, "daily_update", client.client_id, first, yesterday,
                    starts=client.starts, now=now, on_step=on_step,
                )  # fmt: skip
                # Nobody else asks for what an earlier night that died or failed left unread.
                reports += read_owed(instance, database, client.client_id, first, client.starts, now, on_step)
                # A source that failed stopped the marts that need it; what was read is built without it.
                reports += rebuild_stale(instance, database, client.client_id, client.starts, now, on_step)
            rows = written_rows(database, [report.run_id for report in reports])
            success = all(report.success for report in reports)
            good += success
            written = sum(counts[2] for counts in rows.values())
            calls = sum(counts[0] for counts in rows.values())
            state = "[green]completo[/green]" if success else "[red]com falhas[/red]"
            out.print(f"{client.client_id}: {state}, {calls} chamadas, {written} linhas gravadas")
            for report in reports:
                for failure in report.failures:
                    err.print(failure, style="red", markup=False, soft_wrap=True)
    refreshed = refresh_metabase(settings, database, "viang nightly")
    if refreshed is not None:
        out.print(f"Metabase: {', '.join(refreshed.done) or 'nada feito'}", markup=False)
        if refreshed.warning is not None:
            err.print(f"aviso: {refreshed.warning}", style="yellow", markup=False, soft_wrap=True)
    raise typer.Exit(DONE if good == len(wanted) else DONE_IN_PART if good else FAILED)


def first_day(conn: psycopg.Connection, client: ClientState, yesterday: date) -> date:
    """The first day a night reads: after the last one that was shown, and a new client gets its whole history.

    Missed nights come along, and so do those that died before their days were shown: built from half of their reads,
    they would be shown now and restated by what is read a minute later.
    """
    shown = shown_days(conn, client.client_id, CLIENT_DAY.seen, client.complete)
    return min(max(shown) + timedelta(days=1), yesterday) if shown else client.starts
