"""Routes of NF-e (§10): cancelled ones hide unless asked for, and the value is in the detail alone."""

from __future__ import annotations

from datetime import timedelta
from operator import attrgetter

from starlette.responses import Response

from viang_pipeline.sandbox.answers import Json, money
from viang_pipeline.sandbox.bling.answers import data, not_found, reference
from viang_pipeline.sandbox.bling.notation import brasilia_day, day_text, number, stamp, wall_time
from viang_pipeline.sandbox.bling.order_bodies import PAYMENT_FORM, contact_id, full_name
from viang_pipeline.sandbox.bling.sales_truth import Invoice, SaleItem
from viang_pipeline.sandbox.bling.service import Caller, Handler
from viang_pipeline.sandbox.people import person

CANCELLED = 2
STATUSES = tuple(range(1, 12))
ICMS_PERCENT, APPROXIMATE_TAX_PERCENT = 12, 31
OPERATION = 15_100_001


def invoices(caller: Caller) -> Response:
    """``GET /nfe``."""
    ask = caller.question
    issued = ask.moments("dataEmissaoInicial", "dataEmissaoFinal")
    status = ask.choice("situacao", 0, STATUSES)
    direction = ask.choice("tipo", 1, (0, 1))
    store_number, wanted, series = ask.text("numeroLoja"), ask.whole("numero"), ask.whole("serie")
    key = ask.text("chaveAcesso")
    found = []
    for invoice in sorted(caller.account.invoices.values(), key=attrgetter("invoice_id"), reverse=True):
        state = invoice.state_at(caller.now)
        if (
            state is not None
            and (state.status == status if status else state.status != CANCELLED)
            and invoice.direction == direction
            and issued.holds(wall_time(invoice.issued_at))
            and store_number in (None, invoice.store_number)
            and wanted in (None, invoice.number)
            and series in (None, 1)
            and key in (None, invoice.access_key)
        ):
            found.append((invoice, state.status))
    return data([_row_body(invoice, status) for invoice, status in ask.page(found)])


def invoice(caller: Caller) -> Response:
    """``GET /nfe/{id}``."""
    found = caller.account.invoices.get(caller.number("id"))
    state = found.state_at(caller.now) if found else None
    if found is None or state is None:
        return not_found()
    return data(_row_body(found, state.status) | _detail_body(found))


ROUTES: dict[str, tuple[str, Handler]] = {"/nfe": ("nfe", invoices), "/nfe/{id}": ("nfe", invoice)}


def _row_body(invoice: Invoice, status: int) -> Json:
    buyer = person(invoice.buyer_id)
    return {
        "id": invoice.invoice_id,
        "tipo": invoice.direction,
        "situacao": status,
        "numero": f"{invoice.number:06d}",
        "dataEmissao": stamp(invoice.issued_at),
        "dataOperacao": stamp(invoice.issued_at),
        "chaveAcesso": invoice.access_key,
        "contato": {
            "id": contact_id(invoice.buyer_id),
            "nome": full_name(buyer),
            "numeroDocumento": buyer.cpf,
            "ie": "",
            "rg": "",
            "telefone": buyer.phone,
            "email": buyer.email,
            "endereco": {
                "endereco": buyer.street,
                "numero": str(buyer.number),
                "complemento": "",
                "bairro": "Centro",
                "cep": buyer.zip_code,
                "municipio": buyer.city,
                "uf": buyer.state.removeprefix("BR-"),
            },
        },
        "naturezaOperacao": reference(OPERATION),
        "loja": {"id": invoice.channel_id, "numero": invoice.store_number},
    }


def _detail_body(invoice: Invoice) -> Json:
    link = f"https://documentos.exemplo.com.br/{invoice.access_key}"
    due = brasilia_day(invoice.issued_at) + timedelta(days=30)
    return {
        "serie": 1,
        "valorNota": money(invoice.value, invoice.invoice_id),
        "valorFrete": money(invoice.freight, invoice.invoice_id),
        "finalidade": invoice.purpose,
        "xml": f"{link}.xml",
        "linkDanfe": link,
        "linkPDF": f"{link}.pdf",
        "optanteSimplesNacional": True,
        "numeroPedidoLoja": invoice.store_number,
        "transporte": {
            "fretePorConta": 0,
            "transportador": {"nome": "", "numeroDocumento": ""},
            "volumes": [],
            "etiqueta": {"nome": full_name(person(invoice.buyer_id)), "municipio": person(invoice.buyer_id).city},
        },
        "vendedor": reference(0),
        "itens": [_item_body(item) for item in invoice.items],
        "parcelas": [
            {
                "data": day_text(due),
                "valor": money(invoice.value, invoice.invoice_id),
                "observacoes": "",
                "caut": "",
                "formaPagamento": reference(PAYMENT_FORM),
            }
        ],
    }


def _item_body(item: SaleItem) -> Json:
    return {
        "codigo": item.code,
        "descricao": item.description,
        "unidade": "UN",
        "quantidade": number(item.quantity),
        "valor": money(item.unit_price, item.item_id),
        "valorTotal": money(item.total, item.item_id),
        "tipo": "P",
        "pesoBruto": 0,
        "pesoLiquido": 0,
        "classificacaoFiscal": "7323.93.00",
        "cest": "",
        "origem": 0,
        "gtin": "",
        "cfop": "6108",
        "impostos": {
            "valorAproximadoTotalTributos": money(item.total * APPROXIMATE_TAX_PERCENT // 100),
            "icms": {
                "st": 0,
                "origem": 0,
                "modalidade": 3,
                "aliquota": ICMS_PERCENT,
                "valor": money(item.total * ICMS_PERCENT // 100),
            },
        },
    }
