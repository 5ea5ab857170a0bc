"""``viang clients``: add, list, pause, resume, close, set and reader."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, timedelta
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from viang_pipeline.cli.console import out, parse_day, ready_database, show
from viang_pipeline.domain.business_day import FIRST_DAY, last_closed_day
from viang_pipeline.failures import UsageError
from viang_pipeline.settings import load_settings
from viang_pipeline.warehouse import clients as registry
from viang_pipeline.warehouse.client_readers import make_reader
from viang_pipeline.warehouse.client_settings import MOVE_NO_NUMBER, ClientSettings, change_settings, settings_of

FIRST_LOAD = timedelta(days=90)
AUTOMATIC = "automatica"

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


@app.command()
def close(client_id: ClientId) -> None:
    """Encerra um cliente pausado, para sempre: sai do status e das rotinas; os dados ficam."""
    with ready_database().transaction() as conn:
        client = registry.close(conn, client_id)
    out.print(f"{client.client_id} está {client.status}.", markup=False)


@app.command()
def reader(client_id: ClientId) -> None:
    """Cria ou atualiza o login de leitura de um cliente: vê só as linhas dele, nas visões dos painéis."""
    with ready_database().transaction() as conn:
        role, readable = make_reader(conn, client_id)
    for line in (
        f"O login {role} lê {readable} tabelas e visões, e nelas só {client_id}.",
        f'Dê a ele uma senha dentro do psql, onde ela não fica no histórico: \\password "{role}"',
    ):
        out.print(line, markup=False, soft_wrap=True)


@app.command("set")
def set_(
    client_id: ClientId,
    autoridade_estoque: Annotated[
        str | None, typer.Option(metavar="QUEM", help="Quem manda no estoque próprio: bling, upseller ou automatica.")
    ] = None,
    canal_bling: Annotated[
        list[str] | None,
        typer.Option(metavar="LOJA", help="Loja do Bling cujos pedidos são vendas; pode repetir, vazio tira todas."),
    ] = None,
    deposito_excluido: Annotated[
        list[str] | None,
        typer.Option(metavar="DEPÓSITO", help="Depósito do Bling que não conta; pode repetir, vazio tira todos."),
    ] = None,
    loja_upseller: Annotated[
        list[str] | None,
        typer.Option(metavar="NOME=CANAL", help="Canal de uma loja do UpSeller; pode repetir, vazio tira todas."),
    ] = None,
    ordem_custo: Annotated[
        str | None,
        typer.Option(metavar="LISTA", help="Quem diz o custo depois da tabela do cliente, por exemplo upseller,bling."),
    ] = None,
    imposto_sobre_frete: Annotated[
        bool, typer.Option("--imposto-sobre-frete", help="O frete cobrado na nota entra na base do imposto.")
    ] = False,
    sem_imposto_sobre_frete: Annotated[
        bool, typer.Option("--sem-imposto-sobre-frete", help="O frete cobrado na nota não entra nela.")
    ] = False,
    email: Annotated[
        list[str] | None,
        typer.Option(metavar="ENDEREÇO", help="Destinatário dos relatórios; pode repetir, vazio tira todos."),
    ] = None,
    relatorio_so_final: Annotated[
        bool, typer.Option("--relatorio-so-final", help="Relatórios só são feitos quando todos os números são finais.")
    ] = False,
    relatorio_tambem_preliminar: Annotated[
        bool, typer.Option("--relatorio-tambem-preliminar", help="São feitos também antes, marcados como preliminares.")
    ] = False,
) -> None:
    """Muda as configurações de um cliente, ou só as mostra; uma lista dada substitui a anterior."""
    if imposto_sobre_frete and sem_imposto_sobre_frete:
        raise UsageError("--imposto-sobre-frete e --sem-imposto-sobre-frete não vão juntos")
    if relatorio_so_final and relatorio_tambem_preliminar:
        raise UsageError("--relatorio-so-final e --relatorio-tambem-preliminar não vão juntos")
    wanted: dict[str, object] = {
        "emails": _list(email),
        "canais_bling": _list(canal_bling),
        "depositos_excluidos": _list(deposito_excluido),
        "lojas_upseller": _shops(_list(loja_upseller)),
        "ordem_custo": None if ordem_custo is None else [name.strip() for name in ordem_custo.split(",")],
        "imposto_sobre_frete": imposto_sobre_frete if imposto_sobre_frete or sem_imposto_sobre_frete else None,
        "relatorio_so_final": relatorio_so_final if relatorio_so_final or relatorio_tambem_preliminar else None,
    }
    told = {name: value for name, value in wanted.items() if value is not None}
    if autoridade_estoque is not None:
        told["autoridade_estoque"] = None if autoridade_estoque == AUTOMATIC else autoridade_estoque
    settings = load_settings()
    with ready_database(settings).transaction() as conn:
        changed = change_settings(conn, client_id, told, origem="clients set", at=settings.clock()())
        now = settings_of(conn, client_id)
    show(_settings_table(now, changed))
    if set(changed) - set(MOVE_NO_NUMBER):
        out.print("Os números mudam: a próxima execução refaz todos os dias deste cliente.", markup=False)


def _list(given: list[str] | None) -> list[str] | None:
    """An option given once and empty takes all away."""
    return None if given is None else [value.strip() for value in given if value.strip()]


def _shops(given: list[str] | None) -> dict[str, str] | None:
    if given is None:
        return None
    pairs = [text.rpartition("=") for text in given]
    if any(not sign for _, sign, _ in pairs):
        raise UsageError("--loja-upseller deve ser NOME=CANAL, por exemplo 'Loja Um SP=shopee'")
    return {shop.strip(): channel.strip() for shop, _, channel in pairs}


def _settings_table(settings: ClientSettings, changed: list[str]) -> Table:
    table = Table("Configuração", "Valor", "")
    for name, value in asdict(settings).items():
        match value:
            case None:
                text = AUTOMATIC
            case bool():
                text = "sim" if value else "não"
            case dict():
                text = ", ".join(f"{shop} = {channel}" for shop, channel in value.items()) or "–"
            case _:
                text = ", ".join(value) if isinstance(value, list) else value
        table.add_row(name, escape(text or "–"), "mudou" if name in changed else "")
    return table
