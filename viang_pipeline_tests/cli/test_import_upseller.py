"""``viang import upseller``: what a person reads, and the exit code."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from viang_pipeline.cli.main import app
from viang_pipeline.sandbox.upseller import Style
from viang_pipeline.sandbox.upseller.export import orders_file, orders_name
from viang_pipeline.settings import Settings
from viang_pipeline.warehouse.database import Database
from viang_pipeline_tests.sources.upseller_orders import KIT, NOW, order

GOOD = orders_name(NOW - timedelta(hours=1))


@pytest.fixture(autouse=True)
def installation(database: Database, settings_env: Callable[..., Settings]) -> None:
    settings_env(
        VIANG_NOW=NOW.isoformat(),
        MERCADO_LIVRE_API_URL="http://127.0.0.1:1",
        MERCADO_LIVRE_AUTH_URL="http://127.0.0.1:1",
    )
    with database.transaction() as conn:
        conn.execute(
            "insert into dashboard.clients (client_id, nome, inicio_historico) values ('loja', 'Loja', '2026-08-01')"
        )


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / GOOD
    path.write_bytes(orders_file([order(1, KIT), order(2, status="Estado novo")]))
    return path


@pytest.fixture
def thin(tmp_path: Path) -> Path:
    path = tmp_path / "magro.xlsx"
    path.write_bytes(orders_file([order(1)], Style(width=13)))
    return path


def viang(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["import", "upseller", *map(str, arguments), "--client-id", "loja"])


def test_a_good_file_ends_with_zero_and_its_report(good: Path) -> None:
    result = viang(good)
    assert result.exit_code == 0, result.output
    assert "168,00" in result.output
    assert "2026-08-14" in result.output
    assert "status que não conheço: Estado novo" in result.output


def test_the_same_file_again_ends_with_zero_and_says_so(good: Path) -> None:
    viang(good)
    result = viang(good)
    assert result.exit_code == 0
    assert "já importado" in result.output


def test_a_refused_file_ends_with_one_and_the_reason(thin: Path) -> None:
    result = viang(thin)
    assert result.exit_code == 1
    assert "Exporte os pedidos no UpSeller com o modelo completo" in result.output


def test_one_refused_file_of_two_ends_with_three_and_the_other_is_in(
    good: Path, thin: Path, database: Database
) -> None:
    assert viang(thin, good).exit_code == 3
    with database.transaction() as conn:
        assert conn.execute("select count(*) from raw.upseller_orders").fetchone() == (2,)


def test_a_file_that_is_not_there_and_a_client_nobody_knows_are_wrong_usage(good: Path) -> None:
    assert viang(good.with_name("outro.xlsx")).exit_code == 2
    result = CliRunner().invoke(app, ["import", "upseller", str(good), "--client-id", "ninguem"])
    assert result.exit_code == 2
    assert "ninguem não existe" in result.output


def test_a_probe_of_a_mode_that_is_off_says_what_to_set() -> None:
    result = CliRunner().invoke(app, ["import", "upseller-probe"])
    assert result.exit_code == 2
    assert "UPSELLER_API_URL" in result.output
