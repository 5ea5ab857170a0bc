"""Mercado Livre raw assets: wiring only. Each description states the asset's call budget."""

from collections.abc import Callable, Iterable
from datetime import date

import dagster as dg

from viang_pipeline import partitions
from viang_pipeline.assets.client_days import POLICY, each_client
from viang_pipeline.collect.ads import collect_ads
from viang_pipeline.collect.claims import collect_claims
from viang_pipeline.collect.listings import collect_listings
from viang_pipeline.collect.orders import collect_orders
from viang_pipeline.collect.photos import collect_account, collect_stock
from viang_pipeline.collect.shipments import collect_shipments
from viang_pipeline.collect.visits import collect_visits
from viang_pipeline.collect.work import Outcome, Work
from viang_pipeline.resources.mercado_livre import MercadoLivreResource
from viang_pipeline.resources.supabase import SupabaseResource
from viang_pipeline.sources.mercado_livre.client import MercadoLivreClient

GROUP = "mercado_livre"
OWNERS = ["team:dados"]
KINDS = {"api", "postgres"}
POOL = "mercado_livre"

Collect = Callable[[Work, MercadoLivreClient, Iterable[date]], Outcome]


@dg.asset(
    key=[GROUP, "orders"],
    group_name=GROUP,
    kinds=KINDS,
    owners=OWNERS,
    pool=POOL,
    partitions_def=partitions.client_day,
    backfill_policy=POLICY,
    description=(
        "Pedidos. À noite lê tudo o que mudou desde a última leitura completa, em duas passagens (a busca normal "
        "esconde os cancelados); os outros dias, pela data de criação. "
        "Orçamento: 20 chamadas por 1 000 pedidos, mais uma por pedido recém-cancelado."
    ),
)
def mercado_livre_orders(
    context: dg.AssetExecutionContext, supabase: SupabaseResource, mercado_livre: MercadoLivreResource
) -> dg.MaterializeResult[None]:
    """Orders of the run's clients and days."""
    return _collect(context, supabase, mercado_livre, collect_orders)


@dg.asset(
    key=[GROUP, "shipments"],
    group_name=GROUP,
    kinds=KINDS,
    owners=OWNERS,
    pool=POOL,
    deps=[mercado_livre_orders],
    partitions_def=partitions.client_day,
    backfill_policy=POLICY,
    description=(
        "Envios e seus custos, uma leitura por envio distinto; de novo enquanto o custo não aparece, quando um pedido "
        "é cancelado e quando o envio termina. Orçamento: 2 chamadas por envio novo, mais as releituras."
    ),
)
def mercado_livre_shipments(
    context: dg.AssetExecutionContext, supabase: SupabaseResource, mercado_livre: MercadoLivreResource
) -> dg.MaterializeResult[None]:
    """Shipments of the run's clients and days."""
    return _collect(context, supabase, mercado_livre, collect_shipments)


@dg.asset(
    key=[GROUP, "listings"],
    group_name=GROUP,
    kinds=KINDS,
    owners=OWNERS,
    pool=POOL,
    deps=[mercado_livre_orders],
    partitions_def=partitions.client_day,
    backfill_policy=POLICY,
    description=(
        "Anúncios como estão agora: ids por varredura, corpos em lotes de 20. "
        "Orçamento: 10 + 50 chamadas por 1 000 anúncios."
    ),
)
def mercado_livre_listings(
    context: dg.AssetExecutionContext, supabase: SupabaseResource, mercado_livre: MercadoLivreResource
) -> dg.MaterializeResult[None]:
    """Listings of the run's clients."""
    return _collect(context, supabase, mercado_livre, collect_listings)


@dg.asset(
    key=[GROUP, "visits"],
    group_name=GROUP,
    kinds=KINDS,
    owners=OWNERS,
    pool=POOL,
    deps=[mercado_livre_orders, mercado_livre_listings],
    partitions_def=partitions.client_day,
    backfill_policy=POLICY,
    description=(
        "Visitas por anúncio e da conta, por dia. Anúncios com venda ou visita recente são lidos toda noite, os outros "
        "uma vez por semana com uma janela que não perde dia. "
        "Orçamento: 1 chamada, mais 1 por anúncio movimentado e 1/7 por anúncio parado."
    ),
)
def mercado_livre_visits(
    context: dg.AssetExecutionContext, supabase: SupabaseResource, mercado_livre: MercadoLivreResource
) -> dg.MaterializeResult[None]:
    """Visits of the run's clients."""
    return _collect(context, supabase, mercado_livre, collect_visits)


@dg.asset(
    key=[GROUP, "stock"],
    group_name=GROUP,
    kinds=KINDS,
    owners=OWNERS,
    pool=POOL,
    deps=[mercado_livre_listings],
    partitions_def=partitions.client_day,
    backfill_policy=POLICY,
    description=(
        "Foto do estoque no fechamento de ontem: Full por código de inventário e quantidades anunciadas. A primeira "
        "foto completa da noite vale; nenhuma é refeita nem inventada para um dia passado. "
        "Orçamento: 1 chamada por código de inventário Full, uma vez por noite."
    ),
)
def mercado_livre_stock(
    context: dg.AssetExecutionContext, supabase: SupabaseResource, mercado_livre: MercadoLivreResource
) -> dg.MaterializeResult[None]:
    """Stock photo of the run's clients."""
    return _collect(context, supabase, mercado_livre, collect_stock)


@dg.asset(
    key=[GROUP, "account"],
    group_name=GROUP,
    kinds=KINDS,
    owners=OWNERS,
    pool=POOL,
    partitions_def=partitions.client_day,
    backfill_policy=POLICY,
    description="Foto da conta e da reputação no fechamento de ontem. Orçamento: 1 chamada por noite.",
)
def mercado_livre_account(
    context: dg.AssetExecutionContext, supabase: SupabaseResource, mercado_livre: MercadoLivreResource
) -> dg.MaterializeResult[None]:
    """Account photo of the run's clients."""
    return _collect(context, supabase, mercado_livre, collect_account)


@dg.asset(
    key=[GROUP, "ads"],
    group_name=GROUP,
    kinds=KINDS,
    owners=OWNERS,
    pool=POOL,
    deps=[mercado_livre_listings],
    partitions_def=partitions.client_day,
    backfill_policy=POLICY,
    description=(
        "Product Ads por dia: total do anunciante, grupos de anúncios e anúncios dos grupos que gastaram; os últimos "
        "15 dias são relidos toda noite, nada além de 90 dias. Conta sem Ads é um fato; outra falha não é zero. "
        "Orçamento: cerca de 20 chamadas por noite, mais 1 por campanha ativa."
    ),
)
def mercado_livre_ads(
    context: dg.AssetExecutionContext, supabase: SupabaseResource, mercado_livre: MercadoLivreResource
) -> dg.MaterializeResult[None]:
    """Ads of the run's clients."""
    return _collect(context, supabase, mercado_livre, collect_ads)


@dg.asset(
    key=[GROUP, "claims"],
    group_name=GROUP,
    kinds=KINDS,
    owners=OWNERS,
    pool=POOL,
    deps=[mercado_livre_orders],
    partitions_def=partitions.client_day,
    backfill_policy=POLICY,
    description=(
        "Reclamações que mudaram desde a última leitura, com as devoluções e o que elas custaram; devoluções em aberto "
        "são relidas por 60 dias. Orçamento: 1 a 2 chamadas por noite, mais 2 por devolução em aberto."
    ),
)
def mercado_livre_claims(
    context: dg.AssetExecutionContext, supabase: SupabaseResource, mercado_livre: MercadoLivreResource
) -> dg.MaterializeResult[None]:
    """Claims of the run's clients and days."""
    return _collect(context, supabase, mercado_livre, collect_claims)


def _collect(
    context: dg.AssetExecutionContext,
    supabase: SupabaseResource,
    mercado_livre: MercadoLivreResource,
    collect: Collect,
) -> dg.MaterializeResult[None]:
    """``collect`` for each client, from the client's own account."""

    def from_account(client_id: str, days: list[date]) -> Outcome:
        with mercado_livre.account(client_id) as api:
            return collect(supabase.work(client_id, context.run), api, days)

    return each_client(context, supabase.settings.clock()(), from_account)
