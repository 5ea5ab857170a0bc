"""A snapshot of the graph: a change of keys, dependencies, groups, owners, checks or automation is a decision."""

from __future__ import annotations

import subprocess
import sys

import dagster as dg
import pytest
from dagster._core.definitions.assets.graph.asset_graph import AssetGraph

from viang_pipeline import partitions
from viang_pipeline.definitions import build_definitions

ORDERS, SHIPMENTS, LISTINGS, VISITS, STOCK, ACCOUNT, ADS, CLAIMS, BILLING, DISCOUNTS = (
    f"mercado_livre/{name}"
    for name in (
        "orders", "shipments", "listings", "visits", "stock", "account", "ads", "claims", "billing", "discounts"
    )
)  # fmt: skip
RAW_KINDS, MART_KINDS = {"api", "postgres"}, {"postgres", "table"}

BLOCKS = {
    "fact_visits", "fact_stock", "fact_account", "fact_ads", "fact_claim_line", "fact_billing", "fact_order_discount"
}  # fmt: skip

# key → (depends on, group, kinds, pools)
ASSETS = {
    ORDERS: (set(), "mercado_livre", RAW_KINDS, {"mercado_livre"}),
    SHIPMENTS: ({ORDERS}, "mercado_livre", RAW_KINDS, {"mercado_livre"}),
    LISTINGS: ({ORDERS}, "mercado_livre", RAW_KINDS, {"mercado_livre"}),
    VISITS: ({ORDERS, LISTINGS}, "mercado_livre", RAW_KINDS, {"mercado_livre"}),
    STOCK: ({LISTINGS}, "mercado_livre", RAW_KINDS, {"mercado_livre"}),
    ACCOUNT: (set(), "mercado_livre", RAW_KINDS, {"mercado_livre"}),
    ADS: ({LISTINGS}, "mercado_livre", RAW_KINDS, {"mercado_livre"}),
    CLAIMS: ({ORDERS}, "mercado_livre", RAW_KINDS, {"mercado_livre"}),
    BILLING: ({ORDERS}, "mercado_livre", RAW_KINDS, {"mercado_livre"}),
    DISCOUNTS: ({ORDERS}, "mercado_livre", RAW_KINDS, {"mercado_livre"}),
    "bling/reference": (set(), "bling", RAW_KINDS, {"bling"}),
    "bling/orders": (set(), "bling", RAW_KINDS, {"bling"}),
    "bling/products": (set(), "bling", RAW_KINDS, {"bling"}),
    "bling/stock": ({"bling/products"}, "bling", RAW_KINDS, {"bling"}),
    "bling/finance": (set(), "bling", RAW_KINDS, {"bling"}),
    "bling/invoices": (set(), "bling", RAW_KINDS, {"bling"}),
    "upseller/files": (set(), "upseller", {"file", "postgres"}, set()),
    "upseller/stock": ({"upseller/files"}, "upseller", RAW_KINDS, {"upseller"}),
    "fact_order_line": ({ORDERS, SHIPMENTS, LISTINGS}, "marts", MART_KINDS, set()),
    "fact_visits": ({VISITS, LISTINGS, "fact_order_line"}, "marts", MART_KINDS, set()),
    "fact_stock": ({STOCK}, "marts", MART_KINDS, set()),
    "fact_account": ({ACCOUNT}, "marts", MART_KINDS, set()),
    "fact_ads": ({ADS, LISTINGS, "fact_order_line"}, "marts", MART_KINDS, set()),
    "fact_claim_line": ({CLAIMS, "fact_order_line"}, "marts", MART_KINDS, set()),
    "fact_billing": ({BILLING, "fact_order_line"}, "marts", MART_KINDS, set()),
    "fact_order_discount": ({DISCOUNTS, ORDERS}, "marts", MART_KINDS, set()),
    "fact_sku_day": ({"fact_order_line", *BLOCKS}, "marts", MART_KINDS, set()),
    "agg_client_day": ({"fact_order_line", "fact_sku_day"}, "marts", MART_KINDS, set()),
    "reconciliation": ({"fact_billing", "agg_client_day"}, "marts", MART_KINDS, set()),
    "sku_portfolio": ({"fact_sku_day", "agg_client_day"}, "marts", MART_KINDS, set()),
    "fact_expense_month": ({"bling/finance"}, "marts", MART_KINDS, set()),
    "order_match": ({"mercado_livre/orders", "bling/orders", "upseller/files"}, "marts", MART_KINDS, set()),
    "insights": ({"agg_client_day", "fact_sku_day", "sku_portfolio"}, "served", {"postgres", "openai"}, set()),
    "client_report": (
        {"fact_sku_day", "agg_client_day", "sku_portfolio", "fact_account"}, "served", {"pdf", "postgres"}, set()
    ),
}  # fmt: skip
NIGHTLY = set(ASSETS) - {"client_report"}
DASHBOARDS = {
    "metabase/visao_geral": {"agg_client_day"},
    "metabase/produtos": {"agg_client_day", "fact_sku_day", "sku_portfolio"},
    "metabase/ads": {"agg_client_day", "fact_sku_day"},
    "metabase/estoque": {"agg_client_day", "sku_portfolio"},
    "metabase/margem": {"agg_client_day", "fact_sku_day", "fact_expense_month"},
    "metabase/qualidade": {"agg_client_day", "reconciliation"},
}
"""Made outside: dashboard → what it shows."""

MARTS = {
    "fact_order_line", *BLOCKS, "fact_sku_day", "agg_client_day", "reconciliation", "sku_portfolio",
    "fact_expense_month",
    "order_match",
}  # fmt: skip

COLLECTED = NIGHTLY - {"insights"}

# check → (asset, blocks what comes after)
CHECKS = {
    "pedidos_completos": (ORDERS, True),
    "frete_fecha_por_envio": ("fact_order_line", True),
    "comissao_fecha": ("fact_order_line", True),
    "linhas_cobertas_sao_conhecidas": ("fact_order_line", True),
    "tarifa_independe_da_quantidade": ("fact_order_line", False),
    "faturas_fecham": ("fact_billing", True),
    "resumo_da_fatura_confere": ("fact_billing", False),
    "tarifa_faturada_confere": ("fact_billing", False),
    "vendas_fecham": ("fact_sku_day", True),
    "skus_somam_o_cliente": ("agg_client_day", True),
    "margem_fecha": ("agg_client_day", True),
    "ads_fecham_com_o_anunciante": ("agg_client_day", True),
    "ads_sem_sku_sao_poucos": ("agg_client_day", False),
    "receita_de_ads_fecha": ("agg_client_day", True),
    "coberturas_fazem_sentido": ("agg_client_day", True),
    "conversao_possivel": ("fact_sku_day", False),
    "nenhum_dia_aberto": ("agg_client_day", True),
    "reconstrucao_nao_muda": ("agg_client_day", True),
    "classes_somam_o_cliente": ("sku_portfolio", True),
    "dicionario_em_dia": ("agg_client_day", False),
    "fontes_em_dia": ("agg_client_day", False),
    "clientes_em_dia": ("agg_client_day", False),
}


@pytest.fixture(scope="module")
def definitions() -> dg.Definitions:
    return build_definitions()


@pytest.fixture(scope="module")
def graph(definitions: dg.Definitions) -> AssetGraph:
    return definitions.resolve_asset_graph()


def test_the_assets_are_these_with_these_dependencies_groups_kinds_and_pools(graph: AssetGraph) -> None:
    found = {}
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        parents = {parent.to_user_string() for parent in node.parent_keys}
        found[key.to_user_string()] = (parents, node.group_name, set(node.kinds), set(node.pools or ()))
    served = {key: (shown, "served", {"metabase"}, set()) for key, shown in DASHBOARDS.items()}
    assert found == ASSETS | served


def test_every_asset_has_an_owner_a_description_and_the_partitions_of_the_house(graph: AssetGraph) -> None:
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert node.owners == ["team:dados"]
        assert node.description
        if key.to_user_string() in DASHBOARDS:
            assert not node.is_executable
            continue
        assert node.partitions_def == partitions.client_day
        assert node.backfill_policy == dg.BackfillPolicy.multi_run(max_partitions_per_run=31)


def test_the_partitions_are_client_and_day_in_sao_paulo() -> None:
    assert [d.name for d in partitions.client_day.partitions_defs] == ["client", "date"]
    assert partitions.days.timezone == "America/Sao_Paulo"
    assert partitions.client_day.partition_dimension_names == ["client", "date"]


def test_the_checks_are_these(graph: AssetGraph) -> None:
    found = {
        key.name: (key.asset_key.to_user_string(), graph.get_check_spec(key).blocking) for key in graph.asset_check_keys
    }
    assert found == CHECKS
    assert all(graph.get_check_spec(key).description for key in graph.asset_check_keys)


@pytest.mark.parametrize(
    ("job", "assets"),
    [
        ("daily_update", NIGHTLY),
        ("reprocess", COLLECTED),
        ("deep_sweep", COLLECTED),
        ("rebuild_marts", MARTS),
        ("client_report_job", {"client_report"}),
    ],
)
def test_a_job_takes_exactly_these_assets(definitions: dg.Definitions, job: str, assets: set[str]) -> None:
    keys = definitions.resolve_job_def(job).asset_layer.executable_asset_keys
    assert {key.to_user_string() for key in keys} == assets


def test_the_jobs_schedules_and_sensors_are_these(definitions: dg.Definitions) -> None:
    repository = definitions.get_repository_def()
    own = {job.name for job in repository.get_all_jobs() if not job.name.startswith("__")}
    assert own == {
        "daily_update", "reprocess", "ads_update", "deep_sweep", "rebuild_marts", "client_report_job",
        "refresh_tokens", "metabase_refresh", "alert_digest", "send_mail",
    }  # fmt: skip
    assert {s.name: s.job_name for s in repository.schedule_defs} == {
        "daily_update_schedule": "daily_update",
        "ads_update_schedule": "ads_update",
        "deep_sweep_schedule": "deep_sweep",
        "client_report_schedule": "client_report_job",
        "refresh_tokens_schedule": "refresh_tokens",
        "alert_digest_schedule": "alert_digest",
    }
    assert {s.name: [t.job_name for t in s.targets] for s in repository.sensor_defs} == {
        "client_registry": ["reprocess"],
        "lost_retries": ["daily_update", "ads_update", "deep_sweep", "client_report_job"],
        "catch_up": ["reprocess"],
        "catch_up_sources": ["reprocess"],
        "changed_days": ["rebuild_marts"],
        "upseller_inbox": ["reprocess"],
        "new_numbers": ["metabase_refresh"],
        "run_failures": [],
        "mail_outbox": ["send_mail"],
    }
    assert all(s.default_status == dg.DefaultSensorStatus.RUNNING for s in repository.sensor_defs)


def test_all_definitions_load(definitions: dg.Definitions) -> None:
    dg.Definitions.validate_loadable(definitions)


def test_importing_the_code_location_needs_no_setting_and_no_database() -> None:
    """A code server must come up to say what is wrong; a subprocess, because this one has imported everything."""
    script = "from viang_pipeline.definitions import defs; defs.get_repository_def()"
    environment = {"VIANG_DATABASE_URL": "not a dsn", "PATH": "/usr/bin:/bin", "HOME": "/nonexistent"}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_replaced_resource_is_used_instead_of_ours() -> None:
    other = object()
    assert build_definitions({"supabase": other}).resources["supabase"] is other  # type: ignore[index]
