"""Reports on their way to clients: by command and by schedule, each version to each address once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import dagster as dg
import pytest
from click.testing import Result
from typer.testing import CliRunner

from viang_pipeline import partitions
from viang_pipeline.assets.served import SEND_TAG, client_report
from viang_pipeline.cli.main import app
from viang_pipeline.domain.periods import parse_period
from viang_pipeline.insights.facts import snapshot
from viang_pipeline.reports.read import read_report
from viang_pipeline.reports.send import mail_summary
from viang_pipeline.resources.mailer import MailerResource
from viang_pipeline.resources.supabase import SupabaseResource
from viang_pipeline.settings import Settings
from viang_pipeline.warehouse.database import Database
from viang_pipeline.warehouse.session import Session
from viang_pipeline_tests.insights.world import CLIENT, NOW, YESTERDAY, World
from viang_pipeline_tests.mail.servers import SENDER, Mailbox, serving

WEEK = parse_period("2026-W11", YESTERDAY)
ANA, BIA = "ana@loja.com.br", "bia@loja.com.br"


@pytest.fixture
def world(database: Database) -> Iterator[World]:
    """A shop whose week is final: 1000.00 a day."""
    with Session(database) as session:
        shop = World(database, session)
        shop.sell(WEEK)
        yield shop


@pytest.fixture
def mailbox(settings_env: Callable[..., Settings], world: World) -> Iterator[Mailbox]:
    """The mail server the settings name."""
    mailbox = Mailbox()
    with serving(mailbox) as port:
        settings_env(
            VIANG_NOW=NOW.isoformat(), SMTP_URL=f"smtp://127.0.0.1:{port}", VIANG_MAIL_FROM=SENDER,
            MERCADO_LIVRE_API_URL="http://127.0.0.1:1", MERCADO_LIVRE_AUTH_URL="http://127.0.0.1:1",
        )  # fmt: skip
        yield mailbox


def addresses(world: World, *emails: str) -> None:
    with world.session.transaction() as conn:
        conn.execute("update dashboard.clients set emails = %s where client_id = %s", [list(emails), CLIENT])


def viang(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["report", CLIENT, "--periodo", "2026-W11", *arguments])


def test_send_takes_the_report_to_every_address_once(world: World, mailbox: Mailbox) -> None:
    addresses(world, ANA, BIA)
    first = viang("--send")
    assert (first.exit_code, "2 mensagem(ns) na fila" in first.output) == (0, True), first.output
    assert sorted(mailbox.recipients) == [ANA, BIA]
    message = mailbox.messages[0]
    assert message["subject"] == "Relatório da semana de 09/03/2026 a 15/03/2026 – Loja Aurora"
    (pdf,) = message.iter_attachments()
    assert (pdf.get_filename(), pdf.get_content()[:5]) == (f"{CLIENT}_2026-W11_v1.pdf", b"%PDF-")
    assert "- Faturamento: R$ 7.000,00" in mailbox.texts[0]

    again = viang("--send")
    assert (again.exit_code, "já foi enviada" in again.output) == (0, True), again.output
    assert len(mailbox.kept) == 2


def test_what_the_server_refuses_ends_in_part_and_the_report_is_made(world: World, mailbox: Mailbox) -> None:
    addresses(world, ANA)
    mailbox.answers[ANA] = "550 5.1.1 unknown"
    refused = viang("--send")
    assert refused.exit_code == 3, refused.output
    assert "versão 1" in refused.output


def test_send_without_addresses_or_mail_server_is_wrong_usage(
    world: World, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = viang("--send")
    assert (nobody.exit_code, "não tem endereço de e-mail" in nobody.output) == (2, True), nobody.output
    monkeypatch.delenv("SMTP_URL")
    monkeypatch.delenv("VIANG_MAIL_FROM")
    unset = viang("--send")
    assert (unset.exit_code, "SMTP_URL" in unset.output) == (2, True), unset.output


@pytest.mark.parametrize(("tags", "queued"), [({SEND_TAG: "relatorio"}, [ANA]), ({}, [])], ids=["scheduled", "by hand"])
def test_only_a_scheduled_run_sends_what_it_makes(
    world: World, mailbox: Mailbox, viang_home: Path, tags: dict[str, str], queued: list[str]
) -> None:
    addresses(world, ANA)
    supabase = SupabaseResource()
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions("client", [CLIENT])
        result = dg.materialize(
            [client_report], instance=instance, tags=tags,
            resources={"supabase": supabase, "mailer": MailerResource(supabase=supabase)},
            partition_key=partitions.partition_key(CLIENT, date(2026, 2, 28)),
        )  # fmt: skip
    assert result.success
    with world.session.transaction() as conn:
        found = conn.execute("select destinatario from dashboard.report_outbox").fetchall()
    assert [address for (address,) in found] == queued


def test_the_mail_says_what_is_not_known_and_what_may_still_change(world: World) -> None:
    with snapshot(world.database) as conn:
        data = read_report(conn, CLIENT, "Loja Aurora", parse_period("2026-03", YESTERDAY))
    said = mail_summary("Loja Aurora", data)
    assert said.titulo == "Relatório de março de 2026, até 19/03/2026"
    assert any(note.startswith("Os números são preliminares") for note in said.notas)
    empty = read_nothing(world)
    assert [kpi.valor for kpi in empty.kpis] == ["não informado"] * len(empty.kpis)
    assert list(empty.notas) == ["Ainda não há números deste período."]


def read_nothing(world: World):  # type: ignore[no-untyped-def]
    with snapshot(world.database) as conn:
        return mail_summary("Loja", read_report(conn, CLIENT, "Loja", parse_period("2026-01", YESTERDAY)))
