"""``viang import``: files people bring."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from viang_pipeline.cli import upseller
from viang_pipeline.cli.console import out, read_file, ready_database, show
from viang_pipeline.collect.panel import read_panel_file, store_panel_figures
from viang_pipeline.collect.work import Work
from viang_pipeline.domain.business_day import last_closed_day
from viang_pipeline.domain.panel import FIGURES
from viang_pipeline.marts.build import RECONCILIATION, build_mart
from viang_pipeline.settings import load_settings
from viang_pipeline.warehouse import clients
from viang_pipeline.warehouse.database import Database

app = typer.Typer(help="Arquivos trazidos por pessoas.", no_args_is_help=True)

app.command("upseller")(upseller.import_files)
app.command("upseller-probe")(upseller.probe)

JOB = "import_painel"


@app.command()
def painel(
    arquivo: Annotated[Path, typer.Argument(metavar="ARQUIVO", help="CSV: data_inicio,data_fim e números do painel.")],
    client_id: Annotated[str, typer.Option(help="Cliente.")],
) -> None:
    """Guarda números lidos no painel do vendedor e mostra se conferem com os nossos."""
    settings = load_settings()
    clock = settings.clock()
    database = ready_database(settings)
    with database.transaction() as conn:
        clients.get(conn, client_id)
    figures = read_panel_file(read_file(arquivo), last_closed_day(clock()))
    with database.transaction() as conn:
        written, unchanged = store_panel_figures(conn, client_id, figures, clock())
    build_mart(Work(database, client_id, JOB, JOB, clock), RECONCILIATION, [])
    out.print(f"{client_id}: {written} números guardados, {unchanged} já estavam assim.", markup=False)
    show(_verdicts(database, client_id, {f"{figure.first}/{figure.last}" for figure in figures}))


def _verdicts(database: Database, client_id: str, windows: set[str]) -> Table:
    with database.transaction() as conn:
        rows = conn.execute(
            "select periodo, item, nosso, informado, diferenca, coalesce(confere, '–'), coalesce(motivo, '')"
            " from dashboard.vw_reconciliation where client_id = %s and fonte = 'painel' and periodo = any(%s)"
            " order by periodo, item",
            [client_id, sorted(windows)],
        ).fetchall()
    table = Table("Dias", "Número do painel", "Nosso", "Painel", "Diferença", "Confere", "Observação")
    for window, item, ours, theirs, difference, agrees, reason in rows:
        values = map(_shown, (ours, theirs, difference))
        table.add_row(window, FIGURES[item].label, *values, agrees, reason)
    return table


def _shown(value: Decimal | None) -> str:
    return "–" if value is None else f"{value.normalize():f}".replace(".", ",")
