"""Mercado Livre raw assets: wiring only. Each description states the asset's call budget."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date

import dagster as dg

from viang_pipeline import partitions
from viang_pipeline.assets.client_days import POLICY, each_client
from viang_pipeline.assets.preview import reads_preview
from viang_pipeline.collect.ads import collect_ads
from viang_pipeline.collect.billing import collect_billing
from viang_pipeline.collect.claims import collect_claims
from viang_pipeline.collect.discounts import collect_discounts
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

Collect = Callable[[Work, MercadoLivreClient, Iterable[date]], Outcome]


def _raw(
    name: str, collect: Collect, description: str, after: Sequence[dg.AssetsDefinition] = ()
) -> dg.AssetsDefinition:
    """The asset ``mercado_livre/<name>``: ``collect`` for each client of the run, from the client's own account."""

    @dg.asset(
        key=[GROUP, name],
        group_name=GROUP,
        kinds={"api", "postgres"},
        owners=OWNERS,
        pool=GROUP,
        deps=after,
        partitions_def=partitions.client_day,
        backfill_policy=POLICY,
        description=description,
    )
    def collected(
        context: dg.AssetExecutionContext, supabase: SupabaseResource, mercado_livre: MercadoLivreResource
    ) -> dg.MaterializeResult[None]:
        def from_account(client_id: str, days: list[date]) -> Outcome:
            with mercado_livre.account(client_id) as api:
                return collect(supabase.work(client_id, context.run), api, days)

        preview = reads_preview(supabase.session, GROUP, name)
        return each_client(context, supabase.settings.clock()(), from_account, preview)

    return collected


mercado_livre_orders = _raw(
    "orders",
    collect_orders,
    "Pedidos. À noite lê tudo o que mudou desde a última leitura completa, em duas passagens (a busca normal "
    "esconde os cancelados); os outros dias, pela data de criação. "
    "Orçamento: 20 chamadas por 1 000 pedidos, mais uma por pedido recém-cancelado.",
)
mercado_livre_shipments = _raw(
    "shipments",
    collect_shipments,
    "Envios e seus custos, uma leitura por envio distinto; de novo enquanto o custo não aparece, quando um pedido "
    "é cancelado e quando o envio termina. Orçamento: 2 chamadas por envio novo, mais as releituras.",
    [mercado_livre_orders],
)
mercado_livre_listings = _raw(
    "listings",
    collect_listings,
    "Anúncios como estão agora: ids por varredura, corpos em lotes de 20. "
    "Orçamento: 10 + 50 chamadas por 1 000 anúncios.",
    [mercado_livre_orders],
)
mercado_livre_visits = _raw(
    "visits",
    collect_visits,
    "Visitas por anúncio e da conta, por dia. Anúncios com venda ou visita recente são lidos toda noite, os outros "
    "uma vez por semana com uma janela que não perde dia. "
    "Orçamento: 1 chamada, mais 1 por anúncio movimentado e 1/7 por anúncio parado.",
    [mercado_livre_orders, mercado_livre_listings],
)
mercado_livre_stock = _raw(
    "stock",
    collect_stock,
    "Foto do estoque no fechamento de ontem: Full por código de inventário e quantidades anunciadas. A primeira "
    "foto completa da noite vale; nenhuma é refeita nem inventada para um dia passado. "
    "Orçamento: 1 chamada por código de inventário Full, uma vez por noite.",
    [mercado_livre_listings],
)
mercado_livre_account = _raw(
    "account",
    collect_account,
    "Foto da conta e da reputação no fechamento de ontem. Orçamento: 1 chamada por noite.",
)
mercado_livre_ads = _raw(
    "ads",
    collect_ads,
    "Product Ads por dia: total do anunciante, grupos de anúncios e anúncios dos grupos que gastaram; os últimos "
    "15 dias são relidos toda noite, nada além de 90 dias. Conta sem Ads é um fato; outra falha não é zero. "
    "Orçamento: cerca de 20 chamadas por noite, mais 1 por campanha ativa; aos domingos até 30 dias a mais.",
    [mercado_livre_listings],
)
mercado_livre_claims = _raw(
    "claims",
    collect_claims,
    "Reclamações que mudaram desde a última leitura, com as devoluções e o que elas custaram; devoluções em aberto "
    "são relidas por 60 dias. Orçamento: 1 a 2 chamadas por noite, mais 2 por devolução em aberto e 1 por devolução "
    "recebida e ainda não conferida.",
    [mercado_livre_orders],
)
mercado_livre_billing = _raw(
    "billing",
    collect_billing,
    "Faturas da plataforma por período, que não é o mês civil: o período aberto toda noite, o último fechado uma vez "
    "por semana, nenhum duas vezes no mesmo dia. Serve para conferir, nunca substitui o valor do pedido. "
    "Orçamento: até 6 chamadas por período lido, mais 1 por 1 000 linhas; 2 a 3 períodos por noite.",
    [mercado_livre_orders],
)
mercado_livre_discounts = _raw(
    "discounts",
    collect_discounts,
    "Descontos dos pedidos marcados com desconto, cada pedido uma única vez, e quem os paga. "
    "Orçamento: 1 chamada por pedido novo com desconto.",
    [mercado_livre_orders],
)
