"""What is kept of Bling's objects, from the examples of the contract (§5 to §11)."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from viang_pipeline.sources.bling.payloads.base import BlingPayload, uneven
from viang_pipeline.sources.bling.payloads.finance import Category, Payable, Receivable
from viang_pipeline.sources.bling.payloads.invoices import Invoice
from viang_pipeline.sources.bling.payloads.orders import Order, OrderRow
from viang_pipeline.sources.bling.payloads.products import Balance, Product, StoreLink, Structure, SupplierLink
from viang_pipeline.sources.bling.payloads.reference import Channel, Company, Deposit, Status
from viang_pipeline.sources.payloads import decode, read, record, unknown_fields

ORDER_ROW = """{"id":19000000101,"numero":501,"numeroLoja":"2000007412345678","data":"2026-08-14",
 "dataSaida":"2026-08-15","dataPrevista":"0000-00-00",
 "totalProdutos":118.0,"total":130.5,"contato":{"id":16000000001,"nome":"Comprador Um",
 "tipoPessoa":"F","numeroDocumento":"11122233344"},"situacao":{"id":9,"valor":1},
 "loja":{"id":204000001,"unidadeNegocio":{"id":0}}}"""
ORDER = (
    ORDER_ROW[:-1]
    + ""","numeroPedidoCompra":"","outrasDespesas":0,"observacoes":"ligar para Maria","observacoesInternas":"",
 "desconto":{"valor":0,"unidade":"REAL"},"categoria":{"id":0},"notaFiscal":{"id":21000000077},
 "tributacao":{"totalICMS":0,"totalIPI":0},
 "itens":[{"id":31000000001,"codigo":"","unidade":"UN","quantidade":2,"desconto":0,"valor":59.0,"aliquotaIPI":0,
  "descricao":"Camiseta azul G","descricaoDetalhada":"","produto":{"id":0},
  "comissao":{"base":0,"aliquota":0,"valor":0},"naturezaOperacao":{"id":0}}],
 "parcelas":[{"id":32000000001,"dataVencimento":"2026-09-13","valor":130.5,"observacoes":"","caut":"",
  "formaPagamento":{"id":1700001}}],
 "transporte":{"fretePorConta":0,"frete":12.5,"quantidadeVolumes":0,"pesoBruto":0,"prazoEntrega":0,
  "contato":{"id":0,"nome":""},"etiqueta":{"nome":"Comprador Um","endereco":"Rua A","numero":"10","complemento":"",
  "municipio":"Curitiba","uf":"","cep":"80000-000","bairro":"Centro","nomePais":""},"volumes":[]},
 "vendedor":{"id":0},"intermediador":{"cnpj":"03007331000141","nomeUsuario":"LOJAUM"},
 "taxas":{"taxaComissao":14.16,"custoFrete":18.900000000000002,"valorBase":118.0}}"""
)
EXAMPLES: list[tuple[type[BlingPayload], str]] = [
    (OrderRow, ORDER_ROW),
    (Order, ORDER),
    (
        Product,
        '{"id":16200000011,"idProdutoPai":16200000010,"nome":"Camiseta","codigo":"CAM-AZ-G","preco":59.0,"precoCusto":21.4,'
        '"estoque":{"saldoVirtualTotal":37},"tipo":"P","situacao":"A","formato":"S","descricaoCurta":"","imagemURL":""}',
    ),
    (
        Structure,
        '{"tipoEstoque":"V","lancamentoEstoque":"M","componentes":[{"produto":{"id":16200000011},"quantidade":2}]}',
    ),
    (
        SupplierLink,
        '{"id":701,"descricao":"Camiseta","codigo":"F-100","precoCusto":21.4,"precoCompra":19.9,"padrao":true,'
        '"produto":{"id":16200000011},"fornecedor":{"id":16000000500}}',
    ),
    (
        StoreLink,
        '{"id":1,"codigo":"MLB1","preco":59.0,"precoPromocional":0,"produto":{"id":1},"loja":{"id":2},'
        '"fornecedorLoja":{"id":0},"marcaLoja":{"id":0},"categoriasProdutos":[]}',
    ),
    (
        Balance,
        '{"produto":{"id":16200000011,"codigo":"CAM-AZ-G"},"saldoFisicoTotal":40,"saldoVirtualTotal":37,'
        '"depositos":[{"id":14800001,"saldoFisico":35,"saldoVirtual":32}]}',
    ),
    (Deposit, '{"id":14800002,"descricao":"Full","situacao":1,"padrao":false,"desconsiderarSaldo":true}'),
    (
        Receivable,
        '{"id":51000001,"situacao":1,"vencimento":"2026-09-13","valor":130.5,"idTransacao":"","linkQRCodePix":"",'
        '"linkBoleto":"","dataEmissao":"2026-08-14","contato":{"id":1,"nome":"Comprador Um","numeroDocumento":"1"},'
        '"formaPagamento":{"id":1700001,"codigoFiscal":99},"contaContabil":{"id":0,"descricao":""},'
        '"origem":{"id":19000000101,"tipoOrigem":"venda","numero":"501","dataEmissao":"2026-08-14","valor":130.5,'
        '"situacao":1,"url":""}}',
    ),
    (
        Payable,
        '{"id":52000009,"situacao":2,"vencimento":"2026-08-20","valor":900.0,"contato":{"id":16000000500},'
        '"formaPagamento":{"id":1700002},"saldo":0,"dataEmissao":"2026-08-01","vencimentoOriginal":"2026-08-20",'
        '"numeroDocumento":"NF 88","competencia":"2026-08-01","historico":"Compra de malha de Maria","numeroBanco":"",'
        '"portador":{"id":14000001},"categoria":{"id":33000005},"borderos":[61000001],"ocorrencia":{"tipo":1}}',
    ),
    (Category, '{"id":33000005,"idCategoriaPai":33000000,"descricao":"Compra de mercadoria","tipo":1}'),
    (
        Invoice,
        '{"id":21000000077,"tipo":1,"situacao":6,"numero":"000321","dataEmissao":"2026-08-14 15:10:02",'
        '"dataOperacao":"2026-08-14 15:10:02","chaveAcesso":"41260811122233000144550010000003211000000770",'
        '"contato":{"id":1,"nome":"Comprador Um","endereco":{"municipio":"Curitiba","uf":"PR"}},'
        '"naturezaOperacao":{"id":15100001},"loja":{"id":204000001,"numero":"2000007412345678"}}',
    ),
    (Channel, '{"id":204000001,"descricao":"ML Loja Um","tipo":"MercadoLivre","situacao":1}'),
    (Status, '{"id":462001,"nome":"Enviado","idHerdado":9,"cor":"#FF0000"}'),
    (Company, '{"id":"436c56a5679921f5f13a3d6433561773","nome":"Loja","cnpj":"1","email":"a@b.c","dataContrato":""}'),
]  # fmt: skip


def as_read(kind: type[BlingPayload], text: str) -> Any:
    return read(decode(text.encode(), where="x"), kind, where="x", what="x")


@pytest.mark.parametrize(("kind", "text"), EXAMPLES, ids=[kind.__name__ for kind, _ in EXAMPLES])
def test_every_field_of_the_contract_is_used_or_left_out_on_purpose(kind: type[BlingPayload], text: str) -> None:
    assert unknown_fields(decode(text.encode(), where="x"), kind) == set()
    stored = record(1, as_read(kind, text)).payload.decode()
    assert not [secret for secret in ("Comprador", "Maria", "Rua A", "80000-000", "a@b.c", "NF 88") if secret in stored]
    assert stored == record(1, as_read(kind, stored)).payload.decode(), "what is stored reads back as itself"


def test_what_is_not_set_is_none_and_zero_that_says_something_stays() -> None:
    order = as_read(Order, ORDER)
    assert order.dataPrevista is None
    assert order.categoria is None
    assert (order.itens[0].codigo, order.itens[0].produto) == (None, None)
    assert (order.outrasDespesas, order.notaFiscal.id, order.loja.id) == (Decimal("0.00"), 21000000077, 204000001)
    counter = as_read(Order, ORDER.replace('"loja":{"id":204000001', '"loja":{"id":0'))
    assert counter.loja is None
    assert (order.transporte.etiqueta.municipio, order.transporte.etiqueta.uf) == ("Curitiba", None)


def test_binary_noise_is_taken_out_and_a_real_fraction_of_a_centavo_is_kept_and_reported() -> None:
    order = as_read(Order, ORDER)
    assert order.taxas.custoFrete == Decimal("18.90")
    assert uneven(order) == set()
    odd = as_read(Order, ORDER.replace('"total":130.5', '"total":130.5049'))
    assert odd.total == Decimal("130.5049")
    assert uneven(odd) == {"Order.total"}


@pytest.mark.parametrize(("fees", "known"), [((0, 0, 0), False), ((14.16, 0, 0), True), ((0, 18.9, 0), True)])
def test_fees_that_are_all_zero_are_not_known(fees: tuple[float, ...], known: bool) -> None:
    document = json.loads(ORDER)
    document["taxas"] = dict(zip(("taxaComissao", "custoFrete", "valorBase"), fees, strict=True))
    assert as_read(Order, json.dumps(document)).taxas.known is known


def test_the_order_of_deposits_and_components_is_no_change() -> None:
    text = '{"produto":{"id":1},"depositos":[%s]}'
    one, two = '{"id":1,"saldoFisico":1}', '{"id":2,"saldoFisico":2}'
    first, second = (record(1, as_read(Balance, text % ",".join(pair))) for pair in ((one, two), (two, one)))
    assert first.hash == second.hash
