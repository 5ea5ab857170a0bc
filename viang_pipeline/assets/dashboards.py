"""Metabase's dashboards in the graph: made outside, downstream of what they show. Wiring only."""

import dagster as dg

from viang_pipeline.assets.raw_mercado_livre import OWNERS
from viang_pipeline.metabase.dashboards import DASHBOARDS

SHOWN = {
    "visao_geral": ("agg_client_day",),
    "produtos": ("agg_client_day", "fact_sku_day", "sku_portfolio"),
    "ads": ("agg_client_day", "fact_sku_day"),
    "estoque": ("agg_client_day", "sku_portfolio"),
    "margem": ("agg_client_day", "fact_sku_day", "fact_expense_month"),
    "qualidade": ("agg_client_day", "reconciliation"),
}
"""Dashboard → the tables below its views."""


def dashboard_key(key: str) -> dg.AssetKey:
    """The asset of a dashboard."""
    return dg.AssetKey(["metabase", key])


metabase_dashboards = [
    dg.AssetSpec(
        dashboard_key(board.key),
        deps=SHOWN[board.key],
        group_name="served",
        kinds={"metabase"},
        owners=OWNERS,
        description=f"{board.name}. {board.about} Materializa quando o Metabase recebe os números novos.",
    )
    for board in DASHBOARDS
]
