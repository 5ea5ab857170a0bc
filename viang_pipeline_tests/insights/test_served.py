"""How insights are reached: the command line, and the asset of the night."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest
from typer.testing import CliRunner

from viang_pipeline import partitions
from viang_pipeline.assets.served import insights
from viang_pipeline.cli.main import app
from viang_pipeline.resources.openai import OpenAIResource
from viang_pipeline.resources.supabase import SupabaseResource
from viang_pipeline.settings import Settings
from viang_pipeline_tests.insights.model_server import KEY, ModelServer, Told, model_server, said
from viang_pipeline_tests.insights.world import NOW, WEEK, YESTERDAY, World

LOCAL = {"MERCADO_LIVRE_API_URL": "http://127.0.0.1:1", "MERCADO_LIVRE_AUTH_URL": "http://127.0.0.1:1"}


@pytest.fixture
def shop(world: World, settings_env: Callable[..., Settings]) -> World:
    """A week's sales in the database the settings name, and the clock stopped after it."""
    settings_env(
        VIANG_DATABASE_URL=world.database.url,
        VIANG_NOW=datetime.isoformat(NOW.astimezone(UTC)),
        **LOCAL,
    )
    world.sell(WEEK.previous)
    world.sell(WEEK)
    return world


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    with model_server() as told:
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        monkeypatch.setenv("OPENAI_BASE_URL", told.url)
        yield told


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["insight", *arguments])
    return result.exit_code, result.output


def test_the_command_prints_the_text_and_who_wrote_it(shop: World) -> None:
    code, printed = run(shop.client_id)
    assert code == 0
    assert "O faturamento ficou estável: R$ 7.000,00" in printed
    assert "OPENAI_API_KEY não está definida" in printed


def test_the_command_prints_what_the_model_wrote(shop: World, server: ModelServer) -> None:
    server.answers = [said("O faturamento {{faturamento|direcao}}, em {{faturamento|valor}}.")]
    code, printed = run(shop.client_id, "--periodo", "7d", "--pergunta", "Quanto vendi?")
    assert code == 0
    assert "O faturamento ficou estável, em R$ 7.000,00." in printed
    assert "conferido com os fatos" in printed
    assert "Quanto vendi?" in server.bodies[0]["messages"][1]["content"]


@pytest.mark.parametrize("arguments", [("loja-aurora", "--periodo", "ontem"), ("ninguem",)])
def test_a_wrong_period_or_client_is_wrong_usage(shop: World, arguments: tuple[str, ...]) -> None:
    assert run(*arguments)[0] == 2


def test_a_failing_model_does_not_fail_the_night(shop: World, server: ModelServer, tmp_path: Path) -> None:
    server.answers = [Told(status=401)]
    with dg.DagsterInstance.ephemeral(str(tmp_path)) as instance:
        instance.add_dynamic_partitions("client", [shop.client_id])
        supabase = SupabaseResource()
        result = dg.materialize(
            [insights],
            instance=instance,
            partition_key=partitions.partition_key(shop.client_id, YESTERDAY),
            resources={"supabase": supabase, "openai": OpenAIResource(supabase=supabase)},
        )
    assert result.success
    with shop.database.transaction() as conn:
        kept = conn.execute(
            "select periodo, origem, motivo, detalhe from dashboard.insight_cache order by 1"
        ).fetchall()
    assert [row[:3] for row in kept] == [("30d", "deterministico", "falha"), ("7d", "deterministico", "falha")]
    assert KEY not in str(kept)
