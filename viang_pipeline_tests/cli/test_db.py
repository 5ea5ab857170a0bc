"""``viang db upgrade``: migrations and the metric dictionary."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
from typer.testing import CliRunner

from viang_pipeline.cli.main import app
from viang_pipeline.domain.metrics import METRICS
from viang_pipeline.settings import Settings
from viang_pipeline.warehouse import dictionary
from viang_pipeline.warehouse.database import Database
from viang_pipeline.warehouse.revisions import current, revisions

runner = CliRunner()


def definitions(database: Database) -> dict[str, tuple[int, str]]:
    with database.transaction() as conn:
        rows = conn.execute("select id, versao, nome_pt from dashboard.metric_definitions order by versao").fetchall()
    return {row[0]: (row[1], row[2]) for row in rows}


def test_an_empty_database_is_migrated_once_and_then_left_alone(
    settings_env: Callable[..., Settings], empty_database: Database
) -> None:
    settings_env(VIANG_DATABASE_URL=empty_database.url)
    refused = runner.invoke(app, ["clients", "list"])
    assert refused.exit_code == 2
    assert "viang db upgrade" in refused.stderr
    first = runner.invoke(app, ["db", "upgrade"])
    assert first.exit_code == 0
    assert "migração aplicada: 0001" in first.stdout
    assert "descrições para o Metabase" in first.stdout
    assert set(definitions(empty_database)) == {metric.id for metric in METRICS}
    second = runner.invoke(app, ["db", "upgrade"])
    assert second.exit_code == 0
    assert "já está atualizado" in second.stdout
    assert "gravadas" not in second.stdout
    assert runner.invoke(app, ["clients", "list"]).exit_code == 0


def test_the_dictionary_writes_only_what_changed_and_keeps_old_versions(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.transaction() as conn:
        assert dictionary.sync_metric_definitions(conn) == len(METRICS)
        assert dictionary.sync_metric_definitions(conn) == 0
    renamed = dataclasses.replace(METRICS[0], nome_pt="Outro nome")
    newer = dataclasses.replace(METRICS[1], versao=METRICS[1].versao + 1)
    monkeypatch.setattr(dictionary, "METRICS", (renamed, newer, *METRICS[1:]))
    with database.transaction() as conn:
        assert dictionary.sync_metric_definitions(conn) == 2
        count = conn.execute("select count(*) from dashboard.metric_definitions").fetchone()
    assert count == (len(METRICS) + 1,)
    assert definitions(database)[METRICS[0].id][1] == "Outro nome"


@pytest.mark.parametrize("command", [["db", "upgrade"], ["clients", "list"], ["doctor"]], ids=" ".join)
def test_a_schema_newer_than_the_code_is_said_to_be_that_and_left_alone(
    settings_env: Callable[..., Settings], database: Database, command: list[str]
) -> None:
    settings_env(VIANG_DATABASE_URL=database.url)
    with database.transaction() as conn:
        conn.execute("update dashboard.alembic_version set version_num = '9999'")

    result = runner.invoke(app, command)

    assert result.exit_code == 1
    told = " ".join(result.output.split())
    assert f"O banco {database.place} está na migração 9999" in told
    assert f"só conhece até a {revisions()[-1]}" in told
    assert "viang db restore (docs/backup.md)" in told
    assert "inesperado" not in told
    assert current(database) == "9999"
