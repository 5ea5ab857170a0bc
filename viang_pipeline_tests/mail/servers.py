"""A real SMTP server on loopback that can be told to misbehave."""

from __future__ import annotations

import ssl
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from socket import create_connection
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from viang_pipeline.sources.smtp import Mailer, SmtpServer

SENDER = "Agência Viang <relatorios@agencia.com.br>"
HANG_UP = "hang up"


@dataclass
class Mailbox:
    """What a server took, and how it is to answer: stage or recipient → answer, or HANG_UP.

    ``DATA`` is answered after the message was kept, so that hanging up there loses the answer and not the message.
    """

    answers: dict[str, str] = field(default_factory=dict)
    password: str | None = None
    kept: list[tuple[str, bytes]] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)

    @property
    def messages(self) -> list[EmailMessage]:
        return [message_from_bytes(content, policy=default) for _, content in self.kept]  # type: ignore[arg-type]

    @property
    def texts(self) -> list[str]:
        """What a person without HTML reads, of every message."""
        bodies = [message.get_body(("plain",)) for message in self.messages]
        return [body.get_content() for body in bodies if body is not None]

    @property
    def recipients(self) -> list[str]:
        return [recipient for recipient, _ in self.kept]

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.calls["EHLO"] += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self._answer(server, "MAIL", "250 OK")

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.calls["RCPT"] += 1
        answer = self._answer(server, address, self._answer(server, "RCPT", "250 OK"))
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = self._answer(server, "DATA", "250 OK")
        if answer.startswith("250") or answer == HANG_UP:
            assert isinstance(envelope.content, bytes)
            self.kept.append((envelope.rcpt_tos[0], envelope.content))
        return answer

    def authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        self.calls["AUTH"] += 1
        assert isinstance(data, LoginPassword)
        return AuthResult(success=data.password.decode() == self.password, handled=False)

    def _answer(self, server: SMTP, stage: str, good: str) -> str:
        answer = self.answers.get(stage, good)
        if answer == HANG_UP:
            assert server.transport is not None
            server.transport.abort()
        return answer


class AnyPort(Controller):
    """Listens on a free port; ``port`` is the real one once it is started."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        create_connection(("127.0.0.1", self.port)).close()


@contextmanager
def serving(
    mailbox: Mailbox, *, tls: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None
) -> Iterator[int]:
    """The port of a server that answers as the mailbox says."""
    controller = AnyPort(
        mailbox,
        hostname="127.0.0.1",
        port=0,
        ssl_context=tls,
        tls_context=starttls,
        authenticator=mailbox.authenticate if mailbox.password else None,
        auth_require_tls=False,
        ready_timeout=10,
    )
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def mailer_to(port: int, **server: Any) -> Mailer:
    """A mailer that hands in at a port of this machine, in plain unless told otherwise."""
    plain = {"implicit_tls": False, "tls_required": False}
    return Mailer(SmtpServer("127.0.0.1", port, **{**plain, **server}), SENDER)
