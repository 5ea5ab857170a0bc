"""The command ``viang``: only the list of its commands. What each does stands in the file of its group."""

from __future__ import annotations

from typing import Annotated

import typer

from viang_pipeline.cli.shell import Place, Shell
from viang_pipeline.logs import set_up_logging
from viang_pipeline.settings import load_settings

START, CLIENTS, DATA, CARE = "Começar", "Clientes", "Dados", "Manutenção"

# In the order of the help.
COMMANDS = {
    "demo": Place(START, "demo:demo"),
    "up": Place(START, "up:up"),
    "connect": Place(CLIENTS, "connect:connect"),
    "refresh-tokens": Place(CLIENTS, "tokens:refresh_tokens"),
    "clients": Place(CLIENTS, "clients:app"),
    "nightly": Place(DATA, "nightly:nightly"),
    "reprocess": Place(DATA, "reprocess:reprocess"),
    "insight": Place(DATA, "insight:insight"),
    "report": Place(DATA, "report:report"),
    "status": Place(DATA, "status:status"),
    "import": Place(DATA, "imports:app"),
    "params": Place(DATA, "params:app"),
    "metabase": Place(DATA, "metabase:app"),
    "doctor": Place(CARE, "doctor:doctor"),
    "sandbox": Place(CARE, "sandbox:sandbox"),
    "mail": Place(CARE, "mail:app"),
    "db": Place(CARE, "db:app"),
}


class Viang(Shell):
    """The top of ``viang``."""

    places = COMMANDS


app = typer.Typer(
    name="viang",
    cls=Viang,
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


def main() -> None:
    """Entry point of the ``viang`` script."""
    app()
