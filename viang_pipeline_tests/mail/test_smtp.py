"""How we speak SMTP: encrypted, with certificates that are checked, and content that arrives as it was."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viang_pipeline.failures import SourcePaused
from viang_pipeline.mail.access import open_mailer
from viang_pipeline.settings import Settings, SettingsError, load_settings
from viang_pipeline.sources.smtp import Mailer, _dots_doubled
from viang_pipeline_tests.authority import Authority
from viang_pipeline_tests.mail.conftest import ANA
from viang_pipeline_tests.mail.servers import Mailbox, mailer_to, serving


def send(mailer: Mailer) -> None:
    message = EmailMessage()
    message.set_content("olá")
    mailer.deliver(message, ANA, last_moment=lambda: None)


def test_smtps_is_encrypted_from_the_first_byte(mailbox: Mailbox, authority: Authority) -> None:
    with serving(mailbox, tls=authority.server) as port:
        send(mailer_to(port, implicit_tls=True, tls_required=True, trust=lambda: authority.believer))
    assert len(mailbox.kept) == 1


def test_starttls_is_used_when_it_is_offered(mailbox: Mailbox, authority: Authority) -> None:
    with serving(mailbox, starttls=authority.server) as port:
        send(mailer_to(port, tls_required=True, trust=lambda: authority.believer))
    assert (len(mailbox.kept), mailbox.calls["EHLO"]) == (1, 2)


@pytest.mark.parametrize("kind", ["tls", "starttls"])
def test_a_certificate_nobody_vouches_for_ends_the_connection(
    mailbox: Mailbox, authority: Authority, kind: str
) -> None:
    with serving(mailbox, **{kind: authority.server}) as port, pytest.raises(SourcePaused, match="cifrada"):
        send(mailer_to(port, implicit_tls=kind == "tls"))
    assert mailbox.kept == []


def test_no_password_leaves_without_encryption_where_it_is_required() -> None:
    mailbox = Mailbox(password="certa")
    with serving(mailbox) as port, pytest.raises(SourcePaused, match="STARTTLS"):
        send(mailer_to(port, tls_required=True, user="viang", password="certa"))
    assert mailbox.calls["AUTH"] == 0


def test_a_password_smtp_cannot_carry_is_named_and_not_shown() -> None:
    with serving(Mailbox(password="certa")) as port, pytest.raises(SourcePaused, match="ASCII") as failure:
        send(mailer_to(port, user="viang", password="coração"))
    assert "cora" not in str(failure.value)


@given(st.binary(max_size=40), st.lists(st.sampled_from([b".", b"..", b".\r\n", b"\r\n", b"\r\n.\r\n", b"a"])))
def test_no_content_looks_like_the_end_and_all_of_it_comes_back(start: bytes, rest: list[bytes]) -> None:
    content = start.replace(b"\r", b"").replace(b"\n", b"") + b"".join(rest)
    sent = _dots_doubled(content)
    assert sent.endswith(b"\r\n")
    lines = sent[:-2].split(b"\r\n")
    assert b"." not in lines
    received = b"\r\n".join(line[1:] if line.startswith(b".") else line for line in lines) + b"\r\n"
    assert received in (content, content + b"\r\n")


def settings_with(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Settings:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return load_settings()


FROM = "Agência Viang <relatorios@agencia.com.br>"


@pytest.mark.parametrize(
    ("url", "port", "implicit", "required"),
    [
        ("smtp://mail.agencia.com.br", 587, False, True),
        ("smtps://mail.agencia.com.br", 465, True, True),
        ("smtp://127.0.0.1:2525", 2525, False, False),
    ],
)
def test_the_mailer_is_what_the_url_says(
    monkeypatch: pytest.MonkeyPatch, url: str, port: int, implicit: bool, required: bool
) -> None:
    mailer = open_mailer(settings_with(monkeypatch, SMTP_URL=url, VIANG_MAIL_FROM=FROM))
    assert mailer is not None
    server = mailer.server
    assert (server.port, server.implicit_tls, server.tls_required) == (port, implicit, required)
    assert (mailer.agency, mailer.sender_address) == ("Agência Viang", "relatorios@agencia.com.br")


def test_user_and_password_are_decoded_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "smtps://viang%40agencia.com.br:a%3Ab@mail.agencia.com.br"
    mailer = open_mailer(settings_with(monkeypatch, SMTP_URL=url, VIANG_MAIL_FROM=FROM))
    assert mailer is not None
    assert (mailer.server.user, mailer.server.password) == ("viang@agencia.com.br", "a:b")
    assert "a:b" not in repr(mailer)


def test_without_settings_there_is_no_mailer(monkeypatch: pytest.MonkeyPatch) -> None:
    assert open_mailer(load_settings()) is None


def test_a_demo_or_rehearsal_writes_to_nobody_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_with(
        monkeypatch,
        SMTP_URL="smtp://mail.agencia.com.br",
        VIANG_MAIL_FROM=FROM,
        MERCADO_LIVRE_API_URL="http://127.0.0.1:8000",
    )
    assert open_mailer(settings) is None


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"SMTP_URL": "http://mail.agencia.com.br", "VIANG_MAIL_FROM": FROM}, "SMTP_URL"),
        ({"SMTP_URL": "smtp://mail.agencia.com.br:dez", "VIANG_MAIL_FROM": FROM}, "SMTP_URL"),
        ({"SMTP_URL": "smtp://mail.agencia.com.br"}, "VIANG_MAIL_FROM"),
        ({"SMTP_URL": "smtp://mail.agencia.com.br", "VIANG_MAIL_FROM": "Agência"}, "VIANG_MAIL_FROM"),
        ({"VIANG_ALERT_EMAILS": "ana@agencia.com.br, bia"}, "VIANG_ALERT_EMAILS"),
    ],
)
def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        settings_with(monkeypatch, **variables)
