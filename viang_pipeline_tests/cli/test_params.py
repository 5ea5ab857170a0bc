"""``viang params`` as a person runs it: import, rehearse, rebuild, list and history."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import dagster as dg
import pytest
from click.testing import Result
from typer.testing import CliRunner

from viang_pipeline.automation import in_process
from viang_pipeline.cli.main import app
from viang_pipeline.settings import Settings
from viang_pipeline_tests.conftest import Connected, PostgresServer, copied, filled
from viang_pipeline_tests.marts.shop import DAY, NOW, Shop, line, order

LOCAL = {"MERCADO_LIVRE_API_URL": "http://127.0.0.1:1", "MERCADO_LIVRE_AUTH_URL": "http://127.0.0.1:1"}
CLIENT = "loja-aurora"
COSTS = "sku,custo_unitario,vigente_de\n"
EVE = date(2026, 3, 9)


class Desk:
    """A person with files and a terminal, and the shop they look after."""

    def __init__(self, shop: Shop, folder: Path) -> None:
        self.shop = shop
        self._folder = folder

    def viang(self, *arguments: str) -> Result:
        return CliRunner().invoke(app, ["params", *arguments, "--client-id", CLIENT])

    def tell(self, kind: str, text: str, *options: str) -> Result:
        file = self._folder / f"{kind}.csv"
        file.write_text(text, encoding="utf-8")
        return self.viang("import", kind, str(file), *options)


@pytest.fixture(scope="module")
def built(postgres_server: PostgresServer, migrated_template: str) -> Iterator[str]:
    """Name of a database with two built days that have a sale of A each."""

    def fill(database: Connected) -> None:
        shop = Shop(database, CLIENT)
        shop.put(
            order("1", line("A", "100.00"), at=f"{EVE}T12:00:00.000-03:00"),
            order("2", line("A", "70.00"), at=f"{DAY}T12:00:00.000-03:00"),
        )
        shop.read(EVE, DAY)
        shop.build(EVE, DAY)

    with filled(postgres_server, migrated_template, fill) as name:
        yield name


@pytest.fixture
def database(postgres_server: PostgresServer, built: str) -> Iterator[Connected]:
    with copied(postgres_server, built) as created:
        yield created


@pytest.fixture
def desk(database: Connected, settings_env: Callable[..., Settings], tmp_path: Path) -> Desk:
    """Two days with a sale of A each, built; now is 20 March 2026."""
    settings_env(VIANG_NOW=NOW.isoformat(), **LOCAL)
    return Desk(Shop(database, CLIENT), tmp_path)


def test_an_import_tells_its_rows_and_the_days_that_will_be_rebuilt(desk: Desk) -> None:
    result = desk.tell("costs", COSTS + f"A,10,{DAY}\nB,20,{DAY}\n")
    assert result.exit_code == 0, result.output
    assert "2 linhas gravadas, 0 já estavam assim." in result.stdout
    assert "1 dias com 1 linhas de venda a refazer: a próxima execução os refaz" in result.stdout
    assert desk.shop.stale() == [DAY]


def test_the_same_file_again_leaves_nothing_to_rebuild(desk: Desk) -> None:
    desk.tell("costs", COSTS + f"A,10,{DAY}\n")
    again = desk.tell("costs", COSTS + f"A,10,{DAY}\n")
    assert "0 linhas gravadas, 1 já estavam assim" in again.stdout
    assert "próxima execução" not in again.stdout


def test_a_bad_file_is_wrong_usage_and_changes_nothing(desk: Desk) -> None:
    result = desk.tell("costs", COSTS + f"A,10,{DAY}\nB,x,{DAY}\n")
    assert result.exit_code == 2
    assert result.stderr.startswith("Nada foi importado. Linha 3: custo_unitario 'x' não é um número")
    assert desk.shop.rows("custo_sku") == []


def test_a_file_that_is_not_there_and_a_client_that_is_not_registered_are_wrong_usage(desk: Desk) -> None:
    assert "Não foi possível ler" in desk.viang("import", "costs", "nada.csv").stderr
    missing = CliRunner().invoke(app, ["params", "list", "costs", "--client-id", "ninguem"])
    assert (missing.exit_code, "não existe" in missing.stderr) == (2, True)


def test_a_dry_run_tells_the_days_and_changes_nothing(desk: Desk) -> None:
    tables = ("custo_sku", "parametros_historico", "day_state", "updates_log", "fact_order_line")
    before = [desk.shop.rows(table) for table in tables]

    result = desk.tell("costs", COSTS + "A,10,2026-01-01\n", "--dry-run")

    assert result.exit_code == 0, result.output
    assert "Ensaio, nada foi gravado." in result.stdout
    assert "2 dias com 2 linhas de venda a refazer" in result.stdout
    assert [desk.shop.rows(table) for table in tables] == before


def test_a_rebuild_brings_the_days_up_to_date_at_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_process, "_instance_at", lambda settings: dg.DagsterInstance.ephemeral())

    result = desk.tell("tax", f"aliquota,vigente_de\n5%,{EVE}\n", "--rebuild")

    assert result.exit_code == 0, result.output
    assert "dias refeitos" in result.stdout
    assert desk.shop.stale() == []


def test_a_rebuild_may_follow_an_import_that_left_its_days_waiting(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_process, "_instance_at", lambda settings: dg.DagsterInstance.ephemeral())
    tax = f"aliquota,vigente_de\n5%,{EVE}\n"
    desk.tell("tax", tax)

    assert "dias refeitos" in desk.tell("tax", tax, "--rebuild").stdout
    assert "nenhum dia a refazer" in desk.tell("tax", tax, "--rebuild").stdout


def test_a_rehearsal_that_rebuilds_makes_no_sense(desk: Desk) -> None:
    assert desk.tell("costs", COSTS + f"A,10,{DAY}\n", "--dry-run", "--rebuild").exit_code == 2


def test_a_doubt_is_told_beside_the_import(desk: Desk) -> None:
    result = desk.tell("costs", COSTS + f"A,0,{DAY}\n")
    assert result.exit_code == 0
    assert "Atenção: 1 SKU(s) com custo 0" in result.stderr


def test_a_list_shows_what_is_in_force_on_a_day(desk: Desk) -> None:
    desk.tell("costs", COSTS + "A,10.50,2026-01-01\nA,12,2026-03-15\nB,,2026-03-01\n")

    today, earlier = desk.viang("list", "costs"), desk.viang("list", "costs", "--em", "2026-02-01")

    assert "em 2026-03-20" in today.stdout
    assert [row[:3] for row in printed(today)] == [["2026-03-15", "A", "12"], ["2026-03-01", "B", ""]]
    assert [row[:4] for row in printed(earlier)] == [["2026-01-01", "A", "10,5", "não"]]
    assert "nada informado em costs que valha em 2025-01-01" in desk.viang("list", "costs", "--em", "2025-01-01").stdout


def test_the_history_shows_each_change_with_the_value_before_newest_first(desk: Desk) -> None:
    assert "nenhuma mudança" in desk.viang("history").stdout
    desk.tell("courier", f"custo,vigente_de\n9.90,{DAY}\n")
    desk.tell("courier", f"custo,vigente_de\n8,{DAY}\n")

    newest, first = printed(desk.viang("history"))

    key = f"vigente_de {DAY}"
    assert newest[1:] == ["custo_envio_proprio", key, "custo 9,9", "custo 8", "params import courier courier.csv"]
    assert first[1:5] == ["custo_envio_proprio", key, "–", "custo 9,9"]
    assert printed(desk.viang("history", "--ultimas", "1")) == [newest]


def printed(result: Result) -> list[list[str]]:
    """The rows of the printed table."""
    return [[cell.strip() for cell in line.strip("│").split("│")] for line in result.stdout.splitlines() if "│" in line]
