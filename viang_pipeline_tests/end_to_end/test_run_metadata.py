"""Every materialization says what a person needs: days, rows, calls, completeness, a preview, where to look further."""

from __future__ import annotations

from datetime import date, timedelta

import dagster as dg
import pytest

from viang_pipeline import partitions
from viang_pipeline.definitions import build_definitions
from viang_pipeline.resources.bling import BlingResource
from viang_pipeline.resources.supabase import SupabaseResource
from viang_pipeline_tests.end_to_end.conftest import Install
from viang_pipeline_tests.end_to_end.driver import utc
from viang_pipeline_tests.end_to_end.erp import OPENED, UNPACED
from viang_pipeline_tests.end_to_end.turbulence import turbulent_world

FIRST = date(2026, 2, 20)
YESTERDAY = FIRST + timedelta(days=9)
CLIENT = "loja-0"
TEXTS = {"clientes", "primeiro_dia", "ultimo_dia", "completude", "consulta", f"previa ({CLIENT})"}
COUNTS = {
    "dias_pedidos", "dias_concluidos", "dias_alterados", "chamadas", "linhas_lidas", "linhas_escritas",
    "linhas_inalteradas",
}  # fmt: skip

Seen = dict[str, dg.AssetMaterialization]


@pytest.fixture
def definitions() -> dg.Definitions:
    return build_definitions({"bling": BlingResource(supabase=SupabaseResource(), calls_per_second=UNPACED)})


@pytest.fixture
def night(install: Install, definitions: dg.Definitions) -> Seen:
    """A night and a report of a client of Mercado Livre and Bling, asset by asset."""
    house = install(turbulent_world(11, FIRST, 13), now=utc(f"{YESTERDAY + timedelta(days=1)}T06:30:00Z"))
    seller = house.world.seller(CLIENT)
    house.client(CLIENT, seller, YESTERDAY)
    account = house.world.bling.open_account(seller, at=OPENED)
    account.add_product("Camiseta", at=OPENED, code="CAM", cost=2140, stock=12)
    house.connect_bling(CLIENT, seller)
    seen: Seen = {}
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions("client", [CLIENT])
        for job in ("daily_update", "client_report_job"):
            result = definitions.resolve_job_def(job).execute_in_process(
                instance=instance,
                partition_key=partitions.partition_key(CLIENT, YESTERDAY),
                tags={partitions.CLIENT_TAG: CLIENT},
            )
            for event in result.get_asset_materialization_events():
                assert event.asset_key is not None
                seen[event.asset_key.to_user_string()] = event.step_materialization_data.materialization
    return seen


def test_every_asset_of_the_graph_says_days_rows_calls_completeness_a_preview_and_where_to_look(
    night: Seen, definitions: dg.Definitions
) -> None:
    graph = definitions.resolve_asset_graph()
    assert set(night) == {key.to_user_string() for key in graph.executable_asset_keys}
    lacking = {name: sorted((TEXTS | COUNTS) - made.metadata.keys()) for name, made in night.items()}
    assert {name: missing for name, missing in lacking.items() if missing} == {}
    for name, made in night.items():
        said = {key: value.value for key, value in made.metadata.items()}
        assert all(isinstance(said[count], int) for count in COUNTS), name
        assert said["completude"] == "1 de 1 dias", name
        assert f"where client_id = '{CLIENT}'" in said["consulta"], name

    rows = {name: made.metadata[f"previa ({CLIENT})"].value.count("\n") - 1 for name, made in night.items()}
    empty = {name for name, count in rows.items() if count == 0}
    assert not empty & {"mercado_livre/orders", "bling/orders", "fact_order_line", "fact_sku_day", "client_report"}
    assert sum(made.metadata["chamadas"].value for made in night.values()) > 0
    assert night["fact_order_line"].metadata["linhas_escritas"].value > 0

    # The preview of a raw asset is of what was read, never of what it holds: that may be a buyer's.
    for name in (name for name in night if "/" in name):
        header = night[name].metadata[f"previa ({CLIENT})"].value.splitlines()[0]
        assert header == "| recurso | dias completos | lido até | última leitura completa | dias incompletos |", name
