"""``viang params``: what people tell of costs, taxes, kits and links, from a day on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from viang_pipeline.automation.in_process import open_instance
from viang_pipeline.cli.console import DONE, FAILED, err, out, parse_day, read_file, ready_database, show
from viang_pipeline.cli.runs import rebuild_stale, step_status
from viang_pipeline.collect.parameters.doubts import doubts
from viang_pipeline.collect.parameters.files import read_parameters
from viang_pipeline.collect.parameters.in_force import rows_in_force
from viang_pipeline.collect.parameters.kinds import KINDS, kind_of
from viang_pipeline.collect.parameters.store import Imported, import_parameters
from viang_pipeline.collect.work import Work
from viang_pipeline.domain.business_day import SAO_PAULO, business_day
from viang_pipeline.domain.money import brl
from viang_pipeline.failures import UsageError
from viang_pipeline.marts.impact import Impact, rehearse_change
from viang_pipeline.settings import Settings, load_settings
from viang_pipeline.warehouse import clients, parameter_history
from viang_pipeline.warehouse.database import Database

app = typer.Typer(
    help="Custos, impostos, kits e vínculos informados, com a data em que passam a valer.", no_args_is_help=True
)

JOB = "params_import"
COMMAND = "params import"

KindName = Annotated[str, typer.Argument(metavar="PARÂMETRO", help=f"Um de: {', '.join(KINDS)}.")]
ClientOption = Annotated[str, typer.Option(help="Cliente.")]


@app.command("import")
def import_(
    parametro: KindName,
    arquivo: Annotated[Path, typer.Argument(metavar="ARQUIVO", help="CSV com cabeçalho; vírgula ou ponto e vírgula.")],
    client_id: ClientOption,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Mostra o que mudaria e não grava nada.")] = False,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Refaz já os dias afetados.")] = False,
) -> None:
    """Guarda um arquivo de parâmetros; os dias de venda que ele alcança são refeitos."""
    kind = kind_of(parametro)
    if dry_run and rebuild:
        raise UsageError("--dry-run não grava nada; use-o sem --rebuild")
    settings = load_settings()
    clock = settings.clock()
    database = ready_database(settings)
    with database.transaction() as conn:
        client = clients.get(conn, client_id)
    told = read_parameters(kind, read_file(arquivo), business_day(clock()))
    with database.transaction() as conn:
        for doubt in doubts(conn, client_id, told):
            err.print(f"Atenção: {doubt}", style="yellow", markup=False, soft_wrap=True)
    origin = f"{COMMAND} {kind.name} {arquivo.name}"
    if dry_run:
        with out.status("Ensaiando: refazendo os dias afetados sem gravar nada…"):
            imported, impact = rehearse_change(
                database, client_id, clock, lambda work: import_parameters(work, kind, told, origin)
            )
        _say_impact(client_id, imported, impact)
        return
    imported = import_parameters(Work(database, client_id, JOB, JOB, clock), kind, told, origin)
    _say(f"{client_id}: {imported.written} linhas gravadas, {imported.unchanged} já estavam assim.")
    if rebuild:
        raise typer.Exit(_rebuild_now(settings, database, client_id, client.inicio_historico, clock()))
    if imported.days:
        _say(f"{_reached(imported)}: a próxima execução os refaz; para refazer já, repita com --rebuild.")


@app.command("list")
def list_(
    parametro: KindName,
    client_id: ClientOption,
    em: Annotated[date | None, typer.Option(help="Dia; sem ele, hoje.", parser=parse_day, metavar="AAAA-MM-DD")] = None,
) -> None:
    """Mostra o que vale em um dia."""
    kind = kind_of(parametro)
    settings = load_settings()
    day = em or business_day(settings.clock()())
    with ready_database(settings).transaction() as conn:
        clients.get(conn, client_id)
        rows = rows_in_force(conn, client_id, kind, day)
    if not rows:
        _say(f"{client_id}: nada informado em {kind.name} que valha em {day}.")
        return
    table = Table(*rows[0], title=f"{kind.name} de {client_id} em {day}")
    for row in rows:
        table.add_row(*(escape(_shown(value)) for value in row.values()))
    show(table)


@app.command()
def history(
    client_id: ClientOption,
    ultimas: Annotated[int, typer.Option(min=1, help="Quantas mudanças mostrar.")] = 50,
) -> None:
    """Mostra as últimas mudanças de parâmetros, com o valor de antes."""
    with ready_database().transaction() as conn:
        clients.get(conn, client_id)
        changes = parameter_history.newest(conn, client_id, ultimas)
    if not changes:
        _say(f"{client_id}: nenhuma mudança de parâmetros.")
        return
    table = Table("Quando", "Parâmetro", "Chave", "Antes", "Depois", "Origem")
    for change in changes:
        cells = (
            f"{change.registrado_em.astimezone(SAO_PAULO):%Y-%m-%d %H:%M}",
            change.parametro,
            *map(_pairs, (change.chave, change.antes, change.depois)),
            change.origem,
        )
        table.add_row(*map(escape, cells))
    show(table)


def _reached(imported: Imported) -> str:
    return f"{len(imported.days)} dias com {sum(imported.days.values())} linhas de venda a refazer"


def _say_impact(client_id: str, imported: Imported, impact: Impact) -> None:
    _say(f"Ensaio, nada foi gravado. {client_id}: {imported.written} linhas novas ou diferentes; {_reached(imported)}.")
    _say(f"Mudariam os números de {impact.days} dias e {impact.lines} linhas de venda.")
    if not impact.months:
        return
    table = Table("Mês", "Métrica", title="R$ por mês, nos dias em que o valor é conhecido")
    for name in ("Antes", "Depois", "Diferença"):
        table.add_column(name, justify="right")
    for month, metric, before, after in impact.months:
        difference = None if before is None or after is None else after - before
        table.add_row(f"{month:%Y-%m}", metric, *("–" if v is None else brl(v) for v in (before, after, difference)))
    show(table)


def _rebuild_now(settings: Settings, database: Database, client_id: str, starts: date, now: datetime) -> int:
    with open_instance(settings) as instance, step_status(client_id) as on_step:
        reports = rebuild_stale(instance, database, client_id, starts, now, on_step)
    for report in reports:
        for failure in report.failures:
            err.print(failure, style="red", markup=False, soft_wrap=True)
    if not all(report.success for report in reports):
        return FAILED
    _say(f"{client_id}: dias refeitos." if reports else f"{client_id}: nenhum dia a refazer.")
    return DONE


def _say(sentence: str) -> None:
    out.print(sentence, markup=False, soft_wrap=True)


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "sim" if value else "não"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}".replace(".", ",")
    return "" if value is None else str(value)


def _pairs(values: Mapping[str, object] | None) -> str:
    return "–" if values is None else ", ".join(f"{name} {_shown(value) or '–'}" for name, value in values.items())
