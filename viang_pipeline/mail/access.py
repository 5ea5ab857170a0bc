"""The mailer that the settings describe."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from viang_pipeline.settings import Settings, is_loopback
from viang_pipeline.sources.smtp import Mailer, SmtpServer


def open_mailer(settings: Settings) -> Mailer | None:
    """The mailer of SMTP_URL and VIANG_MAIL_FROM; None without them: reports are only written then.

    None too while the marketplace is a simulated one on this machine and the mail server is not: neither a demo nor a
    rehearsal writes to people.
    """
    if settings.smtp_url is None or settings.mail_from is None:
        return None
    url = settings.smtp_url.get_secret_value()
    if is_loopback(settings.mercado_livre_api_url) and not is_loopback(url):
        return None
    parts = urlsplit(url)
    implicit = parts.scheme == "smtps"
    server = SmtpServer(
        host=parts.hostname or "",
        port=parts.port or (465 if implicit else 587),
        implicit_tls=implicit,
        tls_required=not is_loopback(url),
        user=None if parts.username is None else unquote(parts.username),
        password=None if parts.password is None else unquote(parts.password),
    )
    return Mailer(server, settings.mail_from)
