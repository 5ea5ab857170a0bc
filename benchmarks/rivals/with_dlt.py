"""dlt, as one writes it who knows it well: RESTClient, an incremental cursor with merge, a transformer for freight.

Twice. **Guide**: what dlt's pages and the platform's page on the search lead to. **Told**: the same engineer was also
given our rules, as far as a source and a view can follow them: cancelled orders asked for apart and each one's detail
read, three days read again, test orders, foreign currencies and split packs left out, São Paulo's days, freight once
per shipment. Both declare types, convert money to Decimal, multiply the fee by the units, drop buyers and use dlt's own
retries (five attempts, 429 and 5xx, connections that break).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import dlt
from dlt.sources.helpers.requests import Client
from dlt.sources.helpers.rest_client import RESTClient
from dlt.sources.helpers.rest_client.auth import BearerTokenAuth
from dlt.sources.helpers.rest_client.paginators import OffsetPaginator

from benchmarks.harness import Marketplace
from viang_pipeline.warehouse.database import Database

READ_AGAIN = timedelta(days=3)
WINDOW = timedelta(days=7)
"""The search gives 10,000 orders of a question and no more, so a first load has to ask in pieces."""

CENT = Decimal("0.01")
COLUMNS = {
    "orders": {
        "unit_price": {"data_type": "decimal", "precision": 18, "scale": 2},
        "sale_fee": {"data_type": "decimal", "precision": 18, "scale": 2},
        "shipment_id": {"data_type": "bigint"},
        "pack_id": {"data_type": "bigint"},
    },
    "shipments": {"cost": {"data_type": "decimal", "precision": 18, "scale": 2}},
}


@dlt.source(max_table_nesting=0)
def mercado_livre(shop: Marketplace, since: date, now: datetime, *, told: bool, freight: bool) -> list[Any]:
    """Orders by their last change, the details of cancelled ones (``told``), and freight by shipment."""
    client = RESTClient(
        base_url=shop.url,
        auth=BearerTokenAuth(shop.token),
        session=Client(raise_for_status=False).session,
        paginator=OffsetPaginator(limit=50, total_path="paging.total"),
        data_selector="results",
    )
    start = f"{since}T00:00:00.000Z"
    lag = READ_AGAIN.total_seconds() if told else 0.0

    @dlt.resource(primary_key="id", write_disposition="merge", columns=COLUMNS["orders"])
    def orders(
        updated: Any = dlt.sources.incremental("date_last_updated", initial_value=start, lag=lag),  # noqa: B008 - dlt reads it there
    ) -> Iterator[list[dict[str, Any]]]:
        for hidden in ({}, {"order.status": "cancelled"})[: 2 if told else 1]:
            for first, last in windows(datetime.fromisoformat(updated.start_value), now):
                asked = {
                    "seller": shop.seller_id,
                    "sort": "date_asc",
                    "order.date_last_updated.from": first.isoformat(),
                    "order.date_last_updated.to": last.isoformat(),
                    **hidden,
                }
                for page in client.paginate("/orders/search", params=asked):
                    yield [flat(order) for order in page]

    @dlt.transformer(data_from=orders, primary_key="id", write_disposition="merge")
    def cancellations(page: list[dict[str, Any]]) -> Iterator[Any]:
        yield from (detail(order["id"]) for order in page if order["status"] == "cancelled")

    @dlt.defer
    def detail(order_id: int) -> dict[str, Any]:
        order = client.get(f"/orders/{order_id}")
        order.raise_for_status()
        return {"id": order_id, "code": (order.json().get("cancel_detail") or {}).get("code")}

    @dlt.transformer(data_from=orders, primary_key="id", write_disposition="merge", columns=COLUMNS["shipments"])
    def shipments(page: list[dict[str, Any]]) -> Iterator[Any]:
        yield from (costs(shipment) for shipment in sorted({order["shipment_id"] for order in page} - {None}))

    @dlt.defer
    def costs(shipment: int) -> dict[str, Any] | None:
        answer = client.get(f"/shipments/{shipment}/costs")
        if answer.status_code == 404:  # not known yet
            return None
        answer.raise_for_status()
        senders = answer.json()["senders"]
        return {"id": shipment, "cost": reais(senders[0]["cost"])} if senders else None

    return [orders, *([cancellations] if told else []), *([shipments] if freight else [])]


def windows(since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Pieces of at most a week, the last one to the next full hour: the search cuts both ends to the hour."""
    end = until.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    while since < end:
        yield since, min(since + WINDOW, end)
        since += WINDOW


def flat(order: dict[str, Any]) -> dict[str, Any]:
    """What is needed of an order, without its buyer; an order of this platform has one line."""
    line = order["order_items"][0]
    return {
        "id": order["id"],
        "status": order["status"],
        "date_created": order["date_created"],
        "date_last_updated": order["date_last_updated"],
        "currency_id": order["currency_id"],
        "tags": ",".join(order["tags"]),
        "to_wallet": any("refund_account_money" in p["tags"] for p in order["payments"] or []),
        "pack_id": order["pack_id"],
        "shipment_id": (order["shipping"] or {}).get("id"),
        "sku": line["item"]["seller_sku"] or line["item"]["seller_custom_field"],
        "quantity": line["quantity"],
        "unit_price": reais(line["unit_price"]),
        "sale_fee": reais(line["sale_fee"]),
    }


def reais(amount: float) -> Decimal:
    """An amount with its cents, without the noise of a float."""
    return Decimal(str(amount)).quantize(CENT)


def night(
    shop: Marketplace,
    database: Database,
    since: date,
    now: datetime,
    home: Path,
    *,
    told: bool,
    freight: bool = True,
) -> None:
    """One run into schema ``dlt_told`` or ``dlt_guide``. Raises PipelineStepFailed when a retry does not help."""
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    os.environ["RUNTIME__LOG_LEVEL"] = "CRITICAL"
    name = schema(told)
    pipeline = dlt.pipeline(
        name,
        destination=dlt.destinations.postgres(database.url),
        dataset_name=name,
        pipelines_dir=str(home / "dlt"),
    )
    try:
        pipeline.run(mercado_livre(shop, since, now.astimezone(UTC), told=told, freight=freight))
    finally:
        pipeline.deactivate()


def year_by_guide(shop: Marketplace, database: Database, first: date, last: date, now: datetime, home: Path) -> None:
    """The orders of many days, without freight."""
    night(shop, database, first, now, home, told=False, freight=False)


def year_told(shop: Marketplace, database: Database, first: date, last: date, now: datetime, home: Path) -> None:
    """The same with our rules."""
    night(shop, database, first, now, home, told=True, freight=False)


def schema(told: bool) -> str:
    """Where the tables are."""
    return "dlt_told" if told else "dlt_guide"


GUIDE = """
    select
        date_created::date as dia,
        array_agg(o.id) as ids,
        count(*) as orders,
        sum(unit_price * quantity) as gross,
        sum(quantity) as units,
        sum(sale_fee * quantity) filter (where status in ('paid', 'partially_refunded')) as fee,
        sum(cost) filter (where status in ('paid', 'partially_refunded')) as freight
    from dlt_guide.orders as o left join dlt_guide.shipments as s on s.id = o.shipment_id
    where status in ('paid', 'partially_refunded', 'cancelled', 'pending_cancel')
    group by 1
"""
"""The days of the connection's zone, UTC on a server; the freight of a shipment for each of its orders."""

TOLD = """
    with sales as (
        select
            o.*,
            (date_created at time zone 'America/Sao_Paulo')::date as dia,
            status in ('paid', 'partially_refunded') and not (to_wallet and tags like '%%unfulfilled%%') as valid
        from dlt_told.orders as o left join dlt_told.cancellations as c using (id)
        where status in ('paid', 'partially_refunded', 'cancelled', 'pending_cancel')
          and currency_id = 'BRL' and tags not like '%%test_order%%' and c.code is distinct from 'pack_splitted'
    ),
    parts as (
        select
            sales.*,
            cost * unit_price * quantity / sum(unit_price * quantity) over (partition by shipment_id, valid) as part
        from sales left join dlt_told.shipments as s on s.id = shipment_id
    )
    select
        dia,
        array_agg(id) as ids,
        count(*) as orders,
        sum(unit_price * quantity) as gross,
        sum(quantity) as units,
        sum(sale_fee * quantity) filter (where valid) as fee,
        round(sum(part) filter (where valid), 2) as freight
    from parts group by 1
"""
