"""``viang mail``: what did not leave, sending now, and what a person decides about it."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from viang_pipeline.cli.console import DONE_IN_PART, err, out, ready_database, show
from viang_pipeline.domain.business_day import SAO_PAULO
from viang_pipeline.failures import UsageError
from viang_pipeline.mail import outbox
from viang_pipeline.mail.access import open_mailer
from viang_pipeline.mail.deliver import deliver_due
from viang_pipeline.settings import Settings, load_settings
from viang_pipeline.sources.smtp import Mailer
from viang_pipeline.warehouse.database import Database

app = typer.Typer(help="E-mails: o que não saiu, e o que fazer com isso.", no_args_is_help=True)

Number = Annotated[int, typer.Argument(metavar="NÚMERO", help="Número da mensagem, como em viang mail list.")]
COLOURS = {"falhou": "red", "incerto": "yellow"}


@app.command("list")
def list_() -> None:
    """Lista as mensagens que ainda não saíram, as que falharam e as incertas."""
    with ready_database().transaction() as conn:
        found = outbox.open_messages(conn)
    if not found:
        out.print("Nenhuma mensagem à espera.", markup=False)
        return
    table = Table("Nº", "Cliente", "Tipo", "Período", "Versão", "Para", "Estado", "Tentativas", "Próxima", "Motivo")
    for mail in found:
        colour = COLOURS.get(mail.estado)
        waits = mail.estado == "pendente"
        table.add_row(
            str(mail.id),
            mail.client_id or "agência",
            mail.tipo,
            mail.periodo,
            str(mail.versao),
            escape(mail.destinatario),
            f"[{colour}]{mail.estado}[/]" if colour else mail.estado,
            str(mail.tentativas),
            f"{mail.proxima_em.astimezone(SAO_PAULO):%d/%m %H:%M}" if waits else "",
            escape(mail.erro or ""),
        )
    show(table)


@app.command()
def send() -> None:
    """Envia agora o que está na fila. Termina com 3 se algo não saiu."""
    settings = load_settings()
    mailer = required_mailer(settings)
    send_now(ready_database(settings), mailer, settings)


def required_mailer(settings: Settings) -> Mailer:
    """The way out by mail. Raises UsageError when it is not configured."""
    mailer = open_mailer(settings)
    if mailer is None:
        raise UsageError(
            "O envio de e-mail não está configurado: defina SMTP_URL e VIANG_MAIL_FROM no ambiente ou no .env "
            "(com o mercado simulado, só um servidor nesta máquina)"
        )
    return mailer


def send_now(database: Database, mailer: Mailer, settings: Settings) -> None:
    """Send what is due and say what came of it; typer.Exit, done in part, when something did not surely leave."""
    done = deliver_due(database, mailer, settings.clock(), run_id="viang mail send")
    out.print(f"{done.sent} enviadas, {done.later} adiadas, {done.failed} falharam, {done.uncertain} incertas.")
    for problem in done.problems:
        err.print(problem, markup=False)
    if done.problems:
        raise typer.Exit(DONE_IN_PART)


@app.command()
def resend(number: Number) -> None:
    """Manda de novo uma mensagem incerta ou que falhou. O destinatário de uma incerta pode recebê-la duas vezes."""
    settings = load_settings()
    with ready_database(settings).transaction() as conn:
        outbox.resend(conn, number, settings.clock()())
    out.print(f"A mensagem {number} voltou à fila. Sai na próxima rodada, ou agora com: viang mail send", markup=False)


@app.command()
def confirm(number: Number) -> None:
    """Diz que uma mensagem incerta ou que falhou chegou; ela não sai mais."""
    settings = load_settings()
    with ready_database(settings).transaction() as conn:
        outbox.confirm(conn, number, settings.clock()())
    out.print(f"A mensagem {number} está como enviada.", markup=False)
