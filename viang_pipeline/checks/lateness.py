"""Lateness per client and source: FreshnessPolicy looks at the asset, an agency asks who is behind."""

import dagster as dg

from viang_pipeline.assets.client_days import AGAIN
from viang_pipeline.assets.marts import agg_client_day
from viang_pipeline.automation.decisions import newest_expected_day
from viang_pipeline.automation.state import BLING_FEEDS, OTHER_SOURCES
from viang_pipeline.checks.scope import result
from viang_pipeline.resources.supabase import SupabaseResource

_BEHIND = """
    select cliente.client_id, coalesce(max(leitura.dia)::text, 'nunca') as ultimo_dia_completo,
           coalesce(max(token.status), 'não conectado') as token
    from dashboard.clients as cliente
    left join dashboard.api_tokens as token
      on token.client_id = cliente.client_id and token.platform = 'mercado_livre'
    left join dashboard.source_reads as leitura
      on leitura.client_id = cliente.client_id and leitura.source = 'mercado_livre'
     and leitura.resource = 'orders' and leitura.completo
    where cliente.status = 'ativo'
    group by cliente.client_id
    having coalesce(max(leitura.dia), '-infinity') < %s
    order by cliente.client_id
"""


@dg.asset_check(
    retry_policy=AGAIN, asset=agg_client_day, description="Nenhum cliente ativo está atrasado na leitura de pedidos."
)
def clientes_em_dia(supabase: SupabaseResource) -> dg.AssetCheckResult:
    """A warning that names the clients whose newest complete day is older than it should be by now."""
    expected = newest_expected_day(supabase.settings.clock()())
    with supabase.session.transaction() as conn:
        cursor = conn.execute(_BEHIND, [expected])
        names = [column.name for column in cursor.description or ()]
        found = result(
            names, cursor.fetchall(), good="Todos os clientes em dia", bad="{n} cliente(s) com leitura atrasada"
        )
    return found._replace(severity=dg.AssetCheckSeverity.WARN)


_SOURCES_BEHIND = """
    select cliente.client_id, devida.fonte || '/' || devida.recurso as recurso,
           coalesce(max(leitura.dia) filter (where leitura.completo)::text, 'nunca') as ultimo_dia_completo,
           (array_agg(leitura.motivo order by leitura.dia desc) filter (where not leitura.completo))[1] as motivo
    from dashboard.clients as cliente
    join dashboard.api_tokens as token
      on token.client_id = cliente.client_id and token.status = 'ativo'
    join unnest(%(fontes)s::text[], %(recursos)s::text[]) as devida (fonte, recurso) on devida.fonte = token.platform
    left join dashboard.source_reads as leitura
      on leitura.client_id = cliente.client_id and leitura.source = devida.fonte and leitura.resource = devida.recurso
    where cliente.status = 'ativo'
      and exists (
          select from dashboard.source_reads as pedidos
          where pedidos.client_id = cliente.client_id and pedidos.source = 'mercado_livre'
            and pedidos.resource = 'orders' and pedidos.completo and pedidos.dia = %(esperado)s
      )
    group by cliente.client_id, devida.fonte, devida.recurso
    having coalesce(max(leitura.dia) filter (where leitura.completo), '-infinity') < %(esperado)s
    order by cliente.client_id, recurso
"""

BESIDE_ORDERS = (
    *(("mercado_livre", resource) for resource in (*OTHER_SOURCES, "stock", "account", "billing")),
    *(("bling", resource) for resources in BLING_FEEDS.values() for resource in resources),
    ("bling", "costs"),
    ("bling", "stock"),
)
"""Source and resource."""


@dg.asset_check(
    retry_policy=AGAIN,
    asset=agg_client_day,
    description="De todo cliente com os pedidos em dia, as outras fontes também foram lidas.",
)
def fontes_em_dia(supabase: SupabaseResource) -> dg.AssetCheckResult:
    """A warning that names each source that is behind its client's orders, and why its last reading failed."""
    expected = newest_expected_day(supabase.settings.clock()())
    sources, resources = map(list, zip(*BESIDE_ORDERS, strict=True))
    with supabase.session.transaction() as conn:
        cursor = conn.execute(_SOURCES_BEHIND, {"fontes": sources, "recursos": resources, "esperado": expected})
        names = [column.name for column in cursor.description or ()]
        found = result(names, cursor.fetchall(), good="Todas as fontes em dia", bad="{n} fonte(s) com leitura atrasada")
    return found._replace(severity=dg.AssetCheckSeverity.WARN)
