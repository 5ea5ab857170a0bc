"""What one ordinary night may cost in calls: the contract's table for a client's own numbers (contract §0).

Renewing the token (#1), the application's quota and sale prices (#13) are on neither side: no row of ``updates_log``
counts the first two, and the pipeline does not read the third.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from psycopg.rows import class_row

from viang_pipeline.warehouse.database import Database

AGAIN = 15
"""Ad days read again every night (#20)."""

PER_THOUSAND_BILLED = 5
"""Calls for bills per 1000 orders of a month (#22)."""

_REMEMBER = """
    create schema benchmark;
    create table benchmark.cancelled as
        select client_id, chave from raw.mercado_livre_orders where payload ->> 'status' = 'cancelled';
    create table benchmark.shipments as
        select client_id, envio, terminal, custo_observado, cancelados from dashboard.shipment_readings;
"""

_COUNT = """
    with changed as (
        select
            client_id,
            count(*) filter (where status <> 'cancelled') as orders,
            count(*) filter (where status = 'cancelled') as cancelled,
            count(*) filter (where status = 'cancelled' and before.chave is null) as newly_cancelled
        from (
            select client_id, chave, payload ->> 'status' as status from raw.mercado_livre_orders
            where (payload ->> 'date_last_updated')::timestamptz >= %(since)s
        ) as of_night
        left join benchmark.cancelled as before using (client_id, chave)
        group by client_id
    ),
    shipments as (
        select
            client_id,
            count(*) filter (where before.envio is null or not before.terminal) as open_shipments,
            count(*) filter (
                where before.envio is null
                   or not before.custo_observado
                   or (now.terminal and not before.terminal)
                   or now.cancelados > before.cancelados
            ) as freights
        from dashboard.shipment_readings as now
        left join benchmark.shipments as before using (client_id, envio)
        group by client_id
    ),
    discounts as (
        select client_id, count(*) as discounts from raw.mercado_livre_order_discounts
        where visto_em >= %(night)s group by client_id
    ),
    listings as (select client_id, count(*) as listings from raw.mercado_livre_listings group by client_id),
    inventory as (
        select client_id, count(*) as inventory_ids from raw.mercado_livre_inventory
        where visto_em >= %(night)s group by client_id
    ),
    groups as (
        select client_id, max(of_day) as groups from (
            select client_id, dia, count(*) as of_day from raw.mercado_livre_ads_groups group by client_id, dia
        ) as days group by client_id
    ),
    drilled as (
        select client_id, count(*) as drilled from raw.mercado_livre_ads_group_items
        where dia > %(last)s - %(again)s group by client_id
    ),
    campaigns as (select client_id, count(*) as campaigns from raw.mercado_livre_ads_campaigns group by client_id),
    month as (
        select client_id, count(*) as month_orders from raw.mercado_livre_orders
        where dia > %(last)s - 31 group by client_id
    )
    select
        client.client_id,
        coalesce(orders, 0) as orders, coalesce(cancelled, 0) as cancelled,
        coalesce(newly_cancelled, 0) as newly_cancelled, coalesce(open_shipments, 0) as open_shipments,
        coalesce(freights, 0) as freights, coalesce(discounts, 0) as discounts, coalesce(listings, 0) as listings,
        coalesce(inventory_ids, 0) as inventory_ids, coalesce(groups, 0) as groups, coalesce(drilled, 0) as drilled,
        coalesce(campaigns, 0) as campaigns, coalesce(month_orders, 0) as month_orders
    from dashboard.clients as client
    left join changed using (client_id)
    left join shipments using (client_id)
    left join discounts using (client_id)
    left join listings using (client_id)
    left join inventory using (client_id)
    left join groups using (client_id)
    left join drilled using (client_id)
    left join campaigns using (client_id)
    left join month using (client_id)
"""


@dataclass(frozen=True)
class Counts:
    """What a client had to be asked about: changed orders without and with cancellation, shipments not ended, freights
    due, orders newly discounted, listings, Full inventory ids, ad groups, group-days with several listings, campaigns,
    orders of a month."""

    client_id: str
    orders: int
    cancelled: int
    newly_cancelled: int
    open_shipments: int
    freights: int
    discounts: int
    listings: int
    inventory_ids: int
    groups: int
    drilled: int
    campaigns: int
    month_orders: int


def remember(database: Database) -> None:
    """Note what was known before the night, so that what it found new can be counted."""
    with database.transaction() as connection:
        connection.execute(_REMEMBER)


def count(database: Database, **instants: object) -> dict[str, Counts]:
    """The numbers of every client after the night. ``since``: changed orders from this instant on; ``night``: when it
    ran; ``last``: its day."""
    with database.transaction() as connection, connection.cursor(row_factory=class_row(Counts)) as cursor:
        return {found.client_id: found for found in cursor.execute(_COUNT, {**instants, "again": AGAIN})}


def planned(of: Counts) -> dict[str, int]:
    """Resource → calls."""
    with_ads = of.campaigns > 0
    return {
        "orders": max(1, ceil(of.orders / 50)) + max(1, ceil(of.cancelled / 50)) + of.newly_cancelled,  # #3 #4 #5
        "shipments": of.freights + of.open_shipments,  # #6 #7
        "discounts": of.discounts,  # #8
        "claims": 2,  # #9; nobody complains in a generated world, so nothing of #10
        "listings": ceil(of.listings / 100) + 1 + ceil(of.listings / 20),  # #11 with its empty last page, #12
        "stock": of.inventory_ids,  # #14
        "visits": of.listings + 1,  # #15 #16
        "account": 1,  # #2
        "ads": 1 + with_ads * (ceil(of.campaigns / 50) + 1 + AGAIN * max(1, ceil(of.groups / 800)) + of.drilled),
        # ads: #17 to #21
        "billing": PER_THOUSAND_BILLED * max(1, ceil(of.month_orders / 1000)),  # #22
    }
