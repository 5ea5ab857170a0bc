"""``client_report`` as Dagster runs it: the month of the partition's day, and what it says of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import dagster as dg

from viang_pipeline import partitions
from viang_pipeline.assets.served import client_report
from viang_pipeline.resources.mailer import MailerResource
from viang_pipeline.resources.supabase import SupabaseResource
from viang_pipeline.settings import Settings
from viang_pipeline.warehouse import clients
from viang_pipeline.warehouse.database import Database


def test_a_run_for_a_day_makes_the_report_of_its_month_and_a_second_one_nothing(
    database: Database, settings_env: Callable[..., Settings], viang_home: Path
) -> None:
    settings_env(
        VIANG_NOW="2026-04-04T11:00:00Z", MERCADO_LIVRE_API_URL="http://127.0.0.1:1",
        MERCADO_LIVRE_AUTH_URL="http://127.0.0.1:1",
    )  # fmt: skip
    with database.transaction() as conn:
        start = date(2025, 1, 1)
        clients.add(conn, "aurora", "Loja Aurora", inicio_historico=start, default_start=start)
    supabase = SupabaseResource()
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions("client", ["aurora"])
        for written, said in ((1, "2026-03: versão 1, preliminar"), (0, "2026-03: versão 1, preliminar")):
            result = dg.materialize(
                [client_report], instance=instance,
                resources={"supabase": supabase, "mailer": MailerResource(supabase=supabase)},
                partition_key=partitions.partition_key("aurora", date(2026, 3, 31)),
            )  # fmt: skip
            (event,) = result.get_asset_materialization_events()
            metadata = event.materialization.metadata
            assert metadata["linhas_escritas"].value == written
            assert said in str(metadata["observacoes"].value)
    assert [path.name for path in viang_home.rglob("*.pdf")] == ["aurora_2026-03_v1.pdf"]
