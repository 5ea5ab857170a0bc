"""``viang status``: is everything fine? One line first, then what needs a person, notices, what goes on, the table."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from viang_pipeline.automation.decisions import newest_expected_day
from viang_pipeline.automation.in_hand import in_hand
from viang_pipeline.automation.in_process import open_instance
from viang_pipeline.automation.state import LATENESS, failed_checks
from viang_pipeline.cli.console import DONE_IN_PART, out, ready_database, show
from viang_pipeline.domain.business_day import SAO_PAULO
from viang_pipeline.domain.health import Matter, Verdict, verdict
from viang_pipeline.mail.alert_facts import known_alerts, snapshot
from viang_pipeline.mail.alert_mail import SECTIONS
from viang_pipeline.mail.alerts import FailedCheck, alerts_of
from viang_pipeline.settings import Settings, load_settings
from viang_pipeline.warehouse import embedded
from viang_pipeline.warehouse.client_status import ReadState, preliminary_days, read_states
from viang_pipeline.warehouse.database import Database, token_keys
from viang_pipeline.warehouse.token_store import PLATFORM_NAMES, TokenState, TokenStore

log = logging.getLogger(__name__)

MOST_LINES = 5
"""Of one matter; the rest is counted, and ``viang status ID`` and ``--json`` have all."""

CHECKS_COUNT_FOR = timedelta(days=1)


@dataclass(frozen=True)
class Status:
    """What is shown. ``checks`` None: Dagster's storage, which alone knows them, was not read."""

    now: datetime
    expected: date
    verdict: Verdict
    reads: Sequence[ReadState]
    tokens: Sequence[TokenState]
    checks: Sequence[FailedCheck] | None


def status(
    client_id: Annotated[str | None, typer.Argument(metavar="[ID]", help="Só este cliente; sem ele, todos.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Uma linha de JSON, para programas de monitoração.")] = False,
) -> None:
    """Diz se está tudo em ordem e o que precisa de você. Termina com 3 se algo precisa; um aviso não conta."""
    settings = load_settings()
    found = gather(settings, ready_database(settings), client_id)
    if as_json:
        out.print(json.dumps(as_data(found), ensure_ascii=False), markup=False, soft_wrap=True)
    elif not found.reads:
        out.print("Nenhum cliente. Cadastre com: viang clients add ID --nome NOME", markup=False)
    else:
        _print_verdict(found)
        _print_tables(found, of_one=client_id is not None)
    if not found.verdict.fine:
        raise typer.Exit(DONE_IN_PART)


def gather(settings: Settings, database: Database, client_id: str | None = None) -> Status:
    """Everything that is asked of the database, and of Dagster's storage where there is one. Calls no platform.

    Raises UsageError when there is no such client.
    """
    now = settings.clock()()
    expected = newest_expected_day(now)
    checks = _failed_checks(settings, now)
    with database.transaction() as conn:
        reads = read_states(conn, expected, client_id)
        state = snapshot(conn, now, expected, checks or (), own_mail=True)
        known = known_alerts(conn)
        working = in_hand(conn, now, client_id)
    shown = {read.client_id for read in reads}
    active = len({read.client_id for read in reads if read.status == "ativo"})
    tokens = [each for each in TokenStore(database, token_keys(settings)).states() if each.client_id in shown]
    found = verdict(alerts_of(state), known, active=active, working=working, client_id=client_id)
    return Status(now, expected, found, reads, tokens, checks)


def _failed_checks(settings: Settings, now: datetime) -> list[FailedCheck] | None:
    """Checks that do not close; None without a storage of Dagster that is up. An answer about data must not wait for
    one, nor start one."""
    home = settings.home.expanduser()
    there = settings.dagster_database_url is not None or embedded.status(home).running
    if not there or not (home / "dagster" / "dagster.yaml").exists():
        return None
    try:
        with open_instance(settings) as instance:
            return failed_checks(instance, now - CHECKS_COUNT_FOR, leave_out=LATENESS)
    except Exception as problem:
        log.info("o armazenamento do Dagster não respondeu", exc_info=problem)
        return None


def _print_verdict(found: Status) -> None:
    answer = found.verdict
    out.print(f"[bold {'green' if answer.fine else 'red'}]{escape(answer.frase)}[/]")
    for matter in answer.precisa:
        _print_matter(matter)
    if answer.avisos:
        out.print("\n[bold yellow]Avisos: nada está parado e ninguém precisa agir agora[/]")
    for matter in answer.avisos:
        _print_matter(matter)
    if answer.andando:
        out.print("\n[bold]Anda sozinho[/]")
        for line in answer.andando:
            out.print(f"  {line}", markup=False, soft_wrap=True)
    out.print()


def _print_matter(matter: Matter) -> None:
    since = "" if matter.desde is None else f" (desde {local(matter.desde)})"
    out.print(f"\n[bold]{SECTIONS[matter.tipo].titulo}: {escape(matter.assunto)}[/]{escape(since)}", soft_wrap=True)
    for line in _shortened(matter):
        out.print(f"  {line}", markup=False, soft_wrap=True)
    out.print(f"  [cyan]→ {escape(matter.o_que_fazer)} · {escape(matter.manual)}[/]", soft_wrap=True)


def _shortened(matter: Matter) -> list[str]:
    rest = len(matter.linhas) - MOST_LINES
    return [*matter.linhas[:MOST_LINES], f"e mais {rest}"] if rest > 0 else list(matter.linhas)


def _print_tables(found: Status, *, of_one: bool) -> None:
    access = {(each.client_id, each.platform): each for each in found.tokens}
    if of_one:
        show(_resources_table(found))
        if found.tokens:
            show(_tokens_table(found))
    else:
        show(_sources_table(found, access))
    if found.checks is None:
        out.print("Conferências não vistas: o armazenamento do Dagster não está no ar.", markup=False)
    open_days = preliminary_days(found.now)
    out.print(f"Preliminares (vendas são finais em D+7): {open_days[0]} a {open_days[-1]}", markup=False)


def _sources_table(found: Status, access: Mapping[tuple[str, str], TokenState]) -> Table:
    """One row per client and source: its orders, or what was read longest ago, and whatever of it is late."""
    table = Table("Cliente", "Fonte", "Última leitura completa", "Há", "Dias", "Pedidos", "Acesso", "Situação")
    for (client_id, source), group in groupby(found.reads, key=lambda read: (read.client_id, read.source)):
        reads = list(group)
        main = next((r for r in reads if r.resource == "orders"), None) or min(reads, key=_read_at)
        token = access.get((client_id, source))
        table.add_row(
            client_id,
            PLATFORM_NAMES.get(source, source),
            *_reading(main, found.now),
            "–" if token is None else _access(token, found.now),
            _situation(reads, found.expected),
        )
    return table


def _resources_table(found: Status) -> Table:
    table = Table("Fonte", "Recurso", "Última leitura completa", "Há", "Dias", "Pedidos", "Situação")
    for read in found.reads:
        source = PLATFORM_NAMES.get(read.source, read.source)
        situation = _situation([read], found.expected)
        table.add_row(source, read.resource_name, *_reading(read, found.now), situation)
    return table


def _tokens_table(found: Status) -> Table:
    table = Table("Plataforma", "Conta", "Acesso", "Renovado ou autorizado em")
    for state in found.tokens:
        table.add_row(
            PLATFORM_NAMES.get(state.platform, state.platform),
            str(state.account or "–"),
            _access(state, found.now),
            local(state.atualizado_em),
        )
    return table


def _reading(read: ReadState, now: datetime) -> tuple[str, str, str, str]:
    """Last complete reading, its age, days, orders."""
    return (
        "–" if read.lido_em is None else local(read.lido_em),
        _duration(read.freshness(now)),
        f"{read.dias_completos} de {read.dias_esperados}",
        "" if read.anunciados is None else f"{read.lidos} de {read.anunciados}",
    )


def _access(state: TokenState, now: datetime) -> str:
    if state.status != "ativo":
        return f"[red]{state.status}[/]" + (f": {escape(state.motivo)}" if state.motivo else "")
    # An expired access token is no fault: the next run renews it.
    return f"[green]ativo[/] até {local(state.expires_at)}" if state.expires_at > now else "ativo, a renovar"


def _situation(reads: Sequence[ReadState], expected: date) -> str:
    """What is late of one source, the first of it by name."""
    late = [(read, problem) for read in reads if (problem := read.problem(expected)) is not None]
    if not late:
        return "[green]em dia[/]" if reads[0].status == "ativo" else reads[0].status
    first, problem = late[0]
    rest = f" e mais {len(late) - 1}" if len(late) > 1 else ""
    return f"[red]{escape(f'{first.resource_name}: {problem}' if len(reads) > 1 else problem)}{rest}[/]"


def _read_at(read: ReadState) -> float:
    return 0.0 if read.lido_em is None else read.lido_em.timestamp()


def as_data(found: Status) -> dict[str, Any]:
    """The same for machines. Instants in UTC, days as dates; nothing secret."""
    answer = found.verdict
    return {
        "em_ordem": answer.fine,
        "frase": answer.frase,
        "em": found.now.isoformat(),
        "dia_esperado": found.expected.isoformat(),
        "precisa": [_matter(matter) for matter in answer.precisa],
        "avisos": [_matter(matter) for matter in answer.avisos],
        "andando": list(answer.andando),
        "conferencias_vistas": found.checks is not None,
        "fontes": [
            {
                "cliente": read.client_id,
                "status": read.status,
                "fonte": read.source,
                "recurso": read.resource,
                "lido_em": _iso(read.lido_em),
                "lido_ate": None if read.ultimo_dia is None else read.ultimo_dia.isoformat(),
                "dias_completos": read.dias_completos,
                "dias_esperados": read.dias_esperados,
                "problema": read.problem(found.expected),
            }
            for read in found.reads
        ],
        "acessos": [
            {
                "cliente": state.client_id,
                "plataforma": state.platform,
                "status": state.status,
                "motivo": state.motivo,
                "vale_ate": _iso(state.expires_at),
            }
            for state in found.tokens
        ],
    }


def _matter(matter: Matter) -> dict[str, Any]:
    return {
        "tipo": matter.tipo,
        "assunto": matter.assunto,
        "linhas": list(matter.linhas),
        "clientes": list(matter.clientes),
        "desde": _iso(matter.desde),
        "o_que_fazer": matter.o_que_fazer,
        "manual": matter.manual,
    }


def _iso(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()


def local(instant: datetime) -> str:
    """An instant on the wall clock of São Paulo."""
    return f"{instant.astimezone(SAO_PAULO):%d/%m/%Y %H:%M}"


def _duration(age: timedelta | None) -> str:
    if age is None:
        return "–"
    minutes = max(0, int(age.total_seconds()) // 60)
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60:02d}" if minutes < 48 * 60 else f"{minutes // 1440} dias"
