"""``viang reprocess``: collect a period of one client again and rebuild it, or predict exactly what that would do."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer
from rich.table import Table

from viang_pipeline.automation.decisions import changed_ranges
from viang_pipeline.automation.in_process import RunReport, open_instance, run_range
from viang_pipeline.cli.console import DONE, DONE_IN_PART, FAILED, out, parse_day, ready_database, show
from viang_pipeline.cli.runs import step_status, written_rows
from viang_pipeline.collect.platforms import mercado_livre_oauth
from viang_pipeline.collect.work import Outcome
from viang_pipeline.domain.business_day import days_between, last_closed_day
from viang_pipeline.failures import UsageError
from viang_pipeline.marts.rehearse import SOURCES, rehearse
from viang_pipeline.settings import load_settings
from viang_pipeline.warehouse import clients


def reprocess(
    client_id: Annotated[str, typer.Option(help="Cliente.")],
    data_inicio: Annotated[date, typer.Option(help="Primeiro dia.", parser=parse_day, metavar="AAAA-MM-DD")],
    data_fim: Annotated[
        date | None, typer.Option(help="Último dia; sem ele, ontem.", parser=parse_day, metavar="AAAA-MM-DD")
    ] = None,
    fonte: Annotated[list[str] | None, typer.Option(help="Só esta fonte; pode repetir.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Mostra o que mudaria e não grava nada.")] = False,
) -> None:
    """Coleta de novo e reconstrói um período de um cliente."""
    unknown = set(fonte or ()) - set(SOURCES)
    if unknown:
        raise UsageError(f"Fonte desconhecida: {', '.join(sorted(unknown))}. Fontes: {', '.join(SOURCES)}")
    settings = load_settings()
    mercado_livre_oauth(settings)  # a missing setting is said before anything starts
    now = settings.clock()()
    database = ready_database(settings)
    with database.transaction() as conn:
        client = clients.get(conn, client_id)
    first, last = max(data_inicio, client.inicio_historico), min(data_fim or last_closed_day(now), last_closed_day(now))
    if first > last:
        raise UsageError(
            f"{client_id}: nenhum dia fechado no período; o histórico vai de {client.inicio_historico} a "
            f"{last_closed_day(now)}"
        )
    if dry_run:
        chunks = [days_between(*chunk) for chunk in changed_ranges(days_between(first, last))]
        with out.status("Ensaiando: lendo a plataforma sem gravar nada…"):
            plan = rehearse(settings, database, client_id, chunks, fonte or SOURCES)
        show(_plan(client_id, first, last, plan))
        return
    with open_instance(settings) as instance, step_status(client_id) as on_step:
        reports = run_range(
            instance, "reprocess", client_id, first, last, starts=client.inicio_historico, now=now, on_step=on_step,
            sources=fonte or (),
        )  # fmt: skip
    show(_summary(client_id, reports, written_rows(database, [r.run_id for r in reports])))
    good = sum(report.success for report in reports)
    raise typer.Exit(DONE if good == len(reports) else DONE_IN_PART if good else FAILED)


def _plan(client_id: str, first: date, last: date, plan: dict[str, Outcome]) -> Table:
    table = Table(title=f"Ensaio: {client_id}, {first} a {last}; nada foi gravado")
    table.add_column("etapa")
    for name in ("chamadas", "dias", "linhas lidas", "linhas que mudariam", "inalteradas"):
        table.add_column(name, justify="right")
    for name, outcome in plan.items():
        table.add_row(
            name,
            str(outcome.requests),
            str(len(outcome.days_done)),
            str(outcome.read),
            str(outcome.written),
            str(outcome.unchanged),
        )
    return table


def _summary(client_id: str, reports: list[RunReport], rows: dict[str, tuple[int, int, int, int]]) -> Table:
    table = Table(title=f"Reprocessamento de {client_id}")
    table.add_column("etapa")
    for name in ("chamadas", "linhas lidas", "linhas gravadas", "inalteradas"):
        table.add_column(name, justify="right")
    for name, counts in rows.items():
        table.add_row(name, *map(str, counts))
    for report in reports:
        for failure in report.failures:
            out.print(f"{report.first} a {report.last}: {failure}", style="red", markup=False, soft_wrap=True)
    return table
