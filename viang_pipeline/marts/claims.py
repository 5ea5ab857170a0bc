"""``fact_claim_line``: every claim at the lines of the order it is about, from stored claims, returns and costs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from importlib.resources import files

import msgspec
import psycopg

from viang_pipeline.collect.work import Outcome, Work
from viang_pipeline.domain.business_day import business_day, parse_instant
from viang_pipeline.domain.claims import DISPUTE, ClaimFacts, ClaimLine, SoldLine, claim_lines
from viang_pipeline.domain.inspection import Condition
from viang_pipeline.domain.money import centavos, reais
from viang_pipeline.marts.provenance import provenance
from viang_pipeline.warehouse import ledgers
from viang_pipeline.warehouse.load import converge
from viang_pipeline.warehouse.locks import lock_client

COLUMNS = (
    "reclamacao", "order_id", "line_no", "sku", "dia_venda", "dia_abertura", "tipo", "estagio", "status", "mediacao",
    "devolucao", "dia_devolucao", "devolucao_status", "unidades_devolvidas", "frete_devolucao", "unidades_perdidas",
    "custo_perdas", "custo_devolucao", "custo_lido", "custo_motivo",
)  # fmt: skip


class _Claim(msgspec.Struct, gc=False):
    id: int
    status: str
    stage: str | None = None
    type: str | None = None
    resource: str | None = None
    resource_id: int | None = None
    related_entities: list[str] = []


class _Back(msgspec.Struct, gc=False):
    order_id: int
    return_quantity: Decimal
    item_id: str | None = None
    variation_id: int | None = None


class _Return(msgspec.Struct, gc=False):
    status: str
    date_created: str
    orders: list[_Back] = []


class _Cost(msgspec.Struct, gc=False):
    amount: Decimal


class _Entry(msgspec.Struct, gc=False):
    product_condition: str | None = None
    missing_quantity: Decimal | None = None


class _Review(msgspec.Struct, gc=False):
    resource_id: int
    resource_reviews: list[_Entry] = []


class _Reviews(msgspec.Struct, gc=False):
    reviews: list[_Review] = []


def build_claims(work: Work, days: Iterable[date]) -> Outcome:
    """Rebuild the claims opened on the days and those about sales of the days, in one transaction."""
    wanted = sorted(set(days))
    with work.store.transaction() as conn:
        lock_client(conn, work.client_id)
        facts = _claims(conn, work.client_id, wanted)
        sold = _sold(conn, work.client_id, sorted({order for found in facts for order in found.orders}))
        rows = [
            _row(found, line)
            for found in facts
            for line in claim_lines(found, [line for order in sorted(found.orders) for line in sold.get(order, [])])
        ]
        result = converge(
            conn,
            table="dashboard.fact_claim_line",
            key=("client_id", "reclamacao", "order_id", "line_no"),
            columns=COLUMNS,
            constants=provenance(work, work.clock()),
            volatile=("run_id", "calculado_em"),
            rows=rows,
            scope=("client_id = %s and reclamacao = any(%s)", [work.client_id, [found.claim for found in facts]]),
            touching=("dia_venda", "dia_abertura", "dia_devolucao"),
        )
        changed = {day for day in result.touched if isinstance(day, date)}
        ledgers.touch_sums(conn, work.client_id, changed)
    return Outcome(
        read=len(facts), written=result.written, unchanged=result.unchanged, days_done=set(wanted), days_changed=changed
    )


def _claims(conn: psycopg.Connection, client_id: str, days: list[date]) -> list[ClaimFacts]:
    text = files("viang_pipeline.marts").joinpath("sql", "claims_of_days.sql").read_bytes()
    rows = conn.execute(text, {"client_id": client_id, "dias": days}).fetchall()
    return [_facts(*row) for row in rows]


def _facts(
    opened: date, claim_text: str, return_text: str | None, cost_text: str | None, reviews_text: str | None
) -> ClaimFacts:
    claim = msgspec.json.decode(claim_text, type=_Claim)
    back = msgspec.json.decode(return_text, type=_Return) if return_text else None
    cost = msgspec.json.decode(cost_text, type=_Cost) if cost_text else None
    returned: dict[tuple[str, str, str | None], int] = defaultdict(int)
    for line in back.orders if back else ():
        variation = None if line.variation_id is None else str(line.variation_id)
        returned[str(line.order_id), line.item_id or "", variation] += int(line.return_quantity)
    return ClaimFacts(
        claim=str(claim.id),
        opened=opened,
        status=claim.status,
        stage=claim.stage,
        kind=claim.type,
        order=str(claim.resource_id) if claim.resource == "order" and claim.resource_id is not None else None,
        has_return=back is not None or any(e in ("return", "returns") for e in claim.related_entities),
        return_day=business_day(parse_instant(back.date_created)) if back else None,
        return_status=back.status if back else None,
        returned=returned,
        cost=centavos(cost.amount) if cost else None,
        conditions=_conditions(reviews_text) if reviews_text else {},
    )


def _conditions(text: str) -> dict[str, list[Condition]]:
    found: dict[str, list[Condition]] = defaultdict(list)
    for review in msgspec.json.decode(text, type=_Reviews).reviews:
        found[str(review.resource_id)] += [
            Condition(each.product_condition, None if each.missing_quantity is None else int(each.missing_quantity))
            for each in review.resource_reviews
        ]
    return found


def _sold(conn: psycopg.Connection, client_id: str, orders: list[str]) -> dict[str, list[SoldLine]]:
    rows = conn.execute(
        "select order_id, line_no, dia, sku, anuncio, variacao, quantidade, valor, custo_unitario"
        " from dashboard.fact_order_line"
        " where client_id = %s and order_id = any(%s) order by order_id, line_no",
        [client_id, orders],
    )
    found: dict[str, list[SoldLine]] = defaultdict(list)
    for order, line_no, day, sku, listing, variation, quantity, value, unit_cost in rows:
        found[order].append(
            SoldLine(order, line_no, day, sku, listing, variation, quantity, centavos(value), unit_cost)
        )
    return found


def _row(facts: ClaimFacts, line: ClaimLine) -> tuple[object, ...]:
    return (
        facts.claim, line.order, line.line_no, line.sku, line.sale_day, facts.opened, facts.kind, facts.stage,
        facts.status, facts.stage == DISPUTE, facts.has_return, facts.return_day, facts.return_status, line.units_back,
        _reais(line.freight_back), line.units_lost, _reais(line.loss), _reais(line.cost), line.reason is None,
        line.reason,
    )  # fmt: skip


def _reais(amount: int | None) -> Decimal | None:
    return None if amount is None else reais(amount)
