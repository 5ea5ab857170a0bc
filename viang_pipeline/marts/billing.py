"""``billing_charge``, ``billing_period`` and ``billing_order_fee``: bills by line, by period and by order, then at the
orders' lines.

For reconciliation only: nothing here overwrites an estimate (kpis.md §5.2, §12). A period is built again when its
stored lines or summary changed, when it closed, and when one of the days asked for may belong to it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import msgspec
import psycopg

from viang_pipeline.collect.billing_plan import first_of_month, next_month
from viang_pipeline.collect.work import Outcome, Work
from viang_pipeline.domain.billing import BillLine, Charge, billed_fee, charges, line_totals, period_totals
from viang_pipeline.domain.billing_codes import meaning_of
from viang_pipeline.domain.business_day import business_day, last_closed_day
from viang_pipeline.domain.money import centavos, reais
from viang_pipeline.marts.billed_lines import build_billed_lines
from viang_pipeline.marts.bills import announced_totals, bill_line
from viang_pipeline.marts.provenance import provenance
from viang_pipeline.sources.mercado_livre.payloads.billing import BillingLine, BillingSummary
from viang_pipeline.warehouse import ledgers
from viang_pipeline.warehouse.load import WriteCounts, converge
from viang_pipeline.warehouse.locks import lock_client

CHARGE_COLUMNS = (
    "detalhe", "order_id", "periodo", "documento", "tipo", "sub_tipo", "significado", "custo_do_vendedor", "valor",
    "tarifa_liquida", "envio", "criado_em_texto",
)  # fmt: skip
PERIOD_COLUMNS = (
    "periodo", "sub_tipo", "significado", "custo_do_vendedor", "cobranca_mensal", "resumo", "confere", "divergencia",
    "fechado",
)  # fmt: skip

_lines = msgspec.json.Decoder(BillingLine, strict=False)
_summaries = msgspec.json.Decoder(BillingSummary, strict=False)


def build_billing(work: Work, days: Iterable[date]) -> Outcome:
    """Rebuild the periods that are behind and those the days may belong to, then the lines of the days and of every
    order whose billed fee changed."""
    wanted = sorted(set(days))
    total = _build_bills(work, wanted)
    total.add(build_billed_lines(work, {*wanted, *total.days_changed}))
    total.days_done = set(wanted)
    return total


def _build_bills(work: Work, wanted: list[date]) -> Outcome:
    """The bills themselves, in one transaction."""
    total = Outcome(days_done=set(wanted))
    with work.store.transaction() as conn:
        lock_client(conn, work.client_id)
        readings = _readings(conn, work.client_id)
        asked = {key for day in wanted for key in (first_of_month(day), next_month(day))}
        behind = {reading.period for reading in readings if reading.behind}
        periods = sorted(reading.period for reading in readings if reading.period in asked | behind)
        if not periods:
            return total
        stored = _stored_lines(conn, work.client_id, periods)
        writes = [_build_charges(conn, work, periods, stored)]
        writes.append(_build_periods(conn, work, periods, stored, {r.period: r.closed for r in readings}))
        orders = {str(order) for order in writes[0].touched if order}
        orders |= {sale.order for lines in stored.values() for line, _ in lines for sale in line.orders}
        writes.append(_build_fees(conn, work, sorted(orders)))
        changed = _sale_days(conn, work.client_id, writes[2].touched)
        ledgers.touch_sums(conn, work.client_id, changed)
        conn.execute(
            "update dashboard.billing_readings set mart_de = bruto_rev"
            " where client_id = %s and periodo = any(%s) and mart_de <> bruto_rev",
            [work.client_id, periods],
        )
    total.read = sum(len(lines) for lines in stored.values())
    total.written = sum(write.written for write in writes)
    total.unchanged = sum(write.unchanged for write in writes)
    total.days_changed = {day for day in changed if day <= last_closed_day(work.clock())}
    return total


@dataclass(frozen=True)
class _Reading:
    """``closed``: read on or after the day the next period showed its first line (kpis.md §7)."""

    period: date
    closed: bool
    behind: bool


def _readings(conn: psycopg.Connection, client_id: str) -> list[_Reading]:
    rows: list[tuple[date, datetime, datetime | None, bool, bool | None]] = conn.execute(
        """
        select periodo, lido_em, primeira_linha_em, bruto_rev <> mart_de, (
            select bool_or(p.fechado) from dashboard.billing_period as p
            where p.client_id = leitura.client_id and p.periodo = leitura.periodo
        )
        from dashboard.billing_readings as leitura where client_id = %s order by periodo
        """,
        [client_id],
    ).fetchall()
    found = []
    for period, read_at, _, behind, was_closed in rows:
        later = [first for key, _, first, _, _ in rows if key > period and first is not None]
        closed = bool(later) and business_day(read_at) >= business_day(min(later))
        found.append(_Reading(period, closed, behind or (was_closed is not None and was_closed != closed)))
    return found


_Stored = dict[date, list[tuple[BillLine, BillingLine]]]


def _stored_lines(conn: psycopg.Connection, client_id: str, periods: list[date]) -> _Stored:
    """Period → lines in BRL; any other currency stays in raw (R15)."""
    rows = conn.execute(
        "select dia, payload::text from raw.mercado_livre_billing_lines where client_id = %s and dia = any(%s)",
        [client_id, periods],
    )
    found: _Stored = {period: [] for period in periods}
    for period, text in rows:
        line = _lines.decode(text)
        if line.currency_info is None or line.currency_info.currency_id in (None, "BRL"):
            found[period].append((bill_line(line), line))
    return found


def _build_charges(conn: psycopg.Connection, work: Work, periods: list[date], stored: _Stored) -> WriteCounts:
    rows = []
    for period, lines in stored.items():
        for line, source in lines:
            meaning = meaning_of(line.code)
            shipment = source.shipping_info.shipping_id if source.shipping_info else None
            rows += [
                (
                    line.detail, part.order, period, line.document, line.kind, line.code, meaning.meaning,
                    meaning.seller_cost, reais(part.amount), None if part.net is None else reais(part.net), shipment,
                    source.charge_info.creation_date_time,
                )
                for part in charges(line)
            ]  # fmt: skip
    return converge(
        conn,
        table="dashboard.billing_charge",
        key=("client_id", "detalhe", "order_id"),
        columns=CHARGE_COLUMNS,
        constants=provenance(work, work.clock()),
        volatile=("run_id", "calculado_em"),
        rows=rows,
        scope=("client_id = %s and periodo = any(%s)", [work.client_id, periods]),
        touching=("order_id",),
    )


def _build_periods(
    conn: psycopg.Connection, work: Work, periods: list[date], stored: _Stored, closed: Mapping[date, bool]
) -> WriteCounts:
    announced: dict[date, dict[str, dict[str, int]]] = defaultdict(dict)
    for period, key, text in conn.execute(
        "select dia, chave, payload::text from raw.mercado_livre_billing_summaries"
        " where client_id = %s and dia = any(%s)",
        [work.client_id, periods],
    ):
        announced[period][key.rpartition("|")[2]] = announced_totals(_summaries.decode(text))
    rows = []
    for period, lines in stored.items():
        for found in period_totals(line_totals(line for line, _ in lines), announced[period]):
            meaning = meaning_of(found.code)
            rows.append(
                (
                    period, found.code, meaning.meaning, meaning.seller_cost, reais(found.billed),
                    None if found.announced is None else reais(found.announced), found.agrees,
                    None if found.difference is None else reais(found.difference), closed[period],
                )
            )  # fmt: skip
    return converge(
        conn,
        table="dashboard.billing_period",
        key=("client_id", "periodo", "sub_tipo"),
        columns=PERIOD_COLUMNS,
        constants=provenance(work, work.clock()),
        volatile=("run_id", "calculado_em"),
        rows=rows,
        scope=("client_id = %s and periodo = any(%s)", [work.client_id, periods]),
    )


def _build_fees(conn: psycopg.Connection, work: Work, orders: list[str]) -> WriteCounts:
    """Fees of these orders over every period: a credit often comes in a later one."""
    parts: dict[str, list[tuple[BillLine, Charge]]] = defaultdict(list)
    for order, kind, code, amount, net in conn.execute(
        "select order_id, tipo, sub_tipo, valor, tarifa_liquida from dashboard.billing_charge"
        " where client_id = %s and order_id = any(%s)",
        [work.client_id, orders],
    ):
        part = Charge(order, centavos(amount), None if net is None else centavos(net))
        parts[order].append((BillLine("", "", kind, code, abs(part.amount)), part))
    fees = {order: billed_fee(of_order) for order, of_order in parts.items()}
    return converge(
        conn,
        table="dashboard.billing_order_fee",
        key=("client_id", "order_id"),
        columns=("order_id", "comissao_faturada"),
        constants=provenance(work, work.clock()),
        volatile=("run_id", "calculado_em"),
        rows=[(order, reais(fee)) for order, fee in fees.items() if fee is not None],
        scope=("client_id = %s and order_id = any(%s)", [work.client_id, orders]),
        touching=("order_id",),
    )


def _sale_days(conn: psycopg.Connection, client_id: str, orders: Iterable[object]) -> set[date]:
    rows = conn.execute(
        "select distinct dia from raw.mercado_livre_orders where client_id = %s and chave = any(%s)",
        [client_id, list(orders)],
    )
    return {day for (day,) in rows}
