"""Fills the data of a report from the stored numbers: SQL in, the data model out, all in one snapshot.

Figures and comparisons are those of the fact sheet; nothing is computed here in a second way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from importlib.resources import files
from typing import Any

import psycopg
from psycopg.rows import dict_row

from viang_pipeline.domain.comparisons import compare
from viang_pipeline.domain.metrics import BY_ID
from viang_pipeline.domain.periods import Period, Window
from viang_pipeline.domain.sku import NO_SKU
from viang_pipeline.insights import measures
from viang_pipeline.insights.facts import BEFORE, NOW, YEAR, read_fact_sheet
from viang_pipeline.insights.measures import Sums, ratio
from viang_pipeline.reports.data import (
    AbcClass,
    AfterSale,
    Block,
    Bridge,
    Day,
    Figure,
    Portfolio,
    Quality,
    ReportData,
    Reputation,
    Sku,
    Skus,
    SourceRead,
    Stock,
    StockSku,
)

BEST, WORST, WASTED, URGENT = 12, 8, 5, 14
_BLOCKS = (("Vendas", "vendas_finais", 7), ("Ads", "ads_finais", 15), ("Visitas", "visitas_finais", 3),
           ("Devoluções", "devolucoes_finais", 45))  # fmt: skip
"""Block, whether it is final in the sums, and the days until it is (kpis.md §7)."""
_COSTS = {
    "comissao": "comissao_coberta",
    "frete_vendedor": "frete_coberto",
    "custo_envio_proprio": "envio_coberto",
    "cmv": "custo_coberto",
    "imposto": "imposto_coberto",
    "custo_devolucao": "custo_devolucao",
    "outros_variaveis": "outros_cobertos",
}
_RATES = ("rep_reclamacoes", "rep_atrasos", "rep_cancelamentos")


def read_report(conn: psycopg.Connection, client_id: str, name: str, period: Period) -> ReportData:
    """The data of one report, on a connection in a ``snapshot``."""
    windows = {NOW: Window(period.first, period.last), BEFORE: period.previous, YEAR: period.year_ago}
    of_period = {"client_id": client_id, "de": period.first, "ate": period.last}
    rows = _rows(conn, "insights", "windows.sql", measures.parameters(client_id, windows))
    sums: dict[str, Sums] = {row["nome"]: row for row in rows}
    more = _rows(conn, "reports", "more_sums.sql", of_period)[0]
    reads = _rows(conn, "reports", "reads.sql", of_period)
    return ReportData(
        sheet=read_fact_sheet(conn, client_id, name, period),
        figures={metric: _figure(metric, sums, windows) for metric in measures.STATED},
        blocks=tuple(_block(block, sums[NOW], more, period.last) for block in _BLOCKS),
        days=tuple(Day(**row) for row in _rows(conn, "reports", "days.sql", of_period)),
        bridge=_bridge(sums[NOW]),
        skus=_skus(conn, client_id, windows, more["faturamento_sem_sku"]),
        portfolio=_portfolio(conn, client_id),
        stock=next((Stock(**row) for row in _rows(conn, "reports", "stock.sql", of_period)), None),
        after_sale=AfterSale(**{name: more[name] for name in AfterSale.__dataclass_fields__}),
        reputation=next((_reputation(row) for row in _rows(conn, "reports", "reputation.sql", of_period)), None),
        quality=Quality(
            sem_sku=ratio(more["faturamento_sem_sku"], more["faturamento"]),
            sem_custo=_lacking(more, "faturamento_com_custo"),
            sem_frete=_lacking(more, "faturamento_com_frete"),
            sem_imposto=_lacking(more, "faturamento_com_imposto"),
            missing={row["motivo"]: row["dias"] for row in _rows(conn, "reports", "missing.sql", of_period)},
            reads=tuple(SourceRead(**row) for row in reads),
            quarantined=_quarantined(conn, of_period),
        ),
        as_of=next((row["last"] for row in reads if row["resource"] == "orders"), None),
    )


def _rows(conn: psycopg.Connection, package: str, name: str, values: Mapping[str, object]) -> list[dict[str, Any]]:
    text = files(f"viang_pipeline.{package}").joinpath("sql", name).read_bytes()
    with conn.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(text, values).fetchall()


def _figure(metric_id: str, sums: Mapping[str, Sums], windows: Mapping[str, Window]) -> Figure:
    metric = BY_ID[metric_id]
    now, before, year = (measures.reading(metric_id, sums[each], windows[each]) for each in (NOW, BEFORE, YEAR))
    return Figure(metric_id, now.value, compare(metric, now, before), compare(metric, now, year), now.coverage)


def _block(block: tuple[str, str, int], sums: Sums, more: Mapping[str, Any], last: date) -> Block:
    name, column, days = block
    if sums[column]:
        return Block(name, "final", None)
    almost = column == "ads_finais" and bool(more["ads_quase_finais"])
    return Block(name, "preliminar", last + timedelta(days=days), almost)


def _bridge(sums: Sums) -> Bridge | None:
    """None where no revenue is covered. A component nobody has is not in it."""
    revenue, before_ads = sums["faturamento_coberto"], sums["mc_pre_ads"]
    if not revenue or before_ads is None:
        return None
    costs = {component: sums[column] for component, column in _COSTS.items() if sums[column]}
    return Bridge(revenue, costs, before_ads, sums["ads_na_margem"], sums["mc"])


def _lacking(more: Mapping[str, Any], column: str) -> Decimal | None:
    total, known = more["faturamento"], more[column]
    return None if total is None else ratio(total - (known or 0), total)


def _quarantined(conn: psycopg.Connection, of_period: Mapping[str, object]) -> int:
    row = conn.execute(
        "select coalesce(sum(registros), 0)::bigint from dashboard.fact_quarantine_day"
        " where client_id = %(client_id)s and dia between %(de)s and %(ate)s",
        of_period,
    ).fetchone()
    return int(row[0]) if row else 0


def _skus(
    conn: psycopg.Connection, client_id: str, windows: Mapping[str, Window], unidentified: Decimal | None
) -> Skus:
    now, before = windows[NOW], windows[BEFORE]
    rows = _rows(
        conn, "insights", "skus.sql",
        {"client_id": client_id, "de": now.first, "ate": now.last, "antes_de": before.first, "antes_ate": before.last},
    )  # fmt: skip
    known = [row for row in rows if not row["sku"].startswith(NO_SKU) and (row["unidades"] or row["ads_investimento"])]
    selling = [row for row in known if row["faturamento"] > 0]
    best = sorted(selling, key=lambda row: (-row["faturamento"], row["sku"]))[:BEST]
    losing = sorted((row for row in selling if row["mc"] is not None), key=lambda row: (row["mc"], row["sku"]))[:WORST]
    losing = [row for row in losing if row["mc"] < 0]
    wasted = sorted(
        (row for row in known if not row["faturamento"] and row["ads_investimento"] > 0),
        key=lambda row: (-row["ads_investimento"], row["sku"]),
    )[:WASTED]
    titles = _titles(conn, client_id, now, [row["sku"] for row in best + losing + wasted])
    shown = [tuple(_sku(row, titles) for row in found) for found in (best, losing, wasted)]
    return Skus(len(known), shown[0], shown[1], shown[2], unidentified or Decimal(0))


def _sku(row: Mapping[str, Any], titles: Mapping[str, str]) -> Sku:
    return Sku(
        row["sku"], titles.get(row["sku"]), row["faturamento"], row["faturamento_antes"], row["unidades"], row["mc"],
        ratio(row["mc"], row["faturamento_coberto"]), ratio(row["faturamento_coberto"], row["faturamento"]),
        row["ads_investimento"],
    )  # fmt: skip


def _titles(conn: psycopg.Connection, client_id: str, window: Window, skus: Sequence[str]) -> dict[str, str]:
    values = {"client_id": client_id, "de": window.first, "ate": window.last, "skus": sorted(set(skus))}
    return {row["sku"]: row["titulo"] for row in _rows(conn, "insights", "titles.sql", values)}


def _portfolio(conn: psycopg.Connection, client_id: str) -> Portfolio | None:
    rows = _rows(conn, "reports", "portfolio.sql", {"client_id": client_id})
    if not rows:
        return None
    day = rows[0]["dia"]
    states: dict[str, int] = {}
    for row in rows:
        if row["estado_estoque"] is not None:
            states[row["estado_estoque"]] = states.get(row["estado_estoque"], 0) + row["skus"]
    urgent = _rows(conn, "reports", "urgent.sql", {"client_id": client_id, "dia": day, "limite": URGENT})
    titles = _titles(conn, client_id, Window(day - timedelta(days=89), day), [row["sku"] for row in urgent])
    lost = [row["perdida"] for row in rows if row["perdida"] is not None]
    return Portfolio(
        day,
        tuple(
            AbcClass(
                curva,
                sum(row["skus"] for row in rows if row["curva_abc"] == curva),
                sum((row["faturamento"] for row in rows if row["curva_abc"] == curva), Decimal(0)),
            )
            for curva in "ABC"
        ),
        dict(sorted(states.items())),
        sum(row["skus"] for row in rows if row["estado_estoque"] is None),
        sum(row["em_ruptura"] for row in rows),
        sum(lost, Decimal(0)) if lost else None,
        tuple(StockSku(title=titles.get(row["sku"]), **row) for row in urgent),
    )


def _reputation(row: Mapping[str, Any]) -> Reputation:
    return Reputation(
        row["dia"],
        row["reputacao_nivel"],
        row["reputacao_nivel_real"],
        row["reputacao_medalha"],
        row["periodo"],
        row["vendas_concluidas"],
        {rate: row[rate] for rate in _RATES},
        {rate: row[f"{rate}_real"] for rate in _RATES},
    )
