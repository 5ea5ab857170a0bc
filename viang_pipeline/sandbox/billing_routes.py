"""Routes of billing (contract §12): periods by key, lines by id, a summary that stands still all day."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta

from starlette.responses import Response

from viang_pipeline.sandbox.answers import Json, json_answer, money, standard_error
from viang_pipeline.sandbox.billing_truth import SAO_PAULO, BilledLine, BilledSale
from viang_pipeline.sandbox.marketplace import Caller, Handler

LIMIT, LARGEST = 150, 1000
DOCUMENTS = frozenset({"BILL", "CREDIT_NOTE"})
LABELS = {"CV": "Tarifa de venda", "BV": "Cancelamento da tarifa de venda", "PADS": "Campanhas de publicidade"}


def summary(caller: Caller) -> Response:
    """``GET /billing/integration/periods/key/{key}/summary/details``: totals by type."""
    asked = _asked(caller)
    if isinstance(asked, Response):
        return asked
    period, document = asked
    book = caller.market.world.billing
    totals: dict[tuple[str, str], int] = defaultdict(int)
    seen_at = _midnight(caller.now) if caller.market.options.billing_summary_static else caller.now
    for line in book.of_period(caller.seller_id, period, document, seen_at):
        totals[line.kind, line.sub_type] += line.amount
    charges, bonuses = (
        [
            {"label": LABELS.get(code, code), "amount": money(amount), "type": code, "group_id": 1}
            for (of_kind, code), amount in sorted(totals.items())
            if of_kind == kind
        ]
        for kind in ("CHARGE", "BONUS")
    )
    whole = sum(amount if kind == "CHARGE" else -amount for (kind, _), amount in totals.items())
    begins = book.begins(caller.seller_id, period)
    ends = book.begins(caller.seller_id, (period + timedelta(days=32)).replace(day=1)) - timedelta(days=1)
    return json_answer(
        {
            "user": {"nickname": caller.market.world.seller(caller.seller_id).name},
            "period": {"date_from": begins.isoformat(), "date_to": ends.isoformat(), "key": period.isoformat()},
            "bill_includes": {
                "total_amount": money(whole),
                "total_perceptions": 0,
                "charges": charges,
                "bonuses": bonuses,
            },
            "payment_collected": {"total_payment": 0, "total_debt": money(whole)},
            "errors": [],
        }
    )


def details(caller: Caller) -> Response:
    """``GET /billing/integration/periods/key/{key}/group/ML/details``: lines above ``from_id``, by id."""
    asked = _asked(caller)
    if isinstance(asked, Response):
        return asked
    period, document = asked
    params = caller.request.query_params
    limit, from_id = params.get("limit", str(LIMIT)), params.get("from_id", "0")
    if not (limit.isdecimal() and from_id.isdecimal() and 1 <= int(limit) <= LARGEST):
        return standard_error(400, "bad_request", f"limit must be between 1 and {LARGEST}")
    lines = caller.market.world.billing.of_period(caller.seller_id, period, document, caller.now)
    page = [line for line in lines if line.detail_id > int(from_id)][: int(limit)]
    return json_answer(
        {
            "offset": 0,
            "limit": int(limit),
            "total": len(lines),
            "results": [_line_body(line) for line in page],
            "last_id": page[-1].detail_id if page else None,
            "errors": [],
        }
    )


ROUTES: dict[str, Handler] = {
    "/billing/integration/periods/key/{key}/summary/details": summary,
    "/billing/integration/periods/key/{key}/group/ML/details": details,
}


def _asked(caller: Caller) -> tuple[date, str] | Response:
    """The period and document asked for; a refusal when they are not said rightly."""
    params = caller.request.query_params
    document = params.get("document_type")
    if document not in DOCUMENTS:
        return standard_error(400, "bad_request", "document_type is required: BILL or CREDIT_NOTE")
    try:
        period = date.fromisoformat(str(caller.request.path_params["key"]))
    except ValueError:
        period = date.min.replace(day=2)
    if period.day != 1:
        return standard_error(400, "bad_request", "invalid period key")
    book = caller.market.world.billing
    begun = book.begins(caller.seller_id, period) <= caller.now.astimezone(SAO_PAULO).date()
    if not begun and caller.market.options.billing_unknown_period == "not_found":
        return standard_error(404, "not_found", "period not found")
    return period, document


def _midnight(now: datetime) -> datetime:
    return now.astimezone(SAO_PAULO).replace(hour=0, minute=0, second=0, microsecond=0)


def _line_body(line: BilledLine) -> Json:
    return {
        "charge_info": {
            "detail_id": line.detail_id,
            "creation_date_time": line.at.astimezone(SAO_PAULO).strftime("%Y-%m-%dT%H:%M:%S"),
            "transaction_detail": LABELS.get(line.sub_type, line.sub_type),
            "detail_amount": money(line.amount, line.detail_id),
            "detail_type": line.kind,
            "detail_sub_type": line.sub_type,
            "debited_from_operation": "YES" if line.sales else "NO",
            "status": None,
            "charge_bonified_id": None,
            "legal_document_status": "PROCESSING",
        },
        "discount_info": {"charge_amount_without_discount": money(line.amount), "discount_amount": 0, "rebate": None},
        "sales_info": [_sale_body(sale, line.kind) for sale in line.sales],
        "shipping_info": {
            "shipping_id": None if line.shipment_id is None else str(line.shipment_id),
            "pack_id": None,
            "receiver_shipping_cost": 0,
        },
        "items_info": [],
        "document_info": {"document_id": None},
        "marketplace_info": {"marketplace": "CORE"},
        "currency_info": {"currency_id": "BRL"},
    }


def _sale_body(sale: BilledSale, kind: str) -> Json:
    fee = None
    if sale.net is not None:
        gross, net, rebate = (money(n, sale.order.order_id) for n in (sale.net + sale.rebate, sale.net, sale.rebate))
        fee = {"gross": gross, "net": net, "rebate": rebate, "discount": 0, "discount_reason": None}
    return {
        "order_id": sale.order.order_id,
        "operation_id": 120_000_000_001 + sale.order.order_id % 10**9,
        "sale_date_time": sale.order.created_at.astimezone(SAO_PAULO).strftime("%Y-%m-%dT%H:%M:%S"),
        "sales_channel": "Mercado Livre",
        "payer_nickname": f"COMPRADOR{sale.order.buyer_id}",
        "state_name": "São Paulo",
        "transaction_amount": money(sale.order.total, sale.order.order_id),
        "financing_fee": None,
        "financing_transfer_total": None,
        "sale_fee": fee if kind == "CHARGE" else None,
    }
