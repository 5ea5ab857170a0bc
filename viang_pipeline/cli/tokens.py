"""``viang refresh-tokens``: renews what is close to expiry and shows what became of each account."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from viang_pipeline.cli.console import DONE_IN_PART, FAILED, out, ready_database, show
from viang_pipeline.collect.authorization import open_vault, refresh_due, refreshers
from viang_pipeline.settings import load_settings
from viang_pipeline.warehouse.token_store import PLATFORM_NAMES

SHOWN = {"renewed": "renovado", "valid": "válido", "reauthorise": "reautorizar", "failed": "falhou"}
FINE = ("renewed", "valid")


def refresh_tokens(
    client_id: Annotated[str | None, typer.Option(help="só este cliente; sem ele, todos os ativos")] = None,
) -> None:
    """Renova os tokens perto de vencer. Termina com 1 se todas as contas falharam, 3 se só parte delas."""
    settings = load_settings()
    database = ready_database(settings)
    results = refresh_due(database, open_vault(settings, database), refreshers(settings, database), client_id=client_id)
    if not results:
        out.print("Nenhuma conta conectada.")
        return
    table = Table("Cliente", "Plataforma", "Resultado", "Detalhe")
    for result in results:
        platform = PLATFORM_NAMES.get(result.platform, result.platform)
        table.add_row(result.client_id, platform, SHOWN[result.outcome], escape(result.message))
    show(table)
    failures = sum(result.outcome not in FINE for result in results)
    if failures:
        raise typer.Exit(FAILED if failures == len(results) else DONE_IN_PART)
