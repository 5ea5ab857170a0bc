"""What a reprocessing would do, predicted by doing it and keeping nothing (``viang reprocess --dry-run``).

Reads the platform for real, with the token at hand (a rehearsal never renews one), writes into a transaction that is
rolled back, and counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from viang_pipeline.collect.access import mercado_livre_client
from viang_pipeline.collect.ads import collect_ads
from viang_pipeline.collect.billing import collect_billing
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


def rehearse(
    settings: Settings, database: Database, client_id: str, chunks: Iterable[Sequence[date]]
) -> dict[str, Outcome]:
    """Asset → what it would do over the chunks of days, in the order the runs would take them.

    Raises the SourceFailure that would stop the real run.
    """
    totals = {name: Outcome() for name in (*COLLECTORS, *BUILDERS)}
    with (
        Rehearsal.over(database) as store,
        mercado_livre_client(settings, database, client_id, rehearsal=True) as api,
    ):
        work = Work(store, client_id, "ensaio", "reprocess", settings.clock())
        for days in chunks:
            for name, collect in COLLECTORS.items():
                try:
                    totals[name].add(collect(work, api, days))
                except PartialCollectionError as stopped:
                    raise stopped.failure from None
            for mart in BUILDERS:
                totals[mart].add(build_mart(work, mart, days))
    return totals
