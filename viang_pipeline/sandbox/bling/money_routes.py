"""Routes of bills to receive and to pay (§9.1, §9.2)."""

from __future__ import annotations

from datetime import date

from starlette.responses import Response

from viang_pipeline.sandbox.answers import Json, money
from viang_pipeline.sandbox.bling.answers import data, not_found, reference
from viang_pipeline.sandbox.bling.book import BlingAccount
from viang_pipeline.sandbox.bling.money_truth import Bill, BillState
from viang_pipeline.sandbox.bling.notation import brasilia_day, day_text
from viang_pipeline.sandbox.bling.order_bodies import PAYMENT_FORM, contact_id, full_name
from viang_pipeline.sandbox.bling.questions import BadQuestionError, Span
from viang_pipeline.sandbox.bling.service import Caller, Handler
from viang_pipeline.sandbox.people import person

FILTERABLE = frozenset(range(1, 6))
"""Answers go to 7, filters stop at 5 (§9.1)."""
OTHER_MEANS = 99


def receivables(caller: Caller) -> Response:
    """``GET /contas/receber``: issued within the last year and until today, unless told otherwise."""
    ask, today = caller.question, brasilia_day(caller.now)
    statuses, categories = ask.wholes("situacoes"), ask.wholes("idsCategorias")
    if statuses - FILTERABLE:
        raise BadQuestionError("A situação informada é inválida.")
    by = ask.choice("tipoFiltroData", "E", ("E", "V", "R"))
    given = ask.days("dataInicial", "dataFinal")
    span = Span(given.since or _a_year_before(today), given.until or today)
    contact = ask.whole("idContato")
    found = []
    for bill, state in _visible(caller, caller.account.receivables):
        day = {"E": bill.issued_on, "V": state.due_on, "R": state.paid_on}[by]
        if (
            span.holds(day)
            and (not statuses or state.status in statuses)
            and (not categories or bill.category_id in categories)
            and contact in (None, contact_id(bill.buyer_id or 0))
        ):
            found.append((bill, state))
    return data([_receivable_row(caller, bill, state) for bill, state in ask.page(found)])


def receivable(caller: Caller) -> Response:
    """``GET /contas/receber/{id}``."""
    found = _one(caller, caller.account.receivables)
    if found is None:
        return not_found()
    row = _receivable_row(caller, *found)
    return data(row | _detail_body(*found) | {"vendedor": reference(0), "ocorrencia": {"tipo": 1}})


def payables(caller: Caller) -> Response:
    """``GET /contas/pagar``: thin rows, without category."""
    ask = caller.question
    issued = ask.days("dataEmissaoInicial", "dataEmissaoFinal")
    due = ask.days("dataVencimentoInicial", "dataVencimentoFinal")
    paid = ask.days("dataPagamentoInicial", "dataPagamentoFinal")
    status, contact = ask.choice("situacao", 0, FILTERABLE), ask.whole("idContato")
    found = [
        (bill, state)
        for bill, state in _visible(caller, caller.account.payables)
        if issued.holds(bill.issued_on)
        and due.holds(state.due_on)
        and paid.holds(state.paid_on)
        and status in (0, state.status)
        and contact in (None, bill.contact_id)
    ]
    return data([_payable_row(bill, state) for bill, state in ask.page(found)])


def payable(caller: Caller) -> Response:
    """``GET /contas/pagar/{id}``: the only place of category and ``competencia``."""
    found = _one(caller, caller.account.payables)
    if found is None:
        return not_found()
    bill, state = found
    occurrence: Json = {"tipo": 1}
    if bill.monthly:
        occurrence = {"tipo": 3, "considerarDiasUteis": True, "diaVencimento": bill.first_due_on.day}
    return data(_payable_row(bill, state) | _detail_body(bill, state) | {"ocorrencia": occurrence})


ROUTES: dict[str, tuple[str, Handler]] = {
    "/contas/receber": ("contas/receber", receivables),
    "/contas/receber/{id}": ("contas/receber", receivable),
    "/contas/pagar": ("contas/pagar", payables),
    "/contas/pagar/{id}": ("contas/pagar", payable),
}


def _visible(caller: Caller, bills: dict[int, Bill]) -> list[tuple[Bill, BillState]]:
    found = ((bill, bill.state_at(caller.now)) for bill in bills.values())
    return [(bill, state) for bill, state in found if state is not None]


def _one(caller: Caller, bills: dict[int, Bill]) -> tuple[Bill, BillState] | None:
    bill = bills.get(caller.number("id"))
    state = bill.state_at(caller.now) if bill else None
    return (bill, state) if bill and state else None


def _receivable_row(caller: Caller, bill: Bill, state: BillState) -> Json:
    buyer = person(bill.buyer_id or 0)
    return {
        "id": bill.bill_id,
        "situacao": state.status,
        "vencimento": day_text(state.due_on),
        "valor": money(bill.amount, bill.bill_id),
        "idTransacao": "",
        "linkQRCodePix": "",
        "linkBoleto": "",
        "dataEmissao": day_text(bill.issued_on),
        "contato": {
            "id": contact_id(bill.buyer_id or 0),
            "nome": full_name(buyer),
            "numeroDocumento": buyer.cpf,
            "tipo": "F",
        },
        "formaPagamento": {"id": PAYMENT_FORM, "codigoFiscal": OTHER_MEANS},
        "contaContabil": {"id": 0, "descricao": ""},
        "origem": _origin_body(caller.account, bill, caller),
    }


def _origin_body(account: BlingAccount, bill: Bill, caller: Caller) -> Json:
    sale = account.sales[bill.sale_id]
    state = sale.state_at(caller.now) or sale.states[0]
    return {
        "id": sale.sale_id,
        "tipoOrigem": "venda",
        "numero": str(sale.number),
        "dataEmissao": day_text(sale.day),
        "valor": money(state.total, sale.sale_id),
        "situacao": account.status(state.status_id).value,
        "url": "",
    }


def _payable_row(bill: Bill, state: BillState) -> Json:
    return {
        "id": bill.bill_id,
        "situacao": state.status,
        "vencimento": day_text(state.due_on),
        "valor": money(bill.amount, bill.bill_id),
        "contato": reference(bill.contact_id),
        "formaPagamento": reference(PAYMENT_FORM + 1),
    }


def _detail_body(bill: Bill, state: BillState) -> Json:
    return {
        "saldo": money(bill.amount - state.paid, bill.bill_id),
        "dataEmissao": day_text(bill.issued_on),
        "vencimentoOriginal": day_text(bill.first_due_on),
        "numeroDocumento": bill.document,
        "competencia": day_text(bill.accrual_on),
        "historico": bill.text,
        "numeroBanco": "",
        "portador": reference(0),
        "categoria": reference(bill.category_id),
        "borderos": list(state.payments),
    }


def _a_year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)
