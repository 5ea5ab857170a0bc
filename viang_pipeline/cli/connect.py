"""``viang connect``: shows the consent address and waits for the seller's answer. The work is collect.authorization."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from viang_pipeline.cli.consent_return import awaited_return, read_return
from viang_pipeline.cli.console import out, ready_database
from viang_pipeline.collect.authorization import finish_authorization, start_authorization
from viang_pipeline.collect.platforms import Platform, name_of, platform_named
from viang_pipeline.failures import UsageError
from viang_pipeline.settings import Settings, load_settings
from viang_pipeline.warehouse.database import Database
from viang_pipeline.warehouse.oauth_states import LIFETIME
from viang_pipeline.warehouse.token_store import reconnect_command


def connect(
    plataforma: Annotated[str, typer.Argument(metavar="PLATAFORMA", help="mercado-livre ou bling")],
    client_id: Annotated[str, typer.Argument(metavar="ID", help="cliente cadastrado com viang clients add")],
    no_wait: Annotated[bool, typer.Option("--no-wait", help="mostra o endereço e termina")] = False,
    code: Annotated[str | None, typer.Option(help="código (ou endereço de retorno) recebido depois")] = None,
    state: Annotated[str | None, typer.Option(help="state mostrado com o endereço")] = None,
    trocar_conta: Annotated[
        bool, typer.Option("--trocar-conta", help="aceita uma conta diferente da que estava conectada")
    ] = False,
) -> None:
    """Conecta a conta do vendedor: mostra o endereço de autorização e guarda os tokens, cifrados."""
    platform = platform_named(plataforma)
    if no_wait and code is not None:
        raise UsageError("--no-wait e --code não se combinam.")
    settings = load_settings()
    database = ready_database(settings)
    if code is None and state is None:
        _ask(settings, database, platform, client_id, no_wait=no_wait, replace_account=trocar_conta)
    else:
        answer = read_return(code).checked(name_of(platform.key)) if code else None
        returned = (answer and answer.state) or state
        if answer is None or returned is None:
            raise UsageError("Para concluir depois, informe --code e --state juntos.")
        if state is not None and returned != state:
            raise UsageError("O state do endereço de retorno não é o de --state.")
        _finish(settings, database, platform, client_id, answer.code, returned, trocar_conta)


def _ask(
    settings: Settings,
    database: Database,
    platform: Platform,
    client_id: str,
    *,
    no_wait: bool,
    replace_account: bool,
) -> None:
    address, state = start_authorization(settings, database, client_id, platform.key)
    minutes = int(LIFETIME.total_seconds() // 60)
    typer.echo(f"Abra este endereço com {platform.consenting} (vale {minutes} minutos):\n\n{address}\n")
    if no_wait:
        typer.echo(f"Depois conclua com: {reconnect_command(client_id, platform.key)} --code CODIGO --state {state}")
        return
    typer.echo("Aguardando a autorização. Se a página de retorno não abrir, cole aqui o endereço dela, ou só o código:")
    with awaited_return(platform.redirect_uri(settings), sys.stdin, seconds=LIFETIME.total_seconds()) as answer:
        answer.checked(name_of(platform.key))
        returned = state if answer.state is None else answer.state
        _finish(settings, database, platform, client_id, answer.code, returned, replace_account)


def _finish(
    settings: Settings,
    database: Database,
    platform: Platform,
    client_id: str,
    code: str,
    state: str,
    replace_account: bool,
) -> None:
    account = finish_authorization(
        settings, database, client_id, platform.key, code=code, state=state, replace_account=replace_account
    )
    out.print(f"{client_id} conectado à conta {account} do {name_of(platform.key)}.", markup=False)
