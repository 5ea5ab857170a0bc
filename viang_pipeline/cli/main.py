"""The command ``viang``: only the list of its commands. What each does stands in the file of its group."""

from __future__ import annotations

from typing import Annotated

import typer

from viang_pipeline.cli import clients, db, imports, mail, metabase, params
from viang_pipeline.cli.connect import connect
from viang_pipeline.cli.demo import demo
from viang_pipeline.cli.doctor import doctor
from viang_pipeline.cli.insight import insight
from viang_pipeline.cli.nightly import nightly
from viang_pipeline.cli.report import report
from viang_pipeline.cli.reprocess import reprocess
from viang_pipeline.cli.sandbox import sandbox
from viang_pipeline.cli.shell import Shell
from viang_pipeline.cli.status import status
from viang_pipeline.cli.tokens import refresh_tokens
from viang_pipeline.cli.up import up
from viang_pipeline.logs import set_up_logging
from viang_pipeline.settings import load_settings

app = typer.Typer(
    name="viang",
    cls=Shell,
    help="Dados do Mercado Livre, do Bling e do UpSeller em números diários confiáveis, por cliente e por SKU.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


@app.callback()
def start(
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Mostra também o andamento, não só avisos.")] = False,
) -> None:
    """Dados do Mercado Livre, do Bling e do UpSeller em números diários confiáveis, por cliente e por SKU."""
    settings = load_settings()
    set_up_logging(settings.home, verbose=verbose, as_json=settings.json_logs)


START, CLIENTS, DATA, CARE = "Começar", "Clientes", "Dados", "Manutenção"

app.command(rich_help_panel=START)(demo)
app.command(rich_help_panel=START)(up)
app.add_typer(clients.app, name="clients", rich_help_panel=CLIENTS)
app.command(rich_help_panel=CLIENTS)(connect)
app.command(rich_help_panel=CLIENTS)(refresh_tokens)
app.command(rich_help_panel=DATA)(nightly)
app.command(rich_help_panel=DATA)(reprocess)
app.command(rich_help_panel=DATA)(insight)
app.command(rich_help_panel=DATA)(report)
app.command(rich_help_panel=DATA)(status)
app.add_typer(imports.app, name="import", rich_help_panel=DATA)
app.add_typer(params.app, name="params", rich_help_panel=DATA)
app.add_typer(metabase.app, name="metabase", rich_help_panel=DATA)
app.command(rich_help_panel=CARE)(doctor)
app.add_typer(mail.app, name="mail", rich_help_panel=CARE)
app.add_typer(db.app, name="db", rich_help_panel=CARE)
app.command(rich_help_panel=CARE)(sandbox)


def main() -> None:
    """Entry point of the ``viang`` script."""
    app()
