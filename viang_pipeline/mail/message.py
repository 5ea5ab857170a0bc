"""A message of the outbox as mail: text, the same in HTML, and the attachment it was queued with."""

from __future__ import annotations

from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256
from pathlib import Path

from viang_pipeline.domain.plain_text import plain
from viang_pipeline.failures import PermanentFailure
from viang_pipeline.mail.outbox import Claimed


def as_message(mail: Claimed, sender: str, at: datetime) -> EmailMessage:
    """The mail itself. Raises PermanentFailure when the attachment is gone or not the one that was queued."""
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = mail.destinatario
    message["Subject"] = plain(mail.assunto)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = mail.message_id
    message["Content-Language"] = "pt-BR"
    # RFC 3834: no holiday notices back.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.texto, cte="quoted-printable")
    message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    if mail.anexo_caminho is not None:
        content = _attachment(Path(mail.anexo_caminho), mail.anexo_sha256)
        message.add_attachment(content, maintype="application", subtype="pdf", filename=mail.anexo_nome)
    return message


def _attachment(path: Path, digest: str | None) -> bytes:
    action = "Gere o relatório de novo: viang report ID --periodo … --send"
    try:
        content = path.read_bytes()
    except OSError as problem:
        raise PermanentFailure(
            f"O anexo não pode ser lido ({problem.strerror})", where=path.name, action=action
        ) from None
    if sha256(content).hexdigest() != digest:
        raise PermanentFailure("O anexo mudou depois de entrar na fila", where=path.name, action=action)
    return content
