"""``viang status``: per client and source, how fresh and complete the data are and what needs a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from viang_pipeline.automation.decisions import newest_expected_day
from viang_pipeline.cli.console import DONE_IN_PART, out, ready_database, show
from viang_pipeline.domain.business_day import SAO_PAULO, last_closed_day
from viang_pipeline.mail.outbox import Queued, open_messages
from viang_pipeline.settings import load_settings
from viang_pipeline.warehouse.client_status import ReadState, preliminary_days, read_states
from viang_pipeline.warehouse.database import token_keys
from viang_pipeline.warehouse.ledgers import stale_days
from viang_pipeline.warehouse.token_store import PLATFORM_NAMES, TokenState, TokenStore


def status(
    client_id: Annotated[str | None, typer.Argument(metavar="[ID]", help="Só este cliente; sem ele, todos.")] = None,
) -> None:
    """Mostra frescor, completude, acessos e dias preliminares. Termina com 3 se algo precisa de atenção."""
    settings = load_settings()
    now = settings.clock()()
    expected = newest_expected_day(now)
    database = ready_database(settings)
    with database.transaction() as conn:
        reads = read_states(conn, expected, client_id)
        stale = stale_days(conn, client_id, last_closed=last_closed_day(now))
        unsent = [mail for mail in open_messages(conn) if client_id in (None, mail.client_id)]
    shown = {read.client_id for read in reads}
    tokens = [state for state in TokenStore(database, token_keys(settings)).states() if state.client_id in shown]
    if not reads:
        out.print("Nenhum cliente. Cadastre com: viang clients add ID --nome NOME", markup=False)
        return
    show(_reads_table(reads, now, expected))
    if tokens:
        show(_tokens_table(tokens, now))
    _print_open_days(stale, now)
    stuck = _print_mail(unsent)
    if stuck or any(read.problem(expected) for read in reads) or _needs_consent(reads, tokens):
        raise typer.Exit(DONE_IN_PART)


def _reads_table(reads: Sequence[ReadState], now: datetime, expected: date) -> Table:
    table = Table("Cliente", "Fonte", "Recurso", "Última leitura completa", "Há", "Dias", "Pedidos", "Situação")
    for read in reads:
        problem = read.problem(expected)
        healthy = "[green]em dia[/]" if read.status == "ativo" else read.status
        table.add_row(
            read.client_id,
            PLATFORM_NAMES.get(read.source, read.source),
            read.resource_name,
            "–" if read.lido_em is None else local(read.lido_em),
            _duration(read.freshness(now)),
            f"{read.dias_completos} de {read.dias_esperados}",
            "" if read.anunciados is None else f"{read.lidos} de {read.anunciados}",
            healthy if problem is None else f"[red]{escape(problem)}[/]",
        )
    return table


def _tokens_table(tokens: Sequence[TokenState], now: datetime) -> Table:
    table = Table("Cliente", "Plataforma", "Conta", "Acesso", "Token vale até")
    for state in tokens:
        if state.status == "ativo":
            # An expired access token is no fault: the next run renews it.
            access = "[green]ativo[/]" if state.expires_at > now else "ativo, renova na próxima execução"
        else:
            access = f"[red]{state.status}[/]" + (f": {escape(state.motivo)}" if state.motivo else "")
        platform = PLATFORM_NAMES.get(state.platform, state.platform)
        table.add_row(state.client_id, platform, str(state.account or "–"), access, local(state.expires_at))
    return table


def _print_open_days(stale: dict[str, list[date]], now: datetime) -> None:
    for client_id, days in stale.items():
        out.print(f"{client_id}: {len(days)} dias a reconstruir, de {days[0]} a {days[-1]}", markup=False)
    open_days = preliminary_days(now)
    out.print(f"Preliminares (vendas são finais em D+7): {open_days[0]} a {open_days[-1]}", markup=False)


def _print_mail(unsent: Sequence[Queued]) -> bool:
    """What of the mail did not leave; whether some of it waits for a person."""
    states = Counter(mail.estado for mail in unsent)
    if unsent:
        counts = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
        out.print(f"E-mails que não saíram: {counts}. Veja: viang mail list", markup=False)
    return bool(states["falhou"] or states["incerto"])


def _needs_consent(reads: Sequence[ReadState], tokens: Sequence[TokenState]) -> bool:
    active = {read.client_id for read in reads if read.status == "ativo"}
    good = {state.client_id for state in tokens if state.status == "ativo" and state.platform == "mercado_livre"}
    return bool(active - good) or any(state.client_id in active and state.status != "ativo" for state in tokens)


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
