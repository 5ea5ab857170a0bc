"""The script an agency starts with: requests and pandas, yesterday's paid orders, appended to a table.

It retries as urllib3 offers it (five times, 429 and 5xx, with back-off), asks each shipment for its cost and takes the
search's own status filter. It does what people do: days of a server in UTC, until 23:59:59, money as floats, the fee as
it comes, a missing cost as zero, what was read once never again.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import requests
from requests.adapters import HTTPAdapter
from sqlalchemy import create_engine
from urllib3.util import Retry

from benchmarks.harness import Marketplace
from viang_pipeline.warehouse.database import Database

SCHEMA = "script"
SCHEMAS = (SCHEMA,)


def night(shop: Marketplace, database: Database, first: date, last: date, *, freight: bool = True) -> None:
    """Append the orders of the UTC days ``first`` to ``last``. Raises what requests raises when no retry helps."""
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {shop.token}"
    retry = Retry(total=5, backoff_factor=1, status_forcelist=(429, 500, 502, 503, 504))
    session.mount("http://", HTTPAdapter(max_retries=retry))
    rows = []
    day = first
    while day <= last:
        for order in read_day(session, shop, day):
            line, shipment = order["order_items"][0], order["shipping"]["id"]
            rows.append(
                {
                    "order_id": order["id"],
                    "data": pd.to_datetime(order["date_created"], utc=True).date(),
                    "sku": line["item"]["seller_sku"],
                    "quantidade": line["quantity"],
                    "valor": line["unit_price"] * line["quantity"],
                    "tarifa": line["sale_fee"],
                    "frete": cost(session, shop, shipment) if freight and shipment else 0.0,
                }
            )
        day += timedelta(days=1)
    engine = create_engine(database.url.replace("postgresql://", "postgresql+psycopg://", 1))
    with engine.begin() as connection:
        pd.DataFrame(rows).to_sql("pedidos", connection, schema=SCHEMA, if_exists="append", index=False)
    engine.dispose()


def year(shop: Marketplace, database: Database, first: date, last: date, now: datetime, home: Path) -> None:
    """The orders of many days, without freight."""
    night(shop, database, first, last, freight=False)


def read_day(session: requests.Session, shop: Marketplace, day: date) -> list[dict[str, Any]]:
    """Every page of a day."""
    found: list[dict[str, Any]] = []
    while True:
        answer = session.get(
            f"{shop.url}/orders/search",
            params={
                "seller": shop.seller_id,
                "order.status": "paid",
                "order.date_created.from": f"{day}T00:00:00.000Z",
                "order.date_created.to": f"{day}T23:59:59.999Z",
                "offset": len(found),
                "limit": 50,
            },
            timeout=30,
        )
        answer.raise_for_status()
        body = answer.json()
        found += body["results"]
        if not body["results"] or len(found) >= body["paging"]["total"]:
            return found


def cost(session: requests.Session, shop: Marketplace, shipment: int) -> float:
    """What the seller pays for the shipment; zero when there is no answer."""
    answer = session.get(f"{shop.url}/shipments/{shipment}/costs", timeout=30)
    senders = answer.json().get("senders") if answer.ok else None
    return float(senders[0]["cost"]) if senders else 0.0


def yesterday(now: datetime) -> date:
    """As a server in UTC sees it."""
    return now.date() - timedelta(days=1)


DAYS = """
    select
        data as dia,
        array_agg(order_id) as ids,
        count(*) as orders,
        sum(valor)::numeric as gross,
        sum(quantidade) as units,
        sum(tarifa)::numeric as fee,
        sum(frete)::numeric as freight
    from script.pedidos group by 1
"""
