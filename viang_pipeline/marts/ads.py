"""``fact_ads_sku_day`` and ``fact_ads_client_day`` of one client, converged from raw ads and order lines.

Decides nothing about money: reads stored payloads and revenue, calls domain/ads.py and notes which days' sums follow.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from importlib.resources import files

import msgspec
import psycopg

from viang_pipeline.collect.work import Outcome, Work
from viang_pipeline.domain.ads import (
    LOOK_BACK,
    AdFigures,
    GroupDay,
    SkuDay,
    SkuWeights,
    by_listing,
    by_sku,
    is_pending,
    items_against_groups,
)
from viang_pipeline.domain.money import centavos, numeric_text
from viang_pipeline.marts.listing_skus import CarriedSkus, listings_on
from viang_pipeline.marts.provenance import provenance
from viang_pipeline.warehouse import ledgers
from viang_pipeline.warehouse.load import converge
from viang_pipeline.warehouse.locks import lock_client

CHUNK = 31
_FIGURES = (
    "ads_investimento",
    "ads_impressoes",
    "ads_cliques",
    "ads_receita_direta",
    "ads_receita_assistida",
    "ads_receita",
    "ads_unidades",
)
SKU_COLUMNS = ("dia", "sku", *_FIGURES, "ads_rateado")
CLIENT_COLUMNS = ("dia", "estado", *_FIGURES, "ads_nao_alocado", "ads_itens_vs_campanha", "pendente")

Carried = Mapping[date, Mapping[str, CarriedSkus]]
Revenue = Mapping[str, Mapping[tuple[date, str], int]]
"""Listing → (day, SKU) → valid revenue in centavos."""


class _Metrics(msgspec.Struct, gc=False):
    clicks: int
    prints: int
    cost: Decimal
    direct_amount: Decimal
    indirect_amount: Decimal
    units_quantity: int


class _Day(msgspec.Struct, gc=False):
    estado: str
    metrics: _Metrics | None = None


class _Group(msgspec.Struct, gc=False):
    id: int
    metrics: _Metrics
    only_listing: str | None = None


class _Item(msgspec.Struct, gc=False):
    item_id: str
    metrics: _Metrics


class _Items(msgspec.Struct, gc=False):
    ad_group_id: int
    items: list[_Item] = []


def build_ads(work: Work, days: Iterable[date]) -> Outcome:
    """Rebuild the ads of the days, and of those that depend on them, at most a month per transaction.

    A change of the lines of day D may move three kinds of days: D itself; any of D+1 to D+28 on which a listing with
    several SKUs advertised, because revenue of the 28 days before weighs when the day itself has none; and no other.
    Days still ``pendente``, and days whose unknown listing is known by now, are looked at again as well.
    """
    with work.store.transaction() as conn:
        affected = _affected(conn, work.client_id, set(days))
    total = Outcome()
    for start in range(0, len(affected), CHUNK):
        with work.store.transaction() as conn:
            lock_client(conn, work.client_id)
            total.add(_build(conn, work, affected[start : start + CHUNK]))
    return total


def _affected(conn: psycopg.Connection, client_id: str, days: set[date]) -> list[date]:
    """The days and those that hang on them, ascending."""
    statement = files("viang_pipeline.marts").joinpath("sql", "ads_days_to_follow.sql").read_bytes()
    values = {"client_id": client_id, "dias": sorted(days), "alcance": LOOK_BACK.days}
    rows = conn.execute(statement, values | {"completo": _last_complete(conn, client_id)})
    return sorted(days | {day for (day,) in rows})


def _build(conn: psycopg.Connection, work: Work, days: list[date]) -> Outcome:
    known = _days(conn, work.client_id, days)
    groups = _groups(conn, work.client_id, days)
    placed = _placed(conn, work.client_id, groups)
    last_complete = _last_complete(conn, work.client_id)
    client_rows = [_client_row(day, found, groups[day], placed[day], last_complete) for day, found in known.items()]
    sku_rows = [_sku_row(day, sku, found) for day in days for sku, found in sorted(placed[day].items())]
    outcome = Outcome(read=len(known) + sum(map(len, groups.values())), days_done=set(days))
    for table, columns, key, rows in (
        ("fact_ads_sku_day", SKU_COLUMNS, ("client_id", "dia", "sku"), sku_rows),
        ("fact_ads_client_day", CLIENT_COLUMNS, ("client_id", "dia"), client_rows),
    ):
        result = converge(
            conn,
            table=f"dashboard.{table}",
            key=key,
            columns=columns,
            constants=provenance(work, work.clock()),
            volatile=("run_id", "calculado_em"),
            rows=rows,
            scope=("client_id = %s and dia = any(%s)", [work.client_id, days]),
            touching=("dia",),
        )
        outcome.written += result.written
        outcome.unchanged += result.unchanged
        outcome.days_changed |= {day for day in result.touched if isinstance(day, date)}
    ledgers.touch_sums(conn, work.client_id, outcome.days_changed)
    return outcome


def _placed(
    conn: psycopg.Connection, client_id: str, groups: Mapping[date, list[GroupDay]]
) -> dict[date, dict[str, SkuDay]]:
    """What each SKU of each day takes of the groups' figures."""
    of_listings = {day: by_listing(found) for day, found in groups.items()}
    carried = listings_on(conn, client_id, [day for day, found in of_listings.items() if found])
    several = {
        listing
        for day, found in of_listings.items()
        for listing in found
        if len(set(carried[day][listing].skus if listing in carried[day] else ())) > 1
    }
    revenue = _revenue(conn, client_id, several, sorted(of_listings))
    return {
        day: by_sku(found, {listing: _weights(carried, revenue, listing, day) for listing in found}) if found else {}
        for day, found in of_listings.items()
    }


def _weights(carried: Carried, revenue: Revenue, listing: str, day: date) -> SkuWeights:
    known = carried[day].get(listing)
    sold = revenue.get(listing, {})
    before: Counter[str] = Counter()
    for (sold_on, sku), value in sold.items():
        if day - LOOK_BACK <= sold_on < day:
            before[sku] += value
    of_day = {sku: value for (sold_on, sku), value in sold.items() if sold_on == day}
    return SkuWeights(Counter(known.skus) if known else {}, of_day, before)


def _revenue(conn: psycopg.Connection, client_id: str, listings: set[str], days: Sequence[date]) -> Revenue:
    """Valid revenue per SKU of listings that carry several, on the days and in the 28 before."""
    found: dict[str, dict[tuple[date, str], int]] = defaultdict(dict)
    if listings:
        rows = conn.execute(
            "select anuncio, dia, sku, sum(valor) from dashboard.fact_order_line"
            " where client_id = %s and dia between %s and %s and anuncio = any(%s) and situacao = 'valida'"
            " group by 1, 2, 3",
            [client_id, days[0] - LOOK_BACK, days[-1], list(listings)],
        )
        for listing, day, sku, value in rows:
            found[listing][day, sku] = centavos(value)
    return found


def _days(conn: psycopg.Connection, client_id: str, days: list[date]) -> dict[date, _Day]:
    return {day: msgspec.json.decode(text, type=_Day) for day, text in _raw(conn, "days", client_id, days)}


def _groups(conn: psycopg.Connection, client_id: str, days: list[date]) -> dict[date, list[GroupDay]]:
    """Day → its groups with the listings known of each."""
    items: dict[tuple[date, int], dict[str, AdFigures]] = {}
    for day, text in _raw(conn, "group_items", client_id, days):
        found = msgspec.json.decode(text, type=_Items)
        items[day, found.ad_group_id] = {each.item_id: _figures(each.metrics) for each in found.items}
    groups: dict[date, list[GroupDay]] = {day: [] for day in days}
    for day, text in _raw(conn, "groups", client_id, days):
        group = msgspec.json.decode(text, type=_Group)
        members = items.get((day, group.id), {})
        groups[day].append(GroupDay(str(group.id), _figures(group.metrics), group.only_listing, members))
    return groups


def _raw(conn: psycopg.Connection, table: str, client_id: str, days: list[date]) -> Iterator[tuple[date, str]]:
    return iter(
        conn.execute(
            f"select dia, payload::text from raw.mercado_livre_ads_{table}"  # our own names only
            " where client_id = %s and dia = any(%s) order by chave",
            [client_id, days],
        ).fetchall()
    )


def _last_complete(conn: psycopg.Connection, client_id: str) -> date | None:
    """The last day the platform has finished: it shows impressions or attributed sales (kpis.md §5.6)."""
    row = conn.execute(
        """
        select max(dia) from raw.mercado_livre_ads_days
        where client_id = %s
          and (
              (payload #>> '{metrics,prints}')::numeric > 0
              or (payload #>> '{metrics,units_quantity}')::numeric > 0
              or (payload #>> '{metrics,direct_amount}')::numeric > 0
              or (payload #>> '{metrics,indirect_amount}')::numeric > 0
          )
        """,
        [client_id],
    ).fetchone()
    return row[0] if row else None


def _figures(metrics: _Metrics) -> AdFigures:
    return AdFigures(
        investimento=centavos(metrics.cost),
        impressoes=metrics.prints,
        cliques=metrics.clicks,
        receita_direta=centavos(metrics.direct_amount),
        receita_assistida=centavos(metrics.indirect_amount),
        unidades=metrics.units_quantity,
    )


def _columns(figures: AdFigures) -> tuple[object, ...]:
    """In the order of ``_FIGURES``."""
    return (
        numeric_text(figures.investimento),
        figures.impressoes,
        figures.cliques,
        numeric_text(figures.receita_direta),
        numeric_text(figures.receita_assistida),
        numeric_text(figures.receita),
        figures.unidades,
    )


def _sku_row(day: date, sku: str, found: SkuDay) -> tuple[object, ...]:
    return (day, sku, *_columns(found.figures), found.rateado)


def _client_row(
    day: date, found: _Day, groups: list[GroupDay], placed: Mapping[str, SkuDay], last_complete: date | None
) -> tuple[object, ...]:
    """The advertiser's own row (D10); zeros are facts without ads, and nothing is known beyond the wall (D20)."""
    if found.metrics is None:
        if found.estado == "sem_ads":
            zero = numeric_text(0)
            return (day, found.estado, *_columns(AdFigures()), zero, zero, False)
        return (day, found.estado, *[None] * (len(_FIGURES) + 2), False)
    own = _figures(found.metrics)
    on_skus = sum(part.figures.investimento for part in placed.values())
    return (
        day,
        found.estado,
        *_columns(own),
        numeric_text(own.investimento - on_skus),
        numeric_text(items_against_groups(groups)),
        is_pending(own, day, last_complete),
    )
