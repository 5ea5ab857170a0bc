"""Sales orders (contract Bling §6).

Quirks: a date without hour, never converted; ``numeroLoja`` is the marketplace's order or pack id; ``situacao.id`` is
per account, ``situacao.valor`` is the code; an item's ``valor`` is net of its percentage ``desconto``; the order's
``desconto`` may be a percentage; ``taxas`` all zero means not known yet. The buyer is never named here.
"""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from viang_pipeline.sources.bling.payloads.base import BlingPayload, Numbered, Ref


class OrderStatus(BlingPayload):
    """``id`` for the label, ``valor`` for logic."""

    id: int | None = None
    valor: int | None = None


class Store(Ref):
    """The store of an order; none for a manual or counter sale."""

    ignored: ClassVar[frozenset[str]] = frozenset({"unidadeNegocio"})


class OrderRow(Numbered):
    """An order as lists give it."""

    ignored: ClassVar[frozenset[str]] = frozenset({"contato"})
    cents: ClassVar[frozenset[str]] = frozenset({"totalProdutos", "total"})

    data: str | None = None
    numero: int | None = None
    numeroLoja: str | None = None
    dataSaida: str | None = None
    dataPrevista: str | None = None
    totalProdutos: Decimal | None = None
    total: Decimal | None = None
    situacao: OrderStatus | None = None
    loja: Store | None = None


class Discount(BlingPayload):
    """``unidade``: REAL or PERCENTUAL."""

    valor: Decimal | None = None
    unidade: str | None = None


class OrderTaxes(BlingPayload):
    """Taxes stated on the order."""

    totalICMS: Decimal | None = None
    totalIPI: Decimal | None = None


class OrderItem(BlingPayload):
    """A line. ``codigo`` is the SKU, possibly absent; no product for free text. ``comissao`` is the salesperson's."""

    ignored: ClassVar[frozenset[str]] = frozenset({"descricaoDetalhada", "comissao", "naturezaOperacao"})

    id: int | None = None
    codigo: str | None = None
    descricao: str | None = None
    unidade: str | None = None
    quantidade: Decimal | None = None
    valor: Decimal | None = None
    desconto: Decimal | None = None
    aliquotaIPI: Decimal | None = None
    produto: Ref | None = None


class Label(BlingPayload):
    """Of the address label only where the goods went: state and town."""

    ignored: ClassVar[frozenset[str]] = frozenset(
        {"nome", "endereco", "numero", "complemento", "cep", "bairro", "nomePais"}
    )

    municipio: str | None = None
    uf: str | None = None


class Transport(BlingPayload):
    """``frete`` is charged to the buyer; ``fretePorConta``: 0 CIF, 1 FOB, 2 third, 3 and 4 own, 9 none."""

    ignored: ClassVar[frozenset[str]] = frozenset(
        {"contato", "volumes", "quantidadeVolumes", "pesoBruto", "prazoEntrega"}
    )

    fretePorConta: int | None = None
    frete: Decimal | None = None
    etiqueta: Label | None = None


class Intermediary(BlingPayload):
    """The marketplace: its CNPJ, and the seller's own name there."""

    cnpj: str | None = None
    nomeUsuario: str | None = None


class Fees(BlingPayload):
    """The marketplace's fee and the seller's freight, in reais; all zero means not known yet."""

    taxaComissao: Decimal | None = None
    custoFrete: Decimal | None = None
    valorBase: Decimal | None = None

    @property
    def known(self) -> bool:
        """Whether any of them says something."""
        return any((self.taxaComissao, self.custoFrete, self.valorBase))


class Order(OrderRow):
    """An order with its items and fees. ``resumo``: digest of the list row this detail was read for."""

    ignored: ClassVar[frozenset[str]] = frozenset(
        {
            "contato",
            "numeroPedidoCompra",
            "observacoes",
            "observacoesInternas",
            "parcelas",
            "vendedor",
        }
    )

    outrasDespesas: Decimal | None = None
    desconto: Discount | None = None
    categoria: Ref | None = None
    notaFiscal: Ref | None = None
    tributacao: OrderTaxes | None = None
    itens: tuple[OrderItem, ...] = ()
    transporte: Transport | None = None
    intermediador: Intermediary | None = None
    taxas: Fees | None = None
    resumo: str | None = None
