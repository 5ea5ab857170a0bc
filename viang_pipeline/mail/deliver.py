"""Sends what is due: claim, hand over, mark. Each step is its own transaction; the server is never asked inside one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import psycopg
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from viang_pipeline.failures import AnswerLost, SourceFailure, SourcePaused, TransientFailure
from viang_pipeline.mail import outbox
from viang_pipeline.mail.message import as_message
from viang_pipeline.settings import Clock
from viang_pipeline.sources.smtp import Mailer
from viang_pipeline.warehouse.database import Database
from viang_pipeline.warehouse.ledgers import Status, UpdateEntry, log_update

JOB = "send_mail"
Outcome = Literal["sent", "later", "failed", "uncertain"]


@dataclass
class Delivery:
    """What a round did. ``problems``: one sentence per message that was not surely delivered."""

    sent: int = 0
    later: int = 0
    failed: int = 0
    uncertain: int = 0
    problems: list[str] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        """One more message that ended so."""
        setattr(self, outcome, getattr(self, outcome) + 1)


def deliver_due(database: Database, mailer: Mailer, clock: Clock, *, run_id: str = JOB) -> Delivery:
    """Send everything that is due, each message on its own; a message that fails holds up no other.

    A server that takes nothing ends the round. Every attempt is a row of ``updates_log``.
    """
    delivery = Delivery()
    with database.transaction() as conn:
        for number in outbox.recover(conn, clock()):
            delivery.uncertain += 1
            delivery.problems.append(f"mensagem {number}: o processo que a enviava terminou; pode ter sido entregue")
    while True:
        with database.transaction() as conn:
            mail = outbox.claim(conn, clock())
        if mail is None or not _deliver(database, mailer, clock, mail, run_id, delivery):
            return delivery


def _deliver(
    database: Database, mailer: Mailer, clock: Clock, mail: outbox.Claimed, run_id: str, delivery: Delivery
) -> bool:
    """One message; whether the round goes on."""
    started = clock()

    def last_moment() -> None:
        with database.transaction() as conn:
            outbox.begin_delivery(conn, mail, clock())

    failure: SourceFailure | None = None
    try:
        mailer.deliver(as_message(mail, mailer.sender, started), mail.destinatario, last_moment=last_moment)
    except outbox.ClaimLost:
        return True
    except SourceFailure as problem:
        failure = problem
    # What the server answered cannot be asked again: a database that is away for a moment is waited for.
    for attempt in Retrying(
        retry=retry_if_exception_type((TransientFailure, psycopg.OperationalError)),
        stop=stop_after_attempt(5),
        wait=wait_exponential(multiplier=0.5),
        reraise=True,
    ):
        with attempt, database.transaction() as conn:
            outcome = _note(conn, mail, failure, clock())
            log_update(conn, _entry(mail, run_id, failure, started, clock()))
    delivery.add(outcome)
    if failure is not None:
        delivery.problems.append(f"mensagem {mail.id} ({mail.client_id or 'agência'}, {mail.periodo}): {failure}")
    return not isinstance(failure, SourcePaused)


def _note(conn: psycopg.Connection, mail: outbox.Claimed, failure: SourceFailure | None, at: datetime) -> Outcome:
    reason = str(failure)
    match failure:
        case None:
            outbox.mark_sent(conn, mail, at)
            return "sent"
        case AnswerLost():
            outbox.mark_uncertain(conn, mail, reason, at)
            return "uncertain"
        case SourcePaused():
            outbox.postpone_all(conn, mail, reason, at)
            return "later"
        case TransientFailure():
            return "later" if outbox.mark_retry(conn, mail, reason, at) else "failed"
        case _:
            outbox.mark_failed(conn, mail, reason, at)
            return "failed"


def _entry(
    mail: outbox.Claimed, run_id: str, failure: SourceFailure | None, started: datetime, at: datetime
) -> UpdateEntry:
    status: Status = "success" if failure is None else "partial" if isinstance(failure, AnswerLost) else "error"
    detail = {"mensagem": mail.id, "periodo": mail.periodo, "versao": mail.versao, "tentativa": mail.tentativas}
    return UpdateEntry(
        run_id=run_id,
        job_name=JOB,
        client_id=mail.client_id,
        source="mail",
        resource=mail.tipo,
        status=status,
        iniciado_em=started,
        terminado_em=at,
        requisicoes=1,
        detail=detail if failure is None else {**detail, "motivo": str(failure)},
    )
