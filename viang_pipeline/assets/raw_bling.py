"""Bling raw assets: wiring only. Each description states the asset's call budget.

Bling is read after Mercado Livre, whose quota is the wider one, and before the marts (``LAST`` in ``marts.py``).
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date

import dagster as dg

from viang_pipeline import partitions
from viang_pipeline.assets.client_days import POLICY, each_client
from viang_pipeline.assets.preview import reads_preview
from viang_pipeline.assets.raw_mercado_livre import OWNERS
from viang_pipeline.collect.bling.access import connected_to_bling
from viang_pipeline.collect.bling.finance import collect_bling_finance
from viang_pipeline.collect.bling.invoices import collect_bling_invoices
from viang_pipeline.collect.bling.orders import collect_bling_orders
from viang_pipeline.collect.bling.products import collect_bling_products
from viang_pipeline.collect.bling.reference import collect_bling_reference
from viang_pipeline.collect.bling.stock import collect_bling_stock
from viang_pipeline.collect.work import Outcome, Work
from viang_pipeline.resources.bling import BlingResource
from viang_pipeline.resources.supabase import SupabaseResource
from viang_pipeline.sources.bling.client import BlingClient

GROUP = "bling"
WITHOUT = "sem Bling"

Collect = Callable[[Work, BlingClient, Iterable[date]], Outcome]


def _raw(
    name: str, collect: Collect, description: str, after: Sequence[dg.AssetsDefinition] = ()
) -> dg.AssetsDefinition:
    """The asset ``bling/<name>``: ``collect`` for each client of the run that is connected to Bling."""

    @dg.asset(
        key=[GROUP, name],
        group_name=GROUP,
        kinds={"api", "postgres"},
        owners=OWNERS,
        pool=GROUP,
        op_tags={"dagster/priority": "-1"},
        deps=after,
        partitions_def=partitions.client_day,
        backfill_policy=POLICY,
        description=description,
    )
    def collected(
        context: dg.AssetExecutionContext, supabase: SupabaseResource, bling: BlingResource
    ) -> dg.MaterializeResult[None]:
        def from_account(client_id: str, days: list[date]) -> Outcome:
            if not connected_to_bling(supabase.session, client_id):
                return Outcome(days_done=set(days), notes=[WITHOUT])
            with bling.account(client_id) as api:
                return collect(supabase.work(client_id, context.run), api, days)

        preview = reads_preview(supabase.session, GROUP)
        return each_client(context, supabase.settings.clock()(), from_account, preview)

    return collected


bling_reference = _raw(
    "reference",
    collect_bling_reference,
    "Empresa, depósitos (também inativos), canais de venda e situações dos pedidos, como estão agora. "
    "Orçamento: 7 chamadas por noite.",
)
bling_orders = _raw(
    "orders",
    collect_bling_orders,
    "Pedidos de venda. À noite lê o que mudou desde a última leitura, com o detalhe só dos novos e dos alterados; relê "
    "por 15 dias os que ainda não têm taxas e, uma vez por semana, cada dia dos últimos 90 para achar os excluídos. "
    "Orçamento: 1 chamada por pedido novo ou alterado, mais 20 por 1 000 na lista e 1 a 4 por dia relido.",
)
bling_products = _raw(
    "products",
    collect_bling_products,
    "Produtos em três passagens (o filtro de saldo esconde os outros) e a foto do custo da noite; composição dos kits, "
    "fornecedores e códigos nas lojas uma vez por semana. Orçamento: 12 chamadas por 1 000 produtos; na noite semanal, "
    "mais 1 por kit e 40 por 1 000 ligações.",
)
bling_stock = _raw(
    "stock",
    collect_bling_stock,
    "Foto dos saldos por depósito no fechamento de ontem. A primeira foto completa da noite vale; nenhuma é refeita "
    "nem inventada para um dia passado. Orçamento: 10 a 30 chamadas por 1 000 produtos, uma vez por noite.",
    [bling_products],
)
bling_finance = _raw(
    "finance",
    collect_bling_finance,
    "Contas a receber e a pagar em aberto e as pagas há pouco; o detalhe (categoria, competência, saldo) só do que é "
    "novo ou mudou; categorias uma vez por semana. Orçamento: 10 chamadas por 1 000 contas na lista, mais 1 por conta "
    "a pagar nova ou alterada e até 100 por contas a receber alteradas.",
)
bling_invoices = _raw(
    "invoices",
    collect_bling_invoices,
    "Notas fiscais das vendas, também canceladas, dos dias pedidos e dos três últimos. "
    "Orçamento: 11 chamadas, mais 10 por 1 000 notas.",
)
