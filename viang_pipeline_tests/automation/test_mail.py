"""Alerts and mail as Dagster runs them: the digest of a morning, failures within the hour, and the outbox."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import dagster as dg
import pytest

from viang_pipeline.automation.jobs import alert_digest, send_mail
from viang_pipeline.automation.schedules import alert_digest_schedule
from viang_pipeline.automation.sensors import mail_outbox
from viang_pipeline.automation.state import LATENESS, failed_checks
from viang_pipeline.resources.mailer import MailerResource
from viang_pipeline.resources.supabase import SupabaseResource
from viang_pipeline.warehouse import ledgers
from viang_pipeline.warehouse.database import Database
from viang_pipeline_tests.automation.conftest import MORNING
from viang_pipeline_tests.mail.servers import SENDER, Mailbox, serving

AGENCY = "time@agencia.com.br"
Register = Callable[..., None]


@pytest.fixture
def mailbox(supabase: SupabaseResource, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    """A server the settings name, and an agency that wants to hear of alerts."""
    mailbox = Mailbox()
    with serving(mailbox) as port:
        monkeypatch.setenv("SMTP_URL", f"smtp://127.0.0.1:{port}")
        monkeypatch.setenv("VIANG_MAIL_FROM", SENDER)
        monkeypatch.setenv("VIANG_ALERT_EMAILS", AGENCY)
        yield mailbox


def run(job: dg.JobDefinition, instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    supabase = SupabaseResource()
    return job.execute_in_process(
        instance=instance,
        resources={"supabase": supabase, "mailer": MailerResource(supabase=supabase)},
        raise_on_error=False,
    )


def tick(instance: dg.DagsterInstance) -> dg.SensorResult:
    with dg.build_sensor_context(instance=instance, resources={"supabase": SupabaseResource()}) as context:
        result = mail_outbox(context)
    assert isinstance(result, dg.SensorResult)
    return result


def fail_a_run(database: Database) -> None:
    with database.transaction() as conn:
        ledgers.log_update(
            conn,
            ledgers.UpdateEntry(
                run_id="r1", job_name="daily_update", client_id="loja", status="error",
                iniciado_em=MORNING, terminado_em=MORNING, detail={"motivos": ["caiu"]},
            ),
        )  # fmt: skip


def test_the_digest_of_a_morning_is_queued_and_sent(
    database: Database, register: Register, instance: dg.DagsterInstance, mailbox: Mailbox
) -> None:
    register("loja", connected=False)
    assert run(alert_digest, instance).success
    assert run(send_mail, instance).success
    assert mailbox.recipients == [AGENCY]
    assert "Mercado Livre ainda não foi conectado" in mailbox.texts[0]


def test_a_failed_run_is_queued_by_a_tick_that_asks_for_one_run_to_send_it(
    database: Database, instance: dg.DagsterInstance, mailbox: Mailbox
) -> None:
    assert not tick(instance).run_requests
    fail_a_run(database)
    assert len(tick(instance).run_requests or []) == 1
    assert mailbox.kept == []
    run(send_mail, instance)
    assert mailbox.recipients == [AGENCY]
    assert not tick(instance).run_requests


def test_no_second_run_is_asked_for_while_one_is_under_way(
    database: Database, instance: dg.DagsterInstance, mailbox: Mailbox
) -> None:
    fail_a_run(database)
    instance.create_run_for_job(send_mail, status=dg.DagsterRunStatus.STARTED)
    assert not tick(instance).run_requests


def test_a_run_that_could_not_send_fails_and_says_why(
    database: Database, instance: dg.DagsterInstance, mailbox: Mailbox
) -> None:
    mailbox.answers["RCPT"] = "550 5.1.1 no such user"
    fail_a_run(database)
    tick(instance)
    result = run(send_mail, instance)
    assert not result.success
    (failure,) = [event for event in result.all_events if event.is_step_failure]
    assert failure.step_failure_data.user_failure_data is not None
    assert "no such user" in str(failure.step_failure_data.user_failure_data.description)


def test_without_a_server_nothing_is_queued_and_nothing_is_asked_for(
    database: Database, supabase: SupabaseResource, instance: dg.DagsterInstance
) -> None:
    fail_a_run(database)
    assert not tick(instance).run_requests
    with dg.build_schedule_context(instance=instance, resources={"supabase": supabase}) as context:
        assert isinstance(alert_digest_schedule(context), dg.SkipReason)


def test_the_last_result_of_a_check_counts_for_each_client(instance: dg.DagsterInstance) -> None:
    @dg.asset
    def tabela() -> None: ...

    def check(name: str, passed: bool) -> dg.AssetChecksDefinition:
        @dg.asset_check(name=name, asset=tabela, description="d")
        def made() -> dg.AssetCheckResult:
            return dg.AssetCheckResult(passed=passed, description=f"{name} diz {passed}")

        return made

    for client_id, passed in (("aurora", False), ("aurora", True), ("boreal", True), ("boreal", False)):
        checks = [check("fecha", passed), check(LATENESS[0], False)]
        dg.materialize([tabela, *checks], instance=instance, tags={"viang/client": client_id})
    found = failed_checks(instance, MORNING - timedelta(days=1), leave_out=LATENESS)
    assert [(each.nome, each.client_id, each.descricao) for each in found] == [("fecha", "boreal", "fecha diz False")]
    assert not found[0].aviso


def test_a_check_that_only_warns_is_told_as_that(instance: dg.DagsterInstance) -> None:
    @dg.asset
    def tabela() -> None: ...

    @dg.asset_check(asset=tabela, description="d")
    def tarifa_confere() -> dg.AssetCheckResult:
        return dg.AssetCheckResult(passed=False, severity=dg.AssetCheckSeverity.WARN)

    dg.materialize([tabela, tarifa_confere], instance=instance, tags={"viang/client": "aurora"})
    (found,) = failed_checks(instance, MORNING - timedelta(days=1), leave_out=LATENESS)
    assert (found.nome, found.aviso) == ("tarifa_confere", True)
