"""What is told and kept about a client beside its orders, as the lines of some days need it (kpis.md R11, §5.3, §5.4).

Reads parameters and the ERPs' catalogues; which of them counts is decided in ``domain``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

import psycopg

from viang_pipeline.domain.costs import Costs, OwnCost, Source
from viang_pipeline.domain.effective import Dated
from viang_pipeline.domain.kits import Component, Kit, Kits
from viang_pipeline.domain.margin import Terms
from viang_pipeline.domain.money import centavos
from viang_pipeline.domain.sales import Order
from viang_pipeline.domain.sku import Links
from viang_pipeline.domain.taxes import TaxRates, TaxRule
from viang_pipeline.failures import PermanentFailure
from viang_pipeline.marts import bling_catalogue, upseller_catalogue
from viang_pipeline.marts.bling_catalogue import Bling


def read_terms(conn: psycopg.Connection, client_id: str, days: Sequence[date], orders: Sequence[Order]) -> Terms:
    """Everything in force for the client on the days. Raises PermanentFailure for a cost method nothing is kept for."""
    row = conn.execute(
        "select imposto_sobre_frete, lojas_upseller from dashboard.clients where client_id = %s", [client_id]
    ).fetchone()
    assert row is not None
    tax_on_freight, shops = row
    bling = Bling(conn, client_id)
    costs = _costs(conn, client_id, bling, days, orders)
    kept = {
        place: (sku, origin)
        for origin, found in (
            (upseller_catalogue.LINK, upseller_catalogue.links(conn, client_id, shops)),
            (bling_catalogue.LINK, bling.links()),
        )
        for place, sku in found.items()
    }
    return Terms(
        costs,
        _rates(conn, client_id, days),
        Dated(
            (None, since, centavos(cost))
            for since, cost in conn.execute(
                "select vigente_de, custo from dashboard.custo_envio_proprio where client_id = %s", [client_id]
            )
        ),
        tax_on_freight,
        Links(_told_links(conn, client_id), kept),
    )


def read_costs(conn: psycopg.Connection, client_id: str, days: Sequence[date]) -> Costs:
    """Unit costs in force on the days of what lies in stock, which has no order. Raises PermanentFailure as above."""
    return _costs(conn, client_id, Bling(conn, client_id), days, ())


def read_kits(conn: psycopg.Connection, client_id: str) -> Kits:
    """The client's kits: as told, else as Bling structures them, else as UpSeller does."""
    return Kits(_kits(conn, client_id), _structures(conn, client_id, Bling(conn, client_id)))


def _costs(
    conn: psycopg.Connection, client_id: str, bling: Bling, days: Sequence[date], orders: Sequence[Order]
) -> Costs:
    row = conn.execute(
        "select ordem_custo, metodo_custo from dashboard.clients where client_id = %s", [client_id]
    ).fetchone()
    assert row is not None
    order, method = row
    if method != "vigente":
        raise PermanentFailure(
            f"{client_id}: o método de custo {method} precisa do histórico de compras, que nenhuma fonte guarda",
            where="clients.metodo_custo",
            action="Volte metodo_custo para vigente.",
        )
    sources: dict[str, Callable[[], Source]] = {
        "bling": bling.costs,
        "upseller": lambda: upseller_catalogue.costs(conn, client_id, orders, days),
    }
    return Costs(
        _own_costs(conn, client_id),
        _kits(conn, client_id),
        _structures(conn, client_id, bling),
        [sources[name]() for name in order if name in sources],
    )


def _structures(conn: psycopg.Connection, client_id: str, bling: Bling) -> dict[str, Kit]:
    return upseller_catalogue.kits(conn, client_id) | bling.kits()


def _own_costs(conn: psycopg.Connection, client_id: str) -> Dated[OwnCost]:
    rows = conn.execute(
        "select sku, vigente_de, custo_unitario, custo_zero_confirmado, outros_variaveis from dashboard.custo_sku"
        " where client_id = %s",
        [client_id],
    )
    return Dated((sku, since, OwnCost(cost, zero, other)) for sku, since, cost, zero, other in rows)


def _kits(conn: psycopg.Connection, client_id: str) -> Dated[Kit]:
    """A day's rows of a kit are its whole composition from that day on."""
    rows = conn.execute(
        "select sku_kit, vigente_de, sku_componente, quantidade from dashboard.kits where client_id = %s"
        " order by sku_componente",
        [client_id],
    )
    found: dict[tuple[str, date], list[Component]] = defaultdict(list)
    for kit, since, component, quantity in rows:
        found[kit, since].append(Component(component, Decimal(quantity)))
    return Dated((kit, since, tuple(parts)) for (kit, since), parts in found.items())


def _rates(conn: psycopg.Connection, client_id: str, days: Sequence[date]) -> dict[date, Decimal]:
    """The effective rate of each day that has one; a revenue above the table needs an informed rate."""
    rows = conn.execute(
        "select vigente_de, aliquota, rbt12 from dashboard.aliquota_imposto where client_id = %s", [client_id]
    )
    rates = TaxRates((since, TaxRule(rate, revenue)) for since, rate, revenue in rows)
    found = {}
    for day in days:
        try:
            rate = rates.rate_on(day)
        except ValueError:
            continue
        if rate is not None:
            found[day] = rate
    return found


def _told_links(conn: psycopg.Connection, client_id: str) -> Dated[str]:
    rows = conn.execute(
        "select conta, anuncio, variacao, vigente_de, sku from dashboard.sku_links where client_id = %s", [client_id]
    )
    return Dated(((account, listing, variation), since, sku) for account, listing, variation, since, sku in rows)
