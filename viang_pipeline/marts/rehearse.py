"""What a reprocessing would do, predicted by doing it and keeping nothing (``viang reprocess --dry-run``).

Reads the platform for real, with the token at hand (a rehearsal never renews one), writes into a transaction that is
rolled back, and counts.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import ExitStack
from datetime import date
from typing import TypeVar

from viang_pipeline.collect.access import mercado_livre_client
from viang_pipeline.collect.ads import collect_ads
from viang_pipeline.collect.billing import collect_billing
from viang_pipeline.collect.bling.access import bling_client, connected_to_bling
from viang_pipeline.collect.bling.finance import collect_bling_finance
from viang_pipeline.collect.bling.invoices import collect_bling_invoices
from viang_pipeline.collect.bling.orders import collect_bling_orders
from viang_pipeline.collect.bling.products import collect_bling_products
from viang_pipeline.collect.bling.reference import collect_bling_reference
from viang_pipeline.collect.bling.stock import collect_bling_stock
from viang_pipeline.collect.claims import collect_claims
from viang_pipeline.collect.discounts import collect_discounts
from viang_pipeline.collect.listings import collect_listings
from viang_pipeline.collect.orders import collect_orders
from viang_pipeline.collect.photos import collect_account, collect_stock
from viang_pipeline.collect.shipments import collect_shipments
from viang_pipeline.collect.visits import collect_visits
from viang_pipeline.collect.work import Outcome, PartialCollectionError, Rehearsal, Work
from viang_pipeline.marts.build import BUILDERS, build_mart
from viang_pipeline.settings import Settings
from viang_pipeline.warehouse.database import Database

Api = TypeVar("Api")

SOURCES = ("mercado_livre", "bling")

COLLECTORS = {
    "mercado_livre/orders": collect_orders,
    "mercado_livre/shipments": collect_shipments,
    "mercado_livre/listings": collect_listings,
    "mercado_livre/visits": collect_visits,
    "mercado_livre/stock": collect_stock,
    "mercado_livre/account": collect_account,
    "mercado_livre/ads": collect_ads,
    "mercado_livre/claims": collect_claims,
    "mercado_livre/billing": collect_billing,
    "mercado_livre/discounts": collect_discounts,
}
BLING_COLLECTORS = {
    "bling/reference": collect_bling_reference,
    "bling/orders": collect_bling_orders,
    "bling/products": collect_bling_products,
    "bling/stock": collect_bling_stock,
    "bling/finance": collect_bling_finance,
    "bling/invoices": collect_bling_invoices,
}


def rehearse(
    settings: Settings,
    database: Database,
    client_id: str,
    chunks: Iterable[Sequence[date]],
    sources: Collection[str] = SOURCES,
) -> dict[str, Outcome]:
    """Asset → what it would do over the chunks of days, in the order the runs would take them; only of ``sources``.

    Raises the SourceFailure that would stop the real run.
    """
    with Rehearsal.over(database) as store, ExitStack() as accounts:
        steps: dict[str, Callable[[Work, Sequence[date]], Outcome]] = {}
        if "mercado_livre" in sources:
            shop = accounts.enter_context(mercado_livre_client(settings, database, client_id, rehearsal=True))
            steps |= {name: _reading(collect, shop) for name, collect in COLLECTORS.items()}
        if "bling" in sources and connected_to_bling(database, client_id):
            company = accounts.enter_context(bling_client(settings, database, client_id, rehearsal=True))
            steps |= {name: _reading(collect, company) for name, collect in BLING_COLLECTORS.items()}
        totals = {name: Outcome() for name in (*steps, *BUILDERS)}
        work = Work(store, client_id, "ensaio", "reprocess", settings.clock())
        for days in chunks:
            for name, step in steps.items():
                try:
                    totals[name].add(step(work, days))
                except PartialCollectionError as stopped:
                    raise stopped.failure from None
            for mart in BUILDERS:
                totals[mart].add(build_mart(work, mart, days))
    return totals


def _reading(
    collect: Callable[[Work, Api, Sequence[date]], Outcome], api: Api
) -> Callable[[Work, Sequence[date]], Outcome]:
    return lambda work, days: collect(work, api, days)
