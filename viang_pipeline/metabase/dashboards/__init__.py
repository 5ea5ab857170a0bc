"""The dashboards, one file each, in the order people read them."""

from viang_pipeline.metabase.cards import TEXT, Dashboard, table
from viang_pipeline.metabase.dashboards.ads import ADS
from viang_pipeline.metabase.dashboards.estoque import ESTOQUE
from viang_pipeline.metabase.dashboards.margem import MARGEM
from viang_pipeline.metabase.dashboards.produtos import PRODUTOS
from viang_pipeline.metabase.dashboards.qualidade import QUALIDADE
from viang_pipeline.metabase.dashboards.visao_geral import VISAO_GERAL

DASHBOARDS: tuple[Dashboard, ...] = (VISAO_GERAL, PRODUTOS, ADS, ESTOQUE, MARGEM, QUALIDADE)

CLIENT_LIST = table(
    "clientes", "Lista de clientes", "O que o filtro Cliente dos painéis oferece.", client_id=("Cliente", TEXT)
)
"""A card on no dashboard; its SQL stands with those of Visão geral."""

__all__ = ["CLIENT_LIST", "DASHBOARDS"]
