"""Products, their kits, suppliers, stores and balances (contract Bling §7, §8).

Quirks: ``codigo`` (the SKU) may be absent or repeated, the id is the key; ``precoCusto`` of a list row is the default
supplier's cost, zero means unknown; Bling keeps no history of costs or stock; image addresses expire and are left out.
"""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from viang_pipeline.sources.bling.payloads.base import BlingPayload, Listed, Numbered, Ref


class Product(Numbered):
    """A product as lists give it. ``formato``: S simple, V with variations, E kit; ``situacao``: A or I."""

    ignored: ClassVar[frozenset[str]] = frozenset({"estoque", "descricaoCurta", "imagemURL"})
    zero_is_none: ClassVar[frozenset[str]] = frozenset({"idProdutoPai"})

    idProdutoPai: int | None = None
    nome: str | None = None
    codigo: str | None = None
    preco: Decimal | None = None
    precoCusto: Decimal | None = None
    tipo: str | None = None
    situacao: str | None = None
    formato: str | None = None


class CostPhoto(BlingPayload):
    """What a product cost from a day on, with what its cost is looked up by."""

    id: int
    codigo: str | None = None
    precoCusto: Decimal | None = None
    situacao: str | None = None
    formato: str | None = None


class Component(BlingPayload):
    """A product inside a kit."""

    produto: Ref | None = None
    quantidade: Decimal | None = None


class Structure(Listed):
    """A kit. ``tipoEstoque``: V computed from its components, F its own; ``lancamentoEstoque``: A, M or P."""

    tipoEstoque: str | None = None
    lancamentoEstoque: str | None = None
    componentes: tuple[Component, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        self.componentes = tuple(sorted(self.componentes, key=lambda c: (c.produto.id or 0) if c.produto else 0))


class SupplierLink(Numbered):
    """One supplier's cost of a product: ``precoCusto`` with freight and taxes shared in, ``precoCompra`` bare."""

    descricao: str | None = None
    codigo: str | None = None
    precoCusto: Decimal | None = None
    precoCompra: Decimal | None = None
    padrao: bool | None = None
    produto: Ref | None = None
    fornecedor: Ref | None = None


class StoreLink(Numbered):
    """A product's listing in a store: ``codigo`` is the listing's code there."""

    ignored: ClassVar[frozenset[str]] = frozenset({"fornecedorLoja", "marcaLoja", "categoriasProdutos"})

    codigo: str | None = None
    preco: Decimal | None = None
    precoPromocional: Decimal | None = None
    produto: Ref | None = None
    loja: Ref | None = None


class BalanceProduct(BlingPayload):
    """The product of a balance."""

    id: int
    codigo: str | None = None


class DepositBalance(BlingPayload):
    """A balance in one deposit; negative when owed."""

    id: int
    saldoFisico: Decimal | None = None
    saldoVirtual: Decimal | None = None


class Balance(BlingPayload):
    """A product's stock: physical on hand, virtual without what is reserved."""

    produto: BalanceProduct
    saldoFisicoTotal: Decimal | None = None
    saldoVirtualTotal: Decimal | None = None
    depositos: tuple[DepositBalance, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        self.depositos = tuple(sorted(self.depositos, key=lambda deposit: deposit.id))
