"""Sales orders as Bling writes them (§6.1, §6.2). Buyers are planted so that a client has something to drop."""

from __future__ import annotations

from datetime import timedelta

from viang_pipeline.sandbox.answers import Json, money
from viang_pipeline.sandbox.bling.answers import reference
from viang_pipeline.sandbox.bling.book import BlingAccount
from viang_pipeline.sandbox.bling.notation import day_text, number
from viang_pipeline.sandbox.bling.sales_truth import Sale, SaleItem, SaleState
from viang_pipeline.sandbox.people import Person, person

CONTACTS = 16_000_000_000
PAYMENT_FORM = 1_700_001
MARKETPLACE_CNPJ = {"MercadoLivre": "03007331000141", "Shopee": "35635824000112"}
DAYS_TO_PAY = timedelta(days=30)


def contact_id(buyer_id: int) -> int:
    """The contact a buyer becomes."""
    return CONTACTS + buyer_id


def full_name(buyer: Person) -> str:
    """A buyer's name as an order carries it."""
    return f"{buyer.first_name} {buyer.last_name}"


def row_body(account: BlingAccount, sale: Sale, state: SaleState) -> Json:
    """A list row: no items, no fees, no freight, no change stamp."""
    buyer = person(sale.buyer_id)
    return {
        "id": sale.sale_id,
        "numero": sale.number,
        "numeroLoja": sale.store_number,
        "data": day_text(sale.day),
        "dataSaida": day_text(state.dispatched_on),
        "dataPrevista": day_text(None),
        "totalProdutos": money(state.goods, sale.sale_id),
        "total": money(state.total, sale.sale_id),
        "contato": {
            "id": contact_id(sale.buyer_id),
            "nome": full_name(buyer),
            "tipoPessoa": "F",
            "numeroDocumento": buyer.cpf,
        },
        "situacao": {"id": state.status_id, "valor": account.status(state.status_id).value},
        "loja": {"id": sale.channel_id, "unidadeNegocio": reference(0)},
    }


def detail_body(account: BlingAccount, sale: Sale, state: SaleState) -> Json:
    """The detail: everything of a row and the money in it."""
    channel = account.channels.get(sale.channel_id)
    kind = channel.kind if channel else ""
    fees = state.fees
    return row_body(account, sale, state) | {
        "numeroPedidoCompra": "",
        "outrasDespesas": money(state.other_costs),
        "observacoes": "",
        "observacoesInternas": f"Falar com {person(sale.buyer_id).first_name}" if sale.sale_id % 9 == 0 else "",
        "desconto": {
            "valor": money(state.discount),
            "unidade": "PERCENTUAL" if state.discount_in_percent else "REAL",
        },
        "categoria": reference(0),
        "notaFiscal": reference(state.invoice_id),
        "tributacao": {"totalICMS": 0, "totalIPI": 0},
        "itens": [_item_body(item) for item in state.items],
        "parcelas": [
            {
                "id": sale.sale_id + 13_000_000_000,
                "dataVencimento": day_text(sale.day + DAYS_TO_PAY),
                "valor": money(state.total, sale.sale_id),
                "observacoes": "",
                "caut": "",
                "formaPagamento": reference(PAYMENT_FORM),
            }
        ],
        "transporte": _transport_body(sale, state),
        "vendedor": reference(0),
        "intermediador": {
            "cnpj": MARKETPLACE_CNPJ.get(kind, ""),
            "nomeUsuario": channel.name.upper().replace(" ", "") if channel else "",
        },
        "taxas": {
            "taxaComissao": money(fees.commission, sale.sale_id),
            "custoFrete": money(fees.freight, sale.sale_id),
            "valorBase": money(fees.base, sale.sale_id),
        },
    }


def _item_body(item: SaleItem) -> Json:
    return {
        "id": item.item_id,
        "codigo": item.code,
        "unidade": "UN",
        "quantidade": number(item.quantity),
        "desconto": number(item.discount),
        "valor": money(item.unit_price, item.item_id),
        "aliquotaIPI": 0,
        "descricao": item.description,
        "descricaoDetalhada": "",
        "produto": reference(item.product_id),
        "comissao": {"base": 0, "aliquota": 0, "valor": 0},
        "naturezaOperacao": reference(0),
    }


def _transport_body(sale: Sale, state: SaleState) -> Json:
    buyer = person(sale.buyer_id)
    counter = sale.channel_id == 0
    return {
        "fretePorConta": 9 if counter else 0,
        "frete": money(state.freight, sale.sale_id),
        "quantidadeVolumes": 0,
        "pesoBruto": 0,
        "prazoEntrega": 0,
        "contato": {"id": 0, "nome": ""},
        "etiqueta": {
            "nome": "" if counter else full_name(buyer),
            "endereco": "" if counter else buyer.street,
            "numero": "" if counter else str(buyer.number),
            "complemento": "",
            "municipio": "" if counter else buyer.city,
            "uf": "",
            "cep": "" if counter else buyer.zip_code,
            "bairro": "" if counter else "Centro",
            "nomePais": "",
        },
        "volumes": [],
    }
