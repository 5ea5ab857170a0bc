"""Alerts from stored state to mail: told once, told when they are over, and never a flood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

import pytest

from viang_pipeline.domain.alerts import Digest
from viang_pipeline.mail.alerting import queue_daily_digest, queue_failures
from viang_pipeline.mail.alerts import FailedCheck
from viang_pipeline.mail.deliver import deliver_due
from viang_pipeline.sources.smtp import Mailer
from viang_pipeline.warehouse import ledgers
from viang_pipeline.warehouse.database import Database
from viang_pipeline_tests.mail.servers import Mailbox

MORNING = datetime(2026, 11, 28, 10, tzinfo=UTC)
YESTERDAY = date(2026, 11, 27)
AGENCY = "time@agencia.com.br"


@dataclass
class Desk:
    """An agency with clients aurora and boreal, both connected and read until yesterday; ``now`` is the clock."""

    database: Database
    mailer: Mailer
    mailbox: Mailbox
    now: datetime = MORNING

    def execute(self, statement: str) -> None:
        with self.database.transaction() as conn:
            conn.execute(statement.encode())

    def run(self, run_id: str, *, failed: str | None = None, client_id: str = "aurora", ago: int = 4) -> None:
        """A run of the night, and the row of its failure."""
        at = self.now - timedelta(hours=ago)

        def entry(status: Literal["success", "error"], **values: Any) -> ledgers.UpdateEntry:
            times = {"iniciado_em": at, "terminado_em": at}
            return ledgers.UpdateEntry(
                run_id=run_id, job_name="daily_update", client_id=client_id, status=status, **times, **values
            )

        with self.database.transaction() as conn:
            ledgers.log_update(conn, entry("success", source="mercado_livre", resource="orders"))
            if failed:
                ledgers.log_update(conn, entry("error", detail={"motivos": [failed]}))

    def daily(self, checks: Sequence[FailedCheck] = ()) -> Digest:
        with self.database.transaction() as conn:
            return queue_daily_digest(conn, self.mailer, [AGENCY], self.now, YESTERDAY, checks)

    def failures(self) -> Digest:
        with self.database.transaction() as conn:
            return queue_failures(conn, self.mailer, [AGENCY], self.now)

    def received(self) -> list[str]:
        """The text of every mail the agency got."""
        deliver_due(self.database, self.mailer, lambda: self.now)
        return self.mailbox.texts


@pytest.fixture
def desk(database: Database, mailer: Mailer, mailbox: Mailbox) -> Desk:
    desk = Desk(database, mailer, mailbox)
    desk.execute(
        "insert into dashboard.clients (client_id, nome, inicio_historico) values"
        " ('aurora', 'Loja Aurora', '2026-11-27'), ('boreal', 'Casa Boreal', '2026-11-27');"
        "insert into dashboard.api_tokens (client_id, platform, access_token, refresh_token, expires_at)"
        " select client_id, 'mercado_livre', '', '', now() from dashboard.clients"
    )
    with database.transaction() as conn:
        for client_id in ("aurora", "boreal"):
            ledgers.mark_read(conn, client_id, "mercado_livre", "orders", [YESTERDAY], MORNING)
    return desk


def test_nothing_is_sent_when_there_is_nothing_to_say(desk: Desk) -> None:
    assert not desk.daily()
    assert not desk.failures()
    assert desk.received() == []


def test_a_failed_run_is_told_at_once_with_its_reason_and_what_to_do(desk: Desk) -> None:
    desk.run("r1", failed="O Mercado Livre respondeu 503")
    desk.failures()
    (text,) = desk.received()
    assert "Noite: O Mercado Livre respondeu 503 [novo]" in text
    assert "Loja Aurora, 28/11 03:00 (daily_update)" in text
    assert "O que fazer:" in text
    assert "docs/runbook.md#execucao" in text


def test_failures_of_one_hour_are_one_mail_and_the_rest_waits_for_the_next(desk: Desk) -> None:
    desk.run("r1", failed="caiu")
    desk.failures()
    desk.run("r2", failed="caiu", client_id="boreal")
    desk.failures()
    assert len(desk.received()) == 1
    desk.now += timedelta(hours=1)
    desk.failures()
    _, second = desk.received()
    assert "Casa Boreal" in second
    assert "Loja Aurora" not in second


def test_a_later_run_that_ends_well_takes_the_failure_back(desk: Desk) -> None:
    desk.run("r1", failed="caiu")
    desk.failures()
    desk.now += timedelta(hours=20)
    desk.run("r2", ago=1)
    digest = desk.daily()
    assert (digest.alerts, len(digest.resolved)) == ((), 1)
    assert "RESOLVIDO" in desk.received()[1]


def test_the_same_failure_of_many_clients_is_one_card(desk: Desk) -> None:
    desk.run("r1", failed="caiu")
    desk.run("r2", failed="caiu", client_id="boreal")
    desk.failures()
    (text,) = desk.received()
    assert text.count("Noite: caiu") == 1
    assert "Loja Aurora" in text
    assert "Casa Boreal" in text


def test_a_lost_grant_is_told_once_as_that_and_not_as_every_source_it_keeps_from_being_read(desk: Desk) -> None:
    desk.execute(
        "update dashboard.api_tokens set status = 'reautorizar', motivo = 'invalid_grant' where client_id = 'aurora';"
        "delete from dashboard.source_reads where client_id = 'aurora'"
    )
    digest = desk.daily()
    assert [told.alert.chave for told in digest.alerts] == ["acesso:mercado_livre:aurora"]
    assert "Loja Aurora: invalid_grant – viang connect mercado-livre aurora" in desk.received()[0]


def test_a_late_source_is_told_with_its_reason(desk: Desk) -> None:
    with desk.database.transaction() as conn:
        ledgers.mark_unread(conn, "boreal", "mercado_livre", "visits", [YESTERDAY], MORNING, "HTTP 403")
    desk.daily()
    assert "Casa Boreal: visitas (nunca lido: HTTP 403)" in desk.received()[0]


def test_quarantine_failed_checks_and_unsent_reports_are_told(desk: Desk) -> None:
    desk.execute(
        "insert into dashboard.fact_quarantine_day"
        " (client_id, dia, motivo, registros, valor, versao_metrica, run_id, calculado_em)"
        " select 'aurora', dia::date, 'status_desconhecido', 2, 1234.5, 1, 'r', now()"
        " from generate_series(date '2026-11-18', date '2026-11-22', interval '1 day') as dia;"
        "insert into dashboard.report_outbox (client_id, tipo, periodo, versao, destinatario, message_id, assunto,"
        " texto, html, estado, erro, proxima_em, criado_em)"
        " values ('boreal', 'relatorio', '2026-10', 1, 'b', '<1>', '', '', '', 'incerto', 'sem resposta', now(), now())"
    )
    desk.daily([FailedCheck("margem_fecha", "2 dia(s) em que a margem não fecha", "aurora", MORNING)])
    (text,) = desk.received()
    assert "Loja Aurora: 4 pedidos, R$ 2.469,00 nos últimos 7 dias" in text
    assert "margem_fecha" in text
    assert "Loja Aurora: 2 dia(s) em que a margem não fecha" in text
    assert "incerto: sem resposta" in text


def test_the_next_day_says_since_when_and_the_day_it_is_over_that_it_is(desk: Desk) -> None:
    desk.execute("update dashboard.api_tokens set status = 'reautorizar' where client_id = 'aurora'")
    desk.daily()
    desk.now += timedelta(days=1)
    desk.daily()
    desk.execute("update dashboard.api_tokens set status = 'ativo'")
    desk.now += timedelta(days=1)
    desk.daily()
    desk.now += timedelta(days=1)
    assert not desk.daily()
    first, second, third = desk.received()
    assert "1 alerta, 1 novo" in first
    assert "[desde 28/11]" in second
    assert "tudo resolvido" in third


def test_a_digest_is_queued_once_a_day(desk: Desk) -> None:
    desk.execute("update dashboard.api_tokens set status = 'reautorizar'")
    desk.daily()
    desk.now += timedelta(hours=2)
    desk.daily()
    assert len(desk.received()) == 1


def test_text_from_outside_is_no_markup_in_the_mail(desk: Desk) -> None:
    desk.run("r1", failed="<script>alert(1)</script>")
    desk.failures()
    desk.received()
    html = desk.mailbox.messages[0].get_body(("html",))
    assert html is not None
    assert "<script>" not in html.get_content()
    assert "&lt;script&gt;" in html.get_content()
