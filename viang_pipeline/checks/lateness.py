"""Lateness per client: FreshnessPolicy looks at the asset, the agency needs to know which client is behind."""

from datetime import timedelta

import dagster as dg

from viang_pipeline.assets.marts import agg_client_day
from viang_pipeline.automation.decisions import night_is_over
from viang_pipeline.checks.scope import result
from viang_pipeline.domain.business_day import last_closed_day
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


@dg.asset_check(asset=agg_client_day, description="Nenhum cliente ativo está atrasado na leitura de pedidos.")
def clientes_em_dia(supabase: SupabaseResource) -> dg.AssetCheckResult:
    """A warning that names the clients whose newest complete day is older than it should be by now."""
    now = supabase.settings.clock()()
    expected = last_closed_day(now) if night_is_over(now) else last_closed_day(now) - timedelta(days=1)
    with supabase.session.transaction() as conn:
        cursor = conn.execute(_BEHIND, [expected])
        names = [column.name for column in cursor.description or ()]
        found = result(
            names, cursor.fetchall(), good="Todos os clientes em dia", bad="{n} cliente(s) com leitura atrasada"
        )
    return found._replace(severity=dg.AssetCheckSeverity.WARN)
