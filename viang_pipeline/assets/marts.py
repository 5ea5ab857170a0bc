"""The marts: order lines, the blocks beside them and their two sums. Wiring only."""

from collections.abc import Sequence
from datetime import date

import dagster as dg
from sqlalchemy import Table

from viang_pipeline import partitions
from viang_pipeline.assets.client_days import POLICY, each_client
from viang_pipeline.assets.preview import columns_of, table_preview
from viang_pipeline.assets.raw_bling import bling_finance, bling_orders
from viang_pipeline.assets.raw_mercado_livre import (
    OWNERS,
    mercado_livre_account,
    mercado_livre_ads,
    mercado_livre_billing,
    mercado_livre_claims,
    mercado_livre_discounts,
    mercado_livre_listings,
    mercado_livre_orders,
    mercado_livre_shipments,
    mercado_livre_stock,
    mercado_livre_visits,
)
from viang_pipeline.assets.raw_upseller import upseller_files
from viang_pipeline.collect.work import Outcome
from viang_pipeline.marts.build import build_mart
from viang_pipeline.resources.supabase import SupabaseResource
from viang_pipeline.warehouse import schema

LAST = {"dagster/priority": "-2"}
"""Marts begin when nothing is left to read in a run: a day is built once, with the costs of the same night."""


def _mart(name: str, table: Table, description: str, after: Sequence[dg.AssetsDefinition]) -> dg.AssetsDefinition:
    """The asset ``name``: its mart for each client of the run; the interface shows columns and rows of ``table``."""

    @dg.asset(
        name=name,
        group_name="marts",
        kinds={"postgres", "table"},
        owners=OWNERS,
        op_tags=LAST,
        deps=after,
        partitions_def=partitions.client_day,
        backfill_policy=POLICY,
        metadata=columns_of(table),
        description=description,
    )
    def built(context: dg.AssetExecutionContext, supabase: SupabaseResource) -> dg.MaterializeResult[None]:
        def build(client_id: str, days: list[date]) -> Outcome:
            return build_mart(supabase.work(client_id, context.run), name, days)

        return each_client(context, supabase.settings.clock()(), build, table_preview(supabase.session, table))

    return built


fact_order_line = _mart(
    "fact_order_line",
    schema.fact_order_line,
    "Linhas de pedido: dia, SKU, tarifa, frete rateado, reembolso, custo e imposto decididos uma única vez.",
    # Bling and UpSeller come before it by priority, not by a dependency: when they fail, the sales of the night stand
    # without them, and what they tell later leaves its days to be rebuilt.
    [mercado_livre_orders, mercado_livre_shipments, mercado_livre_listings],
)
fact_visits = _mart(
    "fact_visits",
    schema.fact_visits_sku_day,
    "Visitas por SKU e por conta: nunca rateadas; vazias onde um anúncio carrega vários SKUs.",
    [mercado_livre_visits, mercado_livre_listings, fact_order_line],
)
fact_stock = _mart(
    "fact_stock",
    schema.fact_stock_sku_day,
    "Estoque por SKU e por conta no fechamento do dia, como foi fotografado: Full, próprio e os dois juntos.",
    [mercado_livre_stock],
)
fact_account = _mart(
    "fact_account",
    schema.fact_account_day,
    "Reputação da conta no fechamento do dia, como foi fotografada.",
    [mercado_livre_account],
)
fact_ads = _mart(
    "fact_ads",
    schema.fact_ads_sku_day,
    "Ads por SKU e por anunciante: gasto sem repetições, e o que não cabe em nenhum SKU fica à parte.",
    [mercado_livre_ads, mercado_livre_listings, fact_order_line],
)
fact_claim_line = _mart(
    "fact_claim_line",
    schema.fact_claim_line,
    "Reclamações e devoluções nas linhas dos pedidos: o que voltou e quanto custou.",
    [mercado_livre_claims, fact_order_line],
)
fact_billing = _mart(
    "fact_billing",
    schema.billing_charge,
    "Faturas da plataforma: cobranças por pedido e por período, e a tarifa de venda faturada de cada pedido.",
    [mercado_livre_billing, fact_order_line],
)
fact_order_discount = _mart(
    "fact_order_discount",
    schema.fact_order_discount,
    "Descontos por pedido e quem os paga. Informativo: já estão no preço e nunca se subtraem do faturamento.",
    [mercado_livre_discounts, mercado_livre_orders],
)
fact_sku_day = _mart(
    "fact_sku_day",
    schema.fact_sku_day,
    "Métricas por cliente, dia e SKU: soma das linhas de pedido.",
    [
        fact_order_line,
        fact_visits,
        fact_stock,
        fact_account,
        fact_ads,
        fact_claim_line,
        fact_billing,
        fact_order_discount,
    ],
)
agg_client_day = _mart(
    "agg_client_day",
    schema.agg_client_day,
    "Métricas por cliente e dia: soma das mesmas linhas de pedido.",
    [fact_order_line, fact_sku_day],
)
reconciliation = _mart(
    "reconciliation",
    schema.reconciliation,
    "Nossos números contra as faturas da plataforma e contra o painel do vendedor: diferença e se confere.",
    [fact_billing, agg_client_day],
)
sku_portfolio = _mart(
    "sku_portfolio",
    schema.sku_portfolio,
    "Como cada SKU está no dia mais novo: venda média diária, curva ABC, tendência, cobertura e ruptura do estoque. "
    "Não depende dos dias da execução.",
    [fact_sku_day, agg_client_day],
)
fact_expense_month = _mart(
    "fact_expense_month",
    schema.fact_expense_month,
    "Contas a pagar por mês de competência e categoria, e quais são despesa fixa. Não depende dos dias da execução.",
    [bling_finance],
)
order_match = _mart(
    "order_match",
    schema.order_match,
    "O que cada pedido do Bling e do UpSeller é: venda do Mercado Livre, achada pelo número do pedido ou do carrinho, "
    "venda de outro canal, ou nada disso e por quê. Não depende dos dias da execução.",
    [mercado_livre_orders, bling_orders, upseller_files],
)
