"""One billing period, complete or failed (contract §12): two documents, each with its summary and all its lines.

Read one after the other and never repeated on an incomplete answer: the platform asks for sequential reading and
blocks by address.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any, get_args

from viang_pipeline.failures import PermanentFailure, TransientFailure
from viang_pipeline.sources.errors import envelope, from_http
from viang_pipeline.sources.mercado_livre.client import MercadoLivreClient
from viang_pipeline.sources.mercado_livre.payloads.billing import BillingLine, BillingSummary, Document
from viang_pipeline.sources.payloads import RawRecord, record

LIMIT = 1000
DOCUMENTS: tuple[Document, ...] = get_args(Document)


@dataclass(frozen=True)
class PeriodRead:
    """A period as the platform shows it. A document that is not in ``summaries`` does not exist (yet)."""

    period: date
    summaries: dict[Document, RawRecord[BillingSummary]] = field(default_factory=dict)
    lines: list[RawRecord[BillingLine]] = field(default_factory=list)


def read_period(api: MercadoLivreClient, period: date, seen: Collection[str] = ()) -> PeriodRead:
    """Both documents of the period whose key is ``period`` (the first of a month).

    ``seen``: the documents that have existed. A 404 to the summary of another one means that it does not exist; a
    document does not go away, so for one of these, or without an error of the platform's own in the body, it is the
    route that is gone. Raises TransientFailure for an incomplete answer (206), also when a document announces amounts
    and shows no line; PermanentFailure for a route that is gone and for an answer of another shape.
    """
    found = PeriodRead(period)
    lines: dict[str, RawRecord[BillingLine]] = {}
    for document in DOCUMENTS:
        totals = _summary(api, period, document, existed=document in seen)
        if totals is None:
            continue
        of_document = _lines(api, period, document)
        included = totals.bill_includes
        if not of_document and any(row.amount for row in (*included.charges, *included.bonuses)):
            raise TransientFailure(
                f"O faturamento de {period:%m/%Y} anuncia valores e não mostra nenhuma linha",
                where=f"GET {_details_route(period)}",
                action="Nada foi gravado. A próxima leitura deve trazer.",
            )
        found.summaries[document] = record(f"{period}|{document}", totals)
        for line in of_document:
            lines.setdefault(line.id, line)
    found.lines.extend(lines[key] for key in sorted(lines, key=int))
    return found


def _summary(api: MercadoLivreClient, period: date, document: Document, *, existed: bool) -> BillingSummary | None:
    route = f"/billing/integration/periods/key/{period}/summary/details"
    answer = api.http.get(route, {"group": "ML", "document_type": document}, accept=(200, 206, 404))
    if answer.status == 404:
        if existed or not envelope(answer.content).code:
            raise from_http("GET", route, answer.status, answer.content)
        return None
    if answer.status == 206:
        raise from_http("GET", route, answer.status, b"")
    return api.read(answer.document, BillingSummary, route, f"resumo do faturamento de {period:%m/%Y}")


def _lines(api: MercadoLivreClient, period: date, document: Document) -> list[RawRecord[BillingLine]]:
    """Every line, page after page from the last id, until a page brings nothing new."""
    route, found, last = _details_route(period), dict[int, RawRecord[BillingLine]](), 0
    while True:
        params: dict[str, str | int] = {
            "document_type": document,
            "limit": LIMIT,
            "from_id": last,
            "sort_by": "ID",
            "order_by": "ASC",
        }
        answer = api.http.get(route, params, accept=(200, 206))
        if answer.status == 206:
            raise from_http("GET", route, answer.status, b"")
        page = [_line(api, row, route, document) for row in _rows(answer.document, route)]
        new = {line.value.charge_info.detail_id: line for line in page}
        if not new.keys() - found.keys():
            return list(found.values())
        found |= new
        last = max(new)


def _line(api: MercadoLivreClient, row: Any, route: str, document: Document) -> RawRecord[BillingLine]:
    line = api.read(row, BillingLine, route, "linha do faturamento")
    line.document = document
    return record(line.charge_info.detail_id, line)


def _rows(document: Any, route: str) -> list[Any]:
    rows = document.get("results") if isinstance(document, dict) else None
    if not isinstance(rows, list):
        raise PermanentFailure(
            "O faturamento respondeu sem a lista de linhas",
            where=f"GET {route}",
            action="Nada foi gravado. A plataforma mudou o formato: o leitor precisa ser ajustado.",
        )
    return rows


def _details_route(period: date) -> str:
    return f"/billing/integration/periods/key/{period}/group/ML/details"
