"""``viang status`` from ledgers a test fills: what is late, what is not, and which exit code says so."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from click.testing import Result
from typer.testing import CliRunner

from viang_pipeline.cli.main import app
from viang_pipeline.domain.business_day import days_between
from viang_pipeline.mail.alerts import FailedCheck
from viang_pipeline.settings import Settings
from viang_pipeline.warehouse import clients, ledgers
from viang_pipeline.warehouse.client_status import preliminary_days, read_states
from viang_pipeline.warehouse.database import Database, token_keys
from viang_pipeline.warehouse.tokens import TokenVault

# 09:00 in São Paulo: the night is over, yesterday is the 10th.
NOW = datetime(2026, 3, 11, 12, tzinfo=UTC)
NIGHT = datetime(2026, 3, 11, 6, 10, tzinfo=UTC)
FIRST, YESTERDAY = date(2026, 3, 1), date(2026, 3, 10)
LOCAL = {"MERCADO_LIVRE_API_URL": "http://127.0.0.1:1", "MERCADO_LIVRE_AUTH_URL": "http://127.0.0.1:1"}


@dataclass(frozen=True)
class Pair:
    access_token: str = "APP_USR-acesso"
    refresh_token: str = "TG-renovacao"
    expires_in: int = 21600


@dataclass
class Agency:
    """An installation with client loja-a, whose ledgers a test fills."""

    database: Database
    configure: Callable[..., Settings]
    settings: Settings

    def read(self, *days: date, resource: str = "orders") -> None:
        with self.database.transaction() as conn:
            ledgers.mark_read(conn, "loja-a", "mercado_livre", resource, days, NIGHT)

    def connect(self) -> None:
        keys = token_keys(self.settings)
        TokenVault(self.database, keys, lambda: NIGHT).store_new_grant("loja-a", "mercado_livre", Pair(), 123)

    def execute(self, statement: str) -> None:
        with self.database.transaction() as conn:
            conn.execute(statement.encode())

    def status(self, *arguments: str) -> Result:
        return CliRunner().invoke(app, ["status", *arguments])


@pytest.fixture
def agency(database: Database, settings_env: Callable[..., Settings]) -> Agency:
    settings = settings_env(VIANG_NOW=NOW.isoformat(), **LOCAL)
    with database.transaction() as conn:
        clients.add(conn, "loja-a", "A", inicio_historico=FIRST, default_start=FIRST)
    return Agency(database, settings_env, settings)


def test_a_client_read_to_yesterday_with_a_live_grant_is_fine(agency: Agency) -> None:
    agency.connect()
    agency.read(*days_between(FIRST, YESTERDAY))
    result = agency.status()
    assert result.exit_code == 0, result.output
    for text in ("em dia", "11/03/2026 03:10", "5 h 50", "10 de 10", "11/03/2026 09:10", "2026-03-05 a 2026-03-10"):
        assert text in result.stdout


def test_the_share_of_announced_orders_that_arrived_is_shown(agency: Agency) -> None:
    agency.connect()
    agency.read(*days_between(FIRST, YESTERDAY))
    with agency.database.transaction() as conn:
        for announced, ended in [(7, NIGHT), (41, NOW)]:
            ledgers.log_update(
                conn,
                ledgers.UpdateEntry(
                    run_id="r", job_name="j", status="success", iniciado_em=ended, terminado_em=ended,
                    client_id="loja-a", source="mercado_livre", resource="orders",
                    detail={"anunciados": announced, "lidos": announced},
                ),
            )  # fmt: skip
    assert "41 de 41" in agency.status().stdout


def test_a_client_never_read_ends_with_3(agency: Agency) -> None:
    agency.connect()
    result = agency.status()
    assert result.exit_code == 3
    assert "nunca lido" in result.stdout


def test_a_missed_night_ends_with_3_and_says_up_to_where_and_why(agency: Agency) -> None:
    agency.connect()
    agency.read(*days_between(FIRST, date(2026, 3, 9)))
    with agency.database.transaction() as conn:
        ledgers.mark_unread(conn, "loja-a", "mercado_livre", "orders", [YESTERDAY], NOW, "HTTP 503")
    result = agency.status()
    assert result.exit_code == 3
    assert "atrasado, lido até 2026-03-09: HTTP 503" in result.stdout


def test_before_the_night_is_over_yesterday_is_not_late(agency: Agency) -> None:
    agency.configure(VIANG_NOW="2026-03-11T04:00:00Z")  # 01:00 in São Paulo
    agency.connect()
    agency.read(*days_between(FIRST, date(2026, 3, 9)))
    assert agency.status().exit_code == 0


def test_a_hole_in_the_history_ends_with_3(agency: Agency) -> None:
    agency.connect()
    agency.read(*days_between(FIRST, date(2026, 3, 3)), *days_between(date(2026, 3, 6), YESTERDAY))
    result = agency.status()
    assert result.exit_code == 3
    assert "2 dias sem leitura" in result.stdout


def test_a_dead_grant_ends_with_3_and_shows_the_reason(agency: Agency) -> None:
    agency.connect()
    agency.read(*days_between(FIRST, YESTERDAY))
    agency.execute("update dashboard.api_tokens set status = 'reautorizar', motivo = 'revogada pelo vendedor'")
    result = agency.status()
    assert result.exit_code == 3
    assert "reautorizar: revogada pelo vendedor" in result.stdout


def test_a_client_that_was_never_connected_ends_with_3(agency: Agency) -> None:
    agency.read(*days_between(FIRST, YESTERDAY))
    assert agency.status().exit_code == 3


def test_a_paused_client_is_shown_and_never_late(agency: Agency) -> None:
    agency.execute("update dashboard.clients set status = 'pausado'")
    result = agency.status()
    assert result.exit_code == 0
    assert "pausado" in result.stdout


def test_changed_days_that_wait_for_their_rebuild_are_counted(agency: Agency) -> None:
    agency.connect()
    agency.read(*days_between(FIRST, YESTERDAY))
    with agency.database.transaction() as conn:
        ledgers.touch_days(conn, "loja-a", [FIRST, YESTERDAY])
    assert "2 dias a reconstruir, de 2026-03-01 a 2026-03-10" in agency.status().stdout


def test_one_client_can_be_asked_for_and_an_unknown_one_is_named(agency: Agency) -> None:
    with agency.database.transaction() as conn:
        clients.add(conn, "loja-b", "B", inicio_historico=FIRST, default_start=FIRST)
        found = read_states(conn, YESTERDAY, "loja-b")
    assert [state.client_id for state in found] == ["loja-b"]
    assert "loja-a" not in agency.status("loja-b").stdout
    unknown = agency.status("loja-x")
    assert unknown.exit_code == 2
    assert "loja-x" in unknown.stderr


def test_a_day_is_preliminary_until_seven_days_later() -> None:
    assert preliminary_days(NOW) == days_between(date(2026, 3, 5), YESTERDAY)


@pytest.mark.parametrize(
    ("resource", "last", "late"),
    [("orders", "2026-03-03", False), ("orders", "2026-03-02", True), ("kits", "2026-02-03", False)],
)
def test_files_people_bring_are_late_after_a_week_or_a_month(
    agency: Agency, resource: str, last: str, late: bool
) -> None:
    with agency.database.transaction() as conn:
        ledgers.mark_read(conn, "loja-a", "upseller", resource, [date.fromisoformat(last)], NIGHT)
        [found] = read_states(conn, YESTERDAY, "loja-a")
    assert (found.problem(YESTERDAY) is not None) == late


def test_mail_that_waits_for_a_person_needs_one_and_mail_in_the_queue_does_not(agency: Agency) -> None:
    agency.connect()
    agency.read(*days_between(FIRST, YESTERDAY))
    agency.execute(
        "insert into dashboard.report_outbox (client_id, tipo, periodo, versao, destinatario, message_id, assunto,"
        " texto, html, estado, proxima_em, criado_em)"
        " select case when tipo = 'relatorio' then 'loja-a' end, tipo, '2026-02', 1, estado, '<1@a>', '', '', '',"
        " estado, now(), now() from unnest(array['relatorio', 'alerta', 'alerta', 'relatorio'],"
        " array['pendente', 'incerto', 'pendente', 'enviado']) as mail (tipo, estado)"
    )
    result = agency.status()
    assert (result.exit_code, "1 coisa precisa de você." in result.output) == (3, True)
    assert "Aviso à agência de 2026-02" in result.output
    assert "viang mail list" in result.output
    assert "e-mails na fila: 2" in result.output


def test_the_first_line_says_whether_everything_is_fine(agency: Agency) -> None:
    agency.connect()
    assert agency.status().stdout.splitlines()[0] == "1 coisa precisa de você."
    agency.read(*days_between(FIRST, YESTERDAY))
    assert agency.status().stdout.splitlines()[0].startswith("Tudo em ordem: 1 cliente ativo")


def test_a_matter_says_the_command_that_helps_and_the_section_of_the_runbook(agency: Agency) -> None:
    agency.read(*days_between(FIRST, YESTERDAY))
    shown = agency.status().stdout
    assert "Acessos a renovar: Mercado Livre ainda não foi conectado" in shown
    assert "viang connect mercado-livre loja-a" in shown
    assert "docs/runbook.md#acesso" in shown


def test_a_matter_of_many_clients_is_shortened_and_complete_in_json(agency: Agency) -> None:
    with agency.database.transaction() as conn:
        for number in range(7):
            clients.add(conn, f"loja-{number}", "N", inicio_historico=FIRST, default_start=FIRST)
    assert "e mais 3" in agency.status().stdout
    (matter,) = json.loads(agency.status("--json").stdout)["precisa"]
    assert (matter["tipo"], len(matter["clientes"])) == ("acesso", 8)


def test_machines_get_one_line_of_json_with_the_same_exit_code(agency: Agency) -> None:
    agency.connect()
    result = agency.status("--json")
    assert (result.exit_code, len(result.stdout.splitlines())) == (3, 1)
    found = json.loads(result.stdout)
    assert (found["em_ordem"], found["precisa"][0]["manual"]) == (False, "docs/runbook.md#atraso")
    assert found["acessos"] == [
        {
            "cliente": "loja-a",
            "plataforma": "mercado_livre",
            "status": "ativo",
            "motivo": None,
            "vale_ate": "2026-03-11T12:10:00+00:00",
        }
    ]
    assert "APP_USR" not in result.stdout


def test_of_one_client_every_resource_is_shown(agency: Agency) -> None:
    agency.connect()
    for resource in ("orders", "visits"):
        agency.read(*days_between(FIRST, YESTERDAY), resource=resource)
    assert "visitas" not in agency.status().stdout
    assert "visitas" in agency.status("loja-a").stdout


def test_a_first_load_and_a_slowed_rate_go_on_by_themselves(agency: Agency) -> None:
    agency.connect()
    agency.read(*days_between(date(2026, 3, 6), YESTERDAY))
    agency.execute(
        "insert into dashboard.rate_budgets (escopo, livre_em, ritmo, recusado_em)"
        " values ('mercado_livre:conta:123', now(), 2.25, now()), ('antigo', now(), 1, now() - interval '2 hours')"
    )
    shown = agency.status().stdout
    assert "loja-a: primeira carga, 5 dias a ler, de 2026-03-01 a 2026-03-05" in shown
    assert "mercado_livre:conta:123: a plataforma pediu menos chamadas na última hora, agora 2,2 chamadas" in shown
    assert "antigo" not in shown


def test_checks_that_do_not_close_are_told_where_dagster_has_a_storage_and_said_to_be_unseen_elsewhere(
    agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    agency.connect()
    agency.read(*days_between(FIRST, YESTERDAY))
    assert "Conferências não vistas" in agency.status().stdout
    failed = FailedCheck("margem_fecha", "2 dia(s) em que a margem não fecha", "loja-a", NIGHT)
    monkeypatch.setattr("viang_pipeline.cli.status._failed_checks", lambda settings, now: [failed])
    result = agency.status()
    assert result.exit_code == 3
    assert "A: 2 dia(s) em que a margem não fecha" in result.stdout
    assert "Conferências não vistas" not in result.stdout


def test_a_check_that_only_warns_is_a_notice_and_everything_is_still_in_order(
    agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    agency.connect()
    agency.read(*days_between(FIRST, YESTERDAY))
    what = "3 linha(s) cobradas fora da estimativa"
    warned = FailedCheck("tarifa_faturada_confere", what, "loja-a", NIGHT, aviso=True)
    monkeypatch.setattr("viang_pipeline.cli.status._failed_checks", lambda settings, now: [warned])

    result = agency.status()
    assert result.exit_code == 0
    assert result.stdout.startswith("Tudo em ordem: 1 cliente ativo, 1 aviso")
    assert f"A: {what}" in result.stdout

    told = json.loads(agency.status("--json").stdout)
    assert (told["em_ordem"], told["precisa"]) == (True, [])
    assert [(each["assunto"], each["clientes"], each["manual"]) for each in told["avisos"]] == [
        ("tarifa_faturada_confere", ["loja-a"], "docs/runbook.md#qualidade")
    ]

    failed = FailedCheck("margem_fecha", "2 dia(s) em que a margem não fecha", "loja-a", NIGHT)
    monkeypatch.setattr("viang_pipeline.cli.status._failed_checks", lambda settings, now: [warned, failed])
    result = agency.status()
    assert (result.exit_code, result.stdout.splitlines()[0]) == (3, "1 coisa precisa de você.")
    assert f"A: {what}" in result.stdout
