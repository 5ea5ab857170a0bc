"""``viang report``: the PDF of one client and month or week, by mail when asked."""

from __future__ import annotations

from typing import Annotated

import typer

from viang_pipeline.cli.console import out, ready_database
from viang_pipeline.cli.mail import required_mailer, send_now
from viang_pipeline.domain.brazilian import day_text
from viang_pipeline.reports.make import Made, brand_of, make_report, report_period
from viang_pipeline.reports.send import queue_report
from viang_pipeline.settings import load_settings


def report(
    client_id: Annotated[str, typer.Argument(metavar="ID", help="Cliente, por exemplo loja-aurora.")],
    periodo: Annotated[
        str, typer.Option(metavar="PERÍODO", help="Mês AAAA-MM ou semana ISO AAAA-Www, por exemplo 2026-03.")
    ],
    final: Annotated[
        bool, typer.Option("--final", help="Só faz o relatório quando todos os números já são definitivos.")
    ] = False,
    send: Annotated[
        bool, typer.Option("--send", help="Envia o relatório aos e-mails do cliente; cada versão, uma única vez.")
    ] = False,
) -> None:
    """Faz o relatório em PDF de um cliente. Com os mesmos números, é o mesmo arquivo."""
    settings = load_settings()
    now = settings.clock()()
    period = report_period(periodo, now)
    mailer = required_mailer(settings) if send else None
    database = ready_database(settings)
    made = make_report(database, settings.home, client_id, period, brand_of(settings), now=now, only_final=final)
    tell(made)
    if mailer is not None:
        new = queue_report(database, mailer, made, now)
        out.print(f"{new} mensagem(ns) na fila" if new else "Esta versão já foi enviada ou está na fila", markup=False)
        send_now(database, mailer, settings)


def tell(made: Made) -> None:
    """Where the report is and what it is worth."""
    version = made.version
    until = made.data.final_on
    state = version.maturidade + (f" até {day_text(until)}" if until and version.maturidade == "preliminar" else "")
    already = "" if made.new else ", já estava feito"
    out.print(
        f"{version.client_id}: relatório de {version.periodo}, versão {version.versao}, {state}{already}",
        markup=False,
        soft_wrap=True,
    )
    out.print(str(made.path.resolve()), markup=False, soft_wrap=True)
