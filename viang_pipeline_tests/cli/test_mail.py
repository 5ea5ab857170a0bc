"""``viang mail``: what did not leave is seen, and a person decides."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from click.testing import Result
from typer.testing import CliRunner

from viang_pipeline.cli.main import app
from viang_pipeline.mail import outbox
from viang_pipeline.mail.content import Content
from viang_pipeline.settings import Settings
from viang_pipeline.warehouse.database import Database
from viang_pipeline_tests.mail.conftest import ANA, NOW
from viang_pipeline_tests.mail.servers import HANG_UP, SENDER, Mailbox, mailer_to, serving


@pytest.fixture
def mailbox(settings_env: Callable[..., Settings], database: Database) -> Iterator[Mailbox]:
    """One message in the outbox, and the settings of a server that takes it."""
    mailbox = Mailbox()
    with serving(mailbox) as port:
        settings_env(SMTP_URL=f"smtp://127.0.0.1:{port}", VIANG_MAIL_FROM=SENDER)
        content = Content("Relatório", "texto", "<p>texto</p>")
        with database.transaction() as conn:
            outbox.enqueue(conn, mailer_to(port), "aurora", "relatorio", "2026-10", 1, [ANA], content, NOW)
        yield mailbox


def viang(*arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments])


def test_a_message_is_sent_now(mailbox: Mailbox) -> None:
    result = viang("mail", "send")
    assert (result.exit_code, mailbox.recipients) == (0, [ANA]), result.output
    assert "Nenhuma mensagem à espera" in viang("mail", "list").output


def test_a_message_without_an_answer_is_listed_until_a_person_sends_it_again(mailbox: Mailbox) -> None:
    mailbox.answers["DATA"] = HANG_UP
    result = viang("mail", "send")
    assert (result.exit_code, "1 incertas" in result.output) == (3, True), result.output
    listed = viang("mail", "list").output
    assert "incerto" in listed
    assert ANA in listed
    mailbox.answers.clear()
    assert viang("mail", "resend", "1").exit_code == 0
    assert viang("mail", "send").exit_code == 0
    assert mailbox.recipients == [ANA, ANA]


def test_a_message_that_arrived_can_be_confirmed(mailbox: Mailbox) -> None:
    mailbox.answers["DATA"] = HANG_UP
    viang("mail", "send")
    assert viang("mail", "confirm", "1").exit_code == 0
    assert "Nenhuma mensagem à espera" in viang("mail", "list").output


def test_a_number_that_waits_for_nobody_is_wrong_usage(mailbox: Mailbox) -> None:
    assert viang("mail", "resend", "1").exit_code == 2


def test_without_settings_the_variables_are_named(settings_env: Callable[..., Settings]) -> None:
    settings_env()
    result = viang("mail", "send")
    assert result.exit_code == 2
    assert "SMTP_URL" in result.output
