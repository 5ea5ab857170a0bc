"""``viang clients``: add, list, pause and resume."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from viang_pipeline.cli.console import out, parse_day, ready_database, show
from viang_pipeline.domain.business_day import last_closed_day
from viang_pipeline.failures import UsageError
from viang_pipeline.partitions import FIRST_DAY
from viang_pipeline.settings import load_settings
from viang_pipeline.warehouse import clients as registry

FIRST_LOAD = timedelta(days=90)

app = typer.Typer(help="Cadastro de clientes (vendedores).", no_args_is_help=True)

ClientId = Annotated[str, typer.Argument(metavar="ID", help="Identificador do cliente, por exemplo loja-aurora.")]


@app.command()
def add(
    client_id: ClientId,
    nome: Annotated[str, typer.Option("--nome", metavar="N", help="Nome do cliente como aparece nas telas.")],
    inicio_historico: Annotated[
        date | None,
        typer.Option(
            "--inicio-historico",
            parser=parse_day,
            metavar="AAAA-MM-DD",
            help="Primeiro dia que os dados cobrem. Sem ele: 90 dias antes de ontem.",
        ),
    ] = None,
    email: Annotated[
        list[str] | None,
        typer.Option("--email", metavar="ENDEREÇO", help="Destinatário dos relatórios; pode ser repetido."),
    ] = None,
) -> None:
    """Cadastra um cliente."""
    settings = load_settings()
    yesterday = last_closed_day(settings.clock()())
    if inicio_historico is not None and not FIRST_DAY <= inicio_historico <= yesterday:
        raise UsageError(f"--inicio-historico {inicio_historico} deve estar entre {FIRST_DAY} e {yesterday}")
    with ready_database(settings).transaction() as conn:
        client, created = registry.add(
            conn,
            client_id,
            nome,
            inicio_historico=inicio_historico,
            default_start=yesterday - FIRST_LOAD,
            emails=email or [],
        )
    verb = "cadastrado" if created else "já estava cadastrado"
    out.print(f"{client.client_id} {verb}: {client.nome}, dados desde {client.inicio_historico}.", markup=False)
    if created:
        out.print(f"Próximo passo: viang connect mercado-livre {client.client_id}", markup=False)


@app.command("list")
def list_() -> None:
    """Lista os clientes cadastrados."""
    with ready_database().transaction() as conn:
        found = registry.list_all(conn)
    if not found:
        out.print("Nenhum cliente. Cadastre com: viang clients add ID --nome NOME", markup=False)
        return
    table = Table("ID", "Nome", "Status", "Dados desde", "E-mails")
    for client in found:
        table.add_row(
            client.client_id,
            escape(client.nome),
            client.status,
            str(client.inicio_historico),
            escape(", ".join(client.emails)),
        )
    show(table)


@app.command()
def pause(client_id: ClientId) -> None:
    """Para de coletar um cliente; os dados ficam."""
    with ready_database().transaction() as conn:
        client = registry.pause(conn, client_id)
    out.print(f"{client.client_id} está {client.status}.", markup=False)


@app.command()
def resume(client_id: ClientId) -> None:
    """Volta a coletar um cliente pausado."""
    with ready_database().transaction() as conn:
        client = registry.resume(conn, client_id)
    out.print(f"{client.client_id} está {client.status}.", markup=False)
