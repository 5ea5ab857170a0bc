"""The marts: order lines and their two sums. Wiring only."""

from datetime import date

import dagster as dg

from viang_pipeline import partitions
from viang_pipeline.assets.client_days import POLICY, each_client
from viang_pipeline.assets.preview import client_day_preview, columns_of
from viang_pipeline.assets.raw_mercado_livre import (
    OWNERS,
    mercado_livre_account,
    mercado_livre_ads,
    mercado_livre_claims,
    mercado_livre_listings,
    mercado_livre_orders,
    mercado_livre_shipments,
    mercado_livre_stock,
    mercado_livre_visits,
)
from viang_pipeline.collect.work import Outcome
from viang_pipeline.marts.build import build_mart
from viang_pipeline.resources.supabase import SupabaseResource
from viang_pipeline.warehouse import schema

GROUP = "marts"
KINDS = {"postgres", "table"}


@dg.asset(
    group_name=GROUP,
    kinds=KINDS,
    owners=OWNERS,
    deps=[mercado_livre_orders, mercado_livre_shipments, mercado_livre_listings],
    partitions_def=partitions.client_day,
    backfill_policy=POLICY,
    metadata=columns_of(schema.fact_order_line),
    description="Linhas de pedido: dia, SKU, tarifa, frete rateado e reembolso decididos uma única vez.",
)
def fact_order_line(context: dg.AssetExecutionContext, supabase: SupabaseResource) -> dg.MaterializeResult[None]:
    """Order lines of the run's clients and days."""
    return _build(context, supabase, "fact_order_line")


@dg.asset(
    group_name=GROUP,
    kinds=KINDS,
    owners=OWNERS,
    deps=[mercado_livre_visits, mercado_livre_listings, fact_order_line],
    partitions_def=partitions.client_day,
    backfill_policy=POLICY,
    metadata=columns_of(schema.fact_visits_sku_day),
    description="Visitas por SKU e por conta: nunca rateadas; vazias onde um anúncio carrega vários SKUs.",
)
def fact_visits(context: dg.AssetExecutionContext, supabase: SupabaseResource) -> dg.MaterializeResult[None]:
    """Visits of the run's clients and days."""
    return _build_block(context, supabase, "fact_visits")


@dg.asset(
    group_name=GROUP,
    kinds=KINDS,
    owners=OWNERS,
    deps=[mercado_livre_stock],
    partitions_def=partitions.client_day,
    backfill_policy=POLICY,
    metadata=columns_of(schema.fact_stock_sku_day),
    description="Estoque por SKU e por conta no fechamento do dia, como foi fotografado.",
)
def fact_stock(context: dg.AssetExecutionContext, supabase: SupabaseResource) -> dg.MaterializeResult[None]:
    """Stock of the run's clients and days."""
    return _build_block(context, supabase, "fact_stock")


@dg.asset(
    group_name=GROUP,
    kinds=KINDS,
    owners=OWNERS,
    deps=[mercado_livre_account],
    partitions_def=partitions.client_day,
    backfill_policy=POLICY,
    metadata=columns_of(schema.fact_account_day),
    description="Reputação da conta no fechamento do dia, como foi fotografada.",
)
def fact_account(context: dg.AssetExecutionContext, supabase: SupabaseResource) -> dg.MaterializeResult[None]:
    """Reputation of the run's clients and days."""
    return _build_block(context, supabase, "fact_account")


@dg.asset(
    group_name=GROUP,
    kinds=KINDS,
    owners=OWNERS,
    deps=[mercado_livre_ads, mercado_livre_listings, fact_order_line],
    partitions_def=partitions.client_day,
    backfill_policy=POLICY,
    metadata=columns_of(schema.fact_ads_sku_day),
    description="Ads por SKU e por anunciante: gasto sem repetições, e o que não cabe em nenhum SKU fica à parte.",
)
def fact_ads(context: dg.AssetExecutionContext, supabase: SupabaseResource) -> dg.MaterializeResult[None]:
    """Ads of the run's clients and days."""
    return _build_block(context, supabase, "fact_ads")


@dg.asset(
    group_name=GROUP,
    kinds=KINDS,
    owners=OWNERS,
    deps=[mercado_livre_claims, fact_order_line],
    partitions_def=partitions.client_day,
    backfill_policy=POLICY,
    metadata=columns_of(schema.fact_claim_line),
    description="Reclamações e devoluções nas linhas dos pedidos: o que voltou e quanto custou.",
)
def fact_claim_line(context: dg.AssetExecutionContext, supabase: SupabaseResource) -> dg.MaterializeResult[None]:
    """Claims of the run's clients and days."""
    return _build_block(context, supabase, "fact_claim_line")


@dg.asset(
    group_name=GROUP,
    kinds=KINDS,
    owners=OWNERS,
    deps=[fact_order_line, fact_visits, fact_stock, fact_account, fact_ads, fact_claim_line],
    partitions_def=partitions.client_day,
    backfill_policy=POLICY,
    metadata=columns_of(schema.fact_sku_day),
    description="Métricas por cliente, dia e SKU: soma das linhas de pedido.",
)
def fact_sku_day(context: dg.AssetExecutionContext, supabase: SupabaseResource) -> dg.MaterializeResult[None]:
    """SKU-days of the run's clients and days."""
    return _build(context, supabase, "fact_sku_day")


@dg.asset(
    group_name=GROUP,
    kinds=KINDS,
    owners=OWNERS,
    deps=[fact_order_line, fact_sku_day],
    partitions_def=partitions.client_day,
    backfill_policy=POLICY,
    metadata=columns_of(schema.agg_client_day),
    description="Métricas por cliente e dia: soma das mesmas linhas de pedido.",
)
def agg_client_day(context: dg.AssetExecutionContext, supabase: SupabaseResource) -> dg.MaterializeResult[None]:
    """Client-days of the run's clients and days."""
    return _build(context, supabase, "agg_client_day")


def _build_block(
    context: dg.AssetExecutionContext, supabase: SupabaseResource, mart: str
) -> dg.MaterializeResult[None]:
    return each_client(
        context,
        supabase.settings.clock()(),
        lambda client_id, days: build_mart(supabase.work(client_id, context.run), mart, days),
    )


def _build(context: dg.AssetExecutionContext, supabase: SupabaseResource, mart: str) -> dg.MaterializeResult[None]:
    def build(client_id: str, days: list[date]) -> Outcome:
        return build_mart(supabase.work(client_id, context.run), mart, days)

    return each_client(
        context,
        supabase.settings.clock()(),
        build,
        preview=lambda wanted: client_day_preview(supabase.session, wanted),
    )
