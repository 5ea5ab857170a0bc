"""One message to one recipient by SMTP, and what is known when that goes wrong.

A server may deliver only what ended with the line ".", so everything before that line is surely not delivered, an
answer is believed, and no answer after it is AnswerLost. What concerns server, account or sender is SourcePaused.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import parseaddr

from viang_pipeline.failures import AnswerLost, PermanentFailure, SourcePaused, TransientFailure
from viang_pipeline.sources.redaction import quote
from viang_pipeline.sources.trust import trusted

TIMEOUT = 60.0
LAST_ANSWER_TIMEOUT = 600.0
"""Seconds. RFC 5321 §4.5.3.2.6: a client that stops waiting for the last answer too early makes duplicates."""

_CHECK_URL = "Confira SMTP_URL e VIANG_MAIL_FROM com o provedor de e-mail e rode: viang doctor"


@dataclass(frozen=True)
class SmtpServer:
    """Where mail is handed in. ``implicit_tls``: TLS from the first byte, else STARTTLS when the server offers it;
    ``tls_required``: nothing is sent without. ``trust`` gives the certificates believed."""

    host: str
    port: int
    implicit_tls: bool
    tls_required: bool
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    trust: Callable[[], ssl.SSLContext] = field(default=trusted, repr=False)

    @property
    def place(self) -> str:
        """``host:port``, for messages."""
        return f"{self.host}:{self.port}"


@dataclass(frozen=True)
class Mailer:
    """Sends in the name of ``sender``, an address with or without a name before it."""

    server: SmtpServer
    sender: str

    @property
    def sender_address(self) -> str:
        """The bare address."""
        return parseaddr(self.sender)[1]

    @property
    def agency(self) -> str:
        """The name before the address, which is the agency's; else "Viang"."""
        return parseaddr(self.sender)[0] or "Viang"

    def check(self) -> None:
        """Connect and log in, and send nothing. Raises SourcePaused."""
        with self._connected():
            pass

    def deliver(self, message: EmailMessage, recipient: str, *, last_moment: Callable[[], None]) -> None:
        """Hand over one message; returns once the server took responsibility for it.

        ``last_moment`` is called when all but the end of the message was sent: until it has returned, nothing can have
        been delivered, and what it raises keeps it so. Raises SourcePaused, PermanentFailure (refused for good) or
        TransientFailure, after which the message is not delivered, and AnswerLost, after which it may be.
        """
        content = message.as_bytes(policy=SMTP_POLICY)
        with self._connected() as smtp:
            with self._before_the_end():
                code, text = smtp.mail(self.sender_address)
                if code != 250:
                    raise self._paused("o remetente", code, text)
                self._expect((250, 251), "o destinatário", *smtp.rcpt(recipient))
                self._expect((354,), "a mensagem", *smtp.docmd("DATA"))
                smtp.send(_dots_doubled(content))
            last_moment()
            try:
                if smtp.sock is not None:
                    smtp.sock.settimeout(LAST_ANSWER_TIMEOUT)
                smtp.send(b".\r\n")
                code, text = smtp.getreply()
            except (smtplib.SMTPException, OSError) as error:
                raise self._answer_lost(type(error).__name__) from None
            if not 200 <= code < 600:
                raise self._answer_lost(str(code))
            self._expect(range(200, 300), "a mensagem", code, text)

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        """A connection that is encrypted, when it has to be, and logged in."""
        try:
            smtp = self._open()
        except smtplib.SMTPAuthenticationError as error:
            raise self._paused("o usuário ou a senha", error.smtp_code, error.smtp_error) from None
        except UnicodeEncodeError:  # its text and object are the password
            raise self._unreachable("O usuário e a senha de SMTP_URL só podem ter caracteres ASCII") from None
        except ssl.SSLError as error:
            reason = getattr(error, "verify_message", "") or error.reason or type(error).__name__
            raise self._unreachable(f"A conexão cifrada com o servidor de e-mail falhou ({reason})") from None
        except smtplib.SMTPResponseException as error:
            raise self._paused("a conexão", error.smtp_code, error.smtp_error) from None
        except (smtplib.SMTPException, OSError) as error:
            name = type(error).__name__
            raise self._unreachable(f"O servidor de e-mail não atendeu ou fechou a conexão ({name})") from None
        try:
            yield smtp
            # Only after all went well: in the middle of a message it would be taken for content, and not answered.
            with suppress(smtplib.SMTPException, OSError):
                smtp.quit()
        finally:
            smtp.close()

    def _open(self) -> smtplib.SMTP:
        server, own_name = self.server, self.sender_address.rpartition("@")[2]
        if server.implicit_tls:
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, local_hostname=own_name, timeout=TIMEOUT, context=server.trust()
            )
        else:
            smtp = smtplib.SMTP(server.host, server.port, local_hostname=own_name, timeout=TIMEOUT)
        try:
            smtp.ehlo_or_helo_if_needed()
            if not server.implicit_tls and smtp.has_extn("starttls"):
                smtp.starttls(context=server.trust())
                smtp.ehlo()
            elif not server.implicit_tls and server.tls_required:
                raise self._unreachable("O servidor de e-mail não oferece conexão cifrada (STARTTLS)")
            if server.user is not None:
                smtp.login(server.user, server.password or "")
        except BaseException:
            smtp.close()
            raise
        return smtp

    @contextmanager
    def _before_the_end(self) -> Iterator[None]:
        """A line that breaks here breaks before anything could be delivered."""
        try:
            yield
        except (smtplib.SMTPException, OSError) as error:
            raise TransientFailure(
                f"A conexão com o servidor de e-mail caiu antes do fim da mensagem ({type(error).__name__})",
                where=self.server.place,
                action="A mensagem não foi entregue e será tentada de novo",
            ) from None

    def _expect(self, wanted: range | tuple[int, ...], what: str, code: int, text: bytes) -> None:
        if code in wanted:
            return
        answer = quote(text.decode("utf-8", "replace"))
        if 500 <= code < 600:
            raise PermanentFailure(
                f"O servidor de e-mail recusou {what}: {answer}",
                where=self.server.place,
                action="Confira o endereço e o conteúdo; depois: viang mail resend NÚMERO",
                status=code,
            )
        raise TransientFailure(
            f"O servidor de e-mail não aceita {what} agora: {answer}",
            where=self.server.place,
            action="Será tentado de novo",
            status=code,
        )

    def _paused(self, what: str, code: int, text: bytes | str) -> SourcePaused:
        answer = quote(text.decode("utf-8", "replace") if isinstance(text, bytes) else text)
        return SourcePaused(
            f"O servidor de e-mail recusou {what}: {answer}", where=self.server.place, action=_CHECK_URL, status=code
        )

    def _unreachable(self, what: str) -> SourcePaused:
        return SourcePaused(what, where=self.server.place, action=_CHECK_URL)

    def _answer_lost(self, how: str) -> AnswerLost:
        return AnswerLost(
            f"A mensagem foi enviada inteira e o servidor de e-mail não respondeu ({how})",
            where=self.server.place,
            action="Pergunte ao destinatário; depois: viang mail confirm NÚMERO, ou viang mail resend NÚMERO",
        )


def _dots_doubled(content: bytes) -> bytes:
    """RFC 5321 §4.5.2: a line of the content never looks like the end; the content ends with a line break."""
    lines = content.replace(b"\r\n.", b"\r\n..")
    lines = b"." + lines if lines.startswith(b".") else lines
    return lines if lines.endswith(b"\r\n") else lines + b"\r\n"
