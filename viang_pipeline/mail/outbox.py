"""The outbox: what is to be sent, and the states a message goes through (docs/decisions/mail-once.md).

pendente → enviando (claimed) → entregando (the server may have it) → enviado. Back to pendente only from before
entregando; from there without an answer → incerto, which only a person ends. Functions on a caller's connection.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import psycopg
from psycopg.rows import class_row

from viang_pipeline.failures import UsageError, ViangError
from viang_pipeline.mail.content import Content
from viang_pipeline.mail.report_mail import ReportSummary, report_content
from viang_pipeline.sources.smtp import Mailer
from viang_pipeline.warehouse import clients

LEASE = timedelta(minutes=15)
"""Longer than the longest wait for a server (sources/smtp): whoever claimed a message before that is gone."""

BACKOFF = tuple(timedelta(minutes=m) for m in (5, 15, 60, 120, 240, 480, 720))
"""Wait after the first, second, … failed attempt; a day and a bit in all, and then the message has failed."""

OUTAGE_ATTEMPTS = 4
"""What an outage of the server counts for at most: a message has attempts left when it is over."""


class ClaimLost(ViangError):
    """The message belongs to another process by now; it must not be sent."""


@dataclass(frozen=True)
class Claimed:
    """A message this process may try to send, and the mark that says so."""

    id: int
    client_id: str | None
    tipo: str
    periodo: str
    versao: int
    destinatario: str
    message_id: str
    assunto: str
    texto: str
    html: str
    anexo_caminho: str | None
    anexo_nome: str | None
    anexo_sha256: str | None
    tentativas: int
    intencao_id: UUID


_CLAIMED = (
    "id, client_id, tipo, periodo, versao, destinatario, message_id, assunto, texto, html, anexo_caminho, anexo_nome,"
    " anexo_sha256, tentativas, intencao_id"
)


def enqueue_report(
    conn: psycopg.Connection,
    mailer: Mailer,
    client_id: str,
    periodo: str,
    versao: int,
    *,
    pdf: Path,
    nome_anexo: str,
    summary: ReportSummary,
    at: datetime,
) -> int:
    """Put a report into the outbox for every address of its client; how many messages are new.

    Asked again for the same client, period and version, only addresses that have no message yet get one. Raises
    UsageError for an unknown client, one without addresses, or a file that cannot be read.
    """
    emails = clients.get(conn, client_id).emails
    if not emails:
        raise UsageError(
            f"O cliente {client_id} não tem endereço de e-mail. Cadastre com: viang clients set {client_id} --email …"
        )
    try:
        digest = sha256(pdf.read_bytes()).hexdigest()
    except OSError as problem:
        raise UsageError(f"Não foi possível ler {pdf}: {problem.strerror}") from None
    attachment = (str(pdf.resolve()), nome_anexo, digest)
    content = report_content(summary, mailer.agency)
    return enqueue(conn, mailer, client_id, "relatorio", periodo, versao, emails, content, at, attachment)


def enqueue(
    conn: psycopg.Connection,
    mailer: Mailer,
    client_id: str | None,
    tipo: str,
    periodo: str,
    versao: int,
    addresses: Sequence[str],
    content: Content,
    at: datetime,
    attachment: tuple[str, str, str] = ("", "", ""),
) -> int:
    """One message per address that has none for this client, kind, period and version; how many are new.

    ``attachment``: path, name shown, SHA-256. Raises UsageError for an address that is none.
    """
    new = 0
    for address in dict.fromkeys(clients.check_email(each) for each in addresses):
        new += conn.execute(
            "insert into dashboard.report_outbox (client_id, tipo, periodo, versao, destinatario, message_id, assunto,"
            " texto, html, anexo_caminho, anexo_nome, anexo_sha256, proxima_em, criado_em)"
            " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, nullif(%s, ''), nullif(%s, ''), nullif(%s, ''), %s, %s)"
            " on conflict on constraint uq_report_outbox_mensagem do nothing",
            [
                *(client_id, tipo, periodo, versao, address),
                message_id(mailer.sender_address, client_id, tipo, periodo, versao, address),
                *(content.assunto, content.texto, content.html, *attachment, at, at),
            ],
        ).rowcount
    return new


def message_id(sender: str, client_id: str | None, tipo: str, periodo: str, versao: int, address: str) -> str:
    """The same for the same message, whoever asks and however often: mail programs then show it once."""
    parts = (client_id or "", tipo, periodo, str(versao), address)
    return f"<{sha256(chr(0).join(parts).encode()).hexdigest()[:32]}@{sender.rpartition('@')[2]}>"


def claim(conn: psycopg.Connection, at: datetime) -> Claimed | None:
    """The message that has waited longest, now of this process; None when none is due."""
    with conn.cursor(row_factory=class_row(Claimed)) as cursor:
        return cursor.execute(
            "update dashboard.report_outbox set estado = 'enviando', tentativas = tentativas + 1,"
            " intencao_id = gen_random_uuid(), intencao_em = %(at)s"
            " where id = (select id from dashboard.report_outbox where estado = 'pendente' and proxima_em <= %(at)s"
            f" order by proxima_em, id limit 1 for update skip locked) returning {_CLAIMED}",
            {"at": at},
        ).fetchone()


def begin_delivery(conn: psycopg.Connection, mail: Claimed, at: datetime) -> None:
    """To be committed before the end of the message is sent: from here on nobody sends it by themselves again.

    Raises ClaimLost when the claim ran out and the message is no longer ours.
    """
    if not _move(conn, mail, "enviando", "entregando", at):
        raise ClaimLost(f"A mensagem {mail.id} passou a outro processo; nada foi enviado por este")


def mark_sent(conn: psycopg.Connection, mail: Claimed, at: datetime) -> None:
    """The server took it."""
    conn.execute(
        "update dashboard.report_outbox set estado = 'enviado', enviado_em = %s, erro = null"
        " where id = %s and intencao_id = %s",
        [at, mail.id, mail.intencao_id],
    )


def mark_uncertain(conn: psycopg.Connection, mail: Claimed, reason: str, at: datetime) -> None:
    """The server may have it; nobody but a person decides what happens next."""
    _move(conn, mail, "entregando", "incerto", at, reason)


def mark_failed(conn: psycopg.Connection, mail: Claimed, reason: str, at: datetime) -> None:
    """It was not delivered and trying again is of no use."""
    for state in ("enviando", "entregando"):
        _move(conn, mail, state, "falhou", at, reason)


def mark_retry(conn: psycopg.Connection, mail: Claimed, reason: str, at: datetime) -> bool:
    """It was not delivered: tried again later, or failed after the last attempt; whether it is tried again."""
    if mail.tentativas > len(BACKOFF):
        mark_failed(conn, mail, reason, at)
        return False
    conn.execute(
        "update dashboard.report_outbox set estado = 'pendente', erro = %s, proxima_em = %s, intencao_id = null"
        " where id = %s and intencao_id = %s and estado in ('enviando', 'entregando')",
        [reason, at + BACKOFF[mail.tentativas - 1], mail.id, mail.intencao_id],
    )
    return True


def postpone_all(conn: psycopg.Connection, mail: Claimed, reason: str, at: datetime) -> None:
    """The server takes nothing now, whatever it is: everything due waits as long as this message, and none fails."""
    attempts = min(mail.tentativas, OUTAGE_ATTEMPTS)
    conn.execute(
        "update dashboard.report_outbox set estado = 'pendente', erro = %(reason)s, proxima_em = %(next)s,"
        " intencao_id = null, tentativas = greatest(tentativas - (estado = 'enviando')::int, %(attempts)s)"
        " where id = %(id)s and intencao_id = %(claim)s and estado = 'enviando'"
        " or estado = 'pendente' and proxima_em <= %(at)s",
        {
            "reason": reason,
            "next": at + BACKOFF[attempts - 1],
            "attempts": attempts,
            "id": mail.id,
            "claim": mail.intencao_id,
            "at": at,
        },
    )


def anything_due(conn: psycopg.Connection, at: datetime) -> bool:
    """Whether a round of deliveries would find something to do."""
    row = conn.execute(
        "select exists (select from dashboard.report_outbox where estado = 'pendente' and proxima_em <= %s"
        " or estado in ('enviando', 'entregando') and intencao_em < %s)",
        [at, at - LEASE],
    ).fetchone()
    assert row is not None  # a select without FROM always gives one row
    return bool(row[0])


@dataclass(frozen=True)
class Queued:
    """A message as people look at it."""

    id: int
    client_id: str | None
    tipo: str
    periodo: str
    versao: int
    destinatario: str
    estado: str
    tentativas: int
    proxima_em: datetime
    erro: str | None


def open_messages(conn: psycopg.Connection) -> list[Queued]:
    """Everything that was not sent, the oldest first."""
    with conn.cursor(row_factory=class_row(Queued)) as cursor:
        return cursor.execute(
            "select id, client_id, tipo, periodo, versao, destinatario, estado, tentativas, proxima_em, erro"
            " from dashboard.report_outbox where estado <> 'enviado' order by id"
        ).fetchall()


def recover(conn: psycopg.Connection, at: datetime) -> list[int]:
    """What processes that are gone left behind; the messages that became uncertain.

    Claimed and not yet delivering: surely not delivered, so it is due again. Delivering: uncertain.
    """
    conn.execute(
        "update dashboard.report_outbox set estado = 'pendente', intencao_id = null"
        " where estado = 'enviando' and intencao_em < %s",
        [at - LEASE],
    )
    rows = conn.execute(
        "update dashboard.report_outbox set estado = 'incerto', erro = %s"
        " where estado = 'entregando' and intencao_em < %s returning id",
        ["O processo terminou entre o fim da mensagem e a resposta do servidor: pode ter sido entregue", at - LEASE],
    )
    return [number for (number,) in rows]


def resend(conn: psycopg.Connection, number: int, at: datetime) -> None:
    """A person decides that an uncertain or failed message is sent (again). Raises UsageError for any other."""
    _decided(conn, number, "estado = 'pendente', tentativas = 0, proxima_em = %s, intencao_id = null", at)


def confirm(conn: psycopg.Connection, number: int, at: datetime) -> None:
    """A person knows that an uncertain or failed message arrived. Raises UsageError for any other."""
    _decided(conn, number, "estado = 'enviado', enviado_em = %s, erro = null, intencao_id = null", at)


def _decided(conn: psycopg.Connection, number: int, change: str, at: datetime) -> None:
    done = conn.execute(
        f"update dashboard.report_outbox set {change} where id = %s and estado in ('incerto', 'falhou')",
        [at, number],
    ).rowcount
    if not done:
        raise UsageError(f"Não há mensagem {number} incerta ou que falhou. Veja: viang mail list")


def _move(conn: psycopg.Connection, mail: Claimed, old: str, new: str, at: datetime, reason: str | None = None) -> bool:
    return (
        conn.execute(
            "update dashboard.report_outbox set estado = %s, erro = %s, intencao_em = %s"
            " where id = %s and intencao_id = %s and estado = %s",
            [new, reason, at, mail.id, mail.intencao_id, old],
        ).rowcount
        == 1
    )
