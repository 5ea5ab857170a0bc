"""Mail against a real SMTP server: every message once, and every failure visible."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from psycopg import Connection, OperationalError

from viang_pipeline.failures import UsageError
from viang_pipeline.mail import outbox
from viang_pipeline.mail.deliver import deliver_due
from viang_pipeline.sources.smtp import Mailer
from viang_pipeline.warehouse.database import Database
from viang_pipeline_tests.mail.conftest import ANA, BIA, Post
from viang_pipeline_tests.mail.servers import HANG_UP, Mailbox, mailer_to, serving


def test_a_report_arrives_as_text_html_and_the_very_pdf(post: Post, mailbox: Mailbox) -> None:
    post.enqueue()
    post.deliver()
    (message,) = mailbox.messages
    text, html, pdf = message.get_body(("plain",)), message.get_body(("html",)), list(message.iter_attachments())
    assert text is not None
    assert html is not None
    assert "Faturamento: R$ 128.430,90 (+12,4 % sobre setembro)" in text.get_content()
    assert "R$ 128.430,90" in html.get_content()
    assert [(part.get_filename(), part.get_content()) for part in pdf] == [
        ("aurora-2026-10.pdf", post.pdf.read_bytes())
    ]
    assert message["From"] == "Agência Viang <relatorios@agencia.com.br>"
    assert (message["To"], message["Subject"]) == (ANA, "Relatório de outubro de 2026 – Loja Aurora")


def test_each_address_gets_a_mail_of_its_own_and_sees_no_other(post: Post, mailbox: Mailbox) -> None:
    assert post.enqueue([ANA, BIA]) == 2
    assert post.deliver().sent == 2
    assert sorted(mailbox.recipients) == [ANA, BIA]
    assert all(ANA not in str(message) for message in mailbox.messages if message["To"] == BIA)


def test_asking_and_delivering_again_sends_nothing_more(post: Post, mailbox: Mailbox) -> None:
    post.enqueue()
    post.deliver()
    assert post.enqueue() == 0
    assert post.deliver().sent == 0
    assert len(mailbox.kept) == 1


def test_an_address_added_later_gets_the_report_and_the_first_does_not_again(post: Post, mailbox: Mailbox) -> None:
    post.enqueue([ANA])
    post.deliver()
    assert post.enqueue([ANA, BIA]) == 1
    post.deliver()
    assert mailbox.recipients == [ANA, BIA]


def test_a_new_version_is_a_new_mail(post: Post, mailbox: Mailbox) -> None:
    for versao in (1, 2):
        post.enqueue(versao=versao)
        post.deliver()
    assert len({message["Message-ID"] for message in mailbox.messages}) == 2


def test_two_processes_at_once_send_every_message_once(post: Post, mailbox: Mailbox) -> None:
    addresses = [f"pessoa{n}@loja.com.br" for n in range(8)]
    post.enqueue(addresses)
    database = Database(post.database.url)
    with ThreadPoolExecutor(3) as pool:
        rounds = list(pool.map(lambda _: deliver_due(database, post.mailer, lambda: post.now), range(3)))
    assert sum(done.sent for done in rounds) == 8
    assert sorted(mailbox.recipients) == addresses


def test_a_refused_recipient_fails_and_holds_up_no_other(post: Post, mailbox: Mailbox) -> None:
    mailbox.answers[ANA] = "550 5.1.1 no such user here"
    post.enqueue([ANA, BIA])
    done = post.deliver()
    assert post.states() == {ANA: "falhou", BIA: "enviado"}
    assert (done.sent, done.failed) == (1, 1)
    assert "550" in done.problems[0]
    assert "no such user here" in done.problems[0]
    post.wait(days=30)
    assert post.deliver().sent == 0


@pytest.mark.parametrize("stage", ["RCPT", "DATA"])
def test_what_a_server_puts_off_is_tried_again_later_and_arrives_once(post: Post, mailbox: Mailbox, stage: str) -> None:
    mailbox.answers[stage] = "451 4.7.1 greylisted, try again"
    post.enqueue()
    assert post.deliver().later == 1
    assert "greylisted" in str(post.one("erro"))
    mailbox.answers.clear()
    assert post.deliver().sent == 0  # not yet
    post.wait(minutes=6)
    assert post.deliver().sent == 1
    assert (post.states(), len(mailbox.kept)) == ({ANA: "enviado"}, 1)


def test_what_is_put_off_for_ever_fails_in_the_end_after_growing_waits(post: Post, mailbox: Mailbox) -> None:
    mailbox.answers["RCPT"] = "450 4.2.2 mailbox full"
    post.enqueue()
    for _ in outbox.BACKOFF:
        assert post.deliver().later == 1
        post.wait(hours=13)
    assert post.deliver().failed == 1
    assert (post.states(), mailbox.calls["RCPT"]) == ({ANA: "falhou"}, len(outbox.BACKOFF) + 1)


def test_content_refused_for_good_fails(post: Post, mailbox: Mailbox) -> None:
    mailbox.answers["DATA"] = "552 5.3.4 message too big"
    post.enqueue()
    assert post.deliver().failed == 1
    assert "too big" in str(post.one("erro"))


def test_a_line_cut_before_the_end_of_the_message_is_tried_again(post: Post, mailbox: Mailbox) -> None:
    mailbox.answers["RCPT"] = HANG_UP
    post.enqueue()
    assert post.deliver().later == 1
    mailbox.answers.clear()
    post.wait(minutes=6)
    assert post.deliver().sent == 1
    assert len(mailbox.kept) == 1


def test_a_line_cut_before_the_last_answer_leaves_it_uncertain_and_never_sends_twice(
    post: Post, mailbox: Mailbox
) -> None:
    mailbox.answers["DATA"] = HANG_UP
    post.enqueue()
    assert post.deliver().uncertain == 1
    mailbox.answers.clear()
    post.wait(days=30)
    assert post.deliver().sent == 0
    assert (post.states(), len(mailbox.kept)) == ({ANA: "incerto"}, 1)


def test_an_uncertain_message_goes_out_again_only_when_told_and_as_the_same_message(
    post: Post, mailbox: Mailbox
) -> None:
    mailbox.answers["DATA"] = HANG_UP
    post.enqueue()
    post.deliver()
    mailbox.answers.clear()
    with post.database.transaction() as conn:
        outbox.resend(conn, int(str(post.one("id"))), post.now)
    assert post.deliver().sent == 1
    first, second = mailbox.messages
    assert first["Message-ID"] == second["Message-ID"]


def test_an_uncertain_message_can_be_confirmed(post: Post, mailbox: Mailbox) -> None:
    mailbox.answers["DATA"] = HANG_UP
    post.enqueue()
    post.deliver()
    with post.database.transaction() as conn:
        outbox.confirm(conn, int(str(post.one("id"))), post.now)
    assert post.states() == {ANA: "enviado"}


def test_a_message_that_was_sent_cannot_be_sent_again(post: Post) -> None:
    post.enqueue()
    post.deliver()
    with pytest.raises(UsageError, match="viang mail list"), post.database.transaction() as conn:
        outbox.resend(conn, int(str(post.one("id"))), post.now)


@pytest.fixture
def locked() -> Iterator[tuple[Mailbox, int]]:
    mailbox = Mailbox(password="certa")
    with serving(mailbox) as port:
        yield mailbox, port


def test_a_server_that_refuses_the_password_is_asked_once_and_costs_no_message_its_attempts(
    post: Post, locked: tuple[Mailbox, int]
) -> None:
    mailbox, port = locked
    post.enqueue([ANA, BIA])
    wrong = mailer_to(port, user="viang", password="errada-e-secreta")
    for _ in range(12):
        done = post.deliver(wrong)
        post.wait(hours=3)
    assert post.states() == {ANA: "pendente", BIA: "pendente"}
    assert mailbox.calls["EHLO"] == 12
    assert "SMTP_URL" in done.problems[0]
    assert "errada" not in done.problems[0]
    assert post.deliver(mailer_to(port, user="viang", password="certa")).sent == 2
    assert sorted(mailbox.recipients) == [ANA, BIA]


def test_a_server_that_is_not_there_puts_everything_off(post: Post, mailbox: Mailbox) -> None:
    post.enqueue([ANA, BIA])
    assert len(post.deliver(mailer_to(9)).problems) == 1
    assert post.states() == {ANA: "pendente", BIA: "pendente"}
    post.wait(minutes=6)
    assert post.deliver().sent == 2


def test_a_refused_sender_is_a_matter_of_settings_and_fails_no_message(post: Post, mailbox: Mailbox) -> None:
    mailbox.answers["MAIL"] = "553 5.7.1 sender not owned by user"
    post.enqueue()
    assert "VIANG_MAIL_FROM" in post.deliver().problems[0]
    assert post.states() == {ANA: "pendente"}


def test_an_attachment_that_changed_or_is_gone_is_not_sent(post: Post, mailbox: Mailbox) -> None:
    post.enqueue(versao=1)
    post.pdf.write_bytes(b"%PDF other")
    assert "mudou" in post.deliver().problems[0]
    post.enqueue(versao=2)
    post.pdf.unlink()
    assert "não pode ser lido" in post.deliver().problems[0]
    assert mailbox.kept == []


def test_every_attempt_is_in_the_audit_without_an_address(post: Post, mailbox: Mailbox) -> None:
    mailbox.answers["RCPT"] = f"450 4.2.2 <{ANA}>: mailbox of {ANA} full"
    post.enqueue()
    post.deliver()
    mailbox.answers.clear()
    post.wait(minutes=6)
    post.deliver()
    with post.database.transaction() as conn:
        rows = conn.execute(
            "select client_id, source, resource, status, detail::text from dashboard.updates_log order by id"
        ).fetchall()
    assert [row[:4] for row in rows] == [
        ("aurora", "mail", "relatorio", "error"),
        ("aurora", "mail", "relatorio", "success"),
    ]
    assert all("@" not in row[4] for row in rows)
    assert "mailbox of" in rows[0][4]


def test_a_client_without_addresses_is_named_with_the_command_that_helps(post: Post) -> None:
    with pytest.raises(UsageError, match="viang clients set aurora --email"):
        post.enqueue([])


def test_a_stored_address_that_is_none_is_not_queued(post: Post) -> None:
    with pytest.raises(UsageError, match="endereço de e-mail"):
        post.enqueue(["ana@loja..com"])


def test_a_process_whose_claim_ran_out_sends_nothing(post: Post, mailbox: Mailbox) -> None:
    post.enqueue()

    class Slow(Mailer):
        """Sleeps past its claim just before the end of the message, while another process delivers."""

        def deliver(self, message, recipient, *, last_moment):  # type: ignore[no-untyped-def]
            def late() -> None:
                post.wait(hours=1)
                assert post.deliver().sent == 1
                last_moment()

            super().deliver(message, recipient, last_moment=late)

    assert post.deliver(Slow(post.mailer.server, post.mailer.sender)).sent == 0
    assert (post.states(), len(mailbox.kept)) == ({ANA: "enviado"}, 1)


def test_a_database_that_is_away_when_the_server_has_answered_is_waited_for(
    post: Post, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    post.enqueue()
    mark_sent, left = outbox.mark_sent, [OperationalError("server closed the connection")]

    def flaky(conn: Connection, mail: outbox.Claimed, at: datetime) -> None:
        if left:
            raise left.pop()
        mark_sent(conn, mail, at)

    monkeypatch.setattr(outbox, "mark_sent", flaky)
    assert post.deliver().sent == 1
    assert (post.states(), len(mailbox.kept)) == ({ANA: "enviado"}, 1)
