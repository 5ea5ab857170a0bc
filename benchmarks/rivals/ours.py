"""Ours: the collectors and builders of a night, with the pace off, as the engine runs them one after another."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from benchmarks.harness import Marketplace
from viang_pipeline.collect.orders import collect_orders
from viang_pipeline.collect.shipments import collect_shipments
from viang_pipeline.collect.work import Work
from viang_pipeline.domain.business_day import days_between, last_closed_day
from viang_pipeline.marts.build import CLIENT_SUMS, LINES, SKU_SUMS, build_mart
from viang_pipeline.sources.http import HttpClient
from viang_pipeline.sources.mercado_livre.client import MercadoLivreClient
from viang_pipeline.warehouse.database import Database
from viang_pipeline.warehouse.session import Session

CLIENT = "loja"
SCHEMAS = ("raw", "dashboard")
SALT = "segredo-do-benchmark"


def register(database: Database, starts: date) -> None:
    """A client without any data."""
    with database.transaction() as conn:
        conn.execute(
            "insert into dashboard.clients (client_id, nome, inicio_historico) values (%s, %s, %s)",
            [CLIENT, CLIENT, starts],
        )


def night(
    shop: Marketplace,
    database: Database,
    days: Sequence[date],
    now: datetime,
    *,
    freight: bool = True,
    marts: bool = True,
) -> None:
    """Collect the days and everything that changed, and build the marts. Raises PartialCollectionError when a retry
    does not help."""
    with Session(database) as session, HttpClient(base_url=shop.url, tokens=shop) as http:
        work = Work(session, CLIENT, "benchmark", "benchmark", lambda: now)
        api = MercadoLivreClient(http, shop.seller_id, buyer_salt=SALT)
        collect_orders(work, api, days)
        if freight:
            collect_shipments(work, api, days)
        for mart in (LINES, SKU_SUMS, CLIENT_SUMS) if marts else ():
            build_mart(work, mart, days)


def year(shop: Marketplace, database: Database, first: date, last: date, now: datetime, home: Path) -> None:
    """The orders of every day until now, without freight and marts."""
    night(shop, database, days_between(first, last_closed_day(now)), now, freight=False, marts=False)


def again(shop: Marketplace, database: Database, first: date, last: date, now: datetime, home: Path) -> None:
    """What a night asks: yesterday, and what changed since."""
    night(shop, database, [last_closed_day(now)], now, freight=False, marts=False)


DAYS = """
    select
        dia,
        coalesce(ids, '{}') as ids,
        pedidos_brutos as orders,
        vendas_brutas as gross,
        unidades_brutas as units,
        comissao as fee,
        frete_vendedor as freight
    from dashboard.agg_client_day left join (
        select dia, array_agg(order_id::bigint) as ids from dashboard.fact_order_line
        where situacao in ('valida', 'cancelada') group by 1
    ) as lines using (dia)
"""
